"""The encounters list with an index: its controls, what it says about itself, and what never leaves the page."""

import logging
import re
from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlencode
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from corti_gateway.vocabulary import EncounterStatus
from dashboard.clinicians.models import Clinician
from dashboard.index import writing
from dashboard.listing.sealed import seal
from dashboard.tenants.registry import registry
from tests.dashboard.support import CANARY, NOW, of_the_page
from tests.index.fake_list import make_interaction

URL = "/nordhavn/encounters/"


def counts(page):
    """What stands on the toggles."""
    return dict(re.findall(r'data-count="([a-z-]+)">([\d,]*)<', page.html))


def told(page):
    """What the results tell a script about the controls."""
    return parse_qs(page.one(r'data-form="([^"]*)"'))


def mark(page):
    return re.sub(r"<[^>]+>", "", page.one(r'<p class="as-of">(.*?)</p>'))


def summary(page):
    return re.sub(r"<[^>]+>|\s+", " ", page.one(r'class="summary">(.*?)</p>')).strip()


def chips(page):
    return page.all(r'class="chip" href="[^"]*" aria-label="Remove the filter ([^"]*)"')


def selected(page, name):
    return page.one(rf'name="{name}"[^>]*>(?:(?!</select>).)*?<option value="([^"]*)" selected')


def post(client, htmx=False, **data):
    return client.page(URL, method="post", data=data, htmx=htmx)


def address(page):
    """Where a form led."""
    return page.response.redirect_chain[-1][0]


@pytest.fixture
def users(upstream):
    """Assigned users of the tenant, the busiest first."""
    rows = upstream.tenant().store._by_id()
    ids = [row.user for row in rows]
    return sorted(set(ids), key=lambda user: (-ids.count(user), user))


@pytest.fixture
def directory(users, clinician):
    """Two clinicians with names; the second is the one who looks."""
    Clinician.objects.create(tenant="nordhavn", assigned_user_id=users[0], name="Dr. Mette Holm")
    Clinician.objects.create(tenant="nordhavn", assigned_user_id=users[1], name="Aage Abel", user=clinician)
    return users


# --- Counts and totals -----------------------------------------------------------------------------------------------


def test_each_toggle_says_how_many_there_are(admin_client, indexed, upstream):
    page = admin_client.page(URL)
    store = upstream.tenant().store
    assert counts(page) == {status.value: str(store.count([number])) for number, status in enumerate(EncounterStatus)}


@pytest.mark.parametrize("query", ["status=planned", "type=consultation", "status=planned&type=consultation"])
def test_counts_are_those_under_the_other_filters_and_stay_when_a_status_is_chosen(page_client, indexed, htmx, query):
    page = page_client.page(f"{URL}?{query}", htmx=htmx)
    told_counts = page.one(r'data-counts="([^"]*)"')
    without = page_client.page(f"{URL}?{query.replace('status=planned', '').strip('&')}", htmx=True)
    assert told_counts == without.one(r'data-counts="([^"]*)"')
    assert htmx or any(counts(page).values())


def test_without_an_index_toggles_have_no_counts_and_there_is_no_more(page_client, upstream):
    page = page_client.page(URL)
    assert set(counts(page).values()) == {""}
    assert "more-filters" not in page.html
    assert "Patient identifier, exact" in page.text


def test_a_total_has_its_time_beside_it_where_it_is_not_that_of_the_rows(page_client, indexed, sizes, htmx):
    live = page_client.page(URL, htmx=htmx)
    assert re.fullmatch(r"1–25 of 130 , as of \d\d:\d\d", summary(live))
    assert "Live, read" in mark(live)
    assert live.link("count") is None
    indexed_page = page_client.page(f"{URL}?sort=type", htmx=htmx)
    assert summary(indexed_page) == "1–25 of 130"
    assert "Index, as of" in mark(indexed_page)
    counted = page_client.page(f"{URL}?count=1", htmx=htmx)
    assert "counted at" in summary(counted)


def test_a_partial_list_is_never_nothing_yet_and_has_no_total(page_client, following, htmx):
    following.begin(60, expected=130)
    page = page_client.page(f"{URL}?sort=type", htmx=htmx)
    assert summary(page) == "1–25 , more exist"
    assert page.link("count") is None
    assert "which is being filled since" in page.one(r'id="as-of"[^>]*title="([^"]*)"')
    assert any("60 of about 130 are in it" in notice for notice in page.notices)
    none = page_client.page(f"{URL}?from=2001-01-01&to=2001-01-02", htmx=htmx)
    assert none.state == ["no-match"]
    assert "No encounter matches these filters so far" in none.text
    assert "What is not in the index yet may match" in none.text


def test_an_old_index_is_amber_and_says_what_is_missing(page_client, indexed, htmx):
    indexed.age(400)
    page = page_client.page(f"{URL}?sort=type", htmx=htmx)
    assert 'class="age old"' in page.html
    assert any("has not been brought up to date lately" in notice for notice in page.notices)
    assert 'class="age old"' not in page_client.page(URL, htmx=htmx).html


@pytest.mark.parametrize("state", ["off", "not begun"])
def test_what_needs_the_index_says_so_instead_of_vanishing(page_client, upstream, following, settings, htmx, state):
    words = "has not been begun"
    if state == "off":
        following.fill()
        settings.TENANTS = tuple(replace(config, index=False) for config in settings.TENANTS)
        words = "The index is off for Nordhavn Clinic"
        for tenant in registry().values():
            tenant.gateway.prove(wait=True)
    else:
        following.fill()
        following.forget()
    for query in ("type=consultation", "sort=-duration", "clinician=x", "from=2026-11-01"):
        page = page_client.page(f"{URL}?{query}", htmx=htmx)
        assert (page.status, page.state, page.rows) == (200, ["needs-index"], [])
        assert words in page.text
    searched = page_client.page(f"{URL}?{urlencode({'q': seal('nordhavn', 'q', 'anna')})}", htmx=htmx)
    assert searched.state == ["needs-index"]
    assert chips(page_client.page(f"{URL}?type=consultation&status=planned", htmx=htmx)) == ["Planned", "Consultation"]
    assert len(page_client.page(f"{URL}?status=planned", htmx=htmx).rows) > 5
    for tenant in registry().values():
        tenant.gateway.close()


# --- Type, clinician, days -------------------------------------------------------------------------------------------


def test_types_are_a_union_with_a_chip_each(page_client, indexed, htmx):
    page = page_client.page(f"{URL}?type=consultation&type=emergency&size=100", htmx=htmx)
    assert {row[4] for row in page.rows} == {"Consultation", "Emergency"}
    assert chips(page) == ["Consultation", "Emergency"]
    assert page.one(r'data-more="(\d+)"') == "2"
    one = page_client.page(next(url for url in page.all(r'class="chip" href="([^"]*)"') if "type=emergency" in url))
    assert {row[4] for row in one.rows} == {"Emergency"}


def test_the_form_says_what_the_address_says(page_client, indexed, directory):
    query = f"status=planned&type=emergency&clinician={directory[0]}&of=started&from=2026-11-01&to=2026-11-20"
    page = page_client.page(f"{URL}?{query}&sort=-duration&size=50")
    assert page.all(r'name="type" value="([a-z_]+)" data-submit checked') == ["emergency"]
    assert selected(page, "clinician") == directory[0]
    assert (selected(page, "of"), selected(page, "when"), selected(page, "sort")) == ("started", "", "-duration")
    assert page.one(r'name="from"[^>]*value="([^"]*)"') == "2026-11-01"
    assert page.one(r'name="to"[^>]*value="([^"]*)"') == "2026-11-20"
    assert told(page) == parse_qs(query + "&sort=-duration&size=50")
    assert page.one(r"data-more>(\d+)<") == "3"


def test_the_form_leads_to_one_canonical_address(page_client, indexed, directory):
    page = post(
        page_client, status=["completed", "planned"], type=["emergency", "consultation"], clinician=directory[0],
        of="started", **{"from": "2026-11-01"}, sort="-started", size="10",
    )  # fmt: skip
    assert address(page) == (
        f"{URL}?status=planned&status=completed&type=consultation&type=emergency&clinician={directory[0]}"
        "&of=started&from=2026-11-01&sort=-started&size=10"
    )
    assert page.status == 200


def test_clinicians_are_offered_by_name_then_by_id(page_client, indexed, directory):
    page = page_client.page(URL)
    options = re.findall(
        r'<option value="([^"]*)"[^>]*>([^<]*)', page.one(r'<select id="clinician"[^>]*>(.*?)</select>')
    )
    assert [label for _, label in options[:4]] == ["Anyone", "Assigned to me", "Aage Abel", "Dr. Mette Holm"]
    assert all(label.startswith("Unknown clinician ") for _, label in options[4:])
    assert {value for value, _ in options[2:]} == set(directory)


def test_a_clinician_narrows_the_list_to_their_encounters(page_client, indexed, directory, htmx):
    page = page_client.page(f"{URL}?clinician={directory[0]}&size=100", htmx=htmx)
    assert {row[7] for row in page.rows} == {"Dr. Mette Holm"}
    assert chips(page) == ["Dr. Mette Holm"]
    unknown = page_client.page(f"{URL}?clinician={directory[2]}&size=100", htmx=htmx)
    short = f"{directory[2][:4]}…{directory[2][-4:]}"
    assert {row[7] for row in unknown.rows} == {f"Unknown clinician {short}"}
    assert chips(unknown) == [f"Unknown clinician {short}"]


def test_unknown_clinicians_are_told_in_words_as_soon_as_anybody_has_a_name(page_client, indexed, directory):
    page = page_client.page(f"{URL}?size=100")
    cells = {row[7] for row in page.rows}
    assert {"Dr. Mette Holm", "Aage Abel"} < cells
    assert all(re.fullmatch(r"Unknown clinician [0-9a-f]{4}…[0-9a-f]{4}|–", cell) for cell in cells - {
        "Dr. Mette Holm", "Aage Abel"
    })  # fmt: skip
    assert "Clinicians by id" not in page.html


def test_assigned_to_me_is_one_click_there_and_one_back(page_client, indexed, directory, htmx):
    page = page_client.page(f"{URL}?status=completed")
    assert page.one(r'id="mine" name="mine" value="([a-z]+)" aria-pressed="false"') == "on"
    on = post(page_client, htmx, status="completed", mine="on", clinician=directory[0])
    assert parse_qs(address(on).partition("?")[2])["clinician"] == ["me"]
    assert {row[7] for row in on.rows} == {"Aage Abel"}
    assert chips(on) == ["Completed", "Assigned to me"]
    whole = page_client.page(address(on))
    assert whole.one(r'id="mine" name="mine" value="([a-z]+)" aria-pressed="true"') == "off"
    off = post(page_client, htmx, status="completed", mine="off", clinician="me")
    assert address(off) == f"{URL}?status=completed"


def test_assigned_to_me_is_about_whoever_looks(page_client, admin_client, indexed, directory, htmx):
    page = admin_client.page(f"{URL}?clinician=me", htmx=htmx)
    assert (page.state, page.rows) == (["no-match"], [])
    assert any("tied to no clinician" in notice for notice in page.notices)
    assert 'id="mine"' not in admin_client.page(URL).html
    assert page_client.page(f"{URL}?clinician=me", htmx=htmx).rows


def test_who_is_tied_to_nobody_does_not_get_what_nobody_is_assigned_to(page_client, indexed):
    keeper = indexed.keeper()
    with keeper.lease.transaction():
        keeper.lease.note(writing.apply(keeper.tenant, [make_interaction(assigned_user_id=None, created_at=NOW)]))
    assert "–" in {row[7] for row in page_client.page(f"{URL}?sort=type&size=100").rows}
    assert page_client.page(f"{URL}?clinician=me").rows == []


@pytest.mark.parametrize(
    ("zone", "first", "begin", "end"),
    [
        # Summer time ends: the day has 25 hours. It begins: 23.
        ("Europe/Copenhagen", "2026-10-25", "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z"),
        ("Europe/Copenhagen", "2026-03-29", "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z"),
        # Midnight does not exist: clocks go from 23:59 to 01:00.
        ("America/Santiago", "2026-09-06", "2026-09-06T04:00:00Z", "2026-09-07T03:00:00Z"),
        ("Asia/Tokyo", "2026-11-19", "2026-11-18T15:00:00Z", "2026-11-19T15:00:00Z"),
        ("Pacific/Kiritimati", "2026-11-19", "2026-11-18T10:00:00Z", "2026-11-19T10:00:00Z"),
    ],
)
def test_a_day_is_the_viewer_s_from_its_first_second_to_its_last(
    page_client, upstream, following, zone, first, begin, end
):
    start, stop = (datetime.fromisoformat(text.replace("Z", "+00:00")) for text in (begin, end))
    second = timedelta(seconds=1)
    moments = {"before": start - second, "first": start, "last": stop - second, "after": stop}
    for word, moment in moments.items():
        upstream.add(identifier=f"DAY-{word}", period={"startedAt": f"{moment:%Y-%m-%dT%H:%M:%SZ}"}, title=None)
    following.fill()
    page_client.cookies["tz"] = zone
    page = page_client.page(f"{URL}?of=started&from={first}&to={first}&sort=started&size=100")
    assert [word for word in page.encounters if word.startswith("DAY-")] == ["DAY-first", "DAY-last"]


@pytest.mark.parametrize(("when", "days"), [("today", 1), ("7d", 7), ("30d", 30)])
@pytest.mark.parametrize("of", ["created", "started"])
def test_a_preset_moves_along_with_today_and_ends_with_it(
    page_client, upstream, following, time_machine, when, days, of
):
    time_machine.move_to(NOW, tick=False)
    following.fill()
    page = page_client.page(f"{URL}?of={of}&when={when}&size=100")
    assert chips(page) == [f"{of.capitalize()}: {'today' if days == 1 else f'last {days} days'}"]
    first, last = (NOW - timedelta(days=days - 1)).date(), NOW.date()
    rows = upstream.tenant().store._by_id()

    def day(row):
        value = row.created if of == "created" else row.started
        return NOW.fromtimestamp(value / 1e9, NOW.tzinfo).date()

    wanted = sum(1 for row in rows if first <= day(row) <= last)
    assert summary(page).endswith(f" of {wanted}")
    assert of == "created" or wanted < sum(1 for row in rows if first <= day(row)), "some are planned for later"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"from": "2026-02-30"}, "Enter a valid date"),
        ({"to": "yesterday"}, "Enter a valid date"),
        ({"from": "1066-10-14"}, "between 1900 and 2200"),
        ({"from": "2026-11-09", "to": "2026-11-03"}, "last day is before the first"),
        ({"from": "2026-11-09", "when": "7d"}, "a span of days or two dates, not both"),
    ],
)
def test_bad_days_are_told_and_everything_typed_is_kept(page_client, indexed, htmx, data, words):
    other = {"patient": "anna", "status": ["planned"], "type": ["emergency"], "of": "started", "sort": "-duration"}
    page = page_client.page(URL, method="post", data=other | data, htmx=htmx)
    assert (page.status, page.state) == (422, ["invalid"])
    assert words in page.one(r'role="alert">(.*?)</p>')
    for name in ("from", "to"):
        assert page.one(rf'name="{name}"[^>]*value="([^"]*)"') == data.get(name, "")
    assert page.one(r'name="patient" type="text"[^>]*value="([^"]*)"') == "anna"
    assert page.all(r'name="(?:status|type)" value="([a-z_]+)" data-submit checked') == ["planned", "emergency"]
    assert (selected(page, "of"), selected(page, "sort")) == ("started", "-duration")
    assert selected(page, "when") == data.get("when", "")
    assert page.response.get("HX-Push-Url", "false") == "false"


@pytest.mark.parametrize(
    "data",
    [
        {"type": "<b>"}, {"type": ["emergency", "x"]}, {"of": "ended"}, {"when": "1y"}, {"mine": "yes"},
        {"clinician": "x" * 201}, {"clinician": "a\x00b"}, {"sort": "__class__"}, {"size": "7"},
    ],
    ids=repr,
)  # fmt: skip
def test_a_forged_form_is_refused_whole(page_client, indexed, upstream, htmx, data):
    page = page_client.page(URL, method="post", data=data, htmx=htmx)
    assert (page.status, page.state, upstream.list_calls()) == (422, ["invalid"], [])
    assert "<b>" not in page.one(r'role="alert">(.*?)</p>')


@pytest.mark.parametrize(
    "query",
    [
        "type=%3Cscript%3E", "clinician=%00", "clinician=' OR 1=1 --", "clinician=%25", "of=x&from=2026-11-01",
        "from=2026-13-01", "when=7d&from=2026-11-01", "from=2200-12-31&to=2200-12-31", "from=1900-01-01",
        "sort=type&page=1000000000", "q=&patient=",
    ],
)  # fmt: skip
def test_an_odd_address_never_breaks_the_page(page_client, indexed, htmx, query):
    page = page_client.page(f"{URL}?{query}", htmx=htmx)
    assert page.status == 200
    assert "<script>" not in page.html


# --- Search ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def marked(upstream, following):
    """Patients and titles that must never leave the page, in the index."""
    for number in range(3):
        upstream.add(
            patient={"identifier": f"{CANARY}-{number}", "name": f"Testa {CANARY}"},
            title=f"{CANARY} case {number}",
            identifier=f"E-{CANARY}-{number}",
        )
    following.fill()
    return upstream


def test_a_text_is_searched_for_and_stands_in_no_address_title_or_header(page_client, marked, htmx, caplog):
    caplog.set_level(logging.DEBUG)
    page = post(page_client, htmx, patient=f"testa {CANARY.lower()}", status="completed")
    query = parse_qs(address(page).partition("?")[2])
    assert set(query) == {"status", "q"}
    assert CANARY.lower() not in address(page).lower()
    assert len(page.rows) == 3
    assert chips(page) == ["Completed", f"“testa {CANARY.lower()}”"]
    assert told(page)["patient"] == [f"testa {CANARY.lower()}"]
    assert CANARY.lower() not in caplog.text.lower()
    for link in page.all(r'href="(/nordhavn[^"]*)"'):
        assert CANARY.lower() not in link.lower()
    again = page_client.page(address(page), htmx=htmx)
    assert again.encounters == page.encounters


def test_an_exact_identifier_is_a_patient_and_anything_else_a_search(page_client, marked):
    exact = post(page_client, patient=f"  {CANARY}-1 ")
    assert set(parse_qs(address(exact).partition("?")[2])) == {"patient"}
    assert len(exact.rows) == 1
    for text, rows in ((f"{CANARY.lower()}-1", 1), (f"e-{CANARY}-2", 1), (f"case {CANARY}", 3)):
        page = post(page_client, patient=text)
        assert set(parse_qs(address(page).partition("?")[2])) == {"q"}
        assert len(page.rows) == rows


def test_an_identifier_that_the_index_does_not_have_yet_is_asked_of_corti(page_client, indexed, upstream, htmx):
    upstream.add(patient={"identifier": "PT-4711"})
    page = post(page_client, htmx, patient="PT-4711")
    assert len(page.rows) == 1
    assert "Live" in mark(page)


def test_no_match_says_how_a_search_works(page_client, indexed, htmx):
    page = post(page_client, htmx, patient="zzzz")
    assert page.state == ["no-match"]
    assert "Every word must begin a word" in page.text
    assert "Index, as of" in mark(page)


@pytest.mark.parametrize(
    "text", ["%", "_", "\\", "'", '"', "*", "a' OR 1=1 --", "{{7*7}}", "<script>x</script>", "\u202e"]
)
def test_no_sign_means_anything_but_itself(page_client, indexed, htmx, text):
    page = post(page_client, htmx, patient=text)
    assert page.status == 200
    assert "<script>x" not in page.html
    assert "49" not in "".join(chips(page))


def test_an_altered_or_foreign_search_shows_nobody(page_client, admin_client, indexed, htmx):
    sealed = seal("nordhavn", "q", "anna")
    other = "A" if sealed[5] != "A" else "B"
    for token in (sealed[:5] + other + sealed[6:], sealed[:-3], seal("riverside", "q", "anna"), "anna"):
        page = page_client.page(f"{URL}?{urlencode({'q': token})}", htmx=htmx)
        assert (page.status, page.state, page.rows) == (404, ["unreadable-filter"], [])
    mixed = page_client.page(f"{URL}?{urlencode({'patient': sealed})}", htmx=htmx)
    assert mixed.state == ["unreadable-filter"], "a search is no patient"
    elsewhere = admin_client.page(f"/riverside/encounters/?{urlencode({'q': sealed})}", htmx=htmx)
    assert elsewhere.state == ["unreadable-filter"]


# --- Sorting ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "words", "column"),
    [
        ("-started", "Latest start first", "started"), ("started", "Earliest start first", "started"),
        ("patient", "Patient, A to Z", "patient"), ("type", "Type, A to Z", "type"),
        ("-type", "Type, Z to A", "type"), ("status", "By status, open first", "status"),
        ("-status", "By status, open last", "status"),
        ("-duration", "Longest first, after those without an end", "duration"),
        ("duration", "Shortest first, then those without an end", "duration"),
        ("-ended", "Latest ended first, after those without an end", "ended"),
    ],
)  # fmt: skip
def test_each_order_is_said_in_words_and_marked_on_its_column(page_client, indexed, htmx, key, words, column):
    page = page_client.page(f"{URL}?sort={key}", htmx=htmx)
    assert page.one(r"<caption>(.*?)\. Times") == words
    direction = "descending" if key.startswith("-") else "ascending"
    assert page.one(rf'class="c-([a-z]+)" aria-sort="{direction}"') == column
    assert len(page.rows) == 25


def test_every_order_is_offered_by_the_menu_and_by_the_heads(page_client, indexed):
    page = page_client.page(URL)
    options = page.one(r'<select id="sort"[^>]*>(.*?)</select>')
    assert options.count("<option") == 20
    for column in ("status", "patient", "type", "started", "duration", "assigned", "created", "updated"):
        assert page.link(f"by-{column}")


# --- What it costs ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("query", ["", "?type=consultation", "?clinician=me"])
def test_a_fragment_asks_the_database_little(page_client, indexed, directory, query):
    page_client.page(URL + query, htmx=True)
    with CaptureQueriesContext(connection) as asked:
        page_client.page(URL + query, htmx=True)
    texts = of_the_page(asked)
    assert sum("clinicians_clinician" in text for text in texts) == 1
    assert not any("axis = 'assigned'" in text and "JOIN" in text for text in texts), "only the form needs to know them"
    assert len(texts) <= 10, texts


def test_of_users_that_an_api_makes_up_the_menu_has_only_the_frequent(indexed, page_client):
    """Where nobody is assigned the API makes up a user: thousands of them would be a menu that nobody can read."""
    keeper = indexed.keeper()
    with keeper.lease.transaction():
        made_up = [make_interaction(number, assigned_user_id=str(UUID(int=number))) for number in range(1, 1_200)]
        keeper.lease.note(writing.apply(keeper.tenant, made_up))
    menu = re.search(r'<select id="clinician".*?</select>', page_client.page(URL).html, re.DOTALL)
    assert 1 < menu[0].count("<option") <= 51
    someone = str(UUID(int=7))
    assert f'value="{someone}"' not in menu[0]
    assert f'<option value="{someone}" selected>' in page_client.page(f"{URL}?clinician={someone}").html
