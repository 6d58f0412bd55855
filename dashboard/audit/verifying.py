"""Whether the log is whole: every entry as it was written, none missing, none added."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import parse_qsl

from django.db.models import QuerySet

from dashboard.audit import chain, routing
from dashboard.audit.chain import FIELDS, Mark
from dashboard.audit.models import Entry, Head
from dashboard.audit.writing import BEGUN, digest

BATCH = 2_000
_BEGUN_ANEW = "The chain was begun anew, so an earlier one is gone."
_BEGUN_BY_NOBODY = "The chain of no tenant does not tell that this one began, so an earlier one of those is gone."


@dataclass(frozen=True)
class Verdict:
    """``trouble`` is empty where everything is as it was written; ``hash`` is that of the last entry."""

    tenant: str
    entries: int
    hash: str
    trouble: str = ""


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


def verify(tenant: str, head: str = "") -> Verdict:
    """Go through a tenant's chain; ``head`` is the hash of an entry that was noted elsewhere and must be in it."""
    using = routing.alias()
    end = Head.objects.using(using).filter(tenant=tenant).first()
    if end is None:
        return Verdict(tenant, 0, "", "The signed end of the chain is missing.")
    mark = Mark(end.tenant, end.first, end.before, end.number, end.hash)
    if not chain.is_signed(mark, end.signature):
        return Verdict(tenant, 0, "", "The end of the chain is not signed with the dashboard’s key, present or former.")
    if tenant and (begun := _begun().filter(filters=f"chain={tenant}").count()) != 1:
        return Verdict(tenant, 0, "", _BEGUN_ANEW if begun else _BEGUN_BY_NOBODY)
    number, before, seen = end.first - 1, end.before, not head or head == end.before
    trouble = ""
    for entry in _entries(tenant):
        if trouble := _wrong_after(number, before, entry):
            break
        number, before, seen = entry.number, entry.hash, seen or entry.hash == head
    else:
        if (number, before) != (end.number, end.hash):
            trouble = f"Entries {number + 1} to {end.number} are missing."
        elif not (trouble := _subjects(tenant)) and not seen:
            trouble = "No entry has the hash that was noted: the log was replaced by another one."
    return Verdict(tenant, number - end.first + 1, before, trouble)


def _wrong_after(number: int, before: str, entry: Entry) -> str:
    """What is wrong with an entry that stands after another one."""
    if entry.number != number + 1:
        return _gap(number + 1, entry.number)
    if chain.hash_of([getattr(entry, name) for name in FIELDS], before) != entry.hash:
        return f"Entry {entry.number} is not as it was written."
    return ""


def _entries(tenant: str) -> Iterator[Entry]:
    entries = Entry.objects.using(routing.alias()).filter(tenant=tenant).order_by("number")
    return entries.iterator(chunk_size=BATCH)


def _gap(expected: int, found: int) -> str:
    if found < expected:
        return f"Entry {found} stands before the beginning of the chain."
    return (
        f"Entry {expected} is missing." if found == expected + 1 else f"Entries {expected} to {found - 1} are missing."
    )


def _subjects(tenant: str) -> str:
    """Whether “who looked at this patient” finds just what the entries tell."""
    with routing.connection().cursor() as cursor:
        cursor.execute("SELECT number, digest FROM audit_subject WHERE tenant = %s ORDER BY number", [tenant])
        found: dict[int, set[str]] = {}
        for number, one in cursor.fetchall():
            found.setdefault(number, set()).add(one)
    told = Entry.objects.using(routing.alias()).filter(tenant=tenant).exclude(patients="").order_by("number")
    for number, patients in told.values_list("number", "patients"):
        if found.pop(number, set()) != {digest(one) for one in json.loads(patients)}:
            return f"The patients of entry {number} are not found as it tells them."
    return f"Entry {min(found)} is found by a patient that it does not tell of." if found else ""
