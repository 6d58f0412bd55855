"""Failure never looks like emptiness: every fault has its panel, a real status, and loses nothing typed."""

import logging
import time
from urllib.parse import parse_qs

import pytest

from dashboard.tenants.models import Circuit
from tests.dashboard.support import CANARY

URL = "/nordhavn/encounters/?status=completed&size=50"

# fault, options, HTTP status of our page, words of its panel
FAULTS = [
    ("hang", {}, 504, "took too long"),
    ("drip", {"part": "body"}, 504, "took too long"),
    ("drip", {"part": "headers"}, 504, "took too long"),
    ("latency", {"ms": 5000}, 504, "took too long"),
    ("drop", {}, 502, "cannot be reached"),
    ("reset", {"bytes": 300}, 502, "cannot be reached"),
    ("reset", {"bytes": 0}, 502, "cannot be reached"),
    ("short", {"length": True}, 502, None),
    ("short", {"length": False}, 502, "could not be read"),
    ("body", {"kind": "html"}, 502, "could not be read"),
    ("body", {"kind": "html_as_json"}, 502, "could not be read"),
    ("body", {"kind": "empty"}, 502, "could not be read"),
    ("body", {"kind": "null"}, 502, "could not be read"),
    ("body", {"kind": "list"}, 502, "could not be read"),
    ("body", {"kind": "object"}, 502, "could not be read"),
    ("body", {"kind": "malformed"}, 502, "could not be read"),
    ("body", {"kind": "deep"}, 502, "could not be read"),
    ("body", {"kind": "nan"}, 502, "could not be read"),
    ("body", {"kind": "gzip_bomb"}, 502, "could not be read"),
    ("body", {"kind": "invalid_utf8"}, 502, "could not be read"),
    ("nulls", {}, 502, "could not be read"),
    ("status", {"status": 400}, 502, "refused these filters"),
    ("refuse_tokens", {"status": 401}, 502, "credentials"),
    ("refuse_tokens", {"status": 403}, 502, "does not allow this"),
    ("status", {"status": 403}, 502, "does not allow this"),
    ("status", {"status": 404}, 502, "does not know this address"),
    ("status", {"status": 429, "retry_after": "3600"}, 503, "too busy"),
    ("status", {"status": 429, "retry_after": "rubbish"}, 503, "too busy"),
    ("balance", {}, 503, "no credit"),
    ("status", {"status": 500, "body": "rfc9457"}, 502, "problem of its own"),
    ("status", {"status": 500, "body": "old"}, 502, "problem of its own"),
    ("status", {"status": 500, "body": "html"}, 502, "problem of its own"),
    ("status", {"status": 500, "body": "huge"}, 502, "problem of its own"),
    ("status", {"status": 502, "body": "html"}, 502, "problem of its own"),
    ("status", {"status": 503, "body": "text"}, 502, None),
    ("status", {"status": 504, "body": "empty"}, 504, "took too long"),
    ("redirect", {"to": "other"}, 502, "could not be read"),
    ("redirect", {"to": "same", "status": 307}, 502, "could not be read"),
]


@pytest.mark.parametrize(("name", "options", "status", "words"), FAULTS, ids=lambda value: str(value)[:40])
def test_a_fault_is_shown_for_what_it_is(page_client, upstream, htmx, name, options, status, words):
    upstream.faults().set(name, endpoint="list", **options)
    started = time.monotonic()
    page = page_client.page(URL, htmx=htmx)
    assert time.monotonic() - started < 3.0 + 1.5, "the deadline of 3 s holds"
    assert page.status == status
    assert page.state == ["failed"]
    assert page.rows == []
    if words:
        assert words in page.one(r"<h2>(.*?)</h2>")
    assert "No encounter" not in page.text
    assert parse_qs(page.one(r'data-form="([^"]*)"'))["status"] == ["completed"]
    assert htmx or page.one(r'name="status" value="completed" data-submit (checked)')
    assert page.one(r"<option selected>(\d+)") == "50"
    assert page.link("refresh").endswith("?status=completed&size=50")


@pytest.mark.parametrize("kind", ["garbage", "html", "empty", "no_token", "huge"])
def test_a_token_endpoint_out_of_order_is_a_failure_too(page_client, upstream, kind):
    upstream.sandbox.revoke_tokens("nordhavn")
    upstream.faults().set("token_answer", kind=kind)
    page = page_client.page(URL)
    assert page.status >= 500
    assert page.state == ["failed"]


def test_a_refused_secret_is_a_matter_for_the_administrator(page_client, upstream):
    upstream.sandbox.revoke_tokens("nordhavn")
    upstream.faults().set("status", endpoint="token", status=401, body="oauth")
    page = page_client.page(URL)
    assert "does not accept this tenant’s credentials" in page.text
    assert "nordhavn-secret" not in page.html


def test_a_stopped_service_says_nothing_about_encounters(page_client, upstream, htmx):
    upstream.sandbox.stop()
    page = page_client.page(URL, htmx=htmx)
    assert (page.status, page.state) == (502, ["failed"])
    assert "Corti cannot be reached" in page.text
    upstream.sandbox.start()
    assert page_client.page(URL).status == 200


@pytest.mark.parametrize(
    ("retry_after", "words"), [("3600", "try again in 1 h 00"), ("rubbish", "Try again in a moment")]
)
def test_too_busy_says_how_long_only_if_corti_did(page_client, upstream, retry_after, words):
    upstream.faults().set("status", endpoint="list", status=429, retry_after=retry_after)
    page = page_client.page(URL)
    assert words in page.text
    assert "Try again</a>" in page.html


def test_a_count_that_fails_keeps_the_rows(page_client, upstream):
    upstream.faults().set("status", endpoint="list", status=500, after=2)
    page = page_client.page(f"{URL}&count=1")
    assert (page.status, len(page.rows)) == (200, 50)
    assert any("could not be counted" in notice for notice in page.notices)
    assert "counted at" not in page.one(r'class="summary">(.*?)</p>')


@pytest.mark.parametrize("damage", ["no_id", "not_a_row"])
def test_a_page_of_unreadable_rows_is_not_empty(page_client, upstream, htmx, damage):
    upstream.faults().set("damage", kind=damage, rows="all")
    page = page_client.page("/nordhavn/encounters/", htmx=htmx)
    assert page.state == ["nothing-readable"]
    assert "No encounters" not in page.text
    assert any("25 rows on this page could not be read" in notice for notice in page.notices)


def test_a_page_of_hidden_rows_is_not_without_match(page_client, upstream, htmx):
    url = page_client.page("/nordhavn/encounters/", method="post", data={"patient": "nobody"})
    upstream.faults().set("ignore_filter", filter="patient")
    page = page_client.page(url.response.redirect_chain[-1][0], htmx=htmx)
    assert page.state == ["nothing-readable"]
    assert "No encounter matches" not in page.text


def test_seven_cases_have_seven_texts(page_client, admin_client, upstream):
    texts = []
    for name, options in [("drop", {}), ("hang", {}), ("status", {"status": 403})]:
        upstream.faults().set(name, endpoint="list", **options)
        texts.append(page_client.page(URL).one(r"<h2>(.*?)</h2>"))
        # The next fault is met by somebody who knows nothing of this one.
        Circuit.objects.all().delete()
    upstream.faults().clear()
    texts.append(page_client.page(URL, method="post", data={"patient": "nobody"}).one(r"<h2>(.*?)</h2>"))
    store = upstream.tenant("riverside").store
    for row in list(store._by_id()):
        store.remove(row)
    texts.append(admin_client.page("/riverside/encounters/").one(r"<h2>(.*?)</h2>"))
    texts.append(page_client.page(URL).one(r'id="progress"[^>]*>([^<]*)'))
    page_client.session.flush()
    over = page_client.page(URL)
    texts.append(over.one(r'data-state="session-over">([^<]*)'))
    assert len(set(texts)) == 7
    assert sum("No encounter" in text for text in texts) == 2, "only the two empty lists speak of no encounters"


@pytest.mark.parametrize("status", [401, 403])
def test_a_token_refused_once_is_renewed_unnoticed(page_client, upstream, status):
    upstream.faults().set("refuse_tokens", status=status, times=2)
    upstream.tenant().stats.reset()
    assert len(page_client.page(URL).rows) == 50
    assert upstream.tenant().stats.calls("token") == 1


@pytest.mark.parametrize("status", [502, 503, 504])
def test_a_passing_error_is_retried_unnoticed(page_client, upstream, status):
    upstream.faults().set("status", endpoint="list", status=status, times=1)
    assert len(page_client.page(URL).rows) == 50


def test_the_reference_and_the_words_of_corti_are_shown_escaped(page_client, upstream):
    upstream.faults().set("status", endpoint="list", status=400, detail="<b>pageSize</b> is odd")
    page = page_client.page(URL)
    assert "&lt;b&gt;pageSize&lt;/b&gt; is odd" in page.html
    reference = page.one(r'<p class="reference">[^<]*<code>([^<]+)</code>')
    assert page.one(r'data-copy="([^"]+)"') == reference


def test_corti_repeating_the_patient_in_an_error_is_masked(page_client, upstream):
    identifier = f"PT-{CANARY}-7"
    upstream.add(patient={"identifier": identifier})
    url = page_client.page(URL, method="post", data={"patient": identifier}).response.redirect_chain[-1][0]
    upstream.faults().set("status", endpoint="list", status=400, detail=f"patient {identifier} is odd")
    detail = page_client.page(url).one(r"<q>(.*?)</q>")
    assert CANARY not in detail


def test_no_log_line_holds_a_patient_or_a_secret(page_client, upstream, caplog):
    caplog.set_level(logging.DEBUG)
    identifier = f"PT-{CANARY}-8"
    upstream.add(patient={"identifier": identifier, "name": f"Testa {CANARY}"})
    url = page_client.page(URL, method="post", data={"patient": identifier}).response.redirect_chain[-1][0]
    for name, options in [("drop", {}), ("status", {"status": 500}), ("body", {"kind": "malformed"}), ("reset", {})]:
        upstream.faults().set(name, endpoint="list", **options)
        page_client.page(url)
    upstream.sandbox.revoke_tokens("nordhavn")
    upstream.faults().set("status", endpoint="token", status=500)
    page_client.page(url)
    ours = [record for record in caplog.records if not record.name.startswith(("asyncio", "urllib3.connectionpool"))]
    assert ours
    text = "\n".join(record.getMessage() + str(record.exc_info) for record in caplog.records)
    assert CANARY not in text
    assert "nordhavn-secret" not in text
