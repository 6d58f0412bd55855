"""The sandbox's time: the machine's clock, or one that stands still until it is advanced."""

import datetime
import re
import time
from functools import lru_cache

NANO = 1_000_000_000
DAY = 86_400

_MINUTES = tuple(f"T{hour:02d}:{minute:02d}:" for hour in range(24) for minute in range(60))
_SECONDS = tuple(f"{second:02d}" for second in range(60))
_RFC3339 = re.compile(r"(\d{4}-\d\d-\d\d)[Tt](\d\d:\d\d:\d\d)(?:\.(\d{1,9})\d*)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)


class Clock:
    """Seconds since the epoch; with a fixed start it moves only through :meth:`advance`."""

    def __init__(self, start: datetime.datetime | None = None) -> None:
        self._standing = start.timestamp() if start else None
        self._ahead = 0.0

    def time(self) -> float:
        return (time.time() if self._standing is None else self._standing) + self._ahead

    def nanoseconds(self) -> int:
        # Through whole microseconds: a float holds no nanoseconds, and noise digits would differ between machines.
        return int(self.time() * 1_000_000) * 1000

    def advance(self, seconds: float) -> None:
        self._ahead += seconds


@lru_cache(maxsize=4096)
def _day(number: int) -> str:
    return (datetime.date(1970, 1, 1) + datetime.timedelta(days=number)).isoformat()


def timestamp(nanoseconds: int) -> str:
    """RFC 3339 in UTC with as many fraction digits as needed, the way Go's RFC3339Nano writes it."""
    seconds, fraction = divmod(nanoseconds, NANO)
    day, second = divmod(seconds, DAY)
    minute, second = divmod(second, 60)
    whole = _day(day) + _MINUTES[minute] + _SECONDS[second]
    return f"{whole}.{fraction:09d}".rstrip("0") + "Z" if fraction else whole + "Z"


def parse_timestamp(text: str) -> int:
    """Nanoseconds of an RFC 3339 text; ValueError for anything else."""
    found = _RFC3339.fullmatch(text)
    if not found:
        raise ValueError("not an RFC 3339 timestamp")
    date, clock, fraction, zone = found.groups()
    zone = "+00:00" if zone in "Zz" else zone
    moment = datetime.datetime.fromisoformat(f"{date}T{clock}{zone}")
    seconds = (moment - datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)) // datetime.timedelta(seconds=1)
    return seconds * NANO + int((fraction or "").ljust(9, "0"))
