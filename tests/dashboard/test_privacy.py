"""Patient data stays on the page."""

import json
import logging
import re

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import caches

from dashboard.listing.controls import PATIENT
from dashboard.listing.sealed import seal
from tests.dashboard.support import CANARY, PageClient
from tests.dashboard.test_access import url_names
from tests.dashboard.test_permissions import address

URL, PATIENTS, LOG = "/nordhavn/encounters/", "/nordhavn/patients/", "/nordhavn/audit/"


@pytest.fixture
def marked(upstream):
    """Patients whose every text is marked."""
    patient = {"name": f"Testa {CANARY}", "pronouns": CANARY, "gender": "female", "birthDate": "1980-01-01T00:00:00Z"}
    for number in range(3):
        upstream.add(
            patient=patient | {"identifier": f"{CANARY}-{number}"},
            title=f"{CANARY} case",
            identifier=f"E-{CANARY}-{number}",
        )
    return upstream


def crawl(client, url, depth, htmx, seen):
    if "/export/" in url:
        assert CANARY not in f"{url} {client.get(url).headers}"
        return
    page = client.page(url, htmx=htmx)
    if depth:
        for link in set(page.all(r'href="(/nordhavn/[^"]*)"')) - seen:
            seen.add(link)
            crawl(client, link, depth - 1, htmx, seen)


def test_a_crawl_finds_no_mark_in_any_address_header_or_title(page_client, marked, htmx):
    seen = set()
    page = page_client.page(URL, method="post", data={"patient": f"{CANARY}-1"}, htmx=htmx)
    assert CANARY in page.html
    crawl(page_client, page.response.redirect_chain[-1][0], 2, htmx, seen)
    assert len(seen) > 12
    assert not any(CANARY in link for link in seen)


@pytest.fixture
def filled(marked, following):
    """The same with an index, which every page and file of a tenant is asked for."""
    following.fill("nordhavn")
    return marked


def searches(client):
    """What somebody who looks for the marked patients gets: the addresses that forms lead to."""
    forms = [(URL, {"patient": f"{CANARY}-1"}), (PATIENTS, {"patient": CANARY}), (LOG, {"who": f"{CANARY}-1"})]
    return [client.page(url, method="post", data=data).response.redirect_chain[-1][0] for url, data in forms]


def every_address(client):
    """All pages and files of a tenant, and those that searches for the marked patients lead to, with their files."""
    plain = {name: address(name) for name, is_of_a_tenant in url_names() if is_of_a_tenant}
    plain["patients:one"] = address("patients:one").replace(
        seal("nordhavn", PATIENT, "PT-1"), seal("nordhavn", PATIENT, f"{CANARY}-1")
    )
    found = [*plain.values(), *searches(client)]
    for url in searches(client):
        page, _, query = url.partition("?")
        found += [f"{page}export/?{query}", f"{page}export/?{query}&format=fhir"]
    return found


def test_every_page_and_file_of_a_tenant_keeps_the_marks_in_its_body(admin_client, filled, caplog):
    """The page client looks at addresses, titles and headers, file names among them; logs are looked at here."""
    caplog.set_level(logging.DEBUG)
    bodies, seen = [], set()
    for url in every_address(admin_client):
        answer = admin_client.get(url)
        crawl(admin_client, url, 1, False, seen)
        bodies.append(answer.content.decode())
    files = [body for body in bodies if not body.lstrip().startswith("<")]
    assert sum(CANARY in body for body in files) > 4, "files hold the patients"
    assert sum(CANARY in body for body in bodies) > 8, "pages and the log show them"
    assert len(seen) > 40
    assert not any(CANARY in link for link in seen)
    assert caplog.records
    assert CANARY not in caplog.text


def test_suggestions_and_their_log_lines_tell_nothing_elsewhere(admin_client, filled, caplog):
    caplog.set_level(logging.DEBUG)
    page = admin_client.page(f"{PATIENTS}suggest/", method="post", data={"patient": CANARY}, htmx=True)
    assert f"{CANARY}-1" in page.html
    assert CANARY not in caplog.text


def test_metrics_hold_no_mark_after_all_that(admin_client, filled, settings):
    settings.METRICS_TOKEN = "a token of the tests"
    for url in every_address(admin_client):
        admin_client.get(url)
    answer = PageClient().get("/metrics", headers={"Authorization": f"Bearer {settings.METRICS_TOKEN}"})
    assert b'route="encounters:export"' in answer.content
    assert CANARY.lower() not in f"{answer.content.decode()}{answer.headers}".lower()


def test_no_log_at_any_level_holds_a_mark(page_client, marked, caplog):
    caplog.set_level(logging.DEBUG)
    page_client.page(URL, method="post", data={"patient": f"{CANARY}-1"})
    page_client.page(f"{URL}?count=1")
    marked.faults().set("status", status=500, detail=f"{CANARY} is broken")
    page_client.page(URL)
    assert caplog.records
    assert CANARY not in caplog.text


def test_sessions_and_cache_keys_hold_no_mark(page_client, marked):
    url = page_client.page(URL, method="post", data={"patient": f"{CANARY}-1"}).response.redirect_chain[-1][0]
    page_client.page(url + "&count=1")
    assert all(CANARY not in json.dumps(session.get_decoded()) for session in Session.objects.all())
    totals = caches["totals"]._cache
    assert totals
    assert not any(CANARY in key or CANARY.encode() in value for key, value in totals.items())


def test_an_error_of_our_own_shows_nothing_but_a_page(page_client, marked, monkeypatch, caplog):
    page_client.raise_request_exception = False
    monkeypatch.setattr("dashboard.encounters.views.present", lambda *rows, **options: 1 / 0)
    page = page_client.page(URL)
    assert page.status == 500
    assert "Something went wrong here" in page.text
    assert CANARY not in page.html


def test_websocket_addresses_and_tokens_never_reach_a_page(page_client, upstream):
    page = page_client.page(f"{URL}?size=100")
    assert not re.search(r"wss?://|Bearer|eyJ", page.html)
