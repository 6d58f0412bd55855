"""The patients list: the right people, by any part of their names, with a true total and every state in words."""

import re
import zoneinfo
from collections import defaultdict
from dataclasses import replace
from datetime import UTC, datetime
from itertools import product

import brotli
import pytest
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from corti_gateway.queries import InteractionQuery
from dashboard.accounts.viewer import Viewer
from dashboard.listing.names import identifier_words, query_words, words
from dashboard.listing.sealed import seal, unseal
from dashboard.patients.bar import GAP, LEAST, WIDTH, bar
from dashboard.patients.columns import SORT_WORDS
from dashboard.patients.seen import Seen
from dashboard.patients.state import SEXES, SORTS, PatientListState
from dashboard.tenants.registry import registry
from tests.dashboard.support import CANARY, PageClient

URL = "/nordhavn/patients/"
OPEN, UNSEEN = ("in-progress", "on-hold"), ("planned", "cancelled", "deleted")


def people(slug="nordhavn"):
    """Every patient of a tenant with the encounters, newest first, by identifier: asked from the API row by row."""
    gateway, rows, number = registry()[slug].gateway, [], 1
    while page := gateway.list_interactions(InteractionQuery(page=number, page_size=100)).interactions:
        rows += page
        number += 1
    found = defaultdict(list)
    for row in sorted(rows, key=lambda row: (row.created_at, row.id), reverse=True):
        if row.patient and row.patient.identifier:
            found[row.patient.identifier].append(row)
    return found


def shown(page):
    return page.all(r'<button form="filter-form" name="exactly" value="([^"]*)">')


def walk(client, page):
    """The identifiers of a list over all its pages."""
    found = shown(page)
    while page.link("next"):
        page = client.page(page.link("next"))
        found += shown(page)
    return found


def search(client, text, **data):
    return client.page(URL, method="post", data={"patient": text, "size": "100"} | data)


def total(page):
    return int(page.one(r'class="summary"><b>[^<]* of ([\d,]+)</b>').replace(",", ""))


# --- the right people ------------------------------------------------------------------------------------------------
def test_every_patient_is_listed_once_over_all_pages_with_a_true_total(page_client, indexed, upstream):
    page = page_client.page(f"{URL}?size=10")
    found = walk(page_client, page)
    assert len(found) == len(set(found)) == total(page)
    assert set(found) == set(people())
    assert upstream.list_calls() == [] or all("patient=" not in call.query for call in upstream.list_calls())


def test_a_row_says_who_how_many_encounters_and_when_last(page_client, upstream, following):
    patient = {"identifier": "PT-77", "name": "Testa Fixtura", "gender": "female", "pronouns": "she/her"}
    upstream.add(patient=patient | {"birthDate": "1980-01-01T00:00:00Z"}, status="completed")
    upstream.add(patient=patient | {"birthDate": "1980-01-01T00:00:00Z"}, status="in-progress")
    upstream.add(patient=patient | {"birthDate": "1980-01-01T00:00:00Z"}, status="planned")
    following.fill()
    (row,) = search(page_client, "Fixtura").rows
    assert row[0] == "Testa Fixtura PT-77"
    assert row[1] == "F she/her"
    assert re.fullmatch(r"1 Jan 1980 \d+ years", row[2])
    assert row[3] == "3 1 in progress · 1 planned · 1 completed"
    assert row[4] == "1 open"
    assert "ago" in row[5] or re.search(r"\d{4}", row[5])


def test_missing_names_birth_dates_and_unknown_words_break_no_row(page_client, upstream, following):
    upstream.add(patient={"identifier": "Q" * 64, "name": ""})
    following.fill()
    (row,) = search(page_client, "q" * 64).rows
    assert row[0] == f"{'Q' * 64} {'Q' * 64}"


@pytest.mark.parametrize("key", list(SORTS))
def test_each_sort_shows_everybody_in_its_order(page_client, indexed, key):
    encounters = people()
    found = walk(page_client, page_client.page(f"{URL}?sort={key}&size=50"))
    assert sorted(found) == sorted(encounters)
    sort = SORTS[key]

    def value(identifier):
        rows = encounters[identifier]
        if sort.order == "encounters":
            return len(rows)
        if sort.order == "born":
            return str(rows[0].patient.birth_date or "")
        starts = [row.encounter.period.started_at for row in rows if row.encounter.status not in UNSEEN]
        return max((start for start in starts if start), default=datetime.min.replace(tzinfo=UTC))

    if sort.order != "name":
        values = [value(identifier) for identifier in found]
        assert values == sorted(values, reverse=key.startswith("-"))


# --- the search ------------------------------------------------------------------------------------------------------
SAME = ["Müller", "Muller", "MUELLER", "Mueller", "mu\u0308ller"]


@pytest.mark.parametrize("typed", [*SAME, "mül", "MUEL", "muller anna", "Anna Mül"])
def test_accents_case_and_spelling_do_not_matter(page_client, upstream, following, typed):
    wanted = set()
    for number, name in enumerate(SAME):
        upstream.add(patient={"identifier": f"MU-{number}", "name": f"Anna {name}"})
        wanted.add(f"MU-{number}")
    upstream.add(patient={"identifier": "MO-1", "name": "Anna Moller"})
    following.fill()
    found = set(shown(search(page_client, typed)))
    assert wanted <= found
    assert "MO-1" not in found


def test_the_search_box_explains_that(page_client, indexed):
    page = page_client.page(URL)
    described = page.one(r'<input id="patient"[^>]*aria-describedby="([^"]*)"')
    assert "Müller, Muller and MUELLER find each other" in page.one(rf'id="{described.strip()}">(.*?)</p>')


def test_the_search_finds_exactly_whom_looking_at_everybody_finds(page_client, indexed):
    encounters = people()
    known = {
        identifier: {*words(rows[0].patient.name or ""), *identifier_words(identifier)}
        for identifier, rows in encounters.items()
    }
    names = [rows[0].patient.name for rows in encounters.values() if rows[0].patient.name]
    texts = ["a", "an ma", "zzzz", "0", "…", *list(encounters)[:5]]
    texts += [name[:3] for name in names[::7]]
    texts += [" ".join(reversed(name.split())).upper() for name in names[::5]]
    for text in texts:
        asked = query_words(text)
        wanted = {
            identifier
            for identifier, there in known.items()
            if asked and all(any(word.startswith(one) for word in there for one in ones) for ones in asked)
        }
        assert set(walk(page_client, search(page_client, text))) == wanted, text


@pytest.mark.parametrize("sex", SEXES)
@pytest.mark.parametrize("only_open", [False, True])
@pytest.mark.parametrize("seen", list(Seen))
def test_filters_show_exactly_those_who_fit(page_client, indexed, sex, only_open, seen):
    viewer = Viewer(zoneinfo.ZoneInfo("UTC"), "UTC", datetime.now(UTC))
    span = seen.span(viewer)

    def fits(rows):
        starts = [row.encounter.period.started_at for row in rows if row.encounter.status not in UNSEEN]
        last = max((start for start in starts if start), default=None)
        return (
            str(rows[0].patient.gender or "not-given") == sex
            and (not only_open or any(row.encounter.status in OPEN for row in rows))
            and (span.begin is None or (last is not None and last >= span.begin))
            and (span.end is None or (last is not None and last < span.end))
        )

    data = {"sex": sex, "seen": seen.value, "size": "100"} | ({"open": "on"} if only_open else {})
    page = page_client.page(URL, method="post", data=data)
    assert set(walk(page_client, page)) == {identifier for identifier, rows in people().items() if fits(rows)}


def test_same_names_are_marked_with_words(page_client, upstream, following, htmx):
    upstream.add(patient={"identifier": "S-1", "name": "Bjørn Sørensen"})
    upstream.add(patient={"identifier": "S-2", "name": "Sorensen, Bjorn"})
    following.fill()
    link = search(page_client, "sorensen bjorn").response.redirect_chain[-1][0]
    page = page_client.page(link, htmx=htmx)
    assert page.text.count("similar name") == 2
    assert "Sorensen, Bjorn, S-2" in page.html


# --- addresses -------------------------------------------------------------------------------------------------------
def test_what_is_typed_travels_in_the_body_and_is_sealed_in_the_address(page_client, upstream, following):
    upstream.add(patient={"identifier": f"{CANARY}-1", "name": f"{CANARY} Testa"})
    following.fill()
    page = search(page_client, CANARY)
    assert shown(page) == [f"{CANARY}-1"]
    query = QueryDict(page.response.request["QUERY_STRING"])
    assert unseal("nordhavn", "q", query["q"]) == CANARY
    assert CANARY not in page.title


def test_a_row_leads_to_the_patient(page_client, upstream, following, htmx):
    upstream.add(patient={"identifier": f" {CANARY}-1 ", "name": f"{CANARY} Testa"})
    following.fill()
    answer = page_client.post(URL, {"exactly": f" {CANARY}-1 "}, headers={"HX-Request": "true"} if htmx else {})
    where = answer["HX-Redirect"] if htmx else answer["Location"]
    assert (answer.status_code, CANARY in where) == (200 if htmx else 302, False)
    assert unseal("nordhavn", "patient", where.split("/")[3]) == f" {CANARY}-1 "


@pytest.mark.parametrize("value", [f"{CANARY}-1", "AAAA", seal("riverside", "patient", "PT-1"), "/../x"])
def test_a_row_that_cannot_be_opened_leads_to_nobody(page_client, indexed, htmx, value):
    page = page_client.page(URL, method="post", data={"sealed": value}, htmx=htmx)
    assert (page.status, page.state, page.rows) == (404, ["unreadable-filter"], [])
    assert CANARY not in page.html


def test_a_broken_search_shows_nobody(page_client, indexed, htmx):
    page = page_client.page(f"{URL}?q=AAAA&open=on", htmx=htmx)
    assert (page.status, page.state, page.rows) == (404, ["unreadable-filter"], [])


def test_a_link_of_another_tenant_shows_nobody(admin_client, indexed):
    link = search(admin_client, "a").response.redirect_chain[-1][0]
    assert admin_client.page(link).rows
    assert admin_client.page(link.replace("nordhavn", "riverside")).state == ["unreadable-filter"]


def test_a_search_that_is_too_long_keeps_everything_typed(page_client, indexed, htmx):
    page = page_client.page(
        URL, method="post", data={"patient": "x" * 300, "sex": "male", "seen": "7d", "size": "50"}, htmx=htmx
    )
    assert (page.status, page.state) == (422, ["invalid"])
    assert "at most 256 characters" in page.text
    assert page.one(r'name="patient" type="text"[^>]*value="([^"]*)"') == "x" * 300
    assert page.one(r'<option value="7d" selected>([^<]*)') == "Last 7 days"
    assert len(page.all(r"data-submit checked")) == 1


def test_odd_values_are_named_and_the_rest_applies(page_client, indexed):
    page = page_client.page(f"{URL}?sex=male&sex=<b>&seen=x&open=yes&size=7&page=0&sort=nope&more=1")
    assert len(page.notices) == 6
    assert {row[1].split()[0] for row in page.rows} == {"M"}


def test_a_page_past_the_end_lands_on_the_last_page(page_client, indexed, htmx):
    page = page_client.page(f"{URL}?page=900&size=10", htmx=htmx)
    assert "Page 900 is past the end" in page.notices[0]
    assert page.link("next") is None
    assert len(page.rows) == (total(page) - 1) % 10 + 1


def test_each_choice_is_a_chip_that_takes_it_off(page_client, indexed):
    page = search(page_client, "a", open="on", sex=["female", "male"], seen="1y")
    assert page.all(r'class="chip" href="[^"]*" aria-label="Remove the filter ([^"]*)"') == [
        "“a”", "Open encounters", "Sex female", "Sex male", "Seen: last year",
    ]  # fmt: skip
    without = [page_client.page(link) for link in page.all(r'class="chip" href="([^"]*)"')]
    assert {len(one.all(r'class="chip"')) for one in without} == {4}
    assert page_client.page(page.link("clear")).all(r'class="chip"') == []


STATES = st.builds(
    PatientListState,
    tenant=st.just("nordhavn"),
    text=st.text(max_size=60).filter(lambda text: text.isprintable()),
    sexes=st.sets(st.sampled_from(SEXES)).map(lambda chosen: tuple(sex for sex in SEXES if sex in chosen)),
    seen=st.sampled_from(list(Seen)),
    only_open=st.booleans(),
    sort=st.sampled_from(list(SORTS.values())),
    page=st.integers(1, 10**9),
    size=st.sampled_from([10, 25, 50, 100]),
)


@given(STATES)
def test_a_state_reads_itself_from_its_own_address(state):
    query = QueryDict(state.url().partition("?")[2])
    again = PatientListState.read(query, "nordhavn")
    assert again == state
    assert again.notices == ()
    assert again.url() == state.url()
    assert state.but(seen=Seen.WEEK).page == 1
    assert state.text not in repr(state) or len(state.text) < 12


def test_every_sort_has_words_and_every_word_a_sort():
    assert {(sort.order, sort.direction) for sort in SORTS.values()} == set(SORT_WORDS)


# --- the index's states ----------------------------------------------------------------------------------------------
def test_an_index_that_is_off_says_so_and_what_works(page_client, upstream, settings, htmx):
    settings.TENANTS = tuple(replace(config, index=False) for config in settings.TENANTS)
    page = page_client.page(URL, htmx=htmx)
    assert (page.status, page.state) == (200, ["index-off"])
    assert "configured without an index, so nothing about its patients is stored here" in page.text
    assert "Encounters can be filtered by exact identifier." in page.text


def test_an_index_that_nobody_began_says_what_to_run(page_client, upstream, htmx):
    page = page_client.page(URL, htmx=htmx)
    assert page.state == ["not-begun"]
    assert "manage.py follow" in page.text


def test_a_filling_index_shows_its_rows_and_how_far_it_is(page_client, following, htmx):
    following.begin(40, 130)
    page = page_client.page(URL, htmx=htmx)
    assert page.state == ["filling"]
    assert page.rows
    assert "of 130 encounters" in page.text
    assert page.one(r'<progress [^>]*max="(\d+)"') == "130"
    assert " so far" in page.text
    assert "style=" not in page.html


def test_a_filling_index_without_a_row_yet_is_no_empty_list(page_client, following, htmx):
    following.begin(10, 130)
    following.note(rows=0)
    page = page_client.page(URL, htmx=htmx)
    assert page.state == ["filling"]
    assert "first patients will be here in a moment" in page.text


def test_no_match_and_nothing_yet_are_told_apart(page_client, following, sizes, htmx):
    following.fill()
    link = search(page_client, "zzzzqqqq").response.redirect_chain[-1][0]
    page = page_client.page(link, htmx=htmx)
    assert page.state == ["no-match"]
    assert "Every word must begin" in page.text


class TestAnEmptyTenant:
    @pytest.fixture
    def sizes(self):
        return {"nordhavn": 0, "riverside": 3}

    def test_it_has_nobody_yet(self, page_client, indexed, htmx):
        page = page_client.page(URL, htmx=htmx)
        assert page.state == ["nothing-yet"]
        assert "No patients in Nordhavn Clinic yet" in page.text


def test_an_old_index_says_how_old_and_why(page_client, indexed, htmx):
    indexed.age(15 * 60)
    indexed.note(failures=4, last_error="Corti cannot be reached")
    page = page_client.page(URL, htmx=htmx)
    assert page.one(r'<span class="age ([a-z]+)"') == "old"
    assert "not been brought up to date lately" in page.notices[0]
    indexed.note(holder="")
    assert "manage.py follow" in page_client.page(URL, htmx=htmx).notices[0]


def test_a_fresh_index_has_no_notice(page_client, indexed):
    page = page_client.page(URL)
    assert page.notices == []
    assert "Index, as of" in re.sub(r"\s+", " ", page.text)


def test_page_and_fragment_hold_the_same_rows(page_client, indexed):
    whole, part = page_client.page(f"{URL}?size=10&page=2"), page_client.page(f"{URL}?size=10&page=2", htmx=True)
    assert whole.rows == part.rows
    assert "<html" in whole.html
    assert "<html" not in part.html


def test_the_band_names_the_section_and_a_change_of_tenant_keeps_it(admin_client, indexed):
    page = admin_client.page(URL)
    assert page.one(r'<a href="[^"]*" aria-current="page">([^<]*)') == "Patients"
    assert '<a href="/riverside/patients/">' in page.html
    assert (
        admin_client.page("/nordhavn/encounters/").one(r'<a href="[^"]*" aria-current="page">([^<]*)') == "Encounters"
    )


class TestALargeTenant:
    @pytest.fixture
    def sizes(self):
        return {"nordhavn": 400, "riverside": 3}

    def test_fifty_rows_stay_below_eight_kilobytes(self, page_client, indexed):
        page = page_client.page(f"{URL}?size=50", headers={"Accept-Encoding": "identity"})
        assert len(page.rows) == 50
        assert len(brotli.compress(page.html.encode(), quality=5)) < 8_000


@pytest.mark.parametrize(
    "counts", [{"completed": 1}, *({"in-progress": a, "planned": b, "": c} for a, b, c in product((1, 900), repeat=3))]
)
def test_a_bar_fills_its_width_and_hides_no_part(counts):
    parts = bar(counts)
    assert [part.width >= LEAST for part in parts] == [True] * len(counts)
    assert parts[0].x == 0
    assert [one.x + one.width + GAP for one in parts[:-1]] == [other.x for other in parts[1:]]
    assert parts[-1].x + parts[-1].width in range(WIDTH - len(parts), WIDTH + 1)


def test_a_stranger_sees_no_patient(indexed):
    assert PageClient().get(URL)["Location"].startswith("/accounts/sign-in/")
