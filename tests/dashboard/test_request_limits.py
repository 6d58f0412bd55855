"""How often one user may ask for what costs much."""

import pytest
import time_machine
from django.core.cache import caches

from tests.dashboard.support import NOW, PageClient, make_user

URL = "/nordhavn/encounters/"


@pytest.fixture(autouse=True)
def _limits(settings, upstream):
    settings.LIMITS = {"lists": 6, "suggestions": 3, "counts": 2, "files": 2}
    with time_machine.travel(NOW.replace(second=18), tick=False):
        caches["totals"].clear()
        yield
    caches["totals"].clear()


def suggest(client, **headers):
    return client.post("/nordhavn/patients/suggest/", {"patient": "a"}, headers={"HX-Request": "true"} | headers)


def test_suggestions_end_after_so_many_with_the_time_to_wait(page_client, indexed):
    assert [suggest(page_client).status_code for _ in range(4)] == [200, 200, 200, 429]
    assert suggest(page_client)["Retry-After"] == "42"


def test_a_count_too_many_is_told_in_words(page_client, htmx):
    for _ in range(2):
        assert page_client.page(f"{URL}?count=1", htmx=htmx).status == 200
    page = page_client.page(f"{URL}?count=1", htmx=htmx)
    assert page.status == 429
    assert page.response["Retry-After"] == "42"
    assert "Too many requests" in page.text
    assert "Wait 42 seconds" in page.text
    assert page.html.count('id="results"') == (1 if htmx else 0)
    assert page.response["X-Request-ID"] in page.html


def test_lists_are_limited_together_and_far_beyond_the_counts(page_client, indexed, htmx):
    lists = [URL, "/nordhavn/patients/", URL, "/nordhavn/patients/?page=2", f"{URL}?page=2"]
    assert {page_client.get(url).status_code for url in lists} == {200}
    assert page_client.get("/nordhavn/patients/whom/").status_code == 404
    for url in (URL, "/nordhavn/patients/", "/nordhavn/patients/whom/"):
        page = page_client.page(url, htmx=htmx)
        assert (page.status, page.response["Retry-After"]) == (429, "42")
        assert page.html.count('id="results"') == (1 if htmx else 0)


def test_the_access_log_and_its_files_are_limited(db):
    auditor_client, log = PageClient(), "/nordhavn/audit/"
    auditor_client.force_login(make_user("auditor", ["nordhavn"], roles=["auditor"]))
    assert [auditor_client.get(log).status_code for _ in range(7)] == [200] * 6 + [429]
    assert [auditor_client.get(f"{log}export/").status_code for _ in range(3)] == [200, 200, 429]


def test_each_user_has_limits_of_their_own_over_all_tenants(admin_client, page_client, indexed):
    assert [suggest(page_client).status_code for _ in range(4)][-1] == 429
    assert suggest(admin_client).status_code == 200
    other = PageClient()
    other.force_login(make_user("colleague", ["nordhavn"]))
    assert suggest(other).status_code == 200


def test_the_next_minute_is_a_new_one(page_client, indexed):
    assert [suggest(page_client).status_code for _ in range(4)][-1] == 429
    with time_machine.travel(NOW.replace(minute=1), tick=False):
        assert suggest(page_client).status_code == 200


@pytest.mark.parametrize(("method", "path"), [("post", "import/"), ("get", "export/")])
def test_files_in_and_out_are_limited(admin_client, method, path):
    url = f"/nordhavn/clinicians/{path}"
    statuses = [getattr(admin_client, method)(url, {"text": ""}).status_code for _ in range(3)]
    assert statuses[-1] == 429
    assert 429 not in statuses[:2]


def test_who_is_no_member_is_not_counted(page_client):
    assert {page_client.get("/riverside/encounters/?count=1").status_code for _ in range(5)} == {404}
    assert page_client.get(f"{URL}?count=1").status_code == 200


@pytest.mark.parametrize("error", [ValueError, ConnectionError])
def test_a_cache_that_was_emptied_in_between_or_is_gone_refuses_nobody(page_client, monkeypatch, error):
    def gone(key):
        raise error(key)

    monkeypatch.setattr(caches["totals"], "incr", gone, raising=False)
    assert page_client.get(f"{URL}?count=1").status_code == 200
