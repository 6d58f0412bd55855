"""Facts under their headings, what was discarded apart."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from corti_gateway.contents import Evidence, Fact, FactGroup
from corti_gateway.ids import canonical
from corti_gateway.vocabulary import FactSource
from dashboard.encounters.one.addresses import FIRST_QUOTE, Addresses
from dashboard.encounters.presenters import label
from dashboard.listing.discretion import Shown
from dashboard.listing.formatting import words_of

SOURCES = {
    FactSource.CORE: "found by Corti",
    FactSource.SYSTEM: "from another system",
    FactSource.USER: "written by a person",
}
# The type of evidence that was said.
TRANSCRIPT = "transcript"
LANGUAGE = "en"
WEIGHTIEST = ("assessment", "chief-complaint", "plan", "abnormal-physical-findings", "history-of-present-illness")
NO_GROUP = "Without a group"


@dataclass(frozen=True)
class Quote:
    """Words that a fact rests on, and where they stand in a transcript, if they do."""

    text: str
    url: str


@dataclass(frozen=True)
class FactLine:
    """``damaged`` says what of the fact could not be read."""

    text: str
    source: str
    quotes: tuple[Quote, ...]
    damaged: str


@dataclass(frozen=True)
class Group:
    """``kept`` counts; ``discarded`` are shown struck, when somebody unfolds them."""

    heading: str
    kept: tuple[FactLine, ...]
    discarded: tuple[FactLine, ...]


def grouped(facts: Sequence[Fact], groups: Sequence[FactGroup], addresses: Addresses, shown: Shown) -> list[Group]:
    """The facts by group, the groups in the order of Corti's own list, those that it does not name after them."""
    by_group: dict[str, list[Fact]] = defaultdict(list)
    for fact in facts:
        by_group[fact.group or ""].append(fact)
    names = {group.key: _name(group.names) for group in groups if group.key}
    places = {key: place for place, key in enumerate(names)}
    keys = sorted(by_group, key=lambda key: (key == "", places.get(key, len(places))))
    return [
        _group(names.get(key) or shown.text(words_of(key)) or NO_GROUP, by_group[key], addresses, shown) for key in keys
    ]


def by_weight(facts: Iterable[Fact]) -> list[Fact]:
    """The facts that count, those first that tell most about the encounter."""
    kept = [fact for fact in facts if fact.text and not fact.discarded]
    return sorted(kept, key=lambda fact: WEIGHTIEST.index(fact.group) if fact.group in WEIGHTIEST else len(WEIGHTIEST))


def is_unclear(fact: Fact) -> bool:
    """Whether nobody can tell what the fact says, or whether it counts."""
    return not fact.discarded and (not fact.text or "isDiscarded" in fact.damaged)


def _group(heading: str, facts: Sequence[Fact], addresses: Addresses, shown: Shown) -> Group:
    return Group(
        heading,
        tuple(_line(fact, addresses, shown) for fact in facts if not fact.discarded),
        tuple(_line(fact, addresses, shown) for fact in facts if fact.discarded),
    )


def _line(fact: Fact, addresses: Addresses, shown: Shown) -> FactLine:
    return FactLine(
        text=shown.text(fact.text or "") or "A fact without words",
        source=label(SOURCES, fact.source, shown) if fact.source else "",
        quotes=tuple(
            Quote(shown.text(found.quote), _place(fact.id, number, found, addresses))
            for number, found in enumerate(fact.evidence, FIRST_QUOTE)
            if found.quote
        ),
        damaged=", ".join(fact.damaged),
    )


def _place(fact: str | None, number: int, evidence: Evidence, addresses: Addresses) -> str:
    key = canonical(evidence.reference or "") if is_from_transcript(evidence) else None
    return addresses.transcript(key, fact, number) if key and fact else ""


def is_from_transcript(evidence: Evidence) -> bool:
    """Whether the words of the evidence can be looked for in a transcript."""
    return evidence.type == TRANSCRIPT and bool(evidence.reference)


def _name(names: Mapping[str, str]) -> str:
    return names.get(LANGUAGE) or next(iter(names.values()), "")
