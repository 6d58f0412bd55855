"""The parts of an opened encounter: what each asks Corti for, and what its template gets."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from corti_gateway.contents import Document, Fact, FactGroup, Listed, Transcript, TranscriptSample
from corti_gateway.errors import BadRequest, GatewayError
from corti_gateway.gateway import CortiGateway
from corti_gateway.ids import canonical
from dashboard.accounts.viewer import Viewer
from dashboard.encounters.one.addresses import Addresses
from dashboard.encounters.one.documents import sheets
from dashboard.encounters.one.evidence import REPEATED, quotes, why_another, why_missing
from dashboard.encounters.one.facts import grouped
from dashboard.encounters.one.marks import Marks
from dashboard.encounters.one.transcripts import TranscriptSheet
from dashboard.encounters.state import EncounterListState
from dashboard.listing.discretion import NOBODY, Shown
from dashboard.listing.failures import Failure
from dashboard.listing.formatting import short_id
from dashboard.sources import one as source
from dashboard.sources.one import Call

ONLY_THIS, REFUSED = "Only this part is affected.", "Corti refused this"


@dataclass(frozen=True)
class Asked:
    """What a part is read for: the encounter, whoever looks, what the address chose, and the patient once known."""

    gateway: CortiGateway
    addresses: Addresses
    viewer: Viewer
    chosen: Mapping[str, str]
    shown: Shown = NOBODY


@dataclass(frozen=True)
class PartKind:
    """A part: its name in addresses, its heading, its calls, and what their answers come to for the template.

    ``item`` is one of the things in it. The presenter raises the error of an answer that the part cannot be without.
    """

    name: str
    heading: str
    item: str
    calls: Callable[[Asked], Sequence[Call]]
    present: Callable[[Asked, Sequence[Any]], dict[str, Any]]

    @property
    def template(self) -> str:
        return f"encounters/one/_{self.name}.html"


@dataclass(frozen=True)
class Choice:
    """One of several transcripts: its first words, and where it is shown, if it has an id to ask for it by."""

    words: str
    url: str
    id: str


@dataclass(frozen=True)
class Sound:
    """A recording; without an address where its id is none that Corti could be asked for."""

    id: str
    url: str

    @property
    def short(self) -> str:
        """Enough of the id to find it again; whole where it is none."""
        return short_id(self.id) if self.url else self.id


def failure_of(error: GatewayError, remark: str = ONLY_THIS) -> Failure:
    """The failure of a part: the words of every failure, what it leaves untouched, and whether to try again."""
    failure = Failure.of(error, discreet=True)
    title = REFUSED if isinstance(error, BadRequest) else failure.title
    what = (
        f"Try again in {failure.wait or 'a moment'}."
        if failure.can_retry
        else "Tell your administrator: until they change something, trying again does not help."
    )
    return replace(failure, title=title, advice=f"{remark} {what}")


def call(method: Callable[..., Any], *given: str) -> Call:
    """A call of the gateway, ready but for its deadline."""
    return lambda deadline: method(*given, deadline=deadline)


def had(answer: Any) -> Any:
    """The answer of a call that the part cannot be without; raises its error."""
    if isinstance(answer, GatewayError):
        raise answer
    return answer


def _document_calls(asked: Asked) -> list[Call]:
    return [
        call(asked.gateway.list_documents, asked.addresses.key),
        call(asked.gateway.list_guided_documents, asked.addresses.key),
    ]


def _documents(asked: Asked, answers: Sequence[Any]) -> dict[str, Any]:
    """Both systems together; where one fails the other is shown, and said to be not all."""
    given = [answer for answer in answers if not isinstance(answer, GatewayError)]
    if not given:
        had(answers[0])
    found: list[Document] = [document for listed in given for document in listed.items]
    missing = next((answer for answer in answers if isinstance(answer, GatewayError)), None)
    return {
        "documents": sheets(found, asked.viewer, asked.shown),
        "count": len(found),
        "unreadable": sum(listed.unreadable for listed in given),
        "missing": failure_of(missing) if missing else None,
    }


def _fact_calls(asked: Asked) -> list[Call]:
    return [call(asked.gateway.list_facts, asked.addresses.key), call(asked.gateway.list_fact_groups)]


def _facts(asked: Asked, answers: Sequence[Any]) -> dict[str, Any]:
    """The facts; without the list of groups their keys stand in place of headings."""
    facts: Listed[Fact] = had(answers[0])
    groups: Sequence[FactGroup] = () if isinstance(answers[1], GatewayError) else answers[1].items
    return {
        "groups": grouped(facts.items, groups, asked.addresses, asked.shown),
        "count": sum(not fact.discarded for fact in facts.items),
        "unreadable": facts.unreadable,
    }


def _transcript_calls(asked: Asked) -> list[Call]:
    wanted = asked.chosen.get("transcript", "")
    calls = [source.transcripts(asked.gateway, asked.addresses.key, wanted)]
    return [*calls, call(asked.gateway.list_facts, asked.addresses.key)] if asked.chosen.get("fact") else calls


def _transcript(asked: Asked, answers: Sequence[Any]) -> dict[str, Any]:
    """One transcript whole, the others by their first words; with a fact, the sentences that it rests on are marked."""
    read: source.Transcripts = had(answers[0])
    samples = read.samples.items
    context: dict[str, Any] = {
        "count": len(samples),
        "unreadable": read.samples.unreadable,
        "samples": [_choice(asked, one) for one in samples],
    }
    fact = asked.chosen.get("fact", "")
    if read.is_another:
        context["evidence"] = why_another(fact, read.samples, is_shown=isinstance(read.chosen, Transcript))
        fact = ""
    if read.chosen is None:
        return context
    if isinstance(read.chosen, GatewayError):
        return context | {"missing": failure_of(read.chosen)}
    quoted = quotes(fact, answers[1], canonical(read.chosen.id) or "") if fact else {}
    marks = Marks.of(read.chosen.segments, quoted, asked.chosen.get("quote", ""))
    sheet = TranscriptSheet.of(read.chosen, asked.shown, marks)
    sound = asked.addresses.recording(sheet.recording) if sheet.recording else ""
    numbers = (number for number, one in enumerate(samples, 1) if canonical(one.id) == sheet.key)
    if fact and marks.first is None:
        context["evidence"] = why_missing(fact, answers[1], others=bool(marks.numbers))
    return context | {
        "sheet": sheet,
        "number": next(numbers, 0) if len(samples) > 1 else 0,
        "sound": sound,
        "repeated": REPEATED if marks.repeated else "",
    }


def _choice(asked: Asked, sample: TranscriptSample) -> Choice:
    key = canonical(sample.id) or ""
    words = asked.shown.text(sample.sample or "") or "without words"
    return Choice(words, asked.addresses.transcript(key) if key else "", key)


def _recording_calls(asked: Asked) -> list[Call]:
    return [call(asked.gateway.list_recordings, asked.addresses.key)]


def _recordings(asked: Asked, answers: Sequence[Any]) -> dict[str, Any]:
    listed: Listed[str] = had(answers[0])
    return {
        "recordings": [
            Sound(key, asked.addresses.recording(key))
            if (key := canonical(told))
            else Sound(asked.shown.text(told), "")
            for told in listed.items
        ],
        "count": len(listed.items),
        "unreadable": listed.unreadable,
    }


DOCUMENTS = PartKind("documents", "Documents", "document", _document_calls, _documents)
FACTS = PartKind("facts", "Facts", "fact", _fact_calls, _facts)
TRANSCRIPT = PartKind("transcript", "Transcript", "transcript", _transcript_calls, _transcript)
RECORDINGS = PartKind("recordings", "Recordings", "recording", _recording_calls, _recordings)
PARTS = (DOCUMENTS, FACTS, TRANSCRIPT, RECORDINGS)


# Stands in the frame of an encounter on its way, until a script puts the key of a row there.
NO_KEY = str(UUID(int=0))


def addressed(addresses: Addresses) -> list[tuple[PartKind, str]]:
    """Every part with its address."""
    return [(kind, addresses.part(kind.name)) for kind in PARTS]


def promise(tenant: str) -> dict[str, Any]:
    """What the frame of an encounter on its way gets: it opens over any row of any list."""
    addresses = Addresses(EncounterListState(tenant), NO_KEY)
    return {"addresses": addresses, "parts": addressed(addresses)}


def shown(kind: PartKind, asked: Asked, answers: Sequence[Any]) -> dict[str, Any]:
    """What a part's template gets: its own context, or its failure."""
    context: dict[str, Any] = {"part": kind}
    try:
        return context | kind.present(asked, answers)
    except GatewayError as error:
        return context | {"failure": failure_of(error)}
