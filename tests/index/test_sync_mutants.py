"""The tests are tested: each of these faults, put into the real code, is caught by a check that the real code passes.

The faults are those of security.md section 5. A fault is a change of the source itself; where the source has changed so
that a fault no longer fits, its test says so.
"""

import inspect

import pytest

from dashboard.index import writing
from dashboard.index.sync import passes, walking
from tests.index.enumeration import CAPS, Prepared, check, check_broken_off, check_verification, histories, in_memory
from tests.index.fake_list import FakeList, lead
from tests.index.support import new_keeper, same


def with_fault(monkeypatch, module, name, *faults):
    """Put the module's function or class back with other words in it."""
    source = inspect.getsource(getattr(module, name))
    for right, wrong in faults:
        assert source.count(right) == 1, f"{name} does not say this any more: {right}"
        source = source.replace(right, wrong)
    namespace = dict(vars(module))
    exec(compile(source, f"{name} with a fault", "exec"), namespace)
    for user in (module, passes):
        if hasattr(user, name):
            monkeypatch.setattr(user, name, namespace[name])


def one_change(kind, cap="known", kinds=("delete", "update", "late", "insert")):
    """Each one change before each request."""
    prepared = Prepared(kind, CAPS[cap], in_memory)
    for history in histories(prepared.slots(), kinds, 1):
        check(prepared, history)


def one_change_at_every_cap():
    for cap in CAPS:
        one_change("verify", cap, ("delete", "insert"))


def changes_under_a_pass_over_changes():
    one_change("catch_up")


def changes_under_a_verification():
    one_change("verify")


def two_changes_under_a_verification():
    prepared = Prepared("verify", CAPS["known"], in_memory)
    for history in histories(prepared.slots() - 1, ("delete", "insert"), 2):
        check_verification(prepared, history)


def a_crash_anywhere():
    prepared = Prepared("catch_up", CAPS["known"], in_memory)
    for requests in range(1, prepared.slots()):
        check_broken_off(prepared, requests)


def a_row_that_cannot_be_read():
    upstream = FakeList()
    for _ in range(13):
        upstream.add()
        upstream.tick()
    keeper = in_memory(upstream)
    lead(passes.fill(keeper, 5), upstream)
    upstream.unreadable = {sorted(upstream.rows)[6]}
    lead(passes.verify(keeper, 5), upstream)
    assert keeper.interactions == upstream.rows


def two_tenants_with_the_same_ids():
    north, south = FakeList(), FakeList(seed=1)
    for number in range(9):
        for upstream, title in ((north, "north"), (south, "south")):
            upstream.add(title=f"{title} {number}")
            upstream.tick()
    keepers = [new_keeper("north", north), new_keeper("south", south)]
    for keeper, upstream in zip(keepers, (north, south), strict=True):
        lead(passes.fill(keeper, 5), upstream)
    for keeper, upstream in zip(keepers, (north, south), strict=True):
        same(keeper, upstream)


CHECKS = (
    one_change_at_every_cap,
    changes_under_a_pass_over_changes,
    changes_under_a_verification,
    two_changes_under_a_verification,
    a_crash_anywhere,
    a_row_that_cannot_be_read,
    two_tenants_with_the_same_ids,
)


def watermark_per_page(monkeypatch):
    with_fault(
        monkeypatch,
        passes,
        "catch_up",
        (
            "            written += yield from _write(keeper, step)\n",
            "            written += yield from _write(keeper, step)\n            keeper.finish(watermark=newest)\n",
        ),
    )


def strict_compare(monkeypatch):
    monkeypatch.setattr(passes, "LOOK_BACK", 0)
    with_fault(monkeypatch, passes, "_is_below", ("walk.place.frontier < moment", "walk.place.frontier <= moment"))


def no_look_back(monkeypatch):
    monkeypatch.setattr(passes, "LOOK_BACK", 0)


def plain_pages(monkeypatch):
    class Plain(walking.Walk):
        def step(self):
            page = self.place.at // self.size + 2 if self.place.at >= 0 else 1
            ask = walking.Ask(self.sort, self.direction, page, self.size)
            slots = yield ask
            keys = self._keys(slots, self.direction)
            opens, self.place.at = self.place.frontier, (page - 1) * self.size
            self.place.frontier = keys[-1][1] if keys else opens
            ended = len(slots) < self.size
            return walking.Step(slots, opens, None if ended else self.place.frontier, True, (ask,), ended)

    monkeypatch.setattr(passes, "Walk", Plain)


def no_overlap_proof(monkeypatch):
    with_fault(
        monkeypatch,
        walking,
        "Walk",
        ("if page > 1 and not (keys and self._is_known(keys[0][1])):", "if not keys and page > 1:"),
    )


def delete_on_a_short_pass(monkeypatch):
    with_fault(monkeypatch, walking, "Walk", ("if not keys or not self._is_known(keys[-1][1]):", "if not keys:"))


def delete_on_an_unreadable_page(monkeypatch):
    with_fault(monkeypatch, passes, "absent", ("if not step.whole:", "if False:"))


def cap_trusted(monkeypatch):
    with_fault(
        monkeypatch,
        walking,
        "Walk",
        (
            "            if advanced:\n                self._short",
            "            if short and self._served > len(slots):\n"
            "                return Step(slots, keys[0][1], None, True, (ask,), True)\n"
            "            if advanced:\n                self._short",
        ),
    )


def tenant_missing_in_the_key(monkeypatch):
    right = "i.tenant_id = %s AND"
    assert writing._EXISTING.count(right) == 1
    monkeypatch.setattr(writing, "_EXISTING", writing._EXISTING.replace(right, "i.tenant_id <> -%s AND"))


FAULTS = {
    watermark_per_page: a_crash_anywhere,
    strict_compare: changes_under_a_pass_over_changes,
    no_look_back: changes_under_a_pass_over_changes,
    plain_pages: changes_under_a_verification,
    no_overlap_proof: two_changes_under_a_verification,
    delete_on_a_short_pass: one_change_at_every_cap,
    delete_on_an_unreadable_page: a_row_that_cannot_be_read,
    cap_trusted: one_change_at_every_cap,
    tenant_missing_in_the_key: two_tenants_with_the_same_ids,
}


@pytest.mark.django_db
@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_the_real_code_passes_every_check(check):
    check()


@pytest.mark.django_db
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_every_seeded_fault_is_caught(monkeypatch, fault):
    fault(monkeypatch)
    with pytest.raises((AssertionError, passes.WalkFailed)) as caught:
        FAULTS[fault]()
    assert "does not say this any more" not in str(caught.value)
