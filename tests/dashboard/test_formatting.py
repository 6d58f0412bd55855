"""How moments, durations and dates are written."""

import re
import zoneinfo
from datetime import UTC, date, datetime, timedelta

import pytest

from dashboard.accounts.viewer import Viewer
from dashboard.listing import formatting

NOW = datetime(2026, 11, 22, 13, 32, 8, tzinfo=UTC)


def viewer(zone: str = "Europe/Copenhagen", now: datetime = NOW) -> Viewer:
    return Viewer(zoneinfo.ZoneInfo(zone), zone, now)


@pytest.mark.parametrize(
    ("when", "text"),
    [
        (NOW, "14:32"),
        (datetime(2026, 11, 21, 23, 30, tzinfo=UTC), "00:30"),  # already today in Copenhagen
        (datetime(2026, 11, 21, 22, 30, tzinfo=UTC), "21 Nov 23:30"),
        (datetime(2025, 12, 31, 22, 59, tzinfo=UTC), "31 Dec 2025 23:59"),
    ],
)
def test_a_moment_says_as_much_as_is_needed(when, text):
    assert formatting.moment(when, viewer()) == text


def test_what_is_read_on_another_day_has_its_date_even_today():
    begin = datetime(2026, 11, 22, 8, 5, tzinfo=UTC)
    assert formatting.dated(begin, viewer()) == "22 Nov 2026 09:05"
    assert re.sub("<.*?>", "", formatting.period(begin, begin + timedelta(hours=1), viewer())) == (
        "22 Nov 2026 09:05 – 10:05"
    )


def test_a_moment_to_the_second_is_one_with_its_seconds():
    assert formatting.moment_to_the_second(NOW, viewer()) == "14:32:08"
    assert formatting.moment_to_the_second(NOW - timedelta(days=1, seconds=3), viewer()) == "21 Nov 14:32:05"


def test_an_exact_moment_names_its_zone_and_utc():
    assert formatting.exact(NOW, viewer()) == "2026-11-22 14:32:08 CET (13:32:08 UTC)"
    assert formatting.exact(NOW, viewer("UTC")) == "2026-11-22 13:32:08 UTC"


def test_a_time_element_is_machine_readable_and_a_missing_time_is_a_dash():
    element = formatting.time_element(NOW, viewer("Asia/Tokyo"), formatting.moment)
    assert element == '<time datetime="2026-11-22T13:32:08Z">22:32</time>'
    assert formatting.time_element(None, viewer(), formatting.moment) == "–"


@pytest.mark.parametrize(
    ("when", "text"),
    [
        # Spring forward: 02:30 does not exist; autumn back: 02:30 exists twice, told apart by the zone's name.
        (datetime(2026, 3, 29, 0, 59, tzinfo=UTC), "2026-03-29 01:59:00 CET (00:59:00 UTC)"),
        (datetime(2026, 3, 29, 1, 0, tzinfo=UTC), "2026-03-29 03:00:00 CEST (01:00:00 UTC)"),
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), "2026-10-25 02:30:00 CEST (00:30:00 UTC)"),
        (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), "2026-10-25 02:30:00 CET (01:30:00 UTC)"),
    ],
)
def test_both_changes_of_the_clock_are_told_apart(when, text):
    assert formatting.exact(when, viewer()) == text


@pytest.mark.parametrize(
    ("passed", "text"),
    [
        (timedelta(seconds=30), "just now"),
        (timedelta(seconds=-30), "just now"),
        (timedelta(minutes=48), "48 min ago"),
        (timedelta(minutes=-5), "in 5 min"),
        (timedelta(hours=3, minutes=5), "3 h 05 ago"),
        (timedelta(hours=30), "30 h ago"),
        (timedelta(days=5), "5 days ago"),
        (timedelta(days=40), "13 Oct 2026"),
    ],
)
def test_how_long_ago(passed, text):
    assert formatting.ago(NOW - passed, viewer()) == text


@pytest.mark.parametrize(
    ("born", "text"),
    [
        (date(1980, 11, 22), "46"),
        (date(1980, 11, 23), "45"),
        (date(2024, 2, 29), "2"),
        (date(2025, 11, 23), "11 mo"),
        (date(2026, 11, 22), "0 mo"),
        (date(2026, 11, 23), ""),
    ],
)
def test_age_in_years_and_for_the_youngest_in_months(born, text):
    assert formatting.age(born, viewer()) == text


@pytest.mark.parametrize("zone", ["Etc/GMT+12", "Pacific/Kiritimati", "UTC", "America/New_York"])
def test_a_birth_date_is_the_same_everywhere(zone):
    assert formatting.day(date(1980, 1, 1)) == "1 Jan 1980"
    assert formatting.age(date(1980, 1, 1), viewer(zone)) == "46"


def test_a_long_identifier_is_shortened_and_a_short_one_kept():
    assert formatting.short_id("7f3ab0c1-0000-4000-8000-00000000c21e") == "7f3a…c21e"
    assert formatting.short_id("user-7") == "user-7"
