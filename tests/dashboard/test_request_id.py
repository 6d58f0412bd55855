"""Every request has an id, and it is the same in the answer, on the page, in the log and in the calls to Corti."""

import pytest
from django.test import RequestFactory
from django.views import defaults

from corti_gateway.sockets import DeadlineAdapter
from dashboard import request_id
from dashboard.tenants.registry import registry
from tests.dashboard.support import PageClient

URL = "/nordhavn/encounters/"
HOSTILE = [
    "", "short", "a" * 65, "with blank in it", "line\nbreak-1234", "line\r\nX-Evil: 1", "<script>alert(1)</script>",
    "naïve-12345678", "tab\tseparated", "null\0-12345678", "12345678;drop", "'quoted-1234'", "%0d%0aX-Evil:1",
    "{\"json\":\"12345\"}", "a,b,c,d,e,f,g", "../../etc/passwd", "１２３４５６７８９", "trailing-newline\n",
]  # fmt: skip


@pytest.fixture
def sent(monkeypatch):
    """The header of every request that leaves for Corti, in order."""
    seen = []
    send = DeadlineAdapter.send

    def recording(self, request, *args, **options):
        seen.append(request.headers.get("X-Request-ID"))
        return send(self, request, *args, **options)

    monkeypatch.setattr(DeadlineAdapter, "send", recording)
    return seen


def test_each_answer_has_an_id_of_its_own(page_client):
    ids = [page_client.page(URL).response["X-Request-ID"] for _ in range(3)]
    assert len(set(ids)) == 3
    assert all(len(one) == 16 for one in ids)
    assert request_id.current() == ""


def test_the_id_of_a_proxy_is_kept_only_where_there_is_one(settings, page_client):
    headers = {"X-Request-ID": "proxy-4711.a_b"}
    assert page_client.page(URL, headers=headers).response["X-Request-ID"] != "proxy-4711.a_b"
    settings.BEHIND_PROXY = True
    assert page_client.page(URL, headers=headers).response["X-Request-ID"] == "proxy-4711.a_b"


@pytest.mark.parametrize("hostile", HOSTILE)
def test_an_id_that_is_no_short_token_is_replaced(settings, hostile):
    settings.BEHIND_PROXY = True
    request = RequestFactory().get("/", headers={"X-Request-ID": hostile})
    answer = request_id.identify(lambda request: defaults.HttpResponseNotFound())(request)
    assert request.request_id == answer["X-Request-ID"]
    assert len(answer["X-Request-ID"]) == 16
    assert answer["X-Request-ID"].isalnum()


def test_it_travels_to_corti_with_every_call_of_the_page(page_client, upstream, sent):
    registry()["nordhavn"].gateway.transport.tokens._token = None
    answer = page_client.page(f"{URL}?status=planned&status=completed&count=1").response
    assert len(sent) > 3, "a token, and calls on threads of the pool"
    assert set(sent) == {answer["X-Request-ID"]}


def test_a_probe_in_the_background_bears_the_id_of_the_page_that_began_it(page_client, upstream, sent):
    gateway = registry()["nordhavn"].gateway
    gateway.verdicts._renew_at = 0.0
    answer = page_client.page(URL).response
    gateway.prove(wait=True)
    assert len(sent) > 1
    assert set(sent) == {answer["X-Request-ID"]}


def test_a_call_outside_of_any_request_bears_none(upstream, sent):
    registry()["nordhavn"].gateway.prove(wait=True)
    gateway = registry()["nordhavn"].gateway
    gateway.verdicts._renew_at = 0.0
    gateway.prove(wait=True)
    assert set(sent) == {None}


def reference(page):
    return page.one(r'<p class="own-reference">Reference <code>(\w+)</code></p>')


@pytest.mark.parametrize(
    ("url", "status"), [("/nowhere/encounters/", 404), ("/nordhavn/clinicians/", 403), ("/no/such/page", 404)]
)
def test_an_error_page_shows_it(page_client, url, status):
    page = page_client.page(url)
    assert page.status == status
    assert reference(page) == page.response["X-Request-ID"]


def test_a_list_without_an_answer_shows_it(page_client, upstream, htmx):
    upstream.faults().set("status", status=503)
    page = page_client.page(URL, htmx=htmx)
    assert page.state == ["failed"]
    assert reference(page) == page.response["X-Request-ID"]


def test_a_refused_form_and_host_show_it(clinician):
    client = PageClient(enforce_csrf_checks=True)
    client.force_login(clinician)
    page = client.page(URL, method="post", data={"status": "planned"})
    assert page.status == 403
    assert reference(page) == page.response["X-Request-ID"]
    page = client.page("/", headers={"Host": "evil.example"})
    assert page.status == 400
    assert reference(page) == page.response["X-Request-ID"]


def test_an_error_of_our_own_shows_it(page_client, monkeypatch, caplog):
    page_client.raise_request_exception = False
    monkeypatch.setattr("dashboard.encounters.views.present", lambda *rows, **options: 1 / 0)
    page = page_client.page(URL)
    assert page.status == 500
    assert reference(page) == page.response["X-Request-ID"]
