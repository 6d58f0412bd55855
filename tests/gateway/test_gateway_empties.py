"""When null may be taken for an empty list."""

import threading
import time

import pytest

from corti_gateway.deadline import Deadline
from corti_gateway.empties import NullRule
from corti_gateway.errors import TimedOut, UnreadableAnswer


@pytest.mark.parametrize(("far_is_null", "first_is_real"), [(False, True), (True, False), (False, False)])
def test_null_without_both_proofs_is_unreadable_and_not_asked_about_again(
    far_is_null: bool, first_is_real: bool
) -> None:
    asked = []
    rule = NullRule()
    for _ in range(2):
        with pytest.raises(UnreadableAnswer, match="not proven"):
            rule.check(lambda: not asked.append("far") and far_is_null, lambda: first_is_real, Deadline.after(1))
    assert asked == ["far"]


def test_a_proof_is_asked_for_once_and_overturned_by_an_empty_list() -> None:
    asked = []
    rule = NullRule()
    for _ in range(3):
        rule.check(lambda: not asked.append("far"), lambda: not asked.append("first"), Deadline.after(1))
    assert asked == ["far", "first"]
    rule.lists_are_empty = True
    with pytest.raises(UnreadableAnswer, match=r"\[\]"):
        rule.check(lambda: True, lambda: True, Deadline.after(1))


def test_nobody_waits_beyond_the_deadline_for_the_proof_of_another() -> None:
    rule = NullRule()
    end = threading.Event()
    asking = threading.Thread(
        target=rule.check, args=(lambda: end.wait(5), lambda: True, Deadline.after(5)), daemon=True
    )
    asking.start()
    while not rule.lock.locked():
        time.sleep(0.01)
    started = time.monotonic()
    with pytest.raises(TimedOut):
        rule.check(lambda: True, lambda: True, Deadline.after(0.1))
    assert time.monotonic() - started < 1
    end.set()
    asking.join()
    rule.check(lambda: False, lambda: False, Deadline.after(1))
