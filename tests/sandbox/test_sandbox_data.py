"""Synthetic people and encounters: like a clinic's day, and the same at every start."""

import datetime
import json
import re
import unicodedata
import uuid
from collections import Counter
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corti_gateway.sandbox.clock import NANO, Clock, parse_timestamp, timestamp
from corti_gateway.sandbox.encounters import Encounters
from corti_gateway.sandbox.records import STATUSES, TYPES
from corti_gateway.vocabulary import EncounterStatus, Gender

NOW = int(datetime.datetime(2026, 11, 20, 13, 0, tzinfo=datetime.UTC).timestamp()) * NANO
DATE_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z")


def text(size: int, seed: int = 3, now: int = NOW, odd: bool = True) -> str:
    return "[" + ",".join(row.as_json("north") for row in Encounters(seed, now, odd).make(size)) + "]"


@cache
def rows(odd: bool = True) -> list[dict[str, Any]]:
    made: list[dict[str, Any]] = json.loads(text(4000, odd=odd))
    return made


def test_the_same_seed_size_and_time_make_the_same_bytes() -> None:
    assert text(500) == text(500)
    assert text(500) != text(500, seed=4)
    assert text(500) != text(500, now=NOW + NANO * 86_400)


def test_strict_rows_obey_the_published_schema() -> None:
    """By hand from interactions-list.openapi.yaml; the validating proxy of the contract tests reads it itself."""
    for row in rows(odd=False):
        assert row.keys() >= {"createdAt", "updatedAt", "lastUpdated", "websocketUrl"}
        assert str(uuid.UUID(row["id"])) == row["id"]
        assert str(uuid.UUID(row["assignedUserId"])) == row["assignedUserId"]
        encounter, patient = row["encounter"], row["patient"]
        assert encounter["identifier"]
        assert encounter["status"] in STATUSES
        assert encounter["type"] in TYPES
        assert isinstance(patient["identifier"], str)
        assert patient.get("gender") in (None, *Gender)
        moments = [row["createdAt"], row["updatedAt"], row["lastUpdated"], encounter["period"]["startedAt"]]
        optional = [row.get("endedAt"), encounter["period"].get("endedAt"), patient.get("birthDate")]
        for moment in moments + [value for value in optional if value is not None]:
            assert DATE_TIME.fullmatch(moment)


def test_odd_rows_have_no_patient_or_a_bare_birth_date_now_and_then() -> None:
    patients = [row["patient"] for row in rows()]
    assert {json.dumps(patient) for patient in patients if not patient} == {"null", "{}"}
    assert 10 < sum(not patient for patient in patients) < 120
    assert any(len(patient.get("birthDate") or "") == 10 for patient in patients if patient)


def test_every_status_type_and_gap_comes_up() -> None:
    found = rows()
    statuses = Counter(row["encounter"]["status"] for row in found)
    assert statuses.keys() == set(EncounterStatus)
    assert statuses["completed"] > len(found) / 2
    assert {row["encounter"]["type"] for row in found} == set(TYPES)
    for field in ("name", "gender", "birthDate", "pronouns"):
        values = [row["patient"].get(field, "absent") for row in found if row["patient"]]
        assert None in values
        assert "absent" in values
    assert len({row["encounter"].get("title") for row in found}) > 100
    assert len({row["assignedUserId"] for row in found}) > 12


def test_names_come_in_many_scripts_and_are_shared_by_different_people() -> None:
    names: dict[str, set[str]] = {}
    scripts = set()
    for row in rows():
        if row["patient"] and row["patient"].get("name"):
            name = row["patient"]["name"]
            names.setdefault(name, set()).add(row["patient"]["identifier"])
            scripts |= {unicodedata.name(letter).split()[0] for letter in name if letter.isalpha()}
    assert scripts >= {"LATIN", "GREEK", "ARABIC", "CYRILLIC", "HEBREW", "DEVANAGARI", "CJK", "HIRAGANA"}
    assert any("'" in name for name in names)
    assert any(len(identifiers) > 1 for identifiers in names.values())


def test_identifiers_are_of_many_shapes_and_belong_to_one_person() -> None:
    people = {row["patient"]["identifier"]: row["patient"] for row in rows() if row["patient"]}
    identifiers = set(people)
    assert max(map(len, identifiers)) == 64
    for mark in " /+&№":
        assert any(mark in identifier for identifier in identifiers)
    assert 500 < len(identifiers) <= 1000
    for row in rows():
        if row["patient"]:
            assert people[row["patient"]["identifier"]] == row["patient"]


def test_times_fit_together() -> None:
    for row in rows():
        created, updated, recorded = (parse_timestamp(row[key]) for key in ("createdAt", "updatedAt", "lastUpdated"))
        started = parse_timestamp(row["encounter"]["period"]["startedAt"])
        ended = row["encounter"]["period"].get("endedAt")
        assert created <= updated <= recorded <= NOW
        assert ended is None or started < parse_timestamp(ended) <= NOW
        if row["encounter"]["status"] in ("planned", "in-progress"):
            assert ended is None
        if row["encounter"]["status"] == "completed":
            assert ended
    assert max(row["createdAt"] for row in rows()) > "2026-11-20"
    assert any(parse_timestamp(row["encounter"]["period"]["startedAt"]) > NOW for row in rows())


def test_nothing_is_updated_after_now() -> None:
    latest = [max(row.recorded for row in Encounters(seed, NOW, odd=True).make(400)) for seed in range(100)]
    assert max(latest) <= NOW
    # Or the check would prove nothing: some encounter ends in the last minute and a half.
    assert max(latest) > NOW - 90 * NANO


def test_days_are_busy_in_working_hours() -> None:
    hours = Counter(int(row["encounter"]["period"]["startedAt"][11:13]) for row in rows())
    assert sum(hours[hour] for hour in range(7, 16)) > 0.75 * len(rows())


def test_fractions_of_seconds_have_every_length() -> None:
    lengths = {len(row["createdAt"].partition(".")[2]) for row in rows()} | {
        len(row["encounter"]["period"]["startedAt"].partition(".")[2]) for row in rows()
    }
    # The Z counts; no fraction at all leaves nothing behind the point.
    assert lengths == {0, *range(2, 11)}


@given(st.integers(-(10**18), 4 * 10**18))
def test_a_timestamp_reads_back_as_it_was_written(nanoseconds: int) -> None:
    written = timestamp(nanoseconds)
    assert parse_timestamp(written) == nanoseconds
    assert not re.search(r"\.\d*0Z", written)


@pytest.mark.parametrize(
    "odd", ["", "2026-11-20", "2026-11-20T10:00:00", "2026-02-30T10:00:00Z", "now", "2026-11-20 10:00:00Z"]
)
def test_what_is_no_timestamp_is_refused(odd: str) -> None:
    with pytest.raises(ValueError, match=r"RFC 3339|day"):
        parse_timestamp(odd)


def test_a_zone_is_taken_into_account() -> None:
    assert parse_timestamp("2026-11-20T14:00:00.5+01:00") == NOW + NANO // 2


def test_a_fixed_clock_moves_only_when_told() -> None:
    clock = Clock(datetime.datetime(2026, 11, 20, 13, 0, tzinfo=datetime.UTC))
    assert clock.nanoseconds() == NOW
    clock.advance(1.5)
    assert clock.nanoseconds() == NOW + 3 * NANO // 2
