"""One value of the wire at a time: what cannot be read becomes None and its path is noted as damaged.

``damaged`` collects wire paths of our own spelling, never values or keys that came.
"""

from collections.abc import Callable, Sequence
from datetime import MAXYEAR, MINYEAR, UTC, datetime
from typing import Any, TypeVar

# No time-stamp or identifier is that long; longer ones are not worth reading.
LONGEST_ID = 200
LONGEST_INSTANT = 64
# The largest whole number that JavaScript holds exactly; as milliseconds it still fits into a timedelta.
LARGEST = 2**53 - 1
# How the API says that channels, participants or speakers are not told apart (facts 3.2).
NOT_TOLD_APART = -1

Item = TypeVar("Item")
_from_iso = datetime.fromisoformat


def parse_all(rows: Sequence[object], parse: Callable[[object], Item | None]) -> tuple[tuple[Item, ...], int]:
    """The readable rows in their order, and how many are not."""
    items = tuple(item for row in rows if (item := parse(row)) is not None)
    return items, len(rows) - len(items)


def read_id(value: object) -> str | None:
    """An id that a thing can be named by; whether it is a UUID is nobody's business here (facts, quirk 12)."""
    return rendered(value) if type(value) is str and 0 < len(value) <= LONGEST_ID else None


def read_text(value: object, path: str, damaged: list[str]) -> str | None:
    """A text as it came; null and the empty text are None."""
    if value is None or value == "":
        return None
    if type(value) is not str:
        damaged.append(path)
        return None
    return rendered(value)


def rendered(text: str) -> str:
    """The text with U+FFFD for what cannot be rendered: NUL and lone surrogates."""
    if text.isascii():
        return text if "\0" not in text else text.replace("\0", "\ufffd")
    try:
        text.encode()
    except UnicodeEncodeError:
        text = "".join("\ufffd" if "\ud800" <= sign <= "\udfff" else sign for sign in text)
    return text.replace("\0", "\ufffd")


def read_instant(value: object, path: str, damaged: list[str]) -> datetime | None:
    """An aware UTC instant. Go's zero time (year 1) means that nothing was set (facts, quirk 10).

    The last year that a date can hold is nobody's appointment, and its end overflows in other zones: damaged.
    """
    if value is None:
        return None
    if type(value) is str and 10 < len(value) <= LONGEST_INSTANT:
        try:
            read = _from_iso(value)
            zone = read.tzinfo
            if zone is not None and read.year < MAXYEAR:
                return None if read.year <= MINYEAR else read if zone is UTC else read.astimezone(UTC)
        except (ValueError, OverflowError):
            pass
    # Without a zone the moment is not known: a guess could be half a day off.
    damaged.append(path)
    return None


def read_whole(value: object, path: str, damaged: list[str]) -> int | None:
    """A whole number from 0, also where it came as 1200.0 or 1200.4; anything else, infinity included, is damage."""
    if value is None:
        return None
    if (type(value) is int or type(value) is float) and 0 <= value <= LARGEST:
        return round(value)
    damaged.append(path)
    return None


def read_number_of(value: object, path: str, damaged: list[str]) -> int | None:
    """Which channel, participant or speaker; None where they are not told apart."""
    return None if value == NOT_TOLD_APART else read_whole(value, path, damaged)


def read_objects(value: object, path: str, damaged: list[str]) -> list[dict[str, Any]]:
    """The objects of an inner list; null is none, anything in it that is no object is damage to the list."""
    if value is None:
        return []
    if type(value) is not list:
        damaged.append(path)
        return []
    objects = [part for part in value if type(part) is dict]
    if len(objects) < len(value):
        damaged.append(path)
    return objects


def paths(damaged: list[str]) -> tuple[str, ...]:
    """The damaged paths, each once, in the order in which they were met."""
    return tuple(dict.fromkeys(damaged))
