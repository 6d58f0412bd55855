"""The heads of chains outside the database: told to the program's log as entries are written, and read back from there.

Whoever can put an older state of the whole database back cannot put it back in a log that is collected elsewhere.
"""

import logging
import math
import re
import time
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from dashboard.audit.chain import Mark

# Seconds between two lines of a process about the same chain.
EVERY = 60
logger = logging.getLogger("dashboard.audit.heads")
_WORDS = "head tenant=%s number=%d hash=%s"
# In a line of either form, whatever a collector has put around it.
_TOLD = re.compile(r"\bhead tenant=([a-z0-9_-]*) number=(\d{1,18}) hash=([0-9a-f]{64})\b")
_told: dict[str, float] = {}


class Head(NamedTuple):
    """The last entry of a chain at some time."""

    tenant: str
    number: int
    hash: str

    def __str__(self) -> str:
        return _WORDS % self


def tell(mark: Mark, signed: bool) -> None:
    """Say where a chain stands, about once a minute; an end that is not signed is a matter for somebody to look at."""
    now = time.monotonic()
    if now - _told.get(mark.tenant, -math.inf) < EVERY:
        return
    _told[mark.tenant] = now
    if signed:
        head = Head(mark.tenant, mark.number, mark.hash)
        logger.info(_WORDS, *head, extra=head._asdict())
    else:
        logger.critical("The end of a chain of the access log is not signed", extra={"tenant": mark.tenant})


def read(lines: Iterable[str]) -> Iterator[Head]:
    """The heads in lines of the log, or of what ``audit verify`` has said; other lines are passed over."""
    for line in lines:
        for tenant, number, own in _TOLD.findall(line):
            yield Head(tenant, int(number), own)
