"""Several calls of one view at the same time: together, or apart."""

import contextvars
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial

import pytest

from corti_gateway.deadline import Deadline
from corti_gateway.errors import GatewayError, NotFound, TimedOut, Unreachable
from corti_gateway.parallel import THREADS, _pools, apart, finish, together

TENANT = "apartville"
MISSING, DOWN = NotFound("not there"), Unreachable("down")


@pytest.fixture(autouse=True)
def _no_call_is_left_behind() -> Iterator[None]:
    yield
    finish(TENANT)


def failing(error: Exception) -> str:
    raise error


def saying(word: str) -> str:
    return word


def all_apart(*calls: Callable[[], str], seconds: float = 5.0) -> list[str | GatewayError]:
    return apart(TENANT, Deadline.after(seconds), calls)


def test_each_call_fails_on_its_own_and_in_its_place() -> None:
    results = all_apart(partial(failing, MISSING), partial(saying, "a"), partial(failing, DOWN), partial(saying, "b"))
    assert results == [MISSING, "a", DOWN, "b"]


def test_no_calls_have_no_results() -> None:
    assert all_apart() == []


def test_together_raises_the_first_error_in_the_order_of_the_calls() -> None:
    calls = [partial(saying, "a"), partial(failing, MISSING), partial(failing, DOWN)]
    with pytest.raises(NotFound):
        together(TENANT, Deadline.after(5), calls)


def test_calls_apart_run_at_the_same_time() -> None:
    meeting = threading.Barrier(3, timeout=5)

    def meet() -> str:
        meeting.wait()
        return "met"

    assert all_apart(meet, meet, meet) == ["met"] * 3


def test_a_call_that_does_not_come_in_time_costs_the_others_nothing() -> None:
    released = threading.Event()

    def slow() -> str:
        released.wait(10)
        return "late"

    results = all_apart(partial(saying, "a"), slow, partial(saying, "b"), seconds=0.1)
    released.set()
    assert (results[0], results[2]) == ("a", "b")
    assert isinstance(results[1], TimedOut)
    assert results[1].tenant == TENANT


@pytest.mark.parametrize("place", [0, 1])
def test_a_mistake_of_ours_is_no_result(place: int) -> None:
    calls = [partial(saying, "a"), partial(saying, "b")]
    calls[place] = partial(failing, KeyError("ours"))
    with pytest.raises(KeyError):
        all_apart(*calls)


def test_within_a_call_of_the_pool_they_run_one_after_the_other() -> None:
    def here() -> str:
        return threading.current_thread().name

    def inner() -> tuple[str, list[str | GatewayError]]:
        return here(), all_apart(here, partial(failing, MISSING), here)

    _, (thread, results) = together(TENANT, Deadline.after(5), [inner, inner])
    assert thread != here()
    assert results == [thread, MISSING, thread]


def test_context_variables_go_along() -> None:
    traced = contextvars.ContextVar("traced", default="")
    traced.set("trace-7")
    assert all_apart(traced.get, traced.get) == ["trace-7"] * 2


def test_a_call_that_never_had_its_turn_when_the_gateway_closed_is_an_error_of_ours() -> None:
    let_go, full = threading.Event(), threading.Semaphore(0)

    def occupy() -> None:
        full.release()
        let_go.wait(5)

    def hold() -> None:
        with suppress(GatewayError):
            together("closing", Deadline.after(5), [lambda: None, *[occupy] * THREADS])

    holder = threading.Thread(target=hold)
    holder.start()
    for _ in range(THREADS):
        assert full.acquire(timeout=5)
    caught: list[Exception] = []

    def ask() -> None:
        try:
            together("closing", Deadline.after(5), [lambda: None, lambda: None])
        except Exception as error:
            caught.append(error)

    waiting = threading.Thread(target=ask)
    waiting.start()
    while _pools["closing"]._work_queue.qsize() == 0:
        time.sleep(0.01)
    closing = threading.Thread(target=finish, args=["closing"])
    closing.start()
    waiting.join(5)
    let_go.set()
    for thread in (holder, closing):
        thread.join(5)
    assert [type(error) for error in caught] == [Unreachable]
