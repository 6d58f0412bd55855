"""The token: renewed early, by one thread at a time, and failures remembered for a moment."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from gateway_fakes import a_token, http, rows_answer, serving

from corti_gateway.auth import EARLY, Token, TokenSource
from corti_gateway.deadline import Deadline
from corti_gateway.errors import CredentialsRefused, GatewayError, TimedOut, UnreadableAnswer
from corti_gateway.gateway import CortiGateway
from corti_gateway.queries import InteractionQuery


class Endpoint:
    """A token endpoint without HTTP, and the clock that its tokens live by."""

    def __init__(self, life: Any = 300, pause: float = 0.0) -> None:
        self.life, self.pause = life, pause
        self.answers = threading.Event()
        self.answers.set()
        self.asked = threading.Event()
        self.calls = 0
        self.now = 1000.0
        self.failure: GatewayError | None = None

    def fetch(self, deadline: Deadline) -> dict[str, Any]:
        self.calls += 1
        self.asked.set()
        self.answers.wait(10)
        time.sleep(self.pause)
        if self.failure:
            raise self.failure
        return {"access_token": f"token-{self.calls}", **({} if self.life is None else {"expires_in": self.life})}

    def source(self) -> TokenSource:
        return TokenSource(self.fetch, clock=lambda: self.now)

    @contextmanager
    def being_asked(self, source: TokenSource) -> Iterator[threading.Thread]:
        """A thread that asks for a token and gets no answer before the block ends."""
        self.asked.clear()
        self.answers.clear()
        asking = threading.Thread(target=source.token, args=(in_time(),))
        asking.start()
        assert self.asked.wait(5)
        yield asking
        self.answers.set()
        asking.join()


def at_once(count: int, ask: Callable[[], Any]) -> list[Any]:
    results: list[Any] = []
    start = threading.Barrier(count)

    def run() -> None:
        start.wait()
        try:
            results.append(ask())
        except GatewayError as error:
            results.append(error)

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def in_time() -> Deadline:
    return Deadline.after(5)


def test_fifty_threads_at_expiry_cost_one_token_call() -> None:
    endpoint = Endpoint(pause=0.05)
    source = endpoint.source()
    for calls in (1, 2):
        values = {token.value for token in at_once(50, lambda: source.token(in_time()))}
        assert (endpoint.calls, values) == (calls, {f"token-{calls}"})
        endpoint.now += 301


def test_fifty_threads_over_http_cost_one_token_call(open_gateway: Callable[..., CortiGateway]) -> None:
    with serving(rows_answer()) as server:
        gateway = open_gateway(server.url)
        results = at_once(50, lambda: gateway.list_interactions(InteractionQuery()))
        assert all(not isinstance(result, GatewayError) for result in results)
        assert (server.token_calls, server.api_calls) == (1, 50)


def test_an_early_renewal_keeps_nobody_waiting() -> None:
    endpoint = Endpoint()
    source = endpoint.source()
    source.token(in_time())
    endpoint.now += 201
    with endpoint.being_asked(source) as renewing:
        assert source.token(in_time()).value == "token-1"
        assert renewing.is_alive()
    assert source.token(in_time()).value == "token-2"


@pytest.mark.parametrize(("life", "until"), [(300, 200), (3600, 3600 - EARLY), (30, 20), (3, 2), ("300", 200)])
def test_a_token_is_renewed_before_it_expires(life: Any, until: float) -> None:
    endpoint = Endpoint(life)
    source = endpoint.source()
    source.token(in_time())
    endpoint.now += until - 0.01
    source.token(in_time())
    assert endpoint.calls == 1
    endpoint.now += 0.02
    source.token(in_time())
    assert endpoint.calls == 2


@pytest.mark.parametrize("life", [None, 0, -5, "soon", float("nan"), [], 10**400, True])
def test_an_odd_life_still_gives_a_token_that_is_used(life: Any) -> None:
    endpoint = Endpoint(life)
    source = endpoint.source()
    assert source.token(in_time()) is source.token(in_time())
    endpoint.now += 90_000
    assert source.token(in_time()).value == "token-2"


def test_a_failure_is_remembered_for_two_seconds() -> None:
    endpoint = Endpoint(pause=0.1)
    endpoint.failure = TimedOut("nobody there")
    source = endpoint.source()
    results = at_once(30, lambda: source.token(in_time()))
    assert all(isinstance(result, TimedOut) for result in results)
    assert len({id(result) for result in results}) == 30
    assert endpoint.calls == 1
    endpoint.now += 2.1
    endpoint.failure = None
    assert source.token(in_time()).value == "token-2"


def test_waiting_for_another_threads_renewal_ends_at_the_deadline() -> None:
    endpoint = Endpoint()
    source = endpoint.source()
    with endpoint.being_asked(source) as renewing:
        with pytest.raises(TimedOut):
            source.token(Deadline.after(0.2))
        assert renewing.is_alive()


def test_a_token_that_still_lives_outlasts_a_dead_token_endpoint() -> None:
    endpoint = Endpoint()
    source = endpoint.source()
    source.token(in_time())
    endpoint.now += 250
    endpoint.failure = TimedOut("nobody there")
    assert source.token(in_time()).value == "token-1"
    assert source.token(in_time()).value == "token-1"
    assert endpoint.calls == 2


def test_many_threads_with_the_same_refused_token_fetch_one_new() -> None:
    endpoint = Endpoint(pause=0.02)
    source = endpoint.source()
    refused = source.token(in_time())
    values = {token.value for token in at_once(20, lambda: source.token(in_time(), refused))}
    assert (values, endpoint.calls) == ({"token-2"}, 2)


def test_the_token_is_in_no_repr() -> None:
    assert "abc" not in repr(Token("abc", 0, 0, 0))


def test_the_endpoint_that_recovers_is_asked_again(open_gateway: Callable[..., CortiGateway]) -> None:
    answers = [http(b'{"error": "invalid_client"}', "401 No"), a_token()]
    with serving(rows_answer(), token=lambda: answers[min(server.token_calls, 2) - 1]) as server:
        gateway = open_gateway(server.url)
        with pytest.raises(CredentialsRefused):
            gateway.list_interactions(InteractionQuery())
        gateway.transport.tokens._failed_at -= 3
        assert gateway.list_interactions(InteractionQuery()).served == 0


def test_a_token_source_refuses_an_empty_answer() -> None:
    with pytest.raises(UnreadableAnswer):
        TokenSource(lambda _: {}).token(in_time())
