"""Patient data stays on the page."""

import json
import logging
import re

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import caches

from tests.dashboard.support import CANARY

URL = "/nordhavn/encounters/"


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
    page = client.page(url, htmx=htmx)
    if depth:
        for link in set(page.all(r'href="(/nordhavn/[^"]*)"')) - seen:
            seen.add(link)
            crawl(client, link, depth - 1, htmx, seen)
    return page


def test_a_crawl_finds_no_mark_in_any_address_header_or_title(page_client, marked, htmx):
    seen = set()
    page = page_client.page(URL, method="post", data={"patient": f"{CANARY}-1"}, htmx=htmx)
    assert CANARY in page.html
    crawl(page_client, page.response.redirect_chain[-1][0], 2, htmx, seen)
    assert len(seen) > 12
    assert not any(CANARY in link for link in seen)


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
