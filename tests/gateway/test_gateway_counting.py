"""Exact totals of a list that tells none, and what they cost."""

import math

import pytest
from gateway_fakes import NumberSource
from hypothesis import example, given
from hypothesis import strategies as st

from corti_gateway.counting import count
from corti_gateway.queries import InteractionQuery

QUERY = InteractionQuery()


def test_every_total_up_to_a_thousand_is_exact_and_cheap() -> None:
    for total in range(1001):
        source = NumberSource(total)
        found = count(source, QUERY)
        assert found.total == total
        assert found.calls == source.calls
        assert found.calls <= 2 * math.log2(max(total, 1)) + 2, total


@pytest.mark.parametrize("total", [999_900, 999_999, 1_000_000, 1_000_001, 620_000])
def test_a_million_rows_are_counted_in_24_calls(total: int) -> None:
    found = count(NumberSource(total), QUERY)
    assert found.total == total
    assert found.calls <= 24


@pytest.mark.parametrize("known", [1, 37, 99, 100, 101, 5_000, 1_000_000])
@pytest.mark.parametrize("moved", [-20, -3, 0, 3, 20])
def test_a_known_total_that_moved_little_costs_one_call(known: int, moved: int) -> None:
    total = max(known + moved, 0)
    source = NumberSource(total)
    source.sizes.saw(100)
    found = count(source, QUERY, known=known)
    assert found.total == total
    assert found.calls == 1


@given(
    total=st.integers(0, 30_000),
    known=st.one_of(st.none(), st.integers(0, 60_000)),
    cap=st.one_of(st.none(), st.integers(1, 120)),
    offsets=st.sampled_from(["asked", "served"]),
    proven=st.booleans(),
)
@example(total=51, known=None, cap=50, offsets="served", proven=False)
def test_totals_are_exact_whatever_was_known_and_whatever_the_cap(
    total: int, known: int | None, cap: int | None, offsets: str, proven: bool
) -> None:
    source = NumberSource(total, cap=cap, offsets=offsets)
    if proven:
        source.sizes.saw(min(total, cap or 100, 100))
    assert count(source, QUERY, known=known).total == total
