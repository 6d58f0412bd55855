"""What an interaction holds: one short method an endpoint (facts 3.1 to 3.6). None of these lists has pages."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any, TypeVar

from corti_gateway.calllog import Call
from corti_gateway.config import TenantConfig
from corti_gateway.contents import Document, Fact, FactGroup, Listed, RecordingStream, Transcript, TranscriptSample
from corti_gateway.deadline import Deadline
from corti_gateway.envelopes import bare_list, list_under
from corti_gateway.errors import NotFound, UnreadableAnswer
from corti_gateway.ids import canonical, is_the_one
from corti_gateway.parsing_documents import is_foreign, parse_classic_document, parse_guided_document_of
from corti_gateway.parsing_facts import parse_fact, parse_fact_group
from corti_gateway.parsing_transcripts import parse_status, parse_transcript, parse_transcript_sample
from corti_gateway.ranges import Span
from corti_gateway.transport import Transport
from corti_gateway.values import parse_all, read_id
from corti_gateway.vocabulary import TranscriptStatus

Item = TypeVar("Item")


class ContentsGateway:
    """The part of :class:`~corti_gateway.gateway.CortiGateway` that reads what belongs to an interaction.

    An id that is no UUID is :class:`NotFound` without a call. A list that is missing is :class:`UnreadableAnswer`, and
    so is one that is null where the API's documents do not say that null means none; an item that cannot be read costs
    that item and is counted.
    """

    def __init__(self, config: TenantConfig, trace: Callable[[], str], observe: Callable[[Call], object]) -> None:
        self.config = config
        self.transport = Transport(config, trace, observe)

    def list_facts(self, interaction_id: str, *, deadline: Deadline | None = None) -> Listed[Fact]:
        """The facts of an interaction, discarded ones among them."""
        operation = "list facts"
        path = f"interactions/{self._id(interaction_id, operation)}/facts/"
        return self._listed(operation, path, list_under("facts"), parse_fact, deadline)

    def list_fact_groups(self, *, deadline: Deadline | None = None) -> Listed[FactGroup]:
        """The headings that facts are grouped under: the same for all interactions, and rarely new."""
        return self._listed("list fact groups", "factgroups/", list_under("data"), parse_fact_group, deadline)

    def list_documents(self, interaction_id: str, *, deadline: Deadline | None = None) -> Listed[Document]:
        """The documents of the older system; an interaction may have some of either (facts 3.6)."""
        operation = "list documents"
        path = f"interactions/{self._id(interaction_id, operation)}/documents/"
        return self._listed(operation, path, list_under("data"), parse_classic_document, deadline)

    def list_guided_documents(self, interaction_id: str, *, deadline: Deadline | None = None) -> Listed[Document]:
        """The documents of the newer system, only those that say themselves that they belong to the interaction.

        The API has one list of all documents with a filter. Those that name another interaction are left out and
        counted as ``foreign``: nothing of this one is missing. Those that name none are counted as ``unreadable``,
        because nobody can tell whose they are.
        """
        operation = "list guided documents"
        key = self._id(interaction_id, operation)
        as_of = datetime.now(UTC)
        question = (("interactionId", key),)
        rows = self._get(operation, "documents/", bare_list, deadline, question)
        ours = [row for row in rows if not is_foreign(row, key)]
        items, unreadable = parse_all(ours, lambda row: parse_guided_document_of(row, key))
        return Listed(items, unreadable, as_of, foreign=len(rows) - len(ours))

    def list_transcripts(self, interaction_id: str, *, deadline: Deadline | None = None) -> Listed[TranscriptSample]:
        """The transcripts of an interaction by their first words; :meth:`get_transcript` gives one whole."""
        operation = "list transcripts"
        path = f"interactions/{self._id(interaction_id, operation)}/transcripts/"
        rows = list_under("transcripts", null_is_none=True)
        return self._listed(operation, path, rows, parse_transcript_sample, deadline)

    def get_transcript(
        self, interaction_id: str, transcript_id: str, *, deadline: Deadline | None = None
    ) -> Transcript:
        """One transcript with all that was said; :class:`UnreadableAnswer` if the answer has another id."""
        operation = "get transcript"
        key, path = self._transcript(operation, interaction_id, transcript_id)
        return self._get(operation, path, partial(_read_transcript, key, datetime.now(UTC)), deadline)

    def get_transcript_status(
        self, interaction_id: str, transcript_id: str, *, deadline: Deadline | None = None
    ) -> TranscriptStatus | str:
        """How far a transcript is: cheap to ask again while it is ``processing``."""
        operation = "get transcript status"
        _, path = self._transcript(operation, interaction_id, transcript_id)
        return self._get(operation, f"{path}/status", _read_status, deadline)

    def list_recordings(self, interaction_id: str, *, deadline: Deadline | None = None) -> Listed[str]:
        """The ids of the recordings of an interaction; the API tells nothing else about them."""
        operation = "list recordings"
        path = f"interactions/{self._id(interaction_id, operation)}/recordings/"
        return self._listed(operation, path, list_under("recordings"), read_id, deadline)

    def open_recording(
        self,
        interaction_id: str,
        recording_id: str,
        first: int = 0,
        last: int | None = None,
        *,
        deadline: Deadline | None = None,
    ) -> RecordingStream:
        """A recording from byte ``first`` to ``last``, both included, or to its end; close it when done.

        The deadline is for its first bytes only. Whether the API heeds ranges is not documented: look at ``first`` of
        the stream. Bytes that a recording does not have are :class:`~corti_gateway.errors.OutOfRange`, bytes that
        nothing has (negative, or running backwards) :class:`ValueError`.
        """
        operation = "open recording"
        span = Span(first, last)
        key = self._id(recording_id, operation)
        path = f"interactions/{self._id(interaction_id, operation)}/recordings/{key}"
        return self.transport.stream(operation, path, span, deadline=deadline or self.deadline())

    def deadline(self) -> Deadline:
        """The deadline of a view that begins now."""
        return Deadline.after(self.config.deadline)

    def _id(self, text: str, operation: str) -> str:
        key = canonical(text)
        if key is None:
            raise NotFound("not an id of the API", tenant=self.config.slug, operation=operation)
        return key

    def _transcript(self, operation: str, interaction_id: str, transcript_id: str) -> tuple[str, str]:
        """The canonical id of a transcript and its path."""
        key = self._id(transcript_id, operation)
        return key, f"interactions/{self._id(interaction_id, operation)}/transcripts/{key}"

    def _listed(
        self,
        operation: str,
        path: str,
        rows: Callable[[Any], list[Any]],
        parse: Callable[[object], Item | None],
        deadline: Deadline | None,
    ) -> Listed[Item]:
        as_of = datetime.now(UTC)
        return Listed(*parse_all(self._get(operation, path, rows, deadline), parse), as_of)

    def _get(
        self,
        operation: str,
        path: str,
        read: Callable[[Any], Item],
        deadline: Deadline | None,
        parameters: Sequence[tuple[str, str]] = (),
    ) -> Item:
        return self.transport.get(operation, path, parameters, read=read, deadline=deadline or self.deadline())


def _read_transcript(key: str, as_of: datetime, body: Any) -> Transcript:
    transcript = parse_transcript(body, as_of)
    if transcript is None:
        raise UnreadableAnswer("not a transcript", status=200)
    if not is_the_one(transcript.id, key):
        raise UnreadableAnswer("another transcript than the one asked for", status=200)
    return transcript


def _read_status(body: Any) -> TranscriptStatus | str:
    status = parse_status(body.get("status"), []) if isinstance(body, dict) else None
    if status is None:
        raise UnreadableAnswer("no status in the answer", status=200)
    return status
