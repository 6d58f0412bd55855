"""True pages: what follows is known exactly, and short pages are not taken for the end."""

from dataclasses import replace

import pytest
from gateway_fakes import FakeSource, a_row
from hypothesis import given
from hypothesis import strategies as st

from corti_gateway.errors import ServerFailed
from corti_gateway.models import InteractionPage
from corti_gateway.paging import cover, fold, read_window
from corti_gateway.queries import InteractionQuery
from corti_gateway.reading import Reading

ROWS = [a_row(number) for number in range(130)]


@given(
    total=st.integers(0, 130),
    size=st.integers(1, 60),
    page=st.integers(1, 9),
    cap=st.one_of(st.none(), st.integers(1, 70)),
    offsets=st.sampled_from(["asked", "served"]),
)
def test_a_page_holds_its_rows_and_knows_whether_more_follow(
    total: int, size: int, page: int, cap: int | None, offsets: str
) -> None:
    rows = ROWS[:total]
    source = FakeSource(rows, cap=cap, offsets=offsets)
    query = InteractionQuery(page=page, page_size=size)
    expected = [row["id"] for row in source.matching(query)][(page - 1) * size : page * size]
    # The second time with what the first time taught.
    for _ in range(2):
        window = read_window(Reading(source), query)
        assert [slot.id for slot in window.slots if slot] == expected
        assert window.has_next is (total > page * size)


def test_a_full_page_costs_two_calls() -> None:
    reading = Reading(FakeSource(ROWS))
    assert read_window(reading, InteractionQuery(page=2, page_size=25)).has_next
    assert reading.calls == 2


def test_a_short_last_page_of_a_proven_size_costs_two_calls() -> None:
    source = FakeSource(ROWS)
    source.sizes.saw(25)
    reading = Reading(source)
    window = read_window(reading, InteractionQuery(page=6, page_size=25))
    assert (len(window.slots), window.has_next, reading.calls) == (5, False, 2)


def test_a_cap_is_learned_once() -> None:
    source = FakeSource(ROWS, cap=20)
    read_window(Reading(source), InteractionQuery(page_size=50))
    assert source.sizes.cap == 20
    again = Reading(source)
    assert len(read_window(again, InteractionQuery(page_size=50)).slots) == 50
    assert again.calls == 3


def test_a_page_that_takes_the_api_too_long_is_read_in_halves() -> None:
    class Slow(FakeSource):
        def list_interactions(self, query: InteractionQuery, *, deadline: object = None) -> InteractionPage:
            if query.page_size > 30:
                raise ServerFailed("time is up", status=504)
            return super().list_interactions(query)

    source = Slow(ROWS)
    for page in (1, 2, 3):
        window = read_window(Reading(source), InteractionQuery(page=page, page_size=51))
        expected = source.matching(InteractionQuery())[(page - 1) * 51 : page * 51]
        assert [slot.id for slot in window.slots if slot] == [row["id"] for row in expected]
    slower = Slow(ROWS)
    with pytest.raises(ServerFailed):
        read_window(Reading(slower), InteractionQuery(page_size=100))
    assert slower.sizes.cap is None


def test_rows_served_beyond_the_page_are_left_to_the_next() -> None:
    class Generous(FakeSource):
        def list_interactions(self, query: InteractionQuery, *, deadline: object = None) -> InteractionPage:
            page = super().list_interactions(query)
            more = super().list_interactions(replace(query, page=query.page + 1))
            return replace(page, interactions=page.interactions + more.interactions)

    window = read_window(Reading(Generous(ROWS)), InteractionQuery(page_size=10))
    assert len(window.slots) == 10


@given(first=st.integers(1, 10_000), length=st.integers(1, 100), largest=st.integers(1, 100))
def test_a_cover_holds_the_whole_window(first: int, length: int, largest: int) -> None:
    last = first + length - 1
    size, pages = cover(first, last, largest)
    assert size <= largest
    assert (pages[0] - 1) * size < first
    assert pages[-1] * size >= last
    assert pages == list(range(pages[0], pages[-1] + 1))


def test_repeats_are_folded_and_counted() -> None:
    window = read_window(Reading(FakeSource([ROWS[0], ROWS[1], ROWS[1]])), InteractionQuery())
    slots, folded = fold(window.slots)
    assert (len(slots), folded) == (2, 1)
