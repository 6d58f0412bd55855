"""The Range header (RFC 9110, 14.2), for one range of bytes."""

import re

_RANGE = re.compile(r"bytes=\s*(\d*)-(\d*)\s*", re.ASCII | re.IGNORECASE)


class UnsatisfiableError(Exception):
    """The range lies past the end."""


def wanted(header: str, length: int) -> tuple[int, int] | None:
    """First byte and the one after the last; None for the whole, as for a header that is not understood."""
    found = _RANGE.fullmatch(header)
    if not found or found.groups() == ("", ""):
        return None
    first, last = found.groups()
    if not first:
        if int(last) == 0:
            raise UnsatisfiableError
        return max(length - int(last), 0), length
    if last and int(last) < int(first):
        return None
    if int(first) >= length:
        raise UnsatisfiableError
    return int(first), min(int(last) + 1, length) if last else length
