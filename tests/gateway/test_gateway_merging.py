"""Several statuses merged from single ones: the same rows, on the same pages, as one list of all."""

from typing import Any

import pytest
from gateway_fakes import FakeSource, a_row, with_status
from hypothesis import given, settings
from hypothesis import strategies as st

from corti_gateway.merging import cut, merged_window
from corti_gateway.queries import InteractionQuery
from corti_gateway.reading import Reading
from corti_gateway.vocabulary import Direction, EncounterStatus

STATUSES = tuple(EncounterStatus)


@given(
    lists=st.lists(st.lists(st.integers(0, 60), max_size=60).map(sorted), min_size=1, max_size=6),
    share=st.floats(0, 1.2),
)
def test_the_cut_takes_the_first_rows_of_the_merged_list(lists: list[list[int]], share: float) -> None:
    total = sum(map(len, lists))
    target = int(total * share)

    def probe(number: int, rank: int) -> tuple[float, int, int]:
        rows = lists[number]
        return (rows[rank] if rank < len(rows) else float("inf"), number, rank)

    found = cut(len(lists), target, probe, lambda calls: [call() for call in calls], 0)
    merged = sorted((value, number, rank) for number, rows in enumerate(lists) for rank, value in enumerate(rows))
    expected = [sum(number == n for _, n, _ in merged[:target]) for number in range(len(lists))]
    assert sum(found) == target
    assert all(have >= want for have, want in zip(found, expected, strict=True))
    if target <= total:
        assert found == expected


@settings(max_examples=25, deadline=None)
@given(
    words=st.lists(st.sampled_from(STATUSES), max_size=160),
    size=st.sampled_from([1, 3, 10]),
    direction=st.sampled_from(Direction),
    cap=st.sampled_from([None, None, 4]),
    ties=st.booleans(),
)
def test_every_row_is_on_exactly_one_page_and_in_order(
    words: list[EncounterStatus], size: int, direction: Direction, cap: int | None, ties: bool
) -> None:
    rows = [with_status(a_row(number), word) for number, word in enumerate(words)]
    if ties:
        rows = [{**row, "createdAt": "2026-11-03T12:00:00Z"} for row in rows]
    source = FakeSource(rows, honours=False, cap=cap, page_size_max=12)
    asked = (EncounterStatus.COMPLETED, EncounterStatus.PLANNED, EncounterStatus.ON_HOLD)
    query = InteractionQuery(statuses=asked, page_size=size, direction=direction)
    shown: list[Any] = []
    page = 1
    while True:
        window = merged_window(Reading(source), InteractionQuery(query.sort, direction, page, size, asked), None)
        shown += window.slots
        assert len(window.slots) == size or not window.has_next
        if not window.has_next:
            break
        page += 1
    expected = {row["id"] for row in rows if row["encounter"]["status"] in asked}
    assert [row.id for row in shown if row.id in expected] == [row.id for row in shown]
    assert len(shown) == len(expected) == len({row.id for row in shown})
    moments = [row.created_at for row in shown]
    assert moments == sorted(moments, reverse=direction is Direction.DESC)


def test_a_deep_merged_page_costs_calls_by_the_logarithm_of_its_depth() -> None:
    calls = 0

    def probe(number: int, rank: int) -> tuple[int, int]:
        nonlocal calls
        calls += 1
        return (rank * (number + 1), number)

    cut(6, 1_000_000, probe, lambda waiting: [call() for call in waiting], 37)
    assert calls <= 6 * 21


def test_a_merged_page_holds_unreadable_rows_in_their_places() -> None:
    rows = [with_status(a_row(number), STATUSES[number % 2]) for number in range(12)]
    rows[5] = {**rows[5], "id": None, "encounter": rows[5]["encounter"]}
    source = FakeSource([row if row["id"] else {**row, "id": ""} for row in rows], honours=False)
    seen = []
    for page in (1, 2, 3):
        window = merged_window(Reading(source), InteractionQuery(page=page, page_size=4, statuses=STATUSES[:2]), None)
        seen += window.slots
    assert len(seen) == 12
    assert sum(slot is None for slot in seen) == 1


@pytest.mark.parametrize("page", [1, 2])
def test_a_shallow_merged_page_costs_one_call_a_status(page: int) -> None:
    source = FakeSource([with_status(a_row(n), STATUSES[n % 3]) for n in range(300)], honours=False)
    source.sizes.saw(100)
    merged_window(Reading(source), InteractionQuery(page=page, page_size=25, statuses=STATUSES[:3]), None)
    assert source.calls == 3
