"""Instants as the index stores them: whole microseconds since 1970, comparable and sortable on every database."""

from datetime import UTC, datetime, timedelta

# Stands for "no such moment": after everything upwards, before everything downwards.
NEVER = 2**63 - 1
SECOND = 1_000_000
WEEK = 7 * 24 * 3600 * SECOND

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def stored(moment: datetime | None) -> int:
    """Microseconds of an aware instant; NEVER for None."""
    return NEVER if moment is None else (moment - _EPOCH) // _MICROSECOND


def instant(number: int) -> datetime | None:
    """The aware instant of a stored number; None for NEVER."""
    return None if number == NEVER else _EPOCH + timedelta(microseconds=number)


def now() -> int:
    """This moment, as it is stored."""
    return stored(datetime.now(UTC))
