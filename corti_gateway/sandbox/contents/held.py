"""What one interaction holds, as the wire shows it."""

from dataclasses import dataclass, field
from typing import Any

from corti_gateway.sandbox.contents.audio import Audio

Item = dict[str, Any]


@dataclass(frozen=True)
class Held:
    """Full items in the order of the API; recordings by id. Nothing unless said otherwise."""

    transcripts: list[Item] = field(default_factory=list)
    recordings: dict[str, Audio] = field(default_factory=dict)
    facts: list[Any] = field(default_factory=list)
    documents: list[Item] = field(default_factory=list)
    guided: list[Item] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        return {
            "transcripts": self.transcripts,
            "recordings": list(self.recordings),
            "facts": self.facts,
            "documents": self.documents,
            "guided": self.guided,
        }
