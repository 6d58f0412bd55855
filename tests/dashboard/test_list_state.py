"""The state of the encounters list: from a URL and back."""

from dataclasses import replace

import pytest
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from corti_gateway.vocabulary import Direction, EncounterStatus, SortField
from dashboard.encounters.state import SIZES, SORTS, EncounterListState, Sort

STATES = st.builds(
    EncounterListState,
    tenant=st.just("nordhavn"),
    statuses=st.sets(st.sampled_from(list(EncounterStatus))).map(
        lambda chosen: tuple(status for status in EncounterStatus if status in chosen)
    ),
    patient=st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), max_size=60),
    sort=st.sampled_from(list(SORTS.values())),
    page=st.integers(1, 10_000),
    size=st.sampled_from(SIZES),
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
    state = replace(state, patient=f"Canaria{state.patient}")
    assert state.patient not in state.url()
    assert state.patient not in repr(state)


def test_defaults_are_left_out():
    assert read("status=&sort=-created&page=1&size=25&patient=").url() == "/nordhavn/encounters/"


@pytest.mark.parametrize(
    "query",
    [
        "page=0", "page=-1", "page=1.5", "page=1e9", "page=abc", "page=%D9%A2", "page=2%00", "page=" + "9" * 31,
        "size=0", "size=-1", "size=33", "size=100000", "size=all",
        "sort=name", "sort=__class__", "sort=--created", "sort=patient__tenant", "sort=1;DROP", "sort=-",
        "status=Completed", "status=done", "status=in_progress",
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
    assert state.sort == Sort(SortField.UPDATED, Direction.ASC)
    assert (state.page, state.size, len(state.notices)) == (3, 25, 2)


@pytest.mark.parametrize("query", ["patient=PT-0042", "patient=AAAA", "patient=%ff", "patient=" + "A" * 5000])
def test_a_patient_in_clear_or_a_broken_seal_is_no_patient(query):
    state = read(query)
    assert state.unreadable_patient
    assert state.patient == ""


def test_a_number_past_all_lists_is_clamped():
    assert read("page=99999999999").page == 1_000_000_000


def test_two_hundred_repeats_are_one():
    assert read("&".join(["status=planned"] * 200)).statuses == (EncounterStatus.PLANNED,)


def test_a_change_returns_to_page_one_and_a_page_keeps_the_rest():
    state = read("status=planned&page=7&size=50")
    assert state.but(size=10).page == 1
    assert state.but(page=8) == read("status=planned&page=8&size=50")


def test_all_sixty_four_choices_of_statuses_ask_the_right_question():
    for chosen in range(64):
        statuses = tuple(status for bit, status in enumerate(EncounterStatus) if chosen >> bit & 1)
        query = "&".join(f"status={status.value}" for status in statuses)
        assert read(query).query().statuses == statuses
