"""One process at a time writes the index of a tenant."""

import sqlite3
import threading
import time

import pytest
from django.db import connection, connections

from dashboard.index import lease as leases
from dashboard.index import writing
from dashboard.index.lease import LeaseLost, acquire
from dashboard.index.models import TenantIndex
from dashboard.index.sync import passes
from dashboard.index.sync.keeping import Keeper
from tests.index import oracle
from tests.index.fake_list import FakeList, Running, lead, make_interaction


def expire(slug="north"):
    TenantIndex.objects.filter(slug=slug).update(held_until=1.0)


@pytest.mark.django_db
def test_only_one_holder_gets_it():
    assert acquire("north", "first")
    assert acquire("north", "second") is None
    assert TenantIndex.objects.get().holder == "first"


@pytest.mark.django_db
def test_every_tenant_has_its_own():
    one, other = acquire("north", "first"), acquire("south", "second")
    assert one.tenant != other.tenant


@pytest.mark.django_db
def test_a_released_lease_can_be_taken_at_once():
    acquire("north", "first").release()
    assert TenantIndex.objects.get().holder == ""
    assert acquire("north", "second")


@pytest.mark.django_db
def test_a_lease_that_nobody_renews_can_be_taken_over():
    first = acquire("north", "first")
    expire()
    second = acquire("north", "second")
    assert second.fence > first.fence
    assert not first.renew()
    first.release()
    assert TenantIndex.objects.get().holder == "second", "a late release takes nothing away"


@pytest.mark.django_db
def test_a_renewed_lease_lasts(monkeypatch):
    first = acquire("north", "first")
    expire()
    assert first.renew()
    assert acquire("north", "second") is None


@pytest.mark.django_db
def test_a_lease_lasts_as_long_as_it_says():
    acquire("north", "first")
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT held_until - {leases.clock()} FROM index_tenantindex")
        (left,) = cursor.fetchone()
    assert leases.LIFE - 2 < left <= leases.LIFE


@pytest.mark.django_db
def test_a_stale_holder_writes_nothing():
    """P8: every way to write."""
    stale = acquire("north", "first")
    keeper = Keeper(stale)
    position = keeper.begin("verify")
    expire()
    acquire("north", "second")
    before = oracle.snapshot(stale.tenant), TenantIndex.objects.values().get()
    ways = (
        lambda: keeper.save([make_interaction(1)]),
        lambda: keeper.save([], position, gone=["a"], number=1),
        lambda: keeper.keep(position),
        lambda: keeper.begin("fill"),
        keeper.number,
        lambda: keeper.finish(watermark=1),
        lambda: keeper.finish(number=1),
        lambda: stale.note(watermark=1),
    )
    for way in ways:
        with pytest.raises(LeaseLost):
            way()
    assert (oracle.snapshot(stale.tenant), TenantIndex.objects.values().get()) == before


@pytest.mark.django_db
def test_a_pass_whose_lease_is_lost_ends_and_the_next_holder_goes_on():
    upstream = FakeList()
    for _ in range(13):
        upstream.add()
        upstream.tick()
    running = Running(passes.fill(Keeper(acquire("north", "first")), 5), upstream)
    for _ in range(4):
        running.step()
    expire()
    keeper = Keeper(acquire("north", "second"))
    with pytest.raises(LeaseLost):
        running.finish()
    lead(passes.fill(keeper, 5), upstream)
    assert oracle.check(keeper.tenant) == upstream.rows


@pytest.mark.django_db
def test_a_transaction_that_fails_leaves_nothing():
    held = acquire("north", "first")

    def fail():
        with held.transaction():
            held.note(writing.apply(held.tenant, [make_interaction(1)]))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert oracle.check(held.tenant) == {}


@pytest.fixture
def on_disk(transactional_db, tmp_path):
    """A database as it is run: the tests' own SQLite, in memory, knows no waiting for a lock."""
    if connection.vendor != "sqlite":
        yield
        return
    mine, settings = connections["default"], connections.settings["default"]
    name = settings["NAME"]
    mine.ensure_connection()
    with sqlite3.connect(tmp_path / "index.sqlite3") as copy:
        mine.connection.backup(copy)
        # As "migrate" leaves it. Of several connections that switch a new file at once, SQLite refuses some at once.
        copy.execute("PRAGMA journal_mode=WAL")
    copy.close()
    settings["NAME"] = str(tmp_path / "index.sqlite3")
    connections["default"] = connections.create_connection("default")
    yield
    connections["default"].close()
    settings["NAME"] = name
    connections["default"] = mine


def in_threads(works):
    """Run each at the same time with a connection of its own; what they answered or raised."""
    gate, answers = threading.Barrier(len(works)), [None] * len(works)

    def run(at, work):
        try:
            gate.wait(10)
            answers[at] = work()
        except Exception as error:
            answers[at] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(at, work)) for at, work in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return answers


@pytest.mark.usefixtures("on_disk")
@pytest.mark.slow
@pytest.mark.parametrize("turn", range(5))
def test_of_many_who_try_at_once_one_gets_it(turn):
    if turn % 2:
        TenantIndex.objects.create(slug="north")
    answers = in_threads([lambda at=at: acquire("north", f"holder {at}") for at in range(6)])
    held = [answer for answer in answers if answer is not None]
    assert len(held) == 1, answers
    assert held[0].fence == TenantIndex.objects.get().fence


@pytest.mark.usefixtures("on_disk")
@pytest.mark.slow
def test_of_two_who_write_at_once_only_the_present_holder_does():
    first = acquire("north", "first")
    expire()
    second = acquire("north", "second")

    def write(lease, first_number):
        keeper = Keeper(lease)
        return sum(keeper.save([make_interaction(first_number + at)]).written for at in range(10))

    answers = in_threads([lambda: write(first, 100), lambda: write(second, 200), lambda: first.renew()])
    assert isinstance(answers[0], LeaseLost)
    assert answers[1:] == [10, False]
    assert len(oracle.check(second.tenant)) == 10


@pytest.mark.usefixtures("on_disk")
@pytest.mark.slow
def test_the_lease_passes_from_hand_to_hand_without_a_torn_row():
    """Four who take over from one another as fast as they can, and write the same rows: every number stays right."""
    acquire("north", "before").release()

    def work(at):
        done = turn = 0
        end = time.monotonic() + 30
        while turn < 4 and time.monotonic() < end:
            lease = acquire("north", f"holder {at}")
            if lease is None:
                time.sleep(0.001)
                continue
            turn += 1
            try:
                keeper = Keeper(lease)
                for number in range(3):
                    keeper.save([make_interaction(number, title=f"holder {at}, turn {turn}")])
                    done += 1
            except LeaseLost:
                pass
            expire()
        return done

    answers = in_threads([lambda at=at: work(at) for at in range(4)])
    assert all(isinstance(answer, int) for answer in answers), answers
    assert sum(answers) > 0
    assert len(oracle.check(TenantIndex.objects.get().pk)) == 3
