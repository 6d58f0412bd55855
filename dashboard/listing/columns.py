"""A column of a table, declared once."""

from dataclasses import dataclass

from corti_gateway.vocabulary import Direction, SortField


@dataclass(frozen=True)
class Column:
    """``key`` names it in CSS, ``sort`` is the field it sorts by, ``first`` the direction of a first click."""

    key: str
    label: str
    sort: SortField | None = None
    first: Direction = Direction.DESC


@dataclass(frozen=True)
class Header:
    """A column's head on one page: with a link where it can be sorted, and what it is sorted by now."""

    column: Column
    url: str = ""
    aria_sort: str = ""
    hint: str = ""
