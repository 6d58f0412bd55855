"""Real ``manage.py follow`` processes against a real service and a real database: killed, paused, lied to."""

import os
import random
import signal
import time

import pytest
from django.core.management import call_command

from corti_gateway.sandbox import Sandbox
from dashboard.index.moments import now
from tests.index import oracle
from tests.index.world import Database, World, tenant

pytestmark = pytest.mark.slow
# More of them at night.
KILLS = int(os.environ.get("FOLLOWER_KILLS", "15"))
FAULTY_SECONDS = float(os.environ.get("FOLLOWER_FAULTY_SECONDS", "12"))
LEASE = 5.0


@pytest.fixture
def size():
    return 1_200


@pytest.fixture
def events():
    """Changes a minute that happen by themselves."""
    return 0


@pytest.fixture
def variables():
    return {}


@pytest.fixture
def world(tmp_path, django_db_blocker, size, events, variables):
    with (
        django_db_blocker.unblock(),
        Sandbox([tenant(size)], live=events > 0, events_per_minute=events or 1) as sandbox,
    ):
        database = Database(tmp_path)
        database.connect()
        call_command("migrate", verbosity=0)
        running = World(tmp_path, sandbox, database, **variables)
        try:
            yield running
        finally:
            running.end()
            database.drop()


def deaths(world, count, rng=random):
    """Rows go as nothing announces it."""
    for row in rng.sample(world.rows(), count):
        world.store.remove(row)


def changes(world, count, rng=random):
    for row in rng.sample(world.rows(), count):
        moment = time.time_ns() // 1000 * 1000
        world.store.change(row, title=f"Changed {rng.random()}", updated=moment, recorded=moment)


# --- Following -----------------------------------------------------------------------------------------------------


def test_it_fills_and_follows_changes_and_finds_what_is_gone(world):
    world.follow()
    world.becomes_true()
    changes(world, 30)
    world.becomes_true(10)
    deaths(world, 3)
    # Nothing else happens, so they are missed when the rows are counted, once a minute; a verification is sooner.
    changes(world, 1)
    world.becomes_true(10)
    assert world.index().last_error == ""


def test_a_service_put_back_to_an_earlier_state_is_noticed_by_itself(world):
    """As many rows go as come, under old stamps: neither changes nor counts tell."""
    world.follow()
    world.becomes_true()
    world.until(lambda index: index.verified)
    for row in random.Random(1).sample(world.rows(), 50):
        world.store.remove(row)
        row.id = f"{random.getrandbits(32):08x}-0000-4000-8000-000000000000"
        row.identifier += "-restored"
        world.store.add(row)
    changes(world, 1)
    world.becomes_true(30)


@pytest.mark.parametrize("variables", [{"CORTI_NORTH_INDEX": "off"}])
def test_where_the_index_is_off_nothing_at_all_is_stored(world):
    assert world.follow().wait(30) == 0
    assert world.index() is None
    assert all(not oracle.rows(f"SELECT 1 FROM index_{table}") for table in oracle.TABLES)
    assert world.tenant.stats.calls() == 0


@pytest.mark.parametrize("events", [600])
def test_it_follows_a_tenant_where_something_happens_all_the_time(world):
    world.follow()
    world.until(lambda index: index.stage == "following")
    time.sleep(5)
    world.sandbox._lives.clear()
    world.becomes_true(20)


# --- Several followers ---------------------------------------------------------------------------------------------


def test_one_of_two_works_and_the_other_takes_over_within_seconds_of_a_kill(world):
    first = world.follow()
    world.holder(first)
    second = world.follow()
    world.becomes_true()
    time.sleep(2)
    assert world.index().holder.endswith(f":{first.pid}"), "it was not taken from who has it"
    first.kill()
    killed = time.monotonic()
    world.holder(second, LEASE + 5)
    assert time.monotonic() - killed < LEASE + 3
    changes(world, 10)
    world.becomes_true(10)


def test_a_follower_that_was_stopped_writes_nothing_when_it_wakes(world):
    first = world.follow()
    world.holder(first)
    world.until(lambda index: index.rows > 0)
    world.pause(first)
    second = world.follow()
    world.holder(second)
    world.becomes_true()
    fence = world.index().fence
    before = oracle.snapshot(world.index().pk)
    first.send_signal(signal.SIGCONT)
    time.sleep(3)
    assert (world.index().fence, oracle.snapshot(world.index().pk)) == (fence, before)
    # PostgreSQL has ended its session if it fell asleep within a transaction.
    told = ("another process follows now", "the database does not answer")
    log = world.folder / "follow-0.log"
    world.until(lambda index: any(words in log.read_text() for words in told))
    changes(world, 5)
    world.becomes_true(10)


def test_a_follower_that_is_told_to_end_lets_others_have_it_at_once(world):
    first = world.follow()
    world.until(lambda index: index.rows > 0)
    # Even while it waits for an answer that does not come.
    world.tenant.faults.set("hang", seconds=20)
    time.sleep(0.5)
    first.terminate()
    began = time.monotonic()
    world.until(lambda index: index.holder == "" and index.held_until == 0, 3)
    assert time.monotonic() - began < 2
    assert first.wait(30) == 0


# --- Killed --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [4_000])
def test_killed_at_any_moment_nothing_is_lost_and_nothing_counted_twice(world):
    """In the middle of filling, catching up, hunting and verifying, one after the other."""
    rng = random.Random(int(os.environ.get("FOLLOWER_SEED", "1")))
    stages = []
    # Slow at first, so that it is killed while it fills.
    world.tenant.faults.set("latency", ms=200)
    for number in range(KILLS):
        process = world.follow()
        world.holder(process)
        if number < KILLS // 3:
            world.until(lambda index: index.stage != "empty")
        else:
            world.tenant.faults.clear()
            world.until(lambda index: index.stage == "following")
        stages.append(world.index().stage)
        if stages[-1] == "following":
            changes(world, rng.randint(0, 40), rng)
            deaths(world, rng.randint(0, 4), rng)
            world.change(verify_wanted=rng.random() < 0.6)
        time.sleep(rng.uniform(0.0, 0.8))
        world.kill(process)
        oracle.check(world.index().pk)
        # Every fifth time the lease runs out by itself.
        if number % 5:
            world.change(held_until=0)
    world.follow()
    world.change(verify_wanted=True)
    world.becomes_true(90)
    assert {"filling", "following"} <= set(stages)


# --- Lied to -------------------------------------------------------------------------------------------------------

FAULTS = [
    ("status", {"status": 500}), ("status", {"status": 503}), ("status", {"status": 504}),
    ("status", {"status": 429, "retry_after": 1}), ("reset", {}), ("drip", {"ms": 50, "bytes": 200}),
    ("hang", {"seconds": 1}), ("page_cap", {"cap": 20}), ("page_cap", {"cap": 7, "offsets": "served"}),
    ("duplicates", {"where": "page"}), ("duplicates", {"where": "pages"}), ("damage", {"rows": [0, 5]}),
    ("damage", {"kind": "no_id", "rows": [1]}), ("damage", {"kind": "null_row", "rows": [3]}),
    ("shuffle", {"sort": "ties"}), ("shuffle", {"sort": "id"}), ("shuffle", {"sort": "updatedAt"}), ("nulls", {}),
    ("token_life", {"seconds": 1}), ("refuse_tokens", {}), ("extra_rows", {}), ("body", {"kind": "malformed"}),
    ("body", {"kind": "html"}), ("body", {"kind": "list"}), ("body", {"kind": "wrong_key"}), ("short", {}),
    ("short", {"length": False}), ("latency", {"ms": 150}), ("ignore_sort", {}), ("drop", {}),
]  # fmt: skip


@pytest.mark.parametrize(("size", "events"), [(900, 300)])
def test_a_moving_and_failing_service_leaves_a_true_index_once_it_is_calm(world):
    rng = random.Random(int(os.environ.get("FOLLOWER_SEED", "2")))
    world.follow()
    world.until(lambda index: index.rows > 0)
    end, fewest, met = time.monotonic() + FAULTY_SECONDS, 1_000_000, []
    while time.monotonic() < end:
        name, options = rng.choice(FAULTS)
        met.append(name)
        world.tenant.faults.set(name, **options)
        if rng.random() < 0.4:
            changes(world, 3, rng)
            deaths(world, 1, rng)
        time.sleep(rng.uniform(0.1, 1.2))
        index = world.index()
        if index.stage == "following":
            fewest = min(fewest, index.rows)
        if rng.random() < 0.5:
            world.tenant.faults.clear()
            time.sleep(rng.uniform(0, 0.6))
    world.tenant.faults.clear()
    world.sandbox._lives.clear()
    assert fewest >= 0.9 * 850, f"rows went that were only not shown: {fewest}"
    # The circuit closes half a minute later at most, and what does not add up is noticed by three hunts, one a minute
    # where nothing happens: both pass at once here.
    world.soon()
    world.change(verify_wanted=True)
    world.becomes_true(90)


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("nulls", {}),
        ("body", {"kind": "empty"}),
        ("body", {"kind": "object"}),
        ("body", {"kind": "wrong_key"}),
        ("page_cap", {"cap": 3}),
        ("ignore_sort", {}),
        ("duplicates", {"where": "pages"}),
        ("damage", {"kind": "no_id", "rows": "all"}),
        ("shuffle", {"sort": "id"}),
        ("short", {"length": False}),
    ],
    ids=lambda value: value if isinstance(value, str) else "-".join(map(str, value.values())),
)
@pytest.mark.parametrize("size", [300])
def test_a_lie_deletes_nothing(world, name, options):
    world.follow()
    world.becomes_true()
    world.until(lambda index: index.verified)
    world.tenant.faults.set(name, **options)
    world.change(verify_wanted=True)
    seen = world.index().calls
    world.until(lambda index: index.calls > seen + 3, 20)
    time.sleep(3)
    assert world.index().rows == len(world.rows())
    world.tenant.faults.clear()
    world.soon()
    changes(world, 1)
    world.becomes_true(30)


@pytest.mark.parametrize("size", [300])
def test_much_that_is_gone_at_once_waits_until_a_second_look_agrees(world):
    world.follow()
    world.becomes_true()
    world.until(lambda index: index.verified)
    before = world.index().verified
    deaths(world, 100)
    world.change(verify_wanted=True)
    world.until(lambda index: index.verified > before)
    index = world.index()
    assert (index.rows, index.waiting) == (300, 100)
    status = world.manage("index", "status").stdout
    assert "Waiting to be deleted" in status
    # A minute later, which passes at once here.
    world.change(verified=index.verified - 61_000_000)
    world.becomes_true(20)
    assert world.index().waiting == 0


# --- Polite --------------------------------------------------------------------------------------------------------


def arrivals(world):
    return [call.at for call in world.tenant.stats.log]


@pytest.mark.parametrize(("size", "variables"), [(3_000, {"CORTI_NORTH_INDEX_CALLS": "60"})])
def test_it_asks_no_more_than_the_tenant_allows(world):
    """30 pages at 60 calls a minute: half of them may be there after half a minute, and no more."""
    world.follow()
    world.until(lambda index: index.rows > 0)
    time.sleep(20)
    calls = len(arrivals(world))
    assert 60 / 60 * 20 * 0.5 <= calls <= 60 * (20 + 5) / 60 + 30, calls


@pytest.mark.parametrize("size", [100])
def test_a_busy_service_is_left_alone_for_as_long_as_it_asks(world):
    world.follow()
    world.becomes_true()
    world.tenant.stats.reset()
    world.tenant.faults.set("status", status=429, retry_after=6)
    world.until(lambda index: index.failures > 0)
    time.sleep(5)
    assert len(arrivals(world)) <= 4, "one refused call, asked again at most by the gateway"


@pytest.mark.parametrize("size", [100])
def test_nobody_looking_makes_it_ask_less(world):
    world.follow()
    world.becomes_true()
    world.until(lambda index: index.verified and not index.verify_wanted)
    time.sleep(1)
    world.change(looked_at=now())
    time.sleep(1.5)
    world.tenant.stats.reset()
    time.sleep(4)
    looked = len(arrivals(world))
    world.change(looked_at=0)
    time.sleep(1.5)
    world.tenant.stats.reset()
    time.sleep(4)
    assert looked >= 8
    assert len(arrivals(world)) <= 1
    # Whoever comes then need not wait a minute for fresh rows.
    world.change(looked_at=now())
    time.sleep(2.5)
    assert len(arrivals(world)) >= 3
