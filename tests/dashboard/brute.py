"""What a list must show, found the slow way: every row looked at, filtered and sorted in Python."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from corti_gateway.models import Interaction
from corti_gateway.vocabulary import Direction
from dashboard.index.rows import digest, search_form
from dashboard.listing.names import identifier_words, query_words, sort_key, words
from dashboard.listing.questions import Order, Question, Span

STATUSES = ("in-progress", "planned", "on-hold", "completed", "cancelled", "deleted")
TYPES = ("consultation", "emergency", "first_consultation", "inpatient", "outpatient")
LATEST = float("inf")


class Brute:
    """All rows of a tenant; ``named`` are the clinicians who have names, in the order of these."""

    def __init__(self, rows: Iterable[Interaction], named: Sequence[str] = ()) -> None:
        self.rows, self.named = list(rows), named
        self.told: dict[str, Interaction] = {}
        for row in sorted(self.rows, key=newest):
            if row.patient and row.patient.identifier:
                self.told[row.patient.identifier] = row

    def page(self, question: Question) -> list[Interaction]:
        found = self.ordered([row for row in self.rows if self.matches(row, question)], question)
        return found[question.offset : question.offset + question.size]

    def total(self, question: Question) -> int:
        return sum(self.matches(row, question) for row in self.rows)

    def by_status(self, question: Question) -> Counter[str]:
        return Counter(
            row.encounter.status or "" for row in self.rows if self.matches(row, question, whatever_status=True)
        )

    def matches(self, row: Interaction, question: Question, *, whatever_status: bool = False) -> bool:
        return (
            (whatever_status or not question.statuses or row.encounter.status in question.statuses)
            and not (question.hide_deleted and row.encounter.status == "deleted")
            and (not question.types or (row.encounter.type or "") in question.types)
            and (not question.clinicians or (row.assigned_user_id or "") in question.clinicians)
            and (question.patient is None or identifier(row) == question.patient)
            and within(row.created_at, question.created)
            and within(row.encounter.period.started_at, question.started)
            and (not question.text or self.found_by(row, question.text))
        )

    def found_by(self, row: Interaction, text: str) -> bool:
        who = self.told.get(identifier(row))
        there = [*words(row.encounter.title or "")]
        if who is not None:
            assert who.patient
            there += [*words(who.patient.name or ""), *identifier_words(identifier(row))]
        encounter = search_form(row.encounter.identifier or "")
        asked = query_words(text)
        return bool(asked) and all(
            any(one.startswith(word) for one in there for word in beginnings)
            or any(encounter.startswith(search_form(word) or word) for word in beginnings)
            for beginnings in asked
        )

    def ordered(self, rows: list[Interaction], question: Question) -> list[Interaction]:
        descending = question.sort.direction is Direction.DESC
        order = question.sort.order
        if order is Order.PATIENT:
            return self._by_patient(rows, descending)
        if groups := self._groups(order):
            rows = sorted(rows, key=newest, reverse=True)
            return _groups_reversed(rows, groups) if descending else sorted(rows, key=groups)
        value = VALUES[order]
        return sorted(rows, key=lambda row: (value(row), row.id), reverse=descending)

    def _groups(self, order: Order) -> Callable[[Interaction], Any] | None:
        known: Sequence[str]
        if order is Order.STATUS:
            known, word = STATUSES, lambda row: row.encounter.status
        elif order is Order.TYPE:
            known, word = TYPES, lambda row: row.encounter.type
        elif order is Order.ASSIGNED and self.named:
            known, word = self.named, lambda row: row.assigned_user_id
        else:
            return None
        return lambda row: (
            word(row) is None,
            known.index(word(row)) if word(row) in known else len(known),
            word(row) or "",
        )

    def _by_patient(self, rows: list[Interaction], descending: bool) -> list[Interaction]:
        def name(row: Interaction) -> tuple[str, str]:
            who = self.told[identifier(row)].patient
            assert who
            return sort_key(who.name or identifier(row)), digest(identifier(row))

        newest_first = sorted(rows, key=newest, reverse=True)
        nobody = [row for row in newest_first if not identifier(row)]
        named = sorted((row for row in newest_first if identifier(row)), key=name)
        people = [list(group) for _, group in groupby(named, key=name)]
        if descending:
            return [*nobody, *(row for group in reversed(people) for row in group)]
        return [*(row for group in people for row in group), *nobody]


def _groups_reversed(rows: list[Interaction], group_of: Callable[[Interaction], Any]) -> list[Interaction]:
    groups = [list(group) for _, group in groupby(sorted(rows, key=group_of), key=group_of)]
    return [row for group in reversed(groups) for row in group]


def identifier(row: Interaction) -> str:
    return (row.patient.identifier if row.patient else None) or ""


def moment(when: datetime | None) -> float:
    return LATEST if when is None else when.timestamp()


def newest(row: Interaction) -> tuple[float, str]:
    return moment(row.created_at), row.id


def within(when: datetime | None, span: Span) -> bool:
    if not span:
        return True
    return when is not None and (span.begin is None or when >= span.begin) and (span.end is None or when < span.end)


def length(row: Interaction) -> float:
    period = row.encounter.period
    if period.started_at is None or period.ended_at is None or period.ended_at < period.started_at:
        return LATEST
    return (period.ended_at - period.started_at).total_seconds() // 1


VALUES: dict[Order, Callable[[Interaction], Any]] = {
    Order.CREATED: lambda row: moment(row.created_at),
    Order.UPDATED: lambda row: moment(row.updated_at),
    Order.STARTED: lambda row: moment(row.encounter.period.started_at),
    Order.ENDED: lambda row: moment(row.ended_at),
    Order.DURATION: length,
    Order.ID: lambda row: row.id,
    Order.ASSIGNED: lambda row: row.assigned_user_id or "",
}
