"""The list in an answer; each endpoint wraps it in a way of its own (facts 3)."""

from collections.abc import Callable
from typing import Any

from corti_gateway.errors import UnreadableAnswer


def list_under(key: str, *, null_is_none: bool = False) -> Callable[[Any], list[Any]]:
    """A reader of ``{key: [...]}``. Only where ``null_is_none`` does null stand for an empty list.

    That is for endpoints whose documents say so: elsewhere null may as well be a fault, and "no facts" under a
    patient's name would be a guess.
    """

    def read(body: Any) -> list[Any]:
        if not isinstance(body, dict) or key not in body:
            raise UnreadableAnswer(f"no {key} in the answer", status=200)
        rows = body[key]
        if rows is None and null_is_none:
            return []
        if not isinstance(rows, list):
            raise UnreadableAnswer(f"{key} is not a list", status=200)
        return rows

    return read


def bare_list(body: Any) -> list[Any]:
    """A list that is the whole answer."""
    if not isinstance(body, list):
        raise UnreadableAnswer("the answer is not a list", status=200)
    return body
