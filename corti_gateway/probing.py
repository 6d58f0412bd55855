"""Finds out what a tenant's API really honours, with about fifteen calls.

The public material says that several statuses at once and the sort by patient do not work, and says nothing about the
sort by endedAt and the largest page (facts 2.2, 2.1 and 5). A verdict of yes needs evidence that a wrong behaviour
could not have produced; too little data leaves it unproven.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from corti_gateway.capabilities import Capabilities, SortKey, Verdict
from corti_gateway.deadline import Deadline
from corti_gateway.errors import BadRequest, ServerFailed
from corti_gateway.models import Interaction
from corti_gateway.ordering import FOUND, is_ordered
from corti_gateway.paging import found_cap, is_end
from corti_gateway.queries import InteractionQuery
from corti_gateway.reading import Reading, Source
from corti_gateway.vocabulary import Direction, EncounterStatus, SortField

SAMPLE = 50
PATIENT_KEYS = (SortKey.IDENTIFIER, SortKey.IDENTIFIER_ANY_CASE, SortKey.NAME, SortKey.NAME_ANY_CASE)
ENDED_KEYS = (SortKey.ENDED, SortKey.PERIOD_ENDED)

Rows = list[Interaction]


@dataclass(frozen=True, slots=True)
class _Sorted:
    """What was found out about one sort."""

    verdict: Verdict
    key: SortKey | None = None


def probe(source: Source, deadline: Deadline | None = None) -> Capabilities:
    """The verdicts for a tenant; raises :class:`~corti_gateway.errors.GatewayError` if the API does not answer."""
    reading = Reading(source, deadline)
    newest = _newest(reading)
    several = _several_statuses(reading, newest)
    patient = _sorted_by(reading, InteractionQuery(sort=SortField.PATIENT), PATIENT_KEYS)
    # Completed encounters have ended, so their ends are there to compare.
    ended = _sorted_by(
        reading, InteractionQuery(sort=SortField.ENDED, statuses=(EncounterStatus.COMPLETED,)), ENDED_KEYS
    )
    return Capabilities(
        several_statuses=several,
        sort_by_patient=patient.verdict,
        patient_key=patient.key,
        sort_by_ended=ended.verdict,
        ended_key=ended.key,
        nulls_first=_nulls_first(reading, ended.key),
        page_size_proven=source.sizes.proven,
        page_cap=source.sizes.cap,
        probed_at=datetime.now(UTC),
        calls=reading.calls,
    )


def _newest(reading: Reading) -> Rows:
    """The newest rows, on the largest page; finds a page cap on the way."""
    query = InteractionQuery(page_size=reading.source.config.page_size_max)
    slots = reading.slots(query)
    if len(slots) < query.page_size and not is_end(reading, query, len(slots)):
        found_cap(reading, query, len(slots))
    return [slot for slot in slots if slot is not None]


def _several_statuses(reading: Reading, newest: Rows) -> Verdict:
    """Ask for a pair in both orders and compare with the merge of what each gives alone; once more if data moved."""
    words = [row.encounter.status for row in newest if isinstance(row.encounter.status, EncounterStatus)]
    common = [status for status, _ in Counter(words).most_common(2)]
    if len(common) < 2 or not newest:
        return Verdict.UNPROVEN
    # As many as were just seen: both statuses are among them, so an answer with only one of them shows.
    size = reading.source.sizes.largest(len(newest))
    pairs = [(common[0],), (common[1],), (common[0], common[1]), (common[1], common[0])]
    for _ in range(2):
        try:
            alone, other, pair, reverse = (
                _rows(answer)
                for answer in reading.together(
                    [partial(reading.slots, InteractionQuery(page_size=size, statuses=statuses)) for statuses in pairs]
                )
            )
        except (BadRequest, ServerFailed):
            return Verdict.NO
        expected = [_moment(row) for row in sorted(alone + other, key=_moment, reverse=True)[:size]]
        wanted = {row.id for row in alone + other}
        if all(
            [_moment(row) for row in rows] == expected
            and {row.id for row in rows} <= wanted
            and {row.encounter.status for row in rows} == set(common)
            for rows in (pair, reverse)
        ):
            return Verdict.YES
    return Verdict.NO


def _sorted_by(reading: Reading, query: InteractionQuery, keys: Sequence[SortKey]) -> _Sorted:
    """Ask ascending twice, the page after it, and descending; look for the one key that explains all four."""
    size = reading.source.sizes.largest(SAMPLE)
    asc, desc = Direction.ASC, Direction.DESC
    ask = [(1, asc), (1, asc), (2, asc), (1, desc)]
    for _ in range(2):
        try:
            first, again, second, last = (
                _rows(answer)
                for answer in reading.together(
                    [
                        partial(reading.slots, InteractionQuery(query.sort, direction, page, size, query.statuses))
                        for page, direction in ask
                    ]
                )
            )
        except (BadRequest, ServerFailed):
            return _Sorted(Verdict.NO)
        forward = first + [row for row in second if row.id not in {one.id for one in first}]
        fitting = [
            key
            for key in keys
            if is_ordered(forward, FOUND[key], asc) and is_ordered(last, FOUND[key], desc) and _joined(forward, key)
        ]
        telling = [key for key in fitting if len({FOUND[key](row) for row in forward} - {None}) > 2]
        if not any(len({FOUND[key](row) for row in forward} - {None}) > 2 for key in keys):
            return _Sorted(Verdict.UNPROVEN)
        if telling and _is_stable(first, again):
            return _Sorted(Verdict.YES, telling[0])
    return _Sorted(Verdict.NO)


def _is_stable(first: Rows, again: Rows) -> bool:
    """Whether two answers to the same question agree on the order of what they share, and share nearly all."""
    ours, theirs = [row.id for row in first], [row.id for row in again]
    common = set(ours) & set(theirs)
    if len(common) * 10 < max(len(ours), len(theirs)) * 9:
        return False
    return [one for one in ours if one in common] == [one for one in theirs if one in common]


def _joined(rows: Rows, key: SortKey) -> bool:
    """Whether rows without a key stand together at one end: scattered ones mean that something else is sorted by."""
    missing = [FOUND[key](row) is None for row in rows]
    return missing in (sorted(missing), sorted(missing, reverse=True))


def _nulls_first(reading: Reading, key: SortKey | None) -> bool | None:
    """Where rows without an end come in ascending order; None if the ends of the list do not tell."""
    if key is None:
        return None
    ends = [
        _rows(answer)
        for answer in reading.together(
            [
                partial(reading.slots, InteractionQuery(SortField.ENDED, direction, page_size=1))
                for direction in (Direction.ASC, Direction.DESC)
            ]
        )
    ]
    first_is_null = [bool(rows) and FOUND[key](rows[0]) is None for rows in ends]
    return first_is_null[0] if first_is_null[0] != first_is_null[1] else None


def _rows(slots: Sequence[Interaction | None]) -> Rows:
    return [slot for slot in slots if slot is not None]


def _moment(row: Interaction) -> datetime:
    return row.created_at or datetime.min.replace(tzinfo=UTC)
