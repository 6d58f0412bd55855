"""The timeline of a patient: the right places, readable with one encounter and with thousands, the same as a table."""

import re
import zoneinfo
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corti_gateway.vocabulary import EncounterStatus, EncounterType
from dashboard.accounts.viewer import Viewer
from dashboard.index.reading.patients import Moment, timeline
from dashboard.patients.timeline import PLACES, draw
from tests.dashboard.support import NOW

VIEWER = Viewer(zoneinfo.ZoneInfo("Europe/Copenhagen"), "Europe/Copenhagen", NOW)
MOMENTS = st.lists(
    st.builds(
        Moment,
        when=st.datetimes(datetime(1960, 1, 1), datetime(2031, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
        status=st.sampled_from([*(status.value for status in EncounterStatus), "", "arrived"]),
        type=st.sampled_from([*(kind.value for kind in EncounterType), "", "video"]),
        key=st.just("key"),
        place=st.integers(0, 3_000),
    ),
    min_size=1,
    max_size=60,
)


class Told:
    """Ways that only say what they were asked for."""

    def one(self, moment):
        return f"open {moment.place}"

    def row(self, moment):
        return f"row {moment.place}"


def drawn(moments):
    return draw(moments, VIEWER, Told())


def moment(days=0, status="completed", kind="consultation", place=0):
    return Moment(NOW - timedelta(days=days), status, kind, "key", place)


def marks(shown, room="wide"):
    return [mark for lane in shown.lanes for mark in lane.marks[room]]


def at(mark):
    return float(mark.x.removesuffix("%"))


def counted(words):
    return sum(int(number.replace(",", "")) for number in re.findall(r"(?:^|: |, )([\d,]+) ", words))


def test_nothing_is_drawn_of_nobody():
    assert drawn([]) is None


@given(MOMENTS)
def test_every_encounter_is_in_the_picture_and_in_the_table(moments):
    shown = drawn(moments)
    for room in PLACES:
        assert sum(int(mark.number or "1") for mark in marks(shown, room)) == len(moments)
    assert sum(counted(cell) for period in shown.table for cell in period.cells) == len(moments)
    assert all(len(period.cells) == len(shown.types) == len(shown.lanes) for period in shown.table)
    assert all(0 <= at(mark) <= 100 for mark in marks(shown))
    assert 0 <= float(shown.today.removesuffix("%")) <= 100
    assert sum(bool(tick.label) for tick in shown.ticks) <= 7


@given(MOMENTS)
def test_no_mark_lies_on_another(moments):
    for lane in drawn(moments * 30).lanes:
        for room, places in PLACES.items():
            where = [at(mark) for mark in lane.marks[room]]
            # Each is written with one decimal.
            assert all(later - before > 100 / places - 0.11 for before, later in pairwise(where))
            assert len(where) <= places + 1


def test_later_is_further_right_and_a_lane_is_a_type():
    shown = drawn([moment(0), moment(500), moment(900), moment(3, kind="emergency")])
    assert [lane.label for lane in shown.lanes] == ["Consultation", "Emergency"]
    places = [at(mark) for mark in shown.lanes[0].marks["wide"]]
    assert places == sorted(places)
    assert len(places) == 3


def test_a_mark_says_status_by_shape_and_in_words():
    (mark,) = marks(drawn([moment(status="on-hold")]))
    assert (mark.icon, mark.words, mark.number) == ("on-hold", "20 Nov 2026: On hold", "")


def test_several_on_one_place_are_one_mark_with_their_number_and_what_is_open_shows():
    (mark,) = marks(drawn([moment(), moment(), moment(status="in-progress"), moment(status="arrived")]))
    assert (mark.icon, mark.number) == ("in-progress", "4")
    assert mark.words == "20 Nov 2026: 1 in progress, 2 completed, 1 arrived"


def test_a_mark_leads_to_its_encounter_and_one_of_many_to_the_newest_row_of_them():
    several = [moment(place=7), moment(place=5), moment(place=6)]
    shown = drawn([*several, moment(900, place=9), moment(3, kind="emergency", place=8)])
    assert [mark.url for mark in marks(shown)] == ["open 9", "row 5", "open 8"]
    assert [(period.label, period.url) for period in shown.table] == [("2026", "row 5"), ("2024", "row 9")]


def test_unknown_words_are_shown_as_they_came():
    shown = drawn([moment(status="arrived", kind="video"), moment(1, status="", kind="")])
    assert {lane.label for lane in shown.lanes} == {"video", "No type"}
    assert {mark.icon for mark in marks(shown)} == {"other"}


@pytest.mark.parametrize(
    ("days", "periods", "label"), [(0, "Month", "Nov"), (340, "Month", "2026"), (4000, "Year", "2026")]
)
def test_months_divide_a_year_and_years_a_life(days, periods, label):
    shown = drawn([moment(0), moment(days)])
    assert shown.periods == periods
    assert label in [tick.label for tick in shown.ticks]


def test_the_viewer_s_zone_says_which_year_it_was():
    shown = drawn([Moment(datetime(2020, 12, 31, 23, 30, tzinfo=UTC), "completed", "consultation", "key", 1), moment()])
    assert [period.label for period in shown.table] == ["2026", "2021"]
    assert shown.words == "2 encounters, 1 Jan 2021 – 20 Nov 2026"


def test_the_index_remembers_an_encounter_by_its_start_or_else_its_creation(upstream, following):
    patient = {"identifier": "PT-1", "name": "Testa"}
    upstream.add(patient=patient, type="emergency", period={"startedAt": "2020-05-01T09:00:00Z"})
    upstream.add(patient=patient, status="planned", period={"startedAt": "2026-12-01T09:00:00Z"})
    following.fill()
    found = timeline(following.state().tenant, "PT-1")
    told = {(one.when.year, one.status, one.type) for one in found}
    assert told == {(2026, "planned", "consultation"), (2020, "completed", "emergency")}
    assert len(timeline(following.state().tenant, "PT-1", most=1)) == 1
    assert timeline(following.state().tenant, "nobody") == []


def test_the_picture_is_for_eye_and_pointer_and_the_table_for_everybody(page_client, upstream, following):
    for kind in ("emergency", "consultation", "consultation"):
        upstream.add(patient={"identifier": "PT-1", "name": "Testa"}, type=kind)
    following.fill()
    from dashboard.encounters.one.addresses import patient_url

    page = page_client.page(patient_url("nordhavn", "PT-1"))
    assert page.one(r'<figure class="timeline"><svg [^>]*aria-hidden="(\w+)"') == "true"
    assert page.all(r"<figure.*?</figure>")[0].count("<a ") == page.html.count('tabindex="-1"><svg')
    table = page.one(r"<table><caption>Encounters by month, type and status</caption>(.*?)</table>")
    assert re.findall(r'<th scope="col">(.*?)</th>', table) == ["Month", "Consultation", "Emergency"]
    assert re.findall(r'<th scope="row"><a href="[^"]*">(.*?)</a></th>', table) == ["Nov 2026"]
    assert re.findall(r"<td>(.*?)</td>", table) == ["2 completed", "1 completed"]
    # For a wide screen and for a phone.
    assert page.all(r"<title>(Consultation, [^<]*)</title>") == ["Consultation, 20 Nov 2026: 2 completed"] * 2
