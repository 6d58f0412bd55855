"""The state of the encounters list: from a URL and back."""

from dataclasses import replace

import pytest
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from corti_gateway.vocabulary import Direction, EncounterStatus, EncounterType
from dashboard.encounters.dates import EARLIEST, LATEST, Days, Of, Preset
from dashboard.encounters.state import SORTS, EncounterListState
from dashboard.listing.controls import SIZES
from dashboard.listing.questions import Order, Sort

DATES = st.dates(EARLIEST, LATEST)
TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), max_size=60)
PLAIN = st.builds(
    EncounterListState,
    tenant=st.just("nordhavn"),
    statuses=st.sets(st.sampled_from(list(EncounterStatus))).map(
        lambda chosen: tuple(status for status in EncounterStatus if status in chosen)
    ),
    types=st.sets(st.sampled_from(list(EncounterType))).map(
        lambda chosen: tuple(kind for kind in EncounterType if kind in chosen)
    ),
    clinician=st.sampled_from(["", "me", "0d9d5c3a-51a4-4f1f-8b7a-1c2d3e4f5a6b", "odd id+&"]),
    days=st.one_of(
        st.just(Days()),
        st.builds(Days, st.sampled_from(Of), st.sampled_from(Preset)),
        st.tuples(DATES, DATES).map(lambda pair: Days(Of.STARTED, None, min(pair), max(pair))),
        DATES.map(lambda day: Days(Of.CREATED, None, day, None)),
        DATES.map(lambda day: Days(Of.STARTED, None, None, day)),
    ),
    sort=st.sampled_from(list(SORTS.values())),
    page=st.integers(1, 10_000),
    size=st.sampled_from(SIZES),
)
# A list is about one patient or about a search, never both.
STATES = st.one_of(
    PLAIN,
    st.builds(lambda state, text: replace(state, patient=text), PLAIN, TEXTS),
    st.builds(lambda state, text: replace(state, text=text), PLAIN, TEXTS),
)


def read(query: str) -> EncounterListState:
    return EncounterListState.read(QueryDict(query), "nordhavn")


@given(STATES)
def test_state_to_url_to_state_is_identity(state):
    path, _, query = state.url().partition("?")
    assert path == "/nordhavn/encounters/"
    assert read(query) == state


@given(STATES)
def test_a_state_has_one_url(state):
    assert read(state.url().partition("?")[2]).url() == state.url()


@given(STATES)
def test_no_url_holds_the_patient(state):
    for marked in (replace(state, patient=f"Canaria{state.patient}"), replace(state, patient="", text="Canaria i")):
        assert "Canaria" not in marked.url()
        assert "Canaria" not in repr(marked)


def test_defaults_are_left_out():
    assert read("status=&sort=-created&page=1&size=25&patient=").url() == "/nordhavn/encounters/"


@pytest.mark.parametrize(
    "query",
    [
        "page=0", "page=-1", "page=1.5", "page=1e9", "page=abc", "page=%D9%A2", "page=2%00", "page=" + "9" * 31,
        "size=0", "size=-1", "size=33", "size=100000", "size=all",
        "sort=name", "sort=__class__", "sort=--created", "sort=patient__tenant", "sort=1;DROP", "sort=-",
        "status=Completed", "status=done", "status=in_progress",
        "type=first-consultation", "type=x", "clinician=a%00b", "clinician=" + "x" * 201, "of=ended", "when=1y",
        "from=2026-02-30", "from=0000-00-00", "to=99999-01-01", "to=2026-1-1", "from=1899-12-31", "to=2201-01-01",
    ],
)  # fmt: skip
def test_an_unknown_value_is_set_aside_and_named(query):
    state = read(query)
    assert state == EncounterListState("nordhavn")
    assert len(state.notices) == 1
    assert "was set aside" in state.notices[0].text


def test_what_is_wrong_takes_nothing_else_along():
    state = read("status=planned&status=nope&sort=updated&size=7&page=3")
    assert state.statuses == (EncounterStatus.PLANNED,)
    assert state.sort == Sort(Order.UPDATED, Direction.ASC)
    assert (state.page, state.size, len(state.notices)) == (3, 25, 2)


@pytest.mark.parametrize(
    "query", ["patient=PT-0042", "patient=AAAA", "patient=%ff", "patient=" + "A" * 5000, "q=anna", "q=" + "A" * 5000]
)
def test_a_patient_in_clear_or_a_broken_seal_is_no_patient(query):
    state = read(query)
    assert state.unreadable
    assert state.patient == state.text == ""


def test_days_the_wrong_way_round_are_exchanged_and_it_is_said():
    state = read("from=2026-11-09&to=2026-11-03")
    assert (str(state.days.first), str(state.days.last)) == ("2026-11-03", "2026-11-09")
    assert len(state.notices) == 1


def test_days_are_those_of_the_viewer(viewer):
    span = read("from=2026-10-25&to=2026-10-25").question(viewer).created
    # The day that summer time ends in Copenhagen has 25 hours.
    assert (f"{span.begin:%d %H:%M}", f"{span.end:%d %H:%M}") == ("24 22:00", "25 23:00")
    span = read("of=started&when=7d").question(viewer).started
    assert (f"{span.begin:%d %H:%M}", f"{span.end:%d %H:%M}") == ("13 23:00", "20 23:00")
    assert read("when=7d").question(viewer).created.end is None, "nothing is created after today"


def test_a_patient_wins_over_a_search():
    both = replace(EncounterListState("nordhavn"), patient="PT-1").url().partition("?")[2]
    search = replace(EncounterListState("nordhavn"), text="anna").url().partition("?")[2]
    assert (read(f"{both}&{search}").patient, read(f"{both}&{search}").text) == ("PT-1", "")


def test_a_number_past_all_lists_is_clamped():
    assert read("page=99999999999").page == 1_000_000_000


def test_two_hundred_repeats_are_one():
    assert read("&".join(["status=planned"] * 200)).statuses == (EncounterStatus.PLANNED,)


def test_a_change_returns_to_page_one_and_a_page_keeps_the_rest():
    state = read("status=planned&page=7&size=50")
    assert state.but(size=10).page == 1
    assert state.but(page=8) == read("status=planned&page=8&size=50")


def test_all_sixty_four_choices_of_statuses_ask_the_right_question(viewer):
    for chosen in range(64):
        statuses = tuple(status for bit, status in enumerate(EncounterStatus) if chosen >> bit & 1)
        query = "&".join(f"status={status.value}" for status in statuses)
        assert read(query).question(viewer).statuses == statuses
