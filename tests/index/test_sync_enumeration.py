"""Every small history of a list of 13 rows that is read in pages of at most five (security.md 4.5).

In memory (memory_keeper.py, a stand-in; walks and passes are the real ones): every one change before every request of
every pass at four caps, every two changes that move rows in the order of ids under a verification, and a seeded sample
of two changes of every kind under every pass; every place to break a pass off. On the database: every one change at one
cap, and a seeded sample of one and two changes at all four.
"""

import random

import pytest

from dashboard.index.sync import hunting, passes
from tests.index.enumeration import (
    CAPS,
    Prepared,
    check,
    check_broken_off,
    check_verification,
    copy_of,
    histories,
    in_memory,
    on_database,
)  # fmt: skip
from tests.index.fake_list import FakeList, lead

KINDS = {
    "fill": ("delete", "update", "late", "insert"),
    "catch_up": ("delete", "update", "late", "insert"),
    "verify": ("delete", "update", "late", "insert"),
}
every_pass = pytest.mark.parametrize("kind", KINDS)
every_cap = pytest.mark.parametrize("cap", CAPS)


@every_cap
@every_pass
def test_one_change_before_any_request_loses_nothing(kind, cap):
    prepared = Prepared(kind, CAPS[cap], in_memory)
    failed = [check(prepared, history) for history in histories(prepared.slots(), KINDS[kind], 1)]
    assert len(failed) > 150
    assert not any(failed)


@every_cap
def test_no_two_changes_under_a_verification_lose_anything(cap):
    prepared = Prepared("verify", CAPS[cap], in_memory)
    cases = 0
    for history in histories(prepared.slots() - 1, ("delete", "insert"), 2):
        check_verification(prepared, history)
        cases += 1
    assert cases > 2_000


@every_cap
@every_pass
def test_two_changes_of_every_kind_lose_nothing(kind, cap):
    prepared = Prepared(kind, CAPS[cap], in_memory)
    every = list(histories(prepared.slots(), KINDS[kind], 2))
    sample = random.Random(f"{kind} {cap}").sample(every, 1_000)
    failed = [check(prepared, history) for history in sample]
    assert sum(map(bool, failed)) <= len(failed) * 0.01


@pytest.mark.django_db
@every_pass
def test_one_change_before_any_request_loses_nothing_on_the_database(kind):
    prepared = Prepared(kind, CAPS["known"], on_database)
    for history in histories(prepared.slots(), KINDS[kind], 1):
        check(prepared, history)


@pytest.mark.django_db
@every_cap
@every_pass
def test_changes_of_every_kind_lose_nothing_on_the_database(kind, cap):
    prepared = Prepared(kind, CAPS[cap], on_database)
    every = list(histories(prepared.slots(), KINDS[kind], 1))
    every += random.Random(cap).sample(list(histories(prepared.slots(), KINDS[kind], 2)), 200)
    for history in random.Random(kind).sample(every, 60):
        check(prepared, history)


@every_cap
@every_pass
def test_a_pass_that_is_broken_off_anywhere_loses_nothing(kind, cap):
    prepared = Prepared(kind, CAPS[cap], in_memory)
    for requests in range(1, prepared.slots()):
        check_broken_off(prepared, requests)


@pytest.mark.django_db
@every_pass
def test_a_pass_that_is_broken_off_anywhere_loses_nothing_on_the_database(kind):
    prepared = Prepared(kind, CAPS["silent, offsets as served"], on_database)
    for requests in range(1, prepared.slots()):
        check_broken_off(prepared, requests)


@pytest.mark.parametrize("cap", range(5, 9))
@pytest.mark.parametrize("by_served", [True, False])
def test_a_still_list_of_any_length_is_read_to_its_end(cap, by_served):
    """Up to 59 rows: no page of up to five rows reaches over position 60."""
    for rows in range(60):
        upstream = FakeList(cap=cap, by_served=by_served)
        for _ in range(rows):
            upstream.add()
            upstream.tick()
        for asked in range(cap, cap + 5):
            keeper = in_memory(upstream)
            lead(passes.fill(keeper, asked), upstream)
            assert keeper.interactions == upstream.rows, (rows, asked)
            lead(passes.verify(keeper, asked), upstream)
            assert keeper.interactions == upstream.rows, (rows, asked)


def test_a_place_that_no_page_reaches_over_is_told_and_not_tried_for_ever():
    upstream = FakeList(cap=5)
    for _ in range(70):
        upstream.add()
    with pytest.raises(passes.Tied):
        lead(passes.verify(in_memory(upstream), 5), upstream)


@pytest.mark.parametrize("rows", [4, 9, 16, 23, 40])
def test_every_one_and_every_two_rows_that_are_gone_are_hunted_down(rows):
    upstream = FakeList(cap=8)
    for _ in range(rows):
        upstream.add()
        upstream.tick()
    full = in_memory(upstream)
    lead(passes.fill(full, 8), upstream)
    keys = sorted(upstream.rows)
    for gone in {(one, other) for one in keys for other in keys}:
        now, keeper = copy_of(upstream), full.copy()
        for key in set(gone):
            now.delete(key)
        outcome = lead(hunting.hunt(keeper, 8), now)
        assert keeper.interactions == now.rows, gone
        assert outcome.removed == len(set(gone))
        assert outcome.open == 0
