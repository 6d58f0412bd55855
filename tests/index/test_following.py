"""How a follower paces itself, and how it notices by chance what nothing else tells."""

from dataclasses import replace

import pytest

from dashboard.index.following import sampling
from dashboard.index.following.pace import Pace
from dashboard.index.models import TenantIndex
from dashboard.index.sync import passes
from tests.index.fake_list import Running, lead
from tests.index.support import same

SIZE = 5


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


@pytest.mark.parametrize("allowed", [10, 60, 600, 100_000])
def test_no_minute_has_more_calls_than_are_allowed(allowed):
    """As fast as it may, with a rest in between that saves up as much as can be saved."""
    clock, made = Clock(), []
    pace = Pace(allowed, clock)
    while clock.now < 200:
        if 80 < clock.now < 140:
            clock.now = 140
        clock.now += pace.wait_for()
        made.append(clock.now)
    most = max(sum(begin <= at < begin + 60 for at in made) for begin in {*made[:: max(1, len(made) // 200)]})
    assert 0.75 * allowed <= most <= allowed
    assert pace.calls == len(made)


def fill(keeper, upstream, rows):
    for _ in range(rows):
        upstream.tick()
        upstream.add()
    # Everything is older than what the passes over changes still look at.
    upstream.tick(20)
    lead(passes.fill(keeper, SIZE), upstream)
    upstream.add()
    lead(passes.catch_up(keeper, SIZE), upstream)
    keeper.finish(verify_wanted=False)


def samples(keeper, upstream, count=30):
    for _ in range(count):
        lead(sampling.sample(keeper, SIZE), upstream)
    return keeper.state().verify_wanted


def test_an_index_like_the_list_is_no_finding(keeper, upstream):
    fill(keeper, upstream, 60)
    assert not samples(keeper, upstream)
    same(keeper, upstream)


def test_what_happened_just_now_is_no_finding(keeper, upstream):
    """It has a young stamp, so that the next pass over changes brings it."""
    fill(keeper, upstream, 60)
    for key in list(upstream.readable())[::2]:
        upstream.update(key)
    upstream.add()
    assert not samples(keeper, upstream)


def test_one_silent_change_is_mended_where_it_is_met(keeper, upstream):
    fill(keeper, upstream, 60)
    upstream.update(next(iter(upstream.readable())), silently=True, assigned_user_id="somebody else")
    assert not samples(keeper, upstream, 200)
    same(keeper, upstream)


@pytest.mark.parametrize("kind", ["changed", "gone and come"])
def test_many_differences_that_no_stamp_and_no_count_tells_ask_for_a_verification(keeper, upstream, kind):
    fill(keeper, upstream, 60)
    for key, row in list(upstream.readable().items())[::8]:
        if kind == "changed":
            upstream.update(key, silently=True, assigned_user_id="somebody else")
        else:
            upstream.delete(key)
            upstream.put(replace(row, id=f"{key[:-1]}{'f' if key[-1] != 'f' else 'e'}"))
    assert samples(keeper, upstream)
    lead(passes.verify(keeper, SIZE), upstream)
    same(keeper, upstream)


def test_a_tenant_of_a_few_pages_is_verified_at_the_first_difference(keeper, upstream):
    fill(keeper, upstream, 12)
    upstream.update(sorted(upstream.readable())[1], silently=True, assigned_user_id="somebody else")
    assert samples(keeper, upstream)


def test_pages_that_cannot_be_read_say_nothing(keeper, upstream):
    fill(keeper, upstream, 60)
    upstream.unreadable |= set(upstream.readable())
    assert not samples(keeper, upstream)
    assert keeper.rows() == 61


def test_a_filling_that_was_broken_off_before_its_first_page_begins_again(keeper, upstream):
    for _ in range(12):
        upstream.add()
    keeper.begin(passes.FILL, stage="filling")
    lead(passes.fill(keeper, SIZE), upstream)
    same(keeper, upstream)


def test_a_verification_that_is_asked_for_during_another_is_not_forgotten(keeper, upstream):
    fill(keeper, upstream, 30)
    running = Running(passes.verify(keeper, SIZE), upstream)
    for _ in range(4):
        running.step()
    TenantIndex.objects.update(verify_wanted=True)
    running.finish()
    assert keeper.state().verify_wanted
    lead(passes.verify(keeper, SIZE), upstream)
    assert not keeper.state().verify_wanted
