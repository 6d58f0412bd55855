"""What a user can change on the encounters list, drawn from its state: every link is the state with one change."""

from collections.abc import Mapping, Sequence
from typing import TypeVar

from corti_gateway.vocabulary import EncounterStatus
from dashboard.accounts.viewer import Viewer
from dashboard.clinicians.directory import unknown
from dashboard.encounters.columns import COLUMNS, EXTRA_COLUMNS, SORT_WORDS
from dashboard.encounters.dates import OF_LABELS, PRESET_LABELS, Days
from dashboard.encounters.presenters import STATUS_LABELS, TYPE_LABELS
from dashboard.encounters.state import ME, EncounterListState
from dashboard.listing import discretion, sorting
from dashboard.listing.columns import Header
from dashboard.listing.controls import ActiveFilter, Option
from dashboard.listing.formatting import number
from dashboard.listing.questions import Order, Sort

Word = TypeVar("Word")


def status_toggles(
    state: EncounterListState, counts: Mapping[str, int] | None = None, *, hide_deleted: bool = False
) -> list[Option]:
    return [
        Option(
            status.value,
            label,
            status in state.statuses,
            "" if counts is None else number(counts.get(status.value, 0)),
        )
        for status, label in STATUS_LABELS.items()
        if not (hide_deleted and status is EncounterStatus.DELETED)
    ]


def type_options(state: EncounterListState) -> list[Option]:
    return [Option(kind.value, label, kind in state.types) for kind, label in TYPE_LABELS.items()]


def clinician_options(
    state: EncounterListState, names: Mapping[str, str], frequent: Sequence[str], *, is_one: bool
) -> list[Option]:
    """Anyone, me, those with names A to Z, then the frequent ones without; whoever is chosen is always among them."""
    chosen = state.clinician
    options = [Option("", "Anyone", not chosen)]
    if is_one or chosen == ME:
        options.append(Option(ME, "Assigned to me", chosen == ME))
    known = sorted(names.items(), key=lambda entry: (entry[1].casefold(), entry[0]))
    options += [Option(user, name, user == chosen) for user, name in known]
    nameless = {user for user in (*frequent, *([chosen] if chosen not in ("", ME) else ())) if user not in names}
    return options + [Option(user, unknown(user), user == chosen) for user in sorted(nameless)]


def of_options(state: EncounterListState) -> list[Option]:
    return [Option(word.value, label, word is state.days.of) for word, label in OF_LABELS.items()]


def preset_options(state: EncounterListState) -> list[Option]:
    presets = [Option(word.value, label, word is state.days.preset) for word, label in PRESET_LABELS.items()]
    return [Option("", "Any time", state.days.preset is None), *presets]


def sort_options(state: EncounterListState, offered: Sequence[Order]) -> list[Option]:
    return [
        Option(Sort(order, direction).key, words, state.sort == Sort(order, direction))
        for (order, direction), words in SORT_WORDS.items()
        if order in offered
    ]


def sort_words(state: EncounterListState) -> str:
    return SORT_WORDS[state.sort.order, state.sort.direction]


def active_filters(
    state: EncounterListState, viewer: Viewer, names: Mapping[str, str] | None = None
) -> list[ActiveFilter]:
    """One entry a filter, each with the way to take it off; the order of the toggles."""
    active = [
        ActiveFilter(label, state.but(statuses=_without(state.statuses, status)).url())
        for status, label in STATUS_LABELS.items()
        if status in state.statuses
    ]
    active += [
        ActiveFilter(label, state.but(types=_without(state.types, kind)).url())
        for kind, label in TYPE_LABELS.items()
        if kind in state.types
    ]
    if state.clinician:
        active.append(ActiveFilter(_clinician(state.clinician, names or {}), state.but(clinician="").url()))
    if state.days:
        active.append(ActiveFilter(state.days.label, state.but(days=Days()).url()))
    if state.patient:
        active.append(
            ActiveFilter(f"Patient {discretion.identifier(state.patient, viewer)}", state.but(patient="").url())
        )
    if state.text:
        active.append(ActiveFilter(discretion.search(state.text, viewer), state.but(text="").url()))
    return active


def more_filters(state: EncounterListState) -> int:
    """How many filters are set behind the word “More filters”."""
    return len(state.types) + bool(state.clinician) + bool(state.days)


def headers(state: EncounterListState, offered: Sequence[Order]) -> list[Header]:
    columns = [*COLUMNS, *([EXTRA_COLUMNS[state.sort.order]] if state.sort.order in EXTRA_COLUMNS else [])]
    return sorting.headers(columns, state.sort, offered, SORT_WORDS, lambda sort: state.but(sort=sort).url())


def extra_column(state: EncounterListState) -> str:
    """The key of the column that stands there only because the list is sorted by it, or ""."""
    column = EXTRA_COLUMNS.get(state.sort.order)
    return column.key if column else ""


def _clinician(user: str, names: Mapping[str, str]) -> str:
    return "Assigned to me" if user == ME else names.get(user) or unknown(user)


def _without(words: Sequence[Word], gone: Word) -> tuple[Word, ...]:
    return tuple(word for word in words if word is not gone)
