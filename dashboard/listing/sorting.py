"""Sorting a list: an order and a direction, and the head of a table that offers them."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Generic, Self, TypeVar

from corti_gateway.vocabulary import Direction
from dashboard.listing.columns import Column, Header

Orders = TypeVar("Orders", bound=StrEnum)
_ARIA = {Direction.ASC: "ascending", Direction.DESC: "descending"}


@dataclass(frozen=True)
class SortBy(Generic[Orders]):
    """An order and a direction; ``-created`` in an address."""

    order: Orders
    direction: Direction

    @property
    def key(self) -> str:
        return ("-" if self.direction is Direction.DESC else "") + self.order

    def reversed(self) -> Self:
        return replace(self, direction=Direction.ASC if self.direction is Direction.DESC else Direction.DESC)


def headers(
    columns: Iterable[Column],
    sort: SortBy[Any],
    offered: Collection[StrEnum],
    words: Mapping[Any, str],
    link: Callable[[Any], str],
) -> list[Header]:
    """The table's head: a sortable column links to itself in its first direction, the sorted one to the other.

    ``words`` say each order in each direction, ``link`` is where the list is sorted like that.
    """
    heads = []
    for column in columns:
        if column.sort is None or column.sort not in offered:
            heads.append(Header(column))
            continue
        here = column.sort == sort.order
        target = sort.reversed() if here else replace(sort, order=column.sort, direction=column.first)
        aria_sort = _ARIA[sort.direction] if here else ""
        heads.append(Header(column, link(target), aria_sort, words[target.order, target.direction]))
    return heads
