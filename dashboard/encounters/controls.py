"""What a user can change on the encounters list, drawn from its state: every link is the state with one change."""

from collections.abc import Sequence
from dataclasses import dataclass

from corti_gateway.vocabulary import EncounterStatus, SortField
from dashboard.encounters.columns import COLUMNS, EXTRA_COLUMNS, SORT_WORDS
from dashboard.encounters.presenters import STATUS_LABELS
from dashboard.encounters.state import SIZES, EncounterListState, Sort
from dashboard.listing.columns import Header


@dataclass(frozen=True)
class Option:
    """A toggle or an entry of a menu."""

    value: str
    label: str
    chosen: bool


@dataclass(frozen=True)
class ActiveFilter:
    """A filter that narrows the list now, and the list without it."""

    label: str
    url: str


def status_toggles(state: EncounterListState) -> list[Option]:
    return [Option(status.value, label, status in state.statuses) for status, label in STATUS_LABELS.items()]


def sort_options(state: EncounterListState, offered: Sequence[SortField]) -> list[Option]:
    return [
        Option(Sort(field, direction).key, words, state.sort == Sort(field, direction))
        for (field, direction), words in SORT_WORDS.items()
        if field in offered
    ]


def size_options(state: EncounterListState) -> list[Option]:
    return [Option(str(size), str(size), size == state.size) for size in SIZES]


def sort_words(state: EncounterListState) -> str:
    return SORT_WORDS[state.sort.field, state.sort.direction]


def active_filters(state: EncounterListState) -> list[ActiveFilter]:
    """One entry a filter, each with the way to take it off; the order of the toggles."""
    active = [
        ActiveFilter(label, state.but(statuses=_without(state.statuses, status)).url())
        for status, label in STATUS_LABELS.items()
        if status in state.statuses
    ]
    if state.patient:
        active.append(ActiveFilter(f"Patient {state.patient}", state.but(patient="").url()))
    return active


def headers(state: EncounterListState, offered: Sequence[SortField]) -> list[Header]:
    """The table's head: a sortable column links to itself in its first direction, the sorted one to the other."""
    columns = [*COLUMNS, *([EXTRA_COLUMNS[state.sort.field]] if state.sort.field in EXTRA_COLUMNS else [])]
    heads = []
    for column in columns:
        if column.sort is None or column.sort not in offered:
            heads.append(Header(column))
            continue
        here = column.sort == state.sort.field
        target = state.sort.reversed() if here else Sort(column.sort, column.first)
        heads.append(
            Header(
                column,
                url=state.but(sort=target).url(),
                aria_sort={"asc": "ascending", "desc": "descending"}[state.sort.direction] if here else "",
                hint=SORT_WORDS[target.field, target.direction],
            )
        )
    return heads


def extra_column(state: EncounterListState) -> str:
    """The key of the column that stands there only because the list is sorted by it, or ""."""
    column = EXTRA_COLUMNS.get(state.sort.field)
    return column.key if column else ""


def _without(statuses: Sequence[EncounterStatus], gone: EncounterStatus) -> tuple[EncounterStatus, ...]:
    return tuple(status for status in statuses if status is not gone)
