"""A column of a table, declared once."""

from dataclasses import dataclass
from enum import StrEnum

from corti_gateway.vocabulary import Direction


@dataclass(frozen=True)
class Column:
    """``key`` names it in CSS, ``sort`` is what it sorts by, ``first`` the direction of a first click."""

    key: str
    label: str
    sort: StrEnum | None = None
    first: Direction = Direction.DESC


@dataclass(frozen=True)
class Header:
    """A column's head on one page: with a link where it can be sorted, and what it is sorted by now."""

    column: Column
    url: str = ""
    aria_sort: str = ""
    hint: str = ""
