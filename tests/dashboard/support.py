"""Rows of our own in the sandbox, members, and a page client that holds every page to the same contract."""

import re
from datetime import UTC, datetime
from html import unescape
from html.parser import HTMLParser
from itertools import count

import requests
from django.test import Client

from corti_gateway.sandbox import Sandbox
from dashboard.accounts.models import User
from dashboard.tenants.models import Membership
from dashboard.tenants.roles import Role

NOW = datetime(2026, 11, 20, 13, 0, tzinfo=UTC)
CANARY = "Canaria"  # in every invented name and identifier that must never leave a page


NOBODY = "00000000-0000-4000-8000-000000000000"  # an interaction that does not exist


def arguments_of(name, *, sealed="AAAA", key=NOBODY, recording_key=NOBODY):
    """What a URL of this name needs beside its tenant."""
    if name == "patients:one":
        return {"sealed": sealed}
    if name == "mfa_remove_webauthn":
        return {"pk": 1}
    if name == "encounters:recording":
        return {"key": key, "recording_key": recording_key}
    own = name.startswith("encounters:") and name not in ("encounters:list", "encounters:export")
    return {"key": key} if own else {}


class Upstream:
    """The sandbox with the means to put rows of our own into it."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self._numbers = count(1)

    def tenant(self, slug="nordhavn"):
        return self.sandbox.tenant(slug)

    def faults(self, slug="nordhavn"):
        return self.tenant(slug).faults

    def list_calls(self, slug="nordhavn"):
        return [call for call in self.tenant(slug).stats.log if call.endpoint == "list"]

    def recording_of(self, key, slug="nordhavn"):
        """The id of the first recording that an interaction holds."""
        tenant = self.tenant(slug)
        return next(iter(tenant.contents.of(tenant.store.get(key)).recordings))

    def hold(self, key, slug="nordhavn", **contents):
        """Say what an interaction holds; answers its id."""
        self.tenant(slug).contents.put(key, **contents)
        return key

    def add(self, slug="nordhavn", *, patient=None, **encounter):
        """Create an interaction through the API, as any client of Corti would; answers its id."""
        config = self.tenant(slug).config
        form = {"grant_type": "client_credentials", "client_id": config.client_id, "scope": "openid"}
        token = requests.post(
            f"{self.sandbox.auth_url}{config.tenant_name}/protocol/openid-connect/token",
            data=form | {"client_secret": config.client_secret},
            timeout=5,
        ).json()["access_token"]
        number = next(self._numbers)
        body = {
            "encounter": {
                "identifier": f"TEST-{number:05}",
                "status": "completed",
                "type": "consultation",
                "period": {"startedAt": "2026-11-20T09:00:00Z", "endedAt": "2026-11-20T09:20:00Z"},
                "title": f"Invented case {number}",
            }
            | encounter
        }
        if patient:
            body["patient"] = {"identifier": f"PT-{number:04}"} | patient
        answer = requests.post(
            f"{self.sandbox.api_url}interactions/",
            json=body,
            headers={"Authorization": f"Bearer {token}", "Tenant-Name": config.tenant_name},
            timeout=5,
        )
        assert answer.status_code == 201, answer.text
        return answer.json()["interactionId"]


def make_user(username, tenants, roles=("clinician",), **fields):
    user = User.objects.create_user(username, password="a long enough password", **fields)
    for slug in tenants:
        Membership.objects.create(user=user, tenant=slug, **{role: role in roles for role in Role})
    return user


def of_the_page(asked):
    """What a page asks of the database by itself: on PostgreSQL the access log, with a bar of its own, is there too."""
    texts = (query["sql"] for query in asked.captured_queries)
    return [text for text in texts if not any(word in text for word in ("audit_", "SAVEPOINT"))]


class StoppedClock:
    """In the place of the module ``time``: seconds that stand still until a test moves them."""

    now = 1_800_000_000.0

    def time(self) -> float:
        return self.now


class Page:
    """An answer, read as a person or a program would."""

    def __init__(self, response):
        self.response = response
        self.status = response.status_code
        # A template element is no part of the page until a script takes it out.
        self.html = re.sub(r"<template.*?</template>", "", response.content.decode(), flags=re.DOTALL)
        self.text = re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", self.html)))

    def all(self, pattern):
        return [unescape(found) for found in re.findall(pattern, self.html, re.DOTALL)]

    def one(self, pattern):
        found = self.all(pattern)
        assert len(found) == 1, f"{len(found)} times {pattern!r}"
        return found[0]

    @property
    def title(self):
        # Pictures have titles too, in the body.
        (found,) = re.findall(r"<title>(.*?)</title>", self.html.partition("<body")[0], re.DOTALL)
        return unescape(found)

    @property
    def rows(self):
        """The cells' text, row by row."""
        body = re.search(r"<tbody.*?</tbody>", self.html, re.DOTALL)
        return [
            [
                re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", cell))).strip()
                for cell in re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row, re.DOTALL)
            ]
            for row in re.findall(r"<tr.*?</tr>", body[0] if body else "", re.DOTALL)
        ]

    @property
    def encounters(self):
        """The encounter identifiers, in order; one without a title has its identifier in the title's place."""
        cells = self.all(r'<td class="c-encounter"><(?:a|span) class="title"[^>]*>(.*?)</span>')
        return [(cell.rpartition(">")[2] or cell.partition("<")[0]) for cell in cells]

    @property
    def statuses(self):
        return self.all(r'class="status status-([a-z-]+)"')

    @property
    def state(self):
        return self.all(r'data-state="([a-z-]+)"')

    @property
    def notices(self):
        return self.all(r'<p class="notice[^"]*">(.*?)</p>')

    def link_of(self, element_id):
        return self.one(rf'<a [^>]*id="{element_id}" href="([^"]*)"')

    def link(self, element_id):
        found = self.all(rf'<a id="{element_id}" href="([^"]*)"')
        return found[0] if found else None


class TagCounter(HTMLParser):
    def __init__(self):
        super().__init__()
        self.headings, self.inline = 0, []

    def handle_starttag(self, tag, attributes):
        self.headings += tag == "h1"
        self.inline += [name for name, _ in attributes if name == "style" or name.startswith(("on", "hx-on"))]
        self.inline += [tag] if tag == "style" or (tag == "script" and not dict(attributes).get("src")) else []


class PageClient(Client):
    """Every answer: private, under the content policy, one h1, a title, nothing inline, no canary in an address."""

    def request(self, **request):
        response = super().request(**request)
        if response.streaming:
            # To its end and closed, as by any server: what is left open holds a connection until Python tidies up.
            response.streaming_content = [b"".join(response)]
        return response

    def page(self, url, *, htmx=False, method="get", follow=True, **options):
        headers = options.pop("headers", {}) | ({"HX-Request": "true"} if htmx else {})
        response = getattr(self, method)(url, follow=follow, headers=headers, **options)
        for address, _ in getattr(response, "redirect_chain", []):
            assert CANARY not in address
        assert CANARY not in response.request["PATH_INFO"] + response.request["QUERY_STRING"]
        assert response["Cache-Control"] == "no-store"
        assert "default-src 'none'" in response["Content-Security-Policy"]
        assert "unsafe" not in response["Content-Security-Policy"]
        assert response["X-Content-Type-Options"] == "nosniff"
        assert {"HX-Request", "HX-History-Restore-Request"} <= set(response["Vary"].split(", "))
        assert not any(CANARY in value for name, value in response.items() if name != "Set-Cookie")
        page = Page(response)
        counter = TagCounter()
        counter.feed(page.html)
        assert counter.inline == []
        if page.html and not htmx:
            assert counter.headings == 1
            assert CANARY not in page.title
        return page
