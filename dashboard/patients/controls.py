"""What a user can change on the patients list, drawn from its state: every link is the state with one change."""

from dashboard.accounts.viewer import Viewer
from dashboard.index.reading.patients import PatientOrder
from dashboard.listing import discretion, sorting
from dashboard.listing.columns import Header
from dashboard.listing.controls import ActiveFilter, Option
from dashboard.patients import seen
from dashboard.patients.columns import COLUMNS, REMARKS, SORT_WORDS
from dashboard.patients.seen import Seen
from dashboard.patients.state import SORTS, PatientListState, Sort

SEX_LABELS = {"female": "Female", "male": "Male", "other": "Other", "unknown": "Unknown", "not-given": "Not given"}


def sex_toggles(state: PatientListState) -> list[Option]:
    return [Option(word, label, word in state.sexes) for word, label in SEX_LABELS.items()]


def seen_options(state: PatientListState) -> list[Option]:
    return [Option(word.value, label, word is state.seen) for word, label in seen.LABELS.items()]


def sort_options(state: PatientListState) -> list[Option]:
    sorts = (Sort(order, direction) for order, direction in SORT_WORDS)
    return [Option(sort.key, SORT_WORDS[sort.order, sort.direction], sort == state.sort) for sort in sorts]


def sort_words(state: PatientListState) -> str:
    return SORT_WORDS[state.sort.order, state.sort.direction]


def order_remark(state: PatientListState) -> str:
    # Among those who were seen within some days is nobody who never was.
    if state.seen is not Seen.EVER and state.sort.order == SORTS["seen"].order:
        return ""
    return REMARKS.get((state.sort.order, state.sort.direction), "")


def active_filters(state: PatientListState, viewer: Viewer) -> list[ActiveFilter]:
    """One entry a filter, each with the way to take it off."""
    shown = discretion.search(state.text, viewer)
    active = [ActiveFilter(shown, state.but(text="").url())] if state.text else []
    if state.only_open:
        active.append(ActiveFilter("Open encounters", state.but(only_open=False).url()))
    for word, label in SEX_LABELS.items():
        if word in state.sexes:
            rest = tuple(other for other in state.sexes if other != word)
            active.append(ActiveFilter(f"Sex {label.lower()}", state.but(sexes=rest).url()))
    if state.seen is not Seen.EVER:
        active.append(ActiveFilter(f"Seen: {seen.LABELS[state.seen].lower()}", state.but(seen=Seen.EVER).url()))
    return active


def headers(state: PatientListState) -> list[Header]:
    return sorting.headers(
        COLUMNS, state.sort, tuple(PatientOrder), SORT_WORDS, lambda sort: state.but(sort=sort).url()
    )
