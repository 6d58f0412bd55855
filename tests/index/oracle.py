"""What an index must hold, recounted from its interactions by brute force, without code of people.py and tallies.py.

What it leans on: rows.interaction_of to read an interaction back (compared with what upstream had, in full) and
listing/names.py, which has tests of its own.
"""

from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection

from corti_gateway.models import Interaction, Patient
from dashboard.index.models import TenantIndex
from dashboard.index.rows import SHOWN, interaction_of
from dashboard.listing import names

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
NO_MOMENT = 9223372036854775807
LAST = "\U0010ffff"
KNOWN = ("planned", "in-progress", "on-hold", "completed", "cancelled", "deleted")
NOT_SEEN = {"planned", "cancelled", "deleted"}
TABLES = ("indexedinteraction", "indexedpatient", "patientword", "title", "titleword", "tally", "suspect")


def rows(sql: str, *values: object) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())


def local(tenant: int) -> dict[str, Interaction]:
    """The interactions of an index, by id."""
    found = rows(
        f"SELECT {SHOWN} FROM index_indexedinteraction i LEFT JOIN index_title t ON t.id = i.title_id "
        "LEFT JOIN index_indexedpatient p ON p.id = i.patient_id WHERE i.tenant_id = %s",
        tenant,
    )
    return {row[0]: interaction_of(row) for row in found}


def snapshot(tenant: int) -> dict[str, list[tuple[Any, ...]]]:
    """Everything that is stored for a tenant, but for what is known about its passes."""
    return {
        table: sorted(rows(f"SELECT * FROM index_{table} WHERE tenant_id = %s", tenant), key=repr) for table in TABLES
    }


def clear() -> None:
    """Forget every tenant; quicker than another database."""
    for table in (*TABLES, "tenantindex"):
        rows_gone(f"DELETE FROM index_{table}")


def rows_gone(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


def micros(moment: datetime | None) -> int:
    return NO_MOMENT if moment is None else (moment - EPOCH) // timedelta(microseconds=1)


def text(value: object) -> str:
    return "" if value is None else str(value)


def check(tenant: int) -> dict[str, Interaction]:
    """P10: everything derived equals a recount; answers the interactions."""
    have = local(tenant)
    state = TenantIndex.objects.get(pk=tenant)
    by_patient: defaultdict[str, list[Interaction]] = defaultdict(list)
    for row in have.values():
        if row.patient and row.patient.identifier:
            by_patient[row.patient.identifier].append(row)
    assert (state.rows, state.patients) == (len(have), len(by_patient)), "the totals"
    expected = {who: patient(who, group) for who, group in by_patient.items()}
    _check_patients(tenant, expected)
    _check_titles(tenant, have)
    found = rows("SELECT axis, bucket, status, type, rows FROM index_tally WHERE tenant_id = %s", tenant)
    stored = {cell: number for *cell_, number in found if (cell := tuple(cell_))}
    assert stored == tally(have, expected), "the tally"
    return have


def patient(identifier: str, group: list[Interaction]) -> dict[str, Any]:
    told = max(group, key=lambda row: (micros(row.created_at), row.id))
    who = told.patient or Patient(None, None, None, None, None)
    by_status = Counter(text(row.encounter.status) for row in group)
    seen = [
        micros(row.encounter.period.started_at)
        for row in group
        if row.encounter.period.started_at is not None and text(row.encounter.status) not in NOT_SEEN
    ]
    return {
        "identifier": identifier,
        "name": text(who.name),
        "sort_name": names.sort_key(who.name or identifier),
        "gender": text(who.gender),
        "birth": who.birth_date.isoformat() if who.birth_date else "",
        "pronouns": text(who.pronouns),
        "told_created": micros(told.created_at),
        "told_key": told.id,
        **{word.replace("-", "_"): by_status[word] for word in KNOWN},
        "other": sum(number for word, number in by_status.items() if word not in KNOWN),
        "encounters": len(group) - by_status["deleted"],
        "open": by_status["in-progress"] + by_status["on-hold"],
        "first_seen": min(seen, default=NO_MOMENT),
        # Nobody was seen before 1970: -1 stands for never.
        "last_seen": max([-1, *seen]),
    }


def _check_patients(tenant: int, expected: dict[str, dict[str, Any]]) -> None:
    columns = list(next(iter(expected.values()), {"identifier": ""}))
    found = rows(f"SELECT id, {', '.join(columns)} FROM index_indexedpatient WHERE tenant_id = %s", tenant)
    stored = {row[1]: dict(zip(columns, row[1:], strict=True)) for row in found}
    assert len(stored) == len(found), "each patient once"
    assert stored == expected, "the patients"
    who = {row[0]: row[1] for row in found}
    words: defaultdict[str, list[str]] = defaultdict(list)
    for number, word in rows("SELECT patient_id, word FROM index_patientword WHERE tenant_id = %s", tenant):
        words[who[number]].append(word)
    for identifier, person in expected.items():
        wanted = {*names.words(person["name"]), *names.identifier_words(identifier)}
        assert sorted(words.pop(identifier, [])) == sorted(wanted), "the words of a patient"
    assert not words


def _check_titles(tenant: int, have: dict[str, Interaction]) -> None:
    found = rows("SELECT id, text FROM index_title WHERE tenant_id = %s", tenant)
    assert sorted(title for _, title in found) == sorted(
        {r.encounter.title for r in have.values() if r.encounter.title}
    )
    titles = dict(found)
    words: defaultdict[str, list[str]] = defaultdict(list)
    for number, word in rows("SELECT title_id, word FROM index_titleword WHERE tenant_id = %s", tenant):
        words[titles[number]].append(word)
    for title in titles.values():
        assert sorted(words.pop(title, [])) == sorted(set(names.words(title))), "the words of a title"
    assert not words


def tally(have: dict[str, Interaction], patients: dict[str, dict[str, Any]]) -> dict[tuple[str, ...], int]:
    """Every number of every axis."""
    cells: Counter[tuple[str, ...]] = Counter()
    for row in have.values():
        period, status, kind = row.encounter.period, text(row.encounter.status), text(row.encounter.type)
        buckets = {
            "all": "",
            "created": week(row.created_at),
            "started": week(period.started_at),
            "updated": week(row.updated_at),
            "closed": week(row.ended_at),
            "assigned": text(row.assigned_user_id),
            "key": row.id[:2],
            "duration": duration(period.started_at, period.ended_at),
        }
        for axis, bucket in buckets.items():
            cells[axis, bucket, status, kind] += 1
        who = row.patient.identifier if row.patient else None
        place = patients[who]["sort_name"][:2] if who else LAST
        cells["patient", place, status if status in KNOWN else "", ""] += 1
    for person in patients.values():
        is_open = "open" if person["open"] else ""
        last_seen = person["last_seen"]
        buckets = {
            "p.all": "",
            "p.name": person["sort_name"][:2],
            "p.seen": "" if last_seen < 0 else week(EPOCH + timedelta(microseconds=last_seen)),
            "p.birth": person["birth"][:4],
            "p.encounters": f"{person['encounters']:05}",
        }
        for axis, bucket in buckets.items():
            cells[axis, bucket, person["gender"], is_open] += 1
    return dict(cells)


def week(moment: datetime | None) -> str:
    return LAST if moment is None else f"{min(max((moment - EPOCH).days // 7, 0), 19_999):05}"


def duration(started: datetime | None, ended: datetime | None) -> str:
    if started is None or ended is None or ended < started:
        return LAST
    return f"{min(int((ended - started).total_seconds()) // 300, 99_999):05}"
