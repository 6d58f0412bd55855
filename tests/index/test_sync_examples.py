"""Odd days of a list: clocks that err, ties, lists that are emptied or doubled, more deletions than one believes."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest

from corti_gateway.vocabulary import Direction, SortField
from dashboard.index.models import TenantIndex
from dashboard.index.sync import hunting, passes
from dashboard.index.sync.walking import Disordered, WalkFailed
from tests.index import oracle
from tests.index.enumeration import in_memory
from tests.index.fake_list import BEGIN, FakeList, Running, UpstreamFailed, lead, make_interaction
from tests.index.support import new_keeper, same

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def listed(upstream):
    """Thirteen rows, one a tick."""
    for number in range(13):
        upstream.add(title=f"row {number}")
        upstream.tick()
    return upstream


@pytest.fixture
def filled(keeper, listed):
    lead(passes.fill(keeper, 5), listed)
    return keeper


def watermark(keeper):
    return TenantIndex.objects.get(pk=keeper.tenant).watermark


def catch_up(keeper, upstream):
    return lead(passes.catch_up(keeper, 5), upstream)


def verify(keeper, upstream):
    return lead(passes.verify(keeper, 5), upstream)


def broken_off(pass_, upstream, requests):
    running = Running(pass_, upstream)
    for _ in range(requests + 1):
        assert running.step()
    running.drop()


# The watermark (P3, P5).


def test_the_watermark_is_the_newest_change_of_the_first_page(filled, listed):
    listed.tick(20)
    newest = listed.update(sorted(listed.rows)[3])
    listed.tick()
    catch_up(filled, listed)
    assert watermark(filled) == oracle.micros(newest.updated_at)


@pytest.mark.parametrize("requests", [0, 1, 2])
def test_no_watermark_moves_before_the_pass_is_complete(filled, listed, requests):
    for key in sorted(listed.rows)[:9]:
        listed.tick(4)
        listed.update(key)
    before = watermark(filled)
    broken_off(passes.catch_up(filled, 5), listed, requests)
    assert watermark(filled) == before
    listed.failures = 1
    with pytest.raises(UpstreamFailed):
        catch_up(filled, listed)
    assert watermark(filled) == before
    catch_up(filled, listed)
    same(filled, listed)


def test_an_unsorted_answer_moves_no_watermark_and_is_told(filled, listed, monkeypatch):
    before = oracle.snapshot(filled.tenant), watermark(filled)
    monkeypatch.setattr(listed, "ordered", lambda *_: sorted(listed.rows.values(), key=lambda row: row.encounter.title))
    for pass_ in (passes.catch_up, passes.verify):
        with pytest.raises(Disordered):
            lead(pass_(filled, 5), listed)
    assert (oracle.snapshot(filled.tenant), watermark(filled)) == before
    assert filled.state().verify_wanted


def test_an_empty_answer_deletes_nothing_that_the_next_shows(filled, listed):
    """A list that is empty for a moment only."""
    rows, listed.rows = listed.rows, {}
    running = Running(passes.verify(filled, 5), listed)
    running.step()
    running.step()
    listed.rows = rows
    running.finish()
    same(filled, listed)


# Clocks.


def test_a_stamp_from_the_future_hides_nothing(filled, listed):
    keys = sorted(listed.rows)
    listed.update(keys[0], updated_at=listed.now + timedelta(days=3650))
    catch_up(filled, listed)
    assert watermark(filled) <= oracle.micros(listed.now)
    for key in keys[1:]:
        listed.tick()
        listed.update(key, title="later")
    catch_up(filled, listed)
    same(filled, listed)


@pytest.mark.parametrize("ahead", [-2 * HOUR, -HOUR / 6, HOUR / 6, 2 * HOUR])
def test_our_own_clock_may_err(listed, ahead):
    keeper = new_keeper("east", listed, ahead=ahead)
    future = sorted(listed.rows)[0]
    listed.update(future, updated_at=listed.now + timedelta(days=3650))
    lead(passes.fill(keeper, 5), listed)
    catch_up(keeper, listed)
    for key in sorted(listed.rows)[1:]:
        listed.now += timedelta(seconds=1)
        listed.update(key, title="later")
    catch_up(keeper, listed)
    same(keeper, listed)


def test_a_clock_put_back_an_hour_is_made_good_by_a_verification(filled, listed):
    listed.now -= HOUR
    for key in sorted(listed.rows):
        listed.update(key, title="an hour ago")
    listed.add(title="an hour ago")
    catch_up(filled, listed)
    verify(filled, listed)
    same(filled, listed)


def test_a_later_version_with_an_earlier_stamp_is_believed_once_it_was_read_twice(filled, listed):
    key = sorted(listed.rows)[4]
    listed.update(key, title="first")
    catch_up(filled, listed)
    listed.update(key, behind=2, title="second, by a slower clock")
    catch_up(filled, listed)
    same(filled, listed)


def test_an_answer_from_before_takes_nothing_back(filled, listed):
    """A mirror that lags once: the second answer is from the list itself (P4)."""
    key = sorted(listed.rows)[4]
    old = listed.rows[key]
    new = listed.update(key, title="new")
    catch_up(filled, listed)
    running = Running(passes.catch_up(filled, 5), listed)
    running.step()
    listed.rows[key] = old
    running.step()
    assert oracle.local(filled.tenant)[key] == new
    listed.rows[key] = new
    running.finish()
    same(filled, listed)


@pytest.mark.parametrize("year", [1, 2, 1969, 9998, 9999])
def test_stamps_at_the_ends_of_time(keeper, listed, year):
    moment = datetime(year, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)
    for number, part in enumerate(("created_at", "updated_at", "created_at")):
        listed.update(sorted(listed.rows)[number], **{part: moment})
    lead(passes.fill(keeper, 5), listed)
    same(keeper, listed)
    listed.tick()
    listed.update(sorted(listed.rows)[0], updated_at=listed.now, title="now")
    catch_up(keeper, listed)
    verify(keeper, listed)
    same(keeper, listed)


# Ties.


def test_a_list_with_one_stamp_is_filled_by_its_ids_and_followed(keeper, upstream):
    for _ in range(30):
        upstream.add()
    upstream.tick(10)
    lead(passes.fill(keeper, 5), upstream)
    same(keeper, upstream)
    catch_up(keeper, upstream)
    assert keeper.state().verify_wanted, "nobody can tell whether there is more of that stamp"
    verify(keeper, upstream)
    upstream.tick()
    calls = upstream.requests
    catch_up(keeper, upstream)
    state = keeper.state()
    assert not state.verify_wanted, "every row was compared well after that stamp: it must not be wanted for ever"
    assert state.as_of == oracle.micros(upstream.now)
    assert upstream.requests - calls < 8
    upstream.update(sorted(upstream.rows)[7], title="new")
    catch_up(keeper, upstream)
    same(keeper, upstream)


def test_more_rows_of_one_stamp_than_a_page_are_left_to_a_verification(filled, listed):
    listed.tick(10)
    for _ in range(12):
        listed.add()
    before = watermark(filled), filled.state().as_of
    catch_up(filled, listed)
    state = filled.state()
    assert state.verify_wanted
    assert (state.watermark, state.as_of) == before
    verify(filled, listed)
    same(filled, listed)


# Lists that shrink and grow.


@pytest.mark.parametrize("requests", [0, 1, 3, 5])
def test_a_list_that_is_emptied_under_a_verification(filled, listed, requests):
    running = Running(passes.verify(filled, 5), listed)
    for _ in range(requests + 1):
        running.step()
    for key in list(listed.rows):
        listed.delete(key)
    running.finish()
    for _ in range(3):
        verify(filled, listed)
    same(filled, listed)


@pytest.mark.parametrize("kind", ["fill", "catch_up", "verify"])
def test_a_list_that_doubles_under_a_pass(keeper, listed, kind):
    if kind != "fill":
        lead(passes.fill(keeper, 5), listed)
    running = Running(getattr(passes, kind)(keeper, 5), listed)
    running.step()
    running.step()
    for _ in range(13):
        listed.add()
        listed.tick()
    running.finish()
    catch_up(keeper, listed)
    verify(keeper, listed)
    same(keeper, listed)


@pytest.mark.parametrize("left", [0, 1, 60, 1500])
def test_a_verification_finds_its_place_in_a_list_that_lost_most_of_its_rows(left):
    upstream = FakeList(cap=20)
    for _ in range(3000):
        upstream.add()
    keeper = in_memory(upstream)
    keeper.interactions = dict(upstream.rows)
    running = Running(passes.verify(keeper, 20), upstream)
    for _ in range(110):
        running.step()
    for key in sorted(upstream.rows)[left:]:
        upstream.delete(key)
    calls = upstream.requests
    running.finish()
    assert upstream.requests - calls < 150
    # The first of these finds more gone than is believed at once.
    lead(passes.verify(keeper, 20), upstream)
    lead(passes.verify(keeper, 20), upstream)
    assert keeper.interactions == upstream.rows


def test_a_pass_ends_though_the_list_changes_at_every_request(filled, listed):
    """P9: and then it says that a verification is needed, rather than that all is known."""
    oldest_first = iter(range(10_000))

    def stir():
        ordered = listed.ordered(SortField.UPDATED, Direction.DESC)
        listed.now += timedelta(seconds=1)
        listed.update(ordered[-1 - next(oldest_first) % 3].id)

    listed.before = stir
    calls = listed.requests
    for pass_ in (passes.catch_up, passes.verify, hunting.hunt):
        with suppress(WalkFailed):
            lead(pass_(filled, 5), listed, budget=300)
    assert listed.requests - calls < 500
    listed.before = None
    catch_up(filled, listed)
    verify(filled, listed)
    same(filled, listed)


# The brake (P11).


@pytest.fixture
def braked(keeper, upstream):
    """An index of 40 rows, 15 of which are gone upstream."""
    for _ in range(40):
        upstream.add()
        upstream.tick()
    lead(passes.fill(keeper, 5), upstream)
    for key in sorted(upstream.rows)[5:20]:
        upstream.delete(key)
    return keeper


def test_many_rows_gone_at_once_wait_for_a_second_verification(braked, upstream):
    assert verify(braked, upstream).removed == 0
    assert braked.state().waiting == 15
    assert braked.rows() == 40
    assert verify(braked, upstream).removed == 15
    assert braked.state().waiting == 0
    same(braked, upstream)


def test_rows_that_come_back_before_the_second_verification_are_kept(braked, upstream):
    verify(braked, upstream)
    for key in upstream.gone:
        upstream.put(upstream.versions[key][-1])
    verify(braked, upstream)
    assert braked.state().waiting == 0
    same(braked, upstream)


def test_a_few_rows_gone_are_taken_out_at_once(filled, listed):
    for key in sorted(listed.rows)[2:9]:
        listed.delete(key)
    assert verify(filled, listed).removed == 7
    same(filled, listed)


def test_a_hunt_does_not_forget_what_a_verification_under_way_found(filled, listed):
    keys = sorted(listed.rows)
    listed.delete(keys[1])
    broken_off(passes.verify(filled, 5), listed, 3)
    listed.delete(keys[10])
    lead(hunting.hunt(filled, 5), listed)
    verify(filled, listed)
    same(filled, listed)


def test_a_hunt_takes_out_what_is_gone_at_either_end(filled, listed):
    keys = sorted(listed.rows)
    for key in (keys[0], keys[-1]):
        listed.delete(key)
    assert lead(hunting.hunt(filled, 5), listed).removed == 2
    same(filled, listed)


@pytest.mark.parametrize("passes_between", [0, 1, 2, 3, 4, 5, 6])
def test_a_row_that_another_pass_brings_does_not_look_gone(filled, listed, passes_between):
    """Followers look for changes between two requests of a verification."""
    running = Running(passes.verify(filled, 5), listed)
    for _ in range(passes_between):
        running.step()
    while running.outcome is None:
        listed.add(title="brought by another pass")
        catch_up(filled, listed)
        running.step()
        if len(listed.rows) > 24:
            running.finish()
    same(filled, listed)


# As of when (P12).


def test_a_pass_that_goes_on_counts_from_its_first_start(keeper, listed):
    began = listed.now
    broken_off(passes.fill(keeper, 5), listed, 3)
    listed.tick(100)
    lead(passes.fill(keeper, 5), listed)
    assert keeper.state().as_of == oracle.micros(began)
    began = listed.now
    broken_off(passes.verify(keeper, 5), listed, 3)
    listed.tick(100)
    verify(keeper, listed)
    assert keeper.state().verified == oracle.micros(began)


def test_a_pass_over_changes_counts_from_its_start(filled, listed):
    began = listed.now
    listed.before = listed.tick
    catch_up(filled, listed)
    assert filled.state().as_of == oracle.micros(began)


def test_while_filling_everything_after_the_moment_it_names_is_there(keeper, listed):
    running = Running(passes.fill(keeper, 5), listed)
    while running.step():
        here = oracle.check(keeper.tenant)
        covered = keeper.state().covered_from
        assert {key for key, row in listed.rows.items() if oracle.micros(row.created_at) > covered} <= here.keys()


# Rows that the orders of the list say nothing of.


def test_rows_whose_ids_are_no_uuids_are_kept_and_never_taken_for_gone(keeper, listed):
    for number in range(3):
        listed.put(make_interaction(90 + number, id=f"odd-{number}", created_at=BEGIN - HOUR, updated_at=listed.now))
    lead(passes.fill(keeper, 5), listed)
    catch_up(keeper, listed)
    verify(keeper, listed)
    same(keeper, listed)


def test_a_page_without_any_stamp_is_told_and_settled_by_a_verification(filled, listed):
    listed.nulls_first = True
    for key in sorted(listed.rows)[:6]:
        listed.put(make_interaction(1, id=key, updated_at=None))
    with pytest.raises(Disordered):
        catch_up(filled, listed)
    assert filled.state().verify_wanted
    verify(filled, listed)
    same(filled, listed)
