"""A page that lacks a status that was asked for: rightly, or because the API left it out."""

from typing import Any

import pytest
from gateway_fakes import FakeSource, a_row, with_status

from corti_gateway.doubting import Doubt, doubt
from corti_gateway.paging import read_window
from corti_gateway.queries import InteractionQuery
from corti_gateway.reading import Reading
from corti_gateway.vocabulary import Direction, EncounterStatus, SortField

DONE, PLANNED, ON_HOLD = EncounterStatus.COMPLETED, EncounterStatus.PLANNED, EncounterStatus.ON_HOLD
OLD = [with_status(a_row(number), PLANNED) for number in range(5)]
NEW = [with_status(a_row(100 + number), DONE) for number in range(40)]
HELD = [with_status(a_row(50), ON_HOLD)]


def judged(source: FakeSource, **changes: Any) -> tuple[Doubt, int]:
    query = InteractionQuery(**{"page_size": 10, "statuses": (DONE, PLANNED), **changes})
    window = read_window(Reading(source), query)
    before = source.calls
    found = doubt(Reading(source), query, window, None)
    return found, source.calls - before


def test_a_page_with_every_status_costs_nothing() -> None:
    assert judged(FakeSource(NEW + OLD), direction=Direction.ASC) == (Doubt.NONE, 0)


@pytest.mark.parametrize("page", [1, 2])
def test_a_status_whose_rows_come_later_costs_one_call(page: int) -> None:
    assert judged(FakeSource(NEW + OLD), page=page) == (Doubt.NONE, 1)


def test_a_status_without_rows_costs_one_call_also_on_the_last_page() -> None:
    source = FakeSource(NEW[:5])
    source.sizes.saw(10)
    assert judged(source) == (Doubt.NONE, 1)


def test_a_status_that_is_rightly_on_an_earlier_page_is_seen_there() -> None:
    found, calls = judged(FakeSource(NEW + OLD), page=3, direction=Direction.ASC)
    assert (found, calls) == (Doubt.NONE, 3)


@pytest.mark.parametrize("page", [1, 2, 3])
def test_rows_that_were_left_out_are_proven(page: int) -> None:
    source = FakeSource(NEW + OLD, honours=False)
    assert judged(source, page=page, direction=Direction.ASC)[0] is Doubt.PROVEN


def test_rows_left_out_of_the_last_page_are_proven() -> None:
    source = FakeSource(NEW[:5] + OLD, honours=False)
    source.sizes.saw(10)
    assert judged(source)[0] is Doubt.PROVEN


def test_a_first_row_between_the_pages_leaves_it_open() -> None:
    # Rightly on page 2, or left out: page 1 and page 4 cannot tell.
    rows = NEW[:15] + [with_status(a_row(200), PLANNED)] + [with_status(a_row(300 + n), DONE) for n in range(25)]
    assert judged(FakeSource(rows), page=4, direction=Direction.ASC)[0] is Doubt.OPEN


def test_equal_keys_leave_it_open() -> None:
    rows = [
        with_status(a_row(n, createdAt=NEW[0]["createdAt"]), word) for n, word in enumerate([PLANNED] + [DONE] * 30)
    ]
    assert judged(FakeSource(rows))[0] is Doubt.OPEN


def test_an_unknown_key_leaves_it_open() -> None:
    assert judged(FakeSource(NEW + OLD), sort=SortField.PATIENT)[0] is Doubt.OPEN


def test_a_row_created_after_the_page_was_read_proves_nothing() -> None:
    source = FakeSource(list(NEW))
    query = InteractionQuery(statuses=(DONE, PLANNED))
    window = read_window(Reading(source), query)
    source.rows.append(with_status(a_row(900), PLANNED))
    assert doubt(Reading(source), query, window, None) is Doubt.NONE


def test_a_rare_status_is_remembered_while_the_page_shows_two_others() -> None:
    mixed = [with_status(row, PLANNED if number % 2 else DONE) for number, row in enumerate(NEW)]
    source = FakeSource(mixed + HELD)
    assert judged(source, statuses=(DONE, PLANNED, ON_HOLD)) == (Doubt.NONE, 1)
    assert judged(source, statuses=(DONE, PLANNED, ON_HOLD)) == (Doubt.NONE, 0)
    # A page of one status is what the failure looks like.
    assert judged(source, statuses=(DONE, ON_HOLD)) == (Doubt.NONE, 1)
    # One patient's rows say nothing about the others'.
    assert judged(source, statuses=(DONE, PLANNED, ON_HOLD), patient="PT-1", page_size=2)[1] == 1
