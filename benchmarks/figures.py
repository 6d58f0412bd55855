"""A measured figure, what it is held against, and the table of them."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any


class NotMeasured(Exception):
    """A bar cannot be measured here; the text says why."""


class Judged(StrEnum):
    """Which number the limit is for."""

    ITSELF = "itself"
    RATIO = "ratio to the floor"
    SHARE = "share of the possible, at least"
    EXCESS = "excess over the floor"


@dataclass(frozen=True, slots=True)
class Figure:
    """``floor`` is what the same run measured beside it: the least it could be, or for a share the most."""

    bar: int
    what: str
    measured: float
    unit: str
    limit: float
    floor: float | None = None
    judged: Judged = Judged.ITSELF

    @property
    def compared(self) -> float:
        """The number that the limit is for."""
        if self.judged is Judged.ITSELF or self.floor is None:
            return self.measured
        return self.measured - self.floor if self.judged is Judged.EXCESS else self.measured / self.floor

    @property
    def holds(self) -> bool:
        return self.compared >= self.limit if self.judged is Judged.SHARE else self.compared <= self.limit

    def cells(self) -> tuple[str, ...]:
        """The figure as a row of the table."""
        ratio = "" if self.floor is None else f"{self.measured / self.floor:.3f}"
        sign = "≥" if self.judged is Judged.SHARE else "≤"
        unit = f" {self.unit}" if self.judged in (Judged.ITSELF, Judged.EXCESS) else ""
        over = " over" if self.judged is Judged.EXCESS else ""
        floor = "" if self.floor is None else _number(self.floor, self.unit)
        verdict = "ok" if self.holds else "MISSED"
        limit = f"{sign} {self.limit:g}{unit}{over}"
        return str(self.bar), self.what, _number(self.measured, self.unit), floor, ratio, limit, verdict

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "compared": self.compared, "holds": self.holds}


HEAD = ("bar", "what", "measured", "floor", "ratio", "limit", "")
_TO_THE_LEFT = (1, 6)


def table(figures: Sequence[Figure]) -> str:
    """All figures below each other; numbers to the right, words to the left."""
    rows = [HEAD, *(figure.cells() for figure in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEAD))]
    return "\n".join(_line(row, widths) for row in rows)


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    cells = (
        cell.ljust(width) if column in _TO_THE_LEFT else cell.rjust(width)
        for column, (cell, width) in enumerate(zip(row, widths, strict=True))
    )
    return "  ".join(cells).rstrip()


def _number(value: float, unit: str) -> str:
    digits = 0 if value % 1 == 0 else 2 if value > 0.1 else 5
    text = f"{value:.{digits}f}"
    return f"{text} {unit}".strip()
