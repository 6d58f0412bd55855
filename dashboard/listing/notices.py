"""What a page has to say about itself."""

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How much it matters."""

    INFO = "info"
    WARNING = "warning"


@dataclass(frozen=True)
class Notice:
    """One sentence or two, shown above the rows."""

    text: str
    level: Level = Level.INFO
