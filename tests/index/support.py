"""An index under test: its keeper, whose clock is the fake list's, and what is checked of it."""

from datetime import timedelta

from corti_gateway.models import Interaction
from dashboard.index.lease import acquire
from dashboard.index.sync.keeping import Keeper
from tests.index import oracle
from tests.index.fake_list import FakeList


def new_keeper(slug: str, upstream: FakeList, *, ahead: timedelta = timedelta(0)) -> Keeper:
    """The keeper of a new tenant. Its clock may be ahead of the API's, or behind."""
    lease = acquire(slug, "the test")
    assert lease is not None
    return Keeper(lease, clock=lambda: oracle.micros(upstream.now + ahead))


def same(keeper: Keeper, upstream: FakeList) -> dict[str, Interaction]:
    """The index is the list, and everything derived from it is right."""
    have = oracle.check(keeper.tenant)
    wanted = upstream.readable()
    assert have.keys() >= wanted.keys(), f"lost: {sorted(wanted.keys() - have.keys())}"
    assert have.keys() <= wanted.keys() | upstream.unreadable, f"invented: {sorted(have.keys() - wanted.keys())}"
    stale = {key: (have[key], row) for key, row in wanted.items() if have[key] != row}
    assert not stale, f"stale: {stale}"
    return have
