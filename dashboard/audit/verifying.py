"""Whether the log is whole: every entry as it was written, none missing, none added."""

import math
from collections.abc import Collection, Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from urllib.parse import parse_qsl

from django.db.models import QuerySet

from dashboard.audit import anchors, chain, routing
from dashboard.audit.chain import FIELDS, Mark
from dashboard.audit.models import Entry, Head, Subject
from dashboard.audit.reading import listed
from dashboard.audit.writing import BEGUN, digest

BATCH = 2_000
# A number, and the digests of the patients that it is found by.
Subjects = tuple[float, set[str]]
NO_MORE: Subjects = (math.inf, set())
_UNSIGNED = "The end of the chain is not signed with the dashboard’s key, present or former."
_NOT_TOLD = "Entry {} is found by a patient that it does not tell of."
_BEGUN_ANEW = "The chain was begun anew, so an earlier one is gone."
_BEGUN_BY_NOBODY = "The chain of no tenant does not tell that this one began, so an earlier one of those is gone."


@dataclass(frozen=True)
class Verdict:
    """``trouble`` is empty where all is as it was written; ``number`` and ``hash`` are those of the last entry."""

    tenant: str
    entries: int
    hash: str
    trouble: str = ""
    number: int = 0


def tenants() -> list[str]:
    """Every tenant of which there is an entry or a chain's end, or of which the chain of no tenant says that there was
    one; that chain first."""
    using = routing.alias()
    found = set(Entry.objects.using(using).order_by().values_list("tenant", flat=True).distinct())
    found |= set(Head.objects.using(using).values_list("tenant", flat=True))
    told = _begun().values_list("filters", flat=True)
    return sorted(found | {dict(parse_qsl(filters)).get("chain", "") for filters in told})


def _begun() -> QuerySet[Entry]:
    return Entry.objects.using(routing.alias()).filter(tenant="", kind=BEGUN)


def verify(tenant: str, heads: Collection[str] = ()) -> Verdict:
    """Go through a tenant's chain as it is at this moment, whoever writes to it meanwhile; ``heads`` are hashes of
    entries that were noted elsewhere and must be in it."""
    with _snapshot():
        end = Head.objects.using(routing.alias()).filter(tenant=tenant).first()
        if end is None:
            return Verdict(tenant, 0, "", "The signed end of the chain is missing.")
        mark = Mark(end.tenant, end.first, end.before, end.number, end.hash)
        if not chain.is_signed(mark, end.signature):
            return Verdict(tenant, 0, "", _UNSIGNED)
        if tenant and (begun := _begun().filter(filters=f"chain={tenant}").count()) != 1:
            return Verdict(tenant, 0, "", _BEGUN_ANEW if begun else _BEGUN_BY_NOBODY)
        with closing(_entries(tenant)) as entries, closing(_subjects(tenant)) as subjects:
            return _followed(mark, entries, subjects, {*heads} - {mark.before})


def _followed(mark: Mark, entries: Iterator[Entry], subjects: Iterator[Subjects], unseen: set[str]) -> Verdict:
    """Both go by number: an entry is compared with the one before, and with the patients that it is found by."""
    number, before = mark.first - 1, mark.before
    found, digests = next(subjects, NO_MORE)
    trouble = ""
    for entry in entries:
        if trouble := _wrong_after(number, before, entry, mark.number) or _found_wrongly(entry, found, digests):
            break
        if found == entry.number:
            found, digests = next(subjects, NO_MORE)
        number, before = entry.number, entry.hash
        unseen.discard(before)
    else:
        if number != mark.number:
            trouble = f"Entries {number + 1} to {mark.number} are missing."
        elif before != mark.hash:
            trouble = f"Entry {number} is not the one at which the chain was signed."
        elif found != math.inf:
            trouble = _NOT_TOLD.format(found)
        elif unseen:
            trouble = "No entry has the hash that was noted: the log was replaced by another one."
    return Verdict(mark.tenant, number - mark.first + 1, before, trouble, number)


def trouble_with(noted: anchors.Head) -> str:
    """Whether an entry that was noted is not there any more; one that was purged meanwhile tells nothing."""
    using = routing.alias()
    entry = Entry.objects.using(using).filter(tenant=noted.tenant, number=noted.number)
    # Only then the beginning, which a purge may just move.
    found = entry.values_list("hash", flat=True).first()
    head = Head.objects.using(using).filter(tenant=noted.tenant).first()
    if found is None and head is not None and noted.number < head.first:
        found = head.before if noted.number == head.first - 1 else noted.hash
    if found is None:
        return f"Entry {noted.number} was noted and is not there: the log was taken back to an older state."
    return "" if found == noted.hash else f"Entry {noted.number} is not the one that was noted: the log is another one."


@contextmanager
def _snapshot() -> Iterator[None]:
    """All questions see the same moment. Not by atomic(), which on SQLite would keep everybody from writing."""
    connection = routing.connection()
    if connection.in_atomic_block:
        yield
        return
    with connection.cursor() as cursor:
        read_only = " ISOLATION LEVEL REPEATABLE READ READ ONLY" if connection.vendor == "postgresql" else ""
        cursor.execute("BEGIN" + read_only)
        try:
            yield
        finally:
            cursor.execute("ROLLBACK")


def _entries(tenant: str) -> Generator[Entry, None, None]:
    rows = Entry.objects.using(routing.alias()).filter(tenant=tenant).order_by("number")
    yield from rows.iterator(chunk_size=BATCH)


def _subjects(tenant: str) -> Generator[Subjects, None, None]:
    """By number; the database sorts them, on its disk where they are many."""
    rows = Subject.objects.using(routing.alias()).filter(tenant=tenant).order_by("number")
    pairs = rows.values_list("number", "digest").iterator(chunk_size=BATCH)
    for number, some in groupby(pairs, itemgetter(0)):
        yield number, {one for _, one in some}


def _wrong_after(number: int, before: str, entry: Entry, last: int) -> str:
    """What is wrong with an entry that stands after another one."""
    if entry.number > last:
        return f"Entry {entry.number} stands after the end of the chain."
    if entry.number != number + 1:
        return _gap(number + 1, entry.number)
    if chain.hash_of([getattr(entry, name) for name in FIELDS], before) != entry.hash:
        return f"Entry {entry.number} is not as it was written."
    return ""


def _gap(expected: int, found: int) -> str:
    if found < expected:
        return f"Entry {found} stands before the beginning of the chain."
    return (
        f"Entry {expected} is missing." if found == expected + 1 else f"Entries {expected} to {found - 1} are missing."
    )


def _found_wrongly(entry: Entry, found: float, digests: set[str]) -> str:
    """Whether “who looked at this patient” finds an entry just as it tells; ``found`` is the next that is found."""
    if found < entry.number:
        return _NOT_TOLD.format(found)
    told = {digest(one) for one in listed(entry.patients)}
    if told == (digests if found == entry.number else set()):
        return ""
    return f"The patients of entry {entry.number} are not found as it tells them." if told else _NOT_TOLD.format(found)
