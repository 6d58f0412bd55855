"""The encounters list: the right rows, a true next page, honest totals."""

import pytest

from corti_gateway.vocabulary import EncounterStatus
from dashboard.listing.controls import PATIENT, TEXT
from dashboard.listing.sealed import seal
from tests.dashboard.support import CANARY, NOW, PageClient

URL = "/nordhavn/encounters/"


@pytest.mark.parametrize("rows", [0, 1, 9, 10, 11, 20, 21])
def test_next_is_shown_exactly_if_a_row_follows(page_client, upstream, sizes, rows):
    for _ in range(rows):
        upstream.add(patient={"identifier": "PT-NEXT"})
    page = page_client.page(URL, method="post", data={"patient": "PT-NEXT", "size": "10"})
    seen = list(page.encounters)
    while page.link("next"):
        assert len(page.encounters) == 10
        page = page_client.page(page.link("next"))
        assert page.encounters, "Next led to an empty page"
        seen += page.encounters
    assert len(seen) == len(set(seen)) == rows
    assert page.state == ([] if rows else ["no-match"])


def test_every_row_is_seen_once_over_all_pages(page_client, upstream, sizes):
    page = page_client.page(URL)
    seen = list(page.encounters)
    while page.link("next"):
        page = page_client.page(page.link("next"))
        seen += page.encounters
    assert len(seen) == len(set(seen)) == sizes["nordhavn"]


@pytest.mark.parametrize("status", list(EncounterStatus))
def test_a_status_shows_its_rows_only(admin_client, upstream, status, htmx):
    page = admin_client.page(f"{URL}?status={status.value}&size=100", htmx=htmx)
    assert set(page.statuses) <= {status.value}
    assert len(page.rows) == min(100, upstream.tenant().store.count([list(EncounterStatus).index(status)]))


def test_all_sixty_four_choices_of_statuses_show_the_right_rows(admin_client, upstream):
    totals = [upstream.tenant().store.count([index]) for index in range(6)]
    for chosen in range(64):
        indexes = [index for index in range(6) if chosen >> index & 1]
        query = "&".join(f"status={list(EncounterStatus)[index].value}" for index in indexes)
        page = admin_client.page(f"{URL}?{query}&size=100")
        wanted = sum(totals[index] for index in indexes) if indexes else sum(totals)
        assert len(page.rows) == min(100, wanted)
        assert set(page.statuses) <= {list(EncounterStatus)[index].value for index in indexes or range(6)}
        asked = {call.query.count("encounterStatus=") for call in upstream.list_calls() if "pageSize=100" in call.query}
        assert asked == {len(indexes)}
        upstream.tenant().stats.reset()


def test_any_is_not_none_chosen(admin_client, upstream):
    admin_client.page(URL)
    assert all("encounterStatus" not in call.query for call in upstream.list_calls())
    upstream.tenant().stats.reset()
    everything = "&".join(f"status={status.value}" for status in EncounterStatus)
    page = admin_client.page(f"{URL}?{everything}")
    pages = [call.query for call in upstream.list_calls() if "pageSize=25" in call.query]
    assert [query.count("encounterStatus=") for query in pages] == [6]
    assert len(page.all(r'class="chip"')) == 6


def test_a_view_costs_the_page_and_one_look_ahead(page_client, upstream, htmx):
    page_client.page(f"{URL}?status=completed", htmx=htmx)
    assert len(upstream.list_calls()) == 2
    assert sorted("pageSize=1&" in f"{call.query}&" for call in upstream.list_calls()) == [False, True]


def test_a_patient_is_found_by_the_exact_identifier(page_client, upstream):
    wanted = {upstream.add(patient={"identifier": "PT-42", "name": f"{CANARY} Testa"}) for _ in range(3)}
    upstream.add(patient={"identifier": "PT-421"})
    upstream.add(patient={"identifier": "pt-42"})
    page = page_client.page(URL, method="post", data={"patient": "\u00a0 PT-42\t\u200b"})
    assert len(page.rows) == len(wanted)
    assert all("PT-42" in row[1] for row in page.rows)
    assert "patient=" in page.response.request["QUERY_STRING"]
    assert "PT-42" not in page.response.request["QUERY_STRING"]


def test_a_link_with_a_patient_works_for_a_colleague_of_the_tenant_only(page_client, admin_client, upstream):
    upstream.add(patient={"identifier": "PT-42"})
    upstream.add("riverside", patient={"identifier": "PT-42"})
    link = page_client.page(URL, method="post", data={"patient": "PT-42"}).response.redirect_chain[-1][0]
    assert len(admin_client.page(link).rows) == 1
    elsewhere = admin_client.page(link.replace("nordhavn", "riverside"))
    assert (elsewhere.status, elsewhere.state, elsewhere.rows) == (404, ["unreadable-filter"], [])


def test_a_broken_patient_filter_shows_nobody(page_client, upstream, htmx):
    page = page_client.page(f"{URL}?status=completed&patient=AAAA", htmx=htmx)
    assert (page.status, page.state, page.rows) == (404, ["unreadable-filter"], [])
    assert upstream.list_calls() == []
    assert "status=completed" in page.one(r'<a href="([^"]*)">show all patients')


def test_a_patient_filter_that_is_too_long_keeps_everything_typed(page_client, upstream, htmx):
    data = {"patient": "x" * 300, "status": ["planned", "completed"], "sort": "updated", "size": "50"}
    page = page_client.page(URL, method="post", data=data, htmx=htmx)
    assert page.status == 422
    assert "at most 256 characters" in page.text
    assert page.one(r'name="patient" type="text"[^>]*value="([^"]*)"') == "x" * 300
    assert len(page.all(r"data-submit checked")) == 2
    assert page.one(r'<option value="updated" selected>([^<]*)') == "Oldest change first"
    assert page.one(r"<option selected>(\d+)") == "50"
    assert upstream.list_calls() == []


def test_no_match_says_how_the_identifier_must_look(page_client, upstream, htmx):
    page = page_client.page(URL, method="post", data={"patient": "nobody", "status": "planned"}, htmx=htmx)
    assert page.state == ["no-match"]
    assert "exactly the one in Corti" in page.text
    assert "Any status" in page.text


def test_a_page_past_the_end_lands_on_the_last_page(page_client, upstream, sizes, htmx):
    page = page_client.page(f"{URL}?page=900", htmx=htmx)
    assert "Page 900 is past the end" in page.notices[0]
    assert page.one(r'class="summary"><b>([^<]*)') == "126–130"
    assert page.link("next") is None
    assert page.link("previous").endswith("?page=5")


def test_what_is_odd_in_the_address_is_named_and_the_rest_applies(page_client, upstream):
    page = page_client.page(f"{URL}?status=completed&status=<b>&size=7&page=x&sort=nope&more=1")
    assert len(page.notices) == 4
    assert "“<b>” in the address is not a status" in "".join(page.notices)
    assert set(page.statuses) == {"completed"}


def test_no_total_is_shown_unless_it_was_counted(page_client, upstream, sizes):
    page = page_client.page(URL)
    assert page.one(r'class="summary">(.*?)</p>').startswith("<b>1–25</b>, more exist")
    assert " of " not in page.one(r'class="summary">(.*?)</p>')
    counted = page_client.page(page.link("count"))
    assert f"1–25 of {sizes['nordhavn']}" in counted.text
    assert "counted at" in counted.text


def test_a_total_is_remembered_for_its_filters_alone_with_its_time(page_client, admin_client, upstream, sizes):
    page_client.page(f"{URL}?count=1&status=completed")
    assert "counted at" in admin_client.page(f"{URL}?status=completed&page=2").text
    assert "counted at" not in page_client.page(URL).text
    assert "counted at" not in admin_client.page("/riverside/encounters/?status=completed").text


def test_a_count_follows_a_changed_list(page_client, upstream, sizes):
    page_client.page(f"{URL}?count=1")
    upstream.add()
    assert f"of {sizes['nordhavn'] + 1}" in page_client.page(f"{URL}?count=1").text


def test_a_remembered_total_never_contradicts_the_page(page_client, upstream):
    identifier = {"identifier": "PT-TOTAL"}
    for _ in range(12):
        upstream.add(patient=identifier)
    url = page_client.page(URL, method="post", data={"patient": "PT-TOTAL", "size": "10"}).response.redirect_chain[-1][
        0
    ]
    assert "1–10 of 12" in page_client.page(f"{url}&count=1").text
    assert "11–12 of 12" in page_client.page(f"{url}&page=2").text
    upstream.add(patient=identifier)
    page = page_client.page(f"{url}&page=2")
    assert page.one(r'class="summary">(.*?)</p>').strip() == "<b>11–13</b>, the last"


@pytest.mark.parametrize(
    "identifier", [" PT-LEAD", "PT\tTAB", "PT-ZERO\u200b", "L" * 300, "A/B+C&D=E?#", "PT-\u202eRTL"]
)
def test_the_button_of_a_name_finds_that_very_patient(page_client, upstream, identifier):
    upstream.add(patient={"identifier": identifier, "name": "Testa Exact"})
    upstream.add(patient={"identifier": identifier.strip()[:200] + "x", "name": "Testa Other"})
    value = next(
        value for value in page_client.page(URL).all(r'name="exactly"[^>]*value="([^"]*)"') if value == identifier
    )
    page = page_client.page(URL, method="post", data={"exactly": value})
    assert [row[1].split(" ")[:2] for row in page.rows] == [["Testa", "Exact"]]
    assert 'name="exactly"' not in page.html, "of one patient, no name is a button"


@pytest.mark.parametrize("value", ["PT-1", "AAAA", seal("riverside", PATIENT, "PT-1"), seal("nordhavn", TEXT, "PT-1")])
def test_a_button_that_cannot_be_opened_shows_nobody(page_client, upstream, htmx, value):
    page = page_client.page(URL, method="post", data={"sealed": value, "status": "completed"}, htmx=htmx)
    assert (page.status, page.state, page.rows) == (404, ["unreadable-filter"], [])


def test_a_name_wins_over_what_is_being_typed(page_client, upstream):
    upstream.add(patient={"identifier": "PT-PRESSED", "name": "Testa Pressed"})
    page = page_client.page(URL, method="post", data={"patient": "x" * 300, "exactly": "PT-PRESSED", "size": "10"})
    assert (page.status, len(page.rows)) == (200, 1)


@pytest.mark.parametrize("size", [10, 25, 50, 100])
def test_page_sizes(page_client, upstream, sizes, size):
    page = page_client.page(f"{URL}?size={size}")
    assert len(page.rows) == min(size, sizes["nordhavn"])


def test_the_sort_is_said_in_words_and_its_column_is_marked(page_client, upstream):
    tenant = upstream.tenant()
    for key, words, column in [
        ("-created", "Newest created first", "created"),
        ("updated", "Oldest change first", "updated"),
        ("-assigned", "Assigned user, Z to A", "assigned"),
        ("id", "Interaction id, ascending", "id"),
        ("patient", "Patient, A to Z", "patient"),
        ("-ended", "Latest ended first", "ended"),
    ]:
        page = page_client.page(f"{URL}?sort={key}")
        assert page.one(r"<caption>([^.,]*(?:, [AZ] to [AZ]|, [ad]\w+ending)?)") == words
        direction = "descending" if key.startswith("-") else "ascending"
        assert page.one(r'class="c-([a-z]+)" aria-sort="' + direction) == column
        assert len(page.all(r'<th scope="col"')) == len(page.rows[0])
    assert tenant.stats.calls("list") > 0


@pytest.mark.parametrize("key", ["created", "-created", "updated", "-updated", "id", "-id", "patient", "-ended"])
def test_a_sort_holds_across_pages_and_keeps_every_row(page_client, upstream, sizes, key):
    page = page_client.page(f"{URL}?sort={key}&size=50")
    seen = list(page.encounters)
    while page.link("next"):
        page = page_client.page(page.link("next"))
        seen += page.encounters
    assert len(seen) == len(set(seen)) == sizes["nordhavn"]


def test_sorting_keeps_the_filters_and_returns_to_page_one(page_client, upstream):
    link = page_client.page(f"{URL}?status=completed&size=10&page=3").link("by-updated")
    assert "status=completed" in link
    assert "size=10" in link
    assert "page=" not in link


def test_fragment_and_page_show_the_same_rows(page_client, upstream):
    whole, part = (page_client.page(f"{URL}?status=completed&page=2", htmx=htmx) for htmx in (False, True))
    assert whole.rows == part.rows
    assert whole.rows
    assert "<html" in whole.html
    assert "<html" not in part.html
    assert part.title == whole.title == "Encounters, page 2 · Nordhavn Clinic"


def test_back_gets_the_whole_page(page_client, upstream):
    page = page_client.page(URL, headers={"HX-Request": "true", "HX-History-Restore-Request": "true"})
    assert "<html" in page.html


def test_an_empty_tenant_says_so(admin_client, upstream, settings, htmx):
    store = upstream.tenant("riverside").store
    for row in list(store._by_id()):
        store.remove(row)
    page = admin_client.page("/riverside/encounters/", htmx=htmx)
    assert page.state == ["nothing-yet"]
    assert "No encounters in Riverside Hospital yet" in page.text


def test_times_are_the_viewers_and_the_zone_is_named_once(page_client, upstream, time_machine):
    time_machine.move_to(NOW, tick=False)
    upstream.add(period={"startedAt": "2026-11-20T09:05:00Z", "endedAt": "2026-11-20T09:20:00Z"})
    page_client.cookies["tz"] = "Asia/Tokyo"
    page = page_client.page(URL)
    assert page.html.count("Asia/Tokyo (JST)") == 1
    assert '<time datetime="2026-11-20T09:05:00Z">18:05</time>' in page.html
    assert 'data-zone="Asia/Tokyo"' in page.html
    page_client.cookies["tz"] = "../../etc/passwd"
    assert page_client.page(URL).html.count("Times in UTC.") == 1


def test_a_zone_from_the_settings_wins(page_client, clinician, upstream):
    page_client.cookies["tz"] = "Asia/Tokyo"
    page = page_client.page("/accounts/settings/", method="post", data={"time_zone": "Europe/Copenhagen"})
    assert "Your settings are saved." in page.text
    assert "Europe/Copenhagen (CE" in page_client.page(URL).text


@pytest.mark.parametrize("zone", ["Etc/GMT+12", "Pacific/Kiritimati"])
def test_a_birth_date_is_the_same_for_every_viewer(page_client, upstream, zone):
    upstream.add(patient={"name": "Testa Example", "birthDate": "1980-01-01T00:00:00Z", "gender": "female"})
    page_client.cookies["tz"] = zone
    row = next(row for row in page_client.page(URL).rows if "Testa Example" in row[1])
    assert row[2].startswith("F · 4")
    assert row[2].endswith(" 1 Jan 1980")


def test_two_identifiers_stand_in_every_row(page_client, upstream):
    long = "L" * 64
    upstream.add(patient={"identifier": long, "name": "Testa Longid"})
    upstream.add(patient={"identifier": "PT-NONAME"})
    rows = page_client.page(URL).rows
    assert any(row[1] == f"Testa Longid {long}" for row in rows)
    assert any(row[1] == "PT-NONAME PT-NONAME" for row in rows)


def test_similar_names_are_marked_with_words(page_client, upstream):
    upstream.add(patient={"identifier": "PT-A1", "name": "Ottoline Examplesen"})
    upstream.add(patient={"identifier": "PT-A2", "name": "Ottoline Exampelsen"})
    page = page_client.page(URL)
    marked = [row[1] for row in page.rows if "similar name" in row[1]]
    assert any("PT-A1" in cell for cell in marked)
    assert any("PT-A2" in cell for cell in marked)
    assert "Ottoline Exampelsen, PT-A2" in page.html


def test_where_no_clinician_has_a_name_ids_stand_alone_and_it_is_said_once(page_client, upstream):
    page = page_client.page(URL)
    assert page.all(r'c-assigned"><span>[0-9a-f]{4}…[0-9a-f]{4}<')
    assert page.html.count("Clinicians by id: nobody has a name here yet.") == 1
    assert "Unknown clinician" not in page.html


def test_a_running_encounter_says_so(page_client, upstream, time_machine):
    time_machine.move_to(NOW, tick=False)
    upstream.add(status="in-progress", period={"startedAt": "2026-11-20T12:22:00Z"})
    row = page_client.page(f"{URL}?status=in-progress").rows[0]
    assert row[6] == "38 min, running"


def test_upstream_text_is_inert(page_client, upstream, htmx):
    hostile = '"><script>alert(1)</script><img src=x onerror=alert(1) hx-get="/x" hx-trigger="load">'
    upstream.add(title=hostile, patient={"identifier": hostile, "name": hostile})
    page = page_client.page(URL, htmx=htmx)
    assert "<img src=x" not in page.html
    assert "<script>alert" not in page.html
    assert hostile in page.rows[0][3]


def test_a_cross_site_post_is_refused(clinician, upstream):
    client = PageClient(enforce_csrf_checks=True)
    client.force_login(clinician)
    page = client.page(URL, method="post", data={"patient": "PT-42"})
    assert page.status == 403
    assert "no longer valid" in page.text


@pytest.mark.parametrize("method", ["put", "delete", "patch", "trace"])
def test_other_methods_are_refused(page_client, upstream, method):
    assert getattr(page_client, method)(URL).status_code == 405
