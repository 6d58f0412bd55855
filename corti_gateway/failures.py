"""Which of our errors an exception of requests, urllib3, http.client or the socket stands for.

Only the kind of the exception is used: their texts quote URLs, and URLs hold patient values.
"""

import socket
import ssl
from collections.abc import Callable, Iterator
from typing import TypeVar

import requests
import urllib3

from corti_gateway.errors import GatewayError, TimedOut, Unreachable, UnreadableAnswer, Untrusted

Result = TypeVar("Result")


def guarded(call: Callable[[], Result]) -> Result:
    """What the call gives; whatever the libraries throw becomes an error of ours, with nothing of theirs attached."""
    try:
        return call()
    except GatewayError:
        raise
    except Exception as error:
        # "except Exception" because theirs have no common root.
        failure = failure_of(error)
    raise failure


def failure_of(error: BaseException) -> GatewayError:
    """The error of our tree; an exception that nobody thought of is an :class:`UnreadableAnswer`."""
    chain = list(_chain(error))
    if _has(chain, ssl.SSLError, urllib3.exceptions.SSLError, requests.exceptions.SSLError) and not _has(
        chain, ssl.SSLEOFError, ssl.SSLZeroReturnError, TimeoutError
    ):
        return Untrusted("the server could not prove who it is")
    # Asked before time-outs: urllib3 counts a failed connection among the connection time-outs, for old times' sake.
    if _has(chain, urllib3.exceptions.NameResolutionError, socket.gaierror):
        return Unreachable("the host has no address")
    if _has(chain, ConnectionRefusedError):
        return Unreachable("the host refuses the connection")
    if _has(chain, urllib3.exceptions.NewConnectionError):
        return Unreachable("no connection to the host")
    if _has(chain, urllib3.exceptions.ConnectTimeoutError, requests.exceptions.ConnectTimeout):
        return TimedOut("no connection in time")
    if _has(chain, TimeoutError, urllib3.exceptions.TimeoutError, requests.exceptions.Timeout):
        return TimedOut("no complete answer in time")
    if _has(chain, urllib3.exceptions.DecodeError, requests.exceptions.ContentDecodingError):
        return UnreadableAnswer("the body cannot be unpacked")
    if _has(chain, urllib3.exceptions.IncompleteRead):
        return Unreachable("the connection ended before the answer did")
    if _has(chain, OSError, urllib3.exceptions.ProtocolError):
        return Unreachable("the connection was lost")
    return UnreadableAnswer(f"the answer is not HTTP as agreed ({type(error).__name__})")


def _has(chain: list[BaseException], *kinds: type[BaseException]) -> bool:
    return any(isinstance(link, kinds) for link in chain)


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """The exception, what it wraps as an argument or ``reason``, and what caused it."""
    seen: set[int] = set()
    waiting = [error]
    while waiting:
        link = waiting.pop(0)
        if link is None or id(link) in seen:
            continue
        seen.add(id(link))
        yield link
        waiting += [part for part in link.args if isinstance(part, BaseException)]
        reason = getattr(link, "reason", None)
        waiting += [reason if isinstance(reason, BaseException) else None, link.__cause__, link.__context__]
