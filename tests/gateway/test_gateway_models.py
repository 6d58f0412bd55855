"""From the wire to models: a damaged field costs that field, an unreadable row that row."""

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from gateway_fakes import a_row
from hypothesis import given
from hypothesis import strategies as st

from corti_gateway.models import Interaction
from corti_gateway.parsing import parse_interaction, parse_interactions
from corti_gateway.vocabulary import EncounterStatus, EncounterType, Gender

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(st.characters(codec=None))
    | st.sampled_from(["0001-01-01T00:00:00Z", "2026-11-03T09:15:00+25:00"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


def parsed(**changes: Any) -> Interaction:
    row = parse_interaction(a_row(1, **changes))
    assert row is not None
    return row


def test_a_good_row_is_read_whole() -> None:
    row = parsed()
    assert row.encounter.status is EncounterStatus.COMPLETED
    assert row.encounter.type is EncounterType.CONSULTATION
    assert row.created_at == datetime(2026, 11, 3, 12, 0, 1, tzinfo=UTC)
    assert row.patient is not None
    assert (row.patient.gender, row.patient.birth_date) == (Gender.FEMALE, date(1980, 2, 29))
    assert row.damaged == ()
    assert "wss" not in repr(row)


@pytest.mark.parametrize("fraction", ["", ".5", ".123", ".123456", ".123456789"])
def test_any_number_of_fractional_digits_is_read(fraction: str) -> None:
    assert parsed(createdAt=f"2026-11-03T09:14:58{fraction}Z").created_at is not None


def test_other_zones_become_utc() -> None:
    assert parsed(createdAt="2026-11-03T09:00:00+02:00").created_at == datetime(2026, 11, 3, 7, tzinfo=UTC)


@pytest.mark.parametrize("zero", ["0001-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", None])
def test_the_zero_time_means_not_set(zero: str | None) -> None:
    row = parsed(endedAt=zero)
    assert (row.ended_at, row.damaged) == (None, ())


@pytest.mark.parametrize(
    "odd",
    [
        "",
        "soon",
        "2026-11-03",
        "2026-11-03T09:00:00",
        "2026-13-03T09:00:00Z",
        5,
        [],
        {},
        "9999-12-31T23:59:59-23:00",
        "9999-12-31T23:59:59Z",
        "9999-12-31T23:59:59.999999+14:00",
        "2" * 5000,
    ],
)
def test_an_odd_instant_is_damage_to_that_field_only(odd: object) -> None:
    row = parsed(updatedAt=odd)
    assert (row.updated_at, row.damaged) == (None, ("updatedAt",))
    assert row.created_at is not None


@pytest.mark.parametrize(
    "text",
    [
        "1946-09-05",
        "1946-09-05T00:00:00Z",
        "1946-09-05T23:59:59Z",
        "1946-09-05T00:00:00+02:00",
        "1946-09-05T22:00:00-05:00",
    ],
)
def test_a_birth_date_never_shifts(text: str) -> None:
    row = parsed(patient={"identifier": "P", "birthDate": text})
    assert row.patient is not None
    assert row.patient.birth_date == date(1946, 9, 5)


@pytest.mark.parametrize("text", ["9999-12-31", "9999-12-31T00:00:00Z"])
def test_a_birth_date_at_the_end_of_all_dates_is_damage(text: str) -> None:
    row = parsed(patient={"identifier": "P", "birthDate": text})
    assert row.patient is not None
    assert (row.patient.birth_date, row.damaged) == (None, ("patient.birthDate",))


@given(st.datetimes(timezones=st.timezones()))
def test_no_instant_overflows_in_any_zone(moment: datetime) -> None:
    for text in (moment.isoformat(), f"{moment.replace(tzinfo=None).isoformat()}Z"):
        read = parsed(updatedAt=text).updated_at
        for hours in (-23, 23):
            assert read is None or read.astimezone(timezone(timedelta(hours=hours)))


@pytest.mark.parametrize("nobody", [None, {}])
def test_an_encounter_without_a_patient_is_not_damaged(nobody: object) -> None:
    row = parsed(patient=nobody)
    assert (row.patient, row.damaged) == (None, ())


@pytest.mark.parametrize("odd", [[], "P", 5, False, 0, ""])
def test_a_patient_of_another_kind_is_damage(odd: object) -> None:
    assert parsed(patient=odd).damaged == ("patient",)


def test_unknown_words_are_kept() -> None:
    row = parsed(encounter={"identifier": "E", "status": "triaged", "type": "telepathy", "period": {}})
    assert (row.encounter.status, row.encounter.type, row.damaged) == ("triaged", "telepathy", ())


def test_what_cannot_be_rendered_is_replaced() -> None:
    row = parsed(patient={"identifier": "a\0b", "name": "x\ud800y"})
    assert row.patient is not None
    assert (row.patient.identifier, row.patient.name) == ("a\ufffdb", "x\ufffdy")


@pytest.mark.parametrize("row", [None, [], "x", 5, {}, {"id": None}, {"id": 7}, {"id": ""}, {"id": "x" * 201}])
def test_a_row_without_a_usable_id_costs_only_itself(row: object) -> None:
    rows, gaps = parse_interactions([a_row(1), row, a_row(2)])
    assert (len(rows), gaps) == (2, (1,))


@given(
    field=st.sampled_from(list(a_row())),
    value=JSON,
    inner=st.sampled_from(["", "status", "period", "name", "birthDate"]),
)
def test_no_value_whatever_breaks_the_page(field: str, value: object, inner: str) -> None:
    row = a_row(1)
    if inner and isinstance(row[field], dict):
        row[field][inner] = value
    else:
        row[field] = value
    readable, _ = parse_interactions([row, a_row(2)])
    assert readable[-1].id == a_row(2)["id"]
    assert readable[0].damaged == tuple(path for path in readable[0].damaged if path.isascii() and len(path) < 40)
    repr(readable).encode()
