"""What a proxy, a browser or somebody who plays one of them may say about a request."""

import re

import pytest

from tests.dashboard.support import PageClient

URL = "/nordhavn/encounters/"
SPOOFED = [
    {"X-Forwarded-Proto": "https"},
    {"X-Forwarded-Proto": "https,http"},
    {"X-Forwarded-Ssl": "on"},
    {"Forwarded": "for=127.0.0.1;proto=https;host=evil.example"},
    {"X-Forwarded-Scheme": "https"},
    {"Front-End-Https": "on"},
]


@pytest.fixture
def over_https(settings):
    settings.SECURE_SSL_REDIRECT = settings.HTTPS = True
    settings.SECURE_HSTS_SECONDS = 31_536_000


@pytest.fixture
def proxied(settings, over_https):
    settings.BEHIND_PROXY = True
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")


@pytest.mark.parametrize("headers", SPOOFED, ids=str)
def test_without_a_proxy_nobody_can_claim_https(over_https, page_client, headers):
    answer = page_client.get(URL, headers=headers)
    assert (answer.status_code, answer["Location"]) == (301, f"https://testserver{URL}")


def test_behind_a_proxy_its_word_counts_and_no_other(proxied, page_client):
    answer = page_client.get(URL, headers={"X-Forwarded-Proto": "https"})
    assert answer.status_code == 200
    assert answer["Strict-Transport-Security"].startswith("max-age=31536000")
    for headers in ({"X-Forwarded-Proto": "http"}, {"X-Forwarded-Proto": ""}, *SPOOFED[2:]):
        assert page_client.get(URL, headers=headers).status_code == 301


@pytest.mark.parametrize("behind", [False, True])
@pytest.mark.parametrize("header", ["X-Forwarded-Host", "X-Host", "X-Original-Host", "Forwarded", "X-Forwarded-Port"])
def test_no_header_but_host_says_where_we_are(page_client, settings, behind, header):
    settings.BEHIND_PROXY = behind
    value = "host=evil.example" if header == "Forwarded" else "evil.example"
    page = page_client.page("/no/such/page", headers={header: value})
    assert "evil.example" not in page.html
    answer = PageClient().get(URL, headers={header: value})
    assert answer["Location"].startswith("/accounts/")


@pytest.mark.parametrize(
    "host",
    [
        "evil.example", "testserver.evil.example", "testserver@evil.example", "evil.example#testserver", "",
        "testserver:80:80", "testserver/evil", "testserver,evil.example", "testserver evil.example", "*", "[::1",
        "testserver\x00.evil.example", "127.0.0.1.evil.example",
    ],
)  # fmt: skip
@pytest.mark.parametrize("url", [URL, "/", "/healthz", "/accounts/sign-in/"])
def test_a_host_that_is_not_ours_is_refused(host, url):
    """Before anything else is asked: no database is needed for it."""
    assert PageClient().get(url, headers={"Host": host}).status_code == 400


@pytest.mark.parametrize("host", ["testserver", "TESTSERVER", "testserver:8443", "testserver."])
def test_our_host_is_ours_in_every_spelling(page_client, host):
    assert page_client.get(URL, headers={"Host": host}).status_code == 200


@pytest.fixture
def form(proxied, clinician):
    """Sends the theme's form with a right token, as a browser behind the proxy does; the headers are to be tried."""
    client = PageClient(enforce_csrf_checks=True)
    client.force_login(clinician)
    page = client.get(URL, headers={"X-Forwarded-Proto": "https"}).content.decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)[1]

    def send(**headers):
        named = {"Host": "testserver", "X-Forwarded-Proto": "https"} | {
            name.replace("_", "-"): value for name, value in headers.items()
        }
        return client.post("/accounts/theme/", {"theme": "dark", "csrfmiddlewaretoken": token}, headers=named)

    return send


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "https://testserver"}, 302),
        ({"Referer": f"https://testserver{URL}"}, 302),
        ({}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://testserver"}, 403),
        ({"Origin": "https://testserver:8443"}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "https://testserver.evil.example"}, 403),
        ({"Referer": "https://evil.example/https://testserver/"}, 403),
        ({"Referer": f"http://testserver{URL}"}, 403),
        ({"Origin": "https://public.example", "X-Forwarded-Host": "public.example"}, 403),
    ],
    ids=str,
)
def test_a_form_counts_only_from_our_own_origin(form, headers, status):
    assert form(**headers).status_code == status


def test_a_proxy_that_changes_the_host_needs_the_origin_in_the_settings(settings, form):
    assert form(Origin="https://dashboard.example.org").status_code == 403


@pytest.fixture
def trusting(settings):
    settings.CSRF_TRUSTED_ORIGINS = ["https://dashboard.example.org"]


def test_an_origin_in_the_settings_counts_and_only_exactly_it(trusting, form):
    assert form(Origin="https://dashboard.example.org").status_code == 302
    for other in ("https://dashboard.example.com", "http://dashboard.example.org", "https://x.dashboard.example.org"):
        assert form(Origin=other).status_code == 403


FETCHED = [
    # Site, mode, destination, and whether it is answered.
    ("same-origin", "navigate", "document", True),
    ("same-origin", "cors", "empty", True),
    ("none", "navigate", "document", True),
    ("cross-site", "navigate", "document", True),
    ("same-site", "navigate", "document", True),
    ("cross-site", "navigate", "iframe", False),
    ("cross-site", "navigate", "embed", False),
    ("cross-site", "navigate", "object", False),
    ("cross-site", "no-cors", "image", False),
    ("cross-site", "no-cors", "script", False),
    ("cross-site", "no-cors", "style", False),
    ("cross-site", "no-cors", "empty", False),
    ("cross-site", "cors", "empty", False),
    ("cross-site", "cors", "document", False),
    ("same-site", "no-cors", "image", False),
    ("same-site", "cors", "empty", False),
    ("anything", "no-cors", "image", False),
    ("", "no-cors", "image", False),
]


@pytest.mark.parametrize(("site", "mode", "destination", "answered"), FETCHED)
def test_what_another_site_embeds_or_asks_by_script_is_refused(
    page_client, upstream, site, mode, destination, answered
):
    headers = {"Sec-Fetch-Site": site, "Sec-Fetch-Mode": mode, "Sec-Fetch-Dest": destination}
    answer = page_client.get(URL, headers=headers)
    assert answer.status_code == (200 if answered else 403)
    assert answer["Cache-Control"] == "no-store"
    if not answered:
        assert upstream.list_calls() == []
        assert answer.content == b"Refused: asked for by another site.\n"


def test_a_browser_without_such_headers_is_answered(page_client):
    assert page_client.get(URL).status_code == 200
