"""What an interaction holds, as frozen objects (facts 3.1 to 3.6). Built from the wire by the ``parsing_…`` modules.

The rules of :mod:`corti_gateway.models` hold: instants are aware UTC or None, texts stay as they came but for signs
that cannot be rendered, an unknown word of a vocabulary stays a plain ``str``, ``damaged`` names wire paths, never
values.
"""

from abc import abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Generic, TypeVar

from corti_gateway.vocabulary import DocumentSystem, FactSource, TranscriptStatus

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Listed(Generic[Item]):
    """The readable items of one answer in the API's order; ``as_of`` is when we asked (UTC).

    ``unreadable`` counts items of the interaction, or that may be, that are not among them. ``foreign`` counts those
    that certainly belong to another interaction: they came by mistake, and nothing is missing without them.
    """

    items: tuple[Item, ...]
    unreadable: int
    as_of: datetime
    foreign: int = 0


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where a fact was found: for ``type`` "transcript" the reference is its id, the quote its words."""

    type: str | None
    reference: str | None
    quote: str | None


@dataclass(frozen=True, slots=True)
class Fact:
    """One finding. ``group`` is the key of its fact group; a discarded fact stays in the list.

    Where ``damaged`` holds "isDiscarded", nobody knows whether it was discarded, and ``discarded`` is False.
    """

    id: str | None
    text: str | None
    group: str | None
    group_id: str | None
    discarded: bool
    source: FactSource | str | None
    evidence: tuple[Evidence, ...]
    created_at: datetime | None
    updated_at: datetime | None
    damaged: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FactGroup:
    """A heading of facts; ``names`` by language id ("en")."""

    id: str | None
    key: str | None
    names: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class DocumentSection:
    """One part of a document, in the place where it belongs; ``text`` is plain text with line breaks."""

    key: str | None
    heading: str | None
    text: str


@dataclass(frozen=True, slots=True)
class Document:
    """A written document of either system; ``template`` is the key (classic) or the id (guided) of what made it.

    ``labels`` are pairs of key and value; only guided documents have some.
    """

    id: str
    system: DocumentSystem
    name: str | None
    template: str | None
    language: str | None
    sections: tuple[DocumentSection, ...]
    labels: tuple[tuple[str, str], ...]
    created_at: datetime | None
    updated_at: datetime | None
    damaged: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TranscriptSample:
    """A transcript as the list names it; ``sample`` are its first words."""

    id: str
    sample: str | None


@dataclass(frozen=True, slots=True)
class Segment:
    """Something said, from ``start`` to ``end`` in milliseconds from the beginning of the recording.

    ``channel``, ``participant`` and ``speaker`` are None where they are not told apart. The text of a silence is empty.
    """

    channel: int | None
    participant: int | None
    speaker: int | None
    text: str
    start: int | None
    end: int | None


@dataclass(frozen=True, slots=True)
class Transcript:
    """What was said, in the order of time. ``roles`` by channel ("doctor", "patient", "multiple").

    While ``status`` is processing the segments may be none or some; ``unreadable`` counts those whose words are lost.
    """

    id: str
    status: TranscriptStatus | str | None
    recording_id: str | None
    roles: Mapping[int, str]
    segments: tuple[Segment, ...]
    unreadable: int
    as_of: datetime
    damaged: tuple[str, ...]


class RecordingStream(AbstractContextManager["RecordingStream"]):
    """The bytes of a recording as they arrive, never held whole. Close it, or use it as a context.

    ``first`` is the offset of the first byte that :meth:`chunks` gives, ``total`` the size of the whole recording in
    bytes where the API tells it, ``length`` how many bytes follow where it is known. An API that ignores ranges gives
    ``first`` 0 whatever was asked: the caller looks. ``content_type`` is the API's word, lower case, or empty.
    """

    first: int
    length: int | None
    total: int | None
    content_type: str

    @abstractmethod
    def chunks(self) -> Iterator[bytes]:
        """The bytes, in pieces of at most 16 KB; a :class:`~corti_gateway.errors.GatewayError` when they end early."""

    @abstractmethod
    def close(self) -> None:
        """Give the connection back; what was not read is lost."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()
