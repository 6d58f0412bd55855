"""Entries for auditors: those of their tenant, and what members did that belongs to none, such as signing in."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import BigIntegerField, ExpressionWrapper, F, Q, QuerySet

from dashboard.accounts.models import User
from dashboard.audit import routing
from dashboard.audit.models import Entry, Subject
from dashboard.audit.state import LogState
from dashboard.audit.writing import digest

PAGE = 50
# Entries of a file.
MOST = 10_000


@dataclass(frozen=True)
class LogPage:
    """``next`` is where the next page begins, or empty."""

    entries: Sequence[Entry]
    next: str


def page(state: LogState, span: tuple[int | None, int | None], size: int = PAGE) -> LogPage:
    """The entries that a state asks for; the cost does not grow with the log, nor with how far one has paged."""
    if state.patient:
        return _about_a_patient(state, span, size)
    both = [_of_the_tenant(state), _of_no_tenant(state)]
    # Each is read along an index of its own, in the same order.
    found = [entry for some in both for entry in _cut(some, state, span)[: size + 1]]
    found.sort(key=lambda entry: (entry.at, entry.pk), reverse=not state.oldest_first)
    last = found[size - 1] if len(found) > size else None
    return LogPage(found[:size], f"{last.at}.{last.pk}" if last else "")


def _about_a_patient(state: LogState, span: tuple[int | None, int | None], size: int) -> LogPage:
    """Along the numbers of the patient's own entries, which are in the order of time: along the time itself, every
    entry of the tenant would be looked at."""
    subjects = Subject.objects.using(routing.alias()).filter(tenant=state.tenant, digest=digest(state.patient))
    if state.after and "." not in state.after:
        after = int(state.after)
        subjects = subjects.filter(number__gt=after) if state.oldest_first else subjects.filter(number__lt=after)
    # Plus nothing, so that no index on the time is chosen.
    when = ExpressionWrapper(F("at") + 0, output_field=BigIntegerField())
    found = _of_the_tenant(state).filter(number__in=subjects.values("number")).alias(when=when)
    order = "number" if state.oldest_first else "-number"
    entries = list(_narrowed(found, state, span, "when").order_by(order)[: size + 1])
    return LogPage(entries[:size], str(entries[size - 1].number) if len(entries) > size else "")


def listed(column: str) -> list[str]:
    """What stands in a column of patients or interactions."""
    return list(json.loads(column)) if column else []


def _of_the_tenant(state: LogState) -> QuerySet[Entry]:
    return Entry.objects.using(routing.alias()).filter(tenant=state.tenant)


def _of_no_tenant(state: LogState) -> QuerySet[Entry]:
    """What members did, and staff, who give roles in every tenant, by the name that they have now; and tries to sign in
    under names that nobody has."""
    whose = Q(memberships__tenant=state.tenant) | Q(is_staff=True)
    members = list(User.objects.filter(whose).values_list("username", flat=True).distinct())
    found = Entry.objects.using(routing.alias()).filter(tenant="")
    return found.filter(Q(username__in=members) | Q(username="", kind="sign-in"))


def _cut(found: QuerySet[Entry], state: LogState, span: tuple[int | None, int | None]) -> QuerySet[Entry]:
    """What of it the state asks for, from its place on, in its order."""
    found = _narrowed(found, state, span, "at")
    if "." in state.after:
        at, number = map(int, state.after.split("."))
        place = Q(at=at, pk__gt=number) if state.oldest_first else Q(at=at, pk__lt=number)
        found = found.filter(place | (Q(at__gt=at) if state.oldest_first else Q(at__lt=at)))
    return found.order_by("at", "pk") if state.oldest_first else found.order_by("-at", "-pk")


def _narrowed(found: QuerySet[Entry], state: LogState, span: tuple[int | None, int | None], at: str) -> QuerySet[Entry]:
    begin, end = span
    if state.user:
        found = found.filter(username=state.user)
    if state.kind:
        found = found.filter(kind=state.kind)
    if begin is not None:
        found = found.filter(**{f"{at}__gte": begin})
    if end is not None:
        found = found.filter(**{f"{at}__lt": end})
    return found
