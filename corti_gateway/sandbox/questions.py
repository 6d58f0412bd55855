"""Reads the query of the list endpoint. Unknown parameters are ignored, wrong values are refused by name."""

import re
from collections.abc import Callable
from typing import TypeVar

from corti_gateway.sandbox.messages import Request
from corti_gateway.sandbox.records import STATUS_NUMBER
from corti_gateway.sandbox.store import Listing
from corti_gateway.vocabulary import Direction, SortField

Word = TypeVar("Word")

_INT64 = 2**63 - 1
_WHOLE = re.compile(r"\+?[0-9]{1,30}")


class QuestionError(Exception):
    """A parameter that is not understood, with the reason."""

    def __init__(self, parameter: str, reason: str) -> None:
        super().__init__(f"{parameter}: {reason}")
        self.parameter = parameter
        self.reason = reason


def read_listing(request: Request) -> tuple[Listing, int]:
    """The listing asked for and its page number; QuestionError for a value that is not understood.

    Bounds of pageSize are not published: any positive int64 is obeyed. An empty value counts as not given, and of a
    repeated single parameter the first counts, both as in Go's net/url.
    """
    given: dict[str, list[str]] = {}
    for key, value in request.pairs():
        if value:
            given.setdefault(key, []).append(value)
    size = _positive(given, "pageSize", 10)
    index = _positive(given, "index", 1)
    sort = _word(given, "sort", "createdAt", SortField)
    direction = _word(given, "direction", "desc", Direction)
    statuses = tuple(dict.fromkeys(_status(word) for word in given.get("encounterStatus", ())))
    patient = given.get("patient", [None])[0]
    return Listing(sort, direction is Direction.DESC, (index - 1) * size, size, statuses, patient), index


def _positive(given: dict[str, list[str]], name: str, default: int) -> int:
    if name not in given:
        return default
    text = given[name][0]
    if not _WHOLE.fullmatch(text) or not 0 < int(text) <= _INT64:
        raise QuestionError(name, "must be a whole number greater than 0")
    return int(text)


def _word(given: dict[str, list[str]], name: str, default: str, vocabulary: Callable[[str], Word]) -> Word:
    try:
        return vocabulary(given.get(name, [default])[0])
    except ValueError:
        raise QuestionError(name, "is not one of the allowed values") from None


def _status(word: str) -> int:
    try:
        return STATUS_NUMBER[word]
    except KeyError:
        raise QuestionError("encounterStatus", "is not one of the allowed values") from None
