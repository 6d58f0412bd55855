"""The page of one patient: who, what is open, the years, and the encounters whoever can tell them."""

import re
from dataclasses import replace

import pytest

from corti_gateway.queries import InteractionQuery
from corti_gateway.vocabulary import EncounterStatus
from dashboard.listing.sealed import seal, unseal
from dashboard.sources.ages import FRESH
from dashboard.sources.patients import MOST_OPEN
from dashboard.tenants.registry import registry
from tests.dashboard.opened import url_of
from tests.dashboard.support import CANARY

STATUSES = [status.value for status in EncounterStatus]

BORN = {"birthDate": "1980-01-01T00:00:00Z"}


def url(identifier="PT-1", tenant="nordhavn"):
    return f"/{tenant}/patients/{seal(tenant, 'patient', identifier)}/"


def put(upstream, number=1, identifier="PT-1", **encounter):
    """So many encounters of a patient, each a day after the other."""
    patient = {"identifier": identifier, "name": f"{CANARY} Testa", "gender": "female", "pronouns": "she/her"} | BORN
    for day in range(number):
        period = {"startedAt": f"2026-{1 + day // 28:02}-{1 + day % 28:02}T09:00:00Z"}
        upstream.add(patient=patient, **({"period": period} | encounter))
        # Of encounters created at the same moment either may come first.
        upstream.sandbox.advance(1)


def switch_off(settings):
    """Turn the indexes off, as CORTI_…_INDEX=off does; what the API honours is known from the start."""
    settings.TENANTS = tuple(replace(config, index=False) for config in settings.TENANTS)
    for tenant in registry().values():
        tenant.gateway.prove(wait=True)


def tables(page):
    """The rows of the open encounters and of all encounters."""
    sections = page.html.partition('id="results"')
    opened = sections[0].partition('id="open-now"')[2].partition('class="years"')[0]
    return opened.count('<td class="c-encounter">'), sections[2].count('<td class="c-encounter">')


def facts(page):
    return dict(zip(page.all(r"<dt>(.*?)</dt>"), [one.strip() for one in _texts(page)], strict=True))


def _texts(page):
    return [re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", value)) for value in page.all(r"<dd>(.*?)</dd>")]


def test_the_head_says_who_and_what_the_index_knows(page_client, upstream, following):
    put(upstream, 3)
    put(upstream, status="in-progress")
    following.fill()
    page = page_client.page(url())
    assert page.one(r"<h1>(.*?)</h1>") == f"{CANARY} Testa"
    assert page.one(r'class="identifier">.*?<code>(.*?)</code>') == "PT-1"
    told = facts(page)
    assert told["Born"].startswith("1 Jan 1980 ")
    assert (told["Sex"], told["Pronouns"]) == ("Female", "she/her")
    assert told["Encounters"] == "4 1 in progress 3 completed"
    assert "1 Jan 09:00" in told["First seen"] or "1 Jan 2026" in told["First seen"]
    assert page.title == "Patient · Nordhavn Clinic"


def test_open_encounters_stand_on_top_and_all_below(page_client, upstream, following):
    put(upstream, 2)
    put(upstream, status="on-hold")
    put(upstream, status="in-progress")
    following.fill()
    page = page_client.page(url())
    assert tables(page) == (2, 4)
    assert sorted(page.statuses[-4:]) == ["completed", "completed", "in-progress", "on-hold"]
    assert "Live, " in page.html


def test_encounters_come_in_pages_of_twenty_five(page_client, upstream, following):
    put(upstream, 60)
    put(upstream, status="on-hold", period={"startedAt": "2025-01-01T09:00:00Z"})
    following.fill()
    page = page_client.page(url())
    seen = [tables(page)]
    while page.link("next"):
        page = page_client.page(page.link("next").partition("#")[0])
        seen.append(tables(page))
    assert seen == [(1, 25), (1, 25), (1, 11)]
    assert page.link("previous").endswith("?page=2#results")
    past = page_client.page(f"{url()}?page=900")
    assert "Page 900 is past the end" in past.notices[0]
    assert tables(past)[1] == 11


def test_a_view_costs_the_page_and_one_look_ahead(page_client, upstream, following):
    put(upstream, 60)
    following.fill()
    upstream.tenant().stats.reset()
    page_client.page(url())
    assert len(upstream.list_calls()) == 2


def test_an_open_encounter_that_has_ended_since_is_not_shown_as_open(page_client, upstream, following):
    put(upstream, 31)
    store = upstream.tenant().store
    row = store.get(keys()[0])  # On the first page, whichever of those made in the same moment that is.
    store.change(row, status=STATUSES.index("in-progress"))
    following.fill()
    assert tables(page_client.page(url())) == (1, 25)
    store.change(row, status=STATUSES.index("completed"))
    assert tables(page_client.page(url())) == (0, 25)


def keys():
    query = InteractionQuery(page=1, page_size=100, patient="PT-1")
    return [row.id for row in registry()["nordhavn"].gateway.list_interactions(query).interactions]


@pytest.mark.parametrize("tenant_has_index", [True, False])
def test_more_open_encounters_than_fit_are_said_to_be_more(
    page_client, upstream, following, settings, tenant_has_index
):
    put(upstream, MOST_OPEN + 5, status="in-progress")
    following.fill()
    if not tenant_has_index:
        switch_off(settings)
    page = page_client.page(url())
    assert tables(page)[0] == MOST_OPEN
    assert f"Only the newest {MOST_OPEN} open encounters are shown." in page.text


def test_others_of_the_same_name_are_told_with_birth_date_and_identifier(page_client, upstream, following):
    for number, name in enumerate(["Karen Holm", "HOLM Karén", "Karen Holmgren", "Karen Marie Holm"]):
        upstream.add(patient={"identifier": f"K-{number}", "name": name} | BORN)
    following.fill()
    page = page_client.page(url("K-0"))
    assert "Another patient is called Karen Holm" in page.text
    others = page.all(r'<li><a href="/nordhavn/patients/([^/]*)/">(.*?)</a>')
    assert [(unseal("nordhavn", "patient", sealed), name) for sealed, name in others] == [("K-1", "HOLM Karén")]
    assert "same-name" not in page_client.page(url("K-2")).state


def test_many_of_one_name_are_counted(page_client, upstream, following):
    for number in range(9):
        upstream.add(patient={"identifier": f"K-{number}", "name": "Karen Holm"})
    following.fill()
    page = page_client.page(url("K-0"))
    assert "8 other patients are called Karen Holm" in page.text
    assert "and 3 more" in page.text


def test_it_leads_to_the_encounters_of_exactly_this_patient(page_client, upstream, following):
    put(upstream, 2)
    following.fill()
    page = page_client.page(page_client.page(url()).one(r'id="show-in-encounters" href="([^"]*)"'))
    assert len(page.rows) == 2
    assert page.one(r'class="chip"[^>]*>([^<]*)<') == "Patient PT-1"


# --- without the index, and without Corti ----------------------------------------------------------------------------
def test_without_an_index_the_newest_encounter_says_who(page_client, upstream, settings):
    put(upstream, 2)
    switch_off(settings)
    page = page_client.page(url())
    assert (page.status, page.state) == (200, ["not-indexed"])
    assert page.one(r"<h1>(.*?)</h1>") == f"{CANARY} Testa"
    assert tables(page)[1] == 2
    assert "Last seen" not in facts(page)
    assert "configured without an index" in page.text


@pytest.mark.parametrize("stage", ["not begun", "filling", "complete"])
def test_a_patient_who_is_not_in_the_index_is_shown_live_with_a_notice(page_client, upstream, following, stage):
    if stage == "filling":
        following.begin(10, 130)
    if stage == "complete":
        following.fill()
    put(upstream, 2)
    page = page_client.page(url())
    assert (page.status, page.state) == (200, ["not-indexed"])
    assert page.one(r"<h1>(.*?)</h1>") == f"{CANARY} Testa"
    assert tables(page)[1] == 2


def test_nobody_of_this_identifier_is_no_failure(page_client, indexed):
    page = page_client.page(url("nobody"))
    assert (page.status, page.state) == (200, ["not-indexed", "no-encounters"])
    assert page.one(r"<h1>(.*?)</h1>") == "nobody"


def test_when_corti_fails_the_index_shows_its_rows_and_says_so(page_client, upstream, following):
    put(upstream, 3)
    following.fill()
    upstream.faults().set("status", status=500)
    page = page_client.page(url())
    assert (page.status, tables(page)[1]) == (200, 3)
    assert "last known rows, from the index" in page.notices[0]
    assert "Index, " in page.html


def test_when_both_fail_it_says_so_beside_what_is_known(page_client, upstream, following):
    put(upstream, 3)
    upstream.faults().set("status", status=500)
    page = page_client.page(url())
    assert (page.status, page.state) == (502, ["failed"])
    assert "PT-1" in page.one(r"<h1>(.*?)</h1>")
    assert "No encounters" not in page.text


def test_what_an_old_index_knows_is_said_to_be_old_beside_live_encounters(page_client, upstream, following):
    put(upstream, 3)
    following.fill()
    assert page_client.page(url()).notices == []
    following.age(3 * 3600)
    page = page_client.page(url())
    assert "Live, " in page.html
    (notice,) = page.notices
    assert notice.startswith("Who this is, the counts and the timeline are from the index, as of 2026-")
    assert "has not been brought up to date lately" in notice


def test_what_a_filling_index_counts_is_said_to_be_of_a_part(page_client, upstream, following):
    put(upstream, 30)
    following.begin(10, 160)
    assert "The index is still being filled" in page_client.page(url()).notices[0]


def test_what_is_open_now_is_asked_of_corti_unless_the_index_is_fresh(page_client, upstream, following):
    put(upstream, status="in-progress", period={"startedAt": "2025-01-01T09:00:00Z"})
    put(upstream, 30)
    following.fill()
    store = upstream.tenant().store
    (row,) = [store.get(key) for key in keys() if store.get(key).status == STATUSES.index("in-progress")]
    store.change(row, status=STATUSES.index("completed"))
    assert tables(page_client.page(url())) == (1, 25), "on the second page, and of a moment ago"
    following.age(FRESH + 1)
    assert tables(page_client.page(url())) == (0, 25)


def test_where_what_is_open_cannot_be_asked_it_is_the_last_known(page_client, upstream, following):
    put(upstream, status="in-progress", period={"startedAt": "2025-01-01T09:00:00Z"})
    put(upstream, 30)
    following.fill()
    following.age(FRESH + 1)
    # After the page and its look ahead.
    upstream.faults().add("status", status=500, endpoint="list", after=2)
    page = page_client.page(url())
    assert tables(page) == (1, 25)
    assert "Shown are the last known rows, from the index." in page.one(r'id="open-now".*?<p class="notice[^>]*>(.*?)<')


def test_open_encounters_that_could_not_be_read_are_not_passed_over(page_client, upstream, settings):
    put(upstream, 30)
    switch_off(settings)
    upstream.faults().add("status", status=500, endpoint="list", after=2)
    page = page_client.page(url())
    assert tables(page) == (0, 25)
    assert page.one(r'id="open-now".*?<p class="notice[^>]*>(.*?)<').startswith("The open encounters that are not on")


# --- links -----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("sealed", ["AAAA", "x" * 3000, "%00"])
def test_a_link_that_cannot_be_opened_shows_nobody(page_client, indexed, upstream, sealed):
    page = page_client.page(f"/nordhavn/patients/{sealed}/")
    assert (page.status, page.state) == (404, ["unreadable-patient"])
    assert upstream.list_calls() == []


def test_a_link_works_in_its_own_tenant_only(admin_client, upstream, following):
    put(upstream)
    upstream.add("riverside", patient={"identifier": "PT-1"})
    following.fill()
    assert admin_client.page(url()).status == 200
    assert admin_client.page(url().replace("nordhavn", "riverside")).state == ["unreadable-patient"]


def test_odd_page_numbers_are_set_aside(page_client, indexed, upstream, following):
    put(upstream)
    assert "is not a page number" in page_client.page(f"{url()}?page=x").notices[0]


# --- the story -------------------------------------------------------------------------------------------------------
def test_whose_the_encounters_are_is_said_once(page_client, upstream, following):
    put(upstream, 3)
    put(upstream, status="on-hold")
    following.fill()
    page = page_client.page(url())
    assert page.html.count("Testa") == 1
    assert page.html.count("PT-1<") == 1
    assert 'class="mark"' not in page.html


def test_an_encounter_of_another_name_or_birth_date_says_so(page_client, upstream, following):
    before, now = {"name": "Testa Before"} | BORN, {"name": "Testa Now"}
    days = [f"1980-01-0{day}T00:00:00Z" for day in (2, 3, 3)]
    for patient in (before, *({"birthDate": day} | now for day in days)):
        upstream.add(patient={"identifier": "PT-1"} | patient)
        upstream.sandbox.advance(1)
    following.fill()
    marks = page_client.page(url()).all(r'<span class="mark".*?</svg>(.*?)</span>')
    assert sorted(marks) == ["born 2 Jan 1980", "named Testa Before, born 1 Jan 1980"]
    page_client.post("/accounts/sharing/on/")
    shown = page_client.page(url())
    assert "Before" not in shown.text
    assert "1980" not in shown.text


def opened(page, key="[0-9a-f-]{36}", table="e"):
    """Where the rows of a table lead, by the id of each row."""
    rows = page.all(rf'<tr id="({table}-[0-9a-f]{{8}})">')
    links = page.all(rf'<tr id="{table}-.*?<a class="title" href="([^"]*/{key}/[^"]*)"')
    return dict(zip(rows, links, strict=True))


def test_from_an_encounter_the_way_back_is_the_row_it_was_opened_from(page_client, upstream, following):
    put(upstream, 60)
    following.fill()
    for number in (1, 2, 3):
        here = url() if number == 1 else f"{url()}?page={number}"
        for row, link in list(opened(page_client.page(here)).items())[:2]:
            page = page_client.page(link)
            assert page.link_of("one-close") == f"{here}#{row}"
            assert "Back to the patient" in page.text


def test_next_walks_through_the_encounters_of_the_patient_and_the_way_back_goes_along(page_client, upstream, following):
    put(upstream, 30)
    put(upstream, 3, identifier="PT-2")
    following.fill()
    first, second = page_client.page(url()), page_client.page(f"{url()}?page=2")
    rows = opened(first) | opened(second)
    at, walked = next(iter(rows.values())), []
    for _ in rows:
        page = page_client.page(at)
        walked.append(page.link_of("one-close"))
        at = page_client.get(page.link_of("one-next")).headers.get("Location", "")
    assert [back.partition("#")[2] for back in walked] == list(rows)
    assert [back.partition("#")[0] for back in walked] == [url()] * 25 + [f"{url()}?page=2"] * 5
    assert at == ""


def test_an_open_encounter_is_walked_from_among_the_open_ones_and_leads_back_there(page_client, upstream, following):
    put(upstream, 26)
    put(upstream, 2, status="in-progress", period={"startedAt": "2025-01-01T09:00:00Z"})
    following.fill()
    here = f"{url()}?page=2"
    (first, link), (second, _) = opened(page_client.page(here), table="o").items()
    page = page_client.page(link)
    assert page.link_of("one-close") == f"{here}#{first}"
    after = page_client.page(page.link_of("one-next"))
    assert after.link_of("one-close") == f"{here}#{second}"
    assert "last encounter of the list" in page_client.page(after.link_of("one-next")).text


def test_everything_below_an_encounter_keeps_the_way_back(page_client, upstream, following):
    put(upstream)
    following.fill()
    (link,) = opened(page_client.page(url())).values()
    path, _, query = link.partition("?")
    page = page_client.page(f"{path}print/?{query}")
    assert page.link_of("one-close") == link
    headline = page_client.page(f"{path}headline/?{query}", htmx=True)
    assert all(f"?{query}#" in found for found in headline.all(r'href="([^"]*)"'))


def test_without_scripts_every_row_leads_to_what_was_found_and_written(page_client, upstream, following):
    put(upstream, 2)
    following.fill()
    page = page_client.page(url())
    found = page.all(r'<a href="([^"]*)">What was found</a>')
    written = page.all(r'<a href="([^"]*)">What was written</a>')
    assert [page_client.page(link).title.partition(" ")[0] for link in found] == ["Facts"] * 2
    assert [page_client.page(link).title.partition(" ")[0] for link in written] == ["Documents"] * 2


@pytest.mark.parametrize("query", ["?back=2", "?back=x", "?patient=made-up&back=1"])
def test_nobody_has_no_page_to_go_back_to(page_client, upstream, query):
    key = upstream.add(patient={"identifier": "PT-1"})
    assert page_client.page(url_of(key, query=query)).link_of("one-close") == f"/nordhavn/encounters/#e-{key[:8]}"


def test_every_mark_of_the_picture_leads_to_an_encounter_or_to_a_row(page_client, upstream, following):
    put(upstream, 58)
    put(upstream, status="planned", period={"startedAt": "2027-06-01T09:00:00Z"})
    following.fill()
    picture = page_client.page(url()).one(r"<figure(.*?)</figure>")
    links = re.findall(r'<a href="([^"]*)" tabindex="-1">', picture)
    assert len(links) == picture.count("<circle")
    many = [link for link in links if "#" in link]
    assert {len(many), len(links) - len(many)}.isdisjoint({0})
    for link in many:
        here, _, row = link.partition("#")
        assert f'<tr id="{row}">' in page_client.page(here).html
    for link in set(links) - set(many):
        here, _, row = page_client.page(link).link_of("one-close").partition("#")
        assert f'<tr id="{row}">' in page_client.page(here).html
