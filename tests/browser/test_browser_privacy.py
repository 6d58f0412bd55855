"""No patient leaves the page: not in addresses, titles, headers or storage, and nothing is left after a sign-out."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import expect

from corti_gateway.sandbox import Sandbox
from corti_gateway.sandbox.store import Listing
from dashboard.tenants.models import Membership
from dashboard.tenants.roles import Role
from tests.browser.conftest import Visit
from tests.browser.pages import Visitor
from tests.browser.tenants import CANARY, PAYLOADS
from tests.dashboard.following import Following

STORAGE = """async () => JSON.stringify([
    Object.entries(localStorage), Object.entries(sessionStorage), history.state, document.cookie, window.name,
    (await indexedDB.databases()).map((one) => one.name), await caches.keys()])"""
LOCKED_DOWN = {
    "allowEval": False,
    "allowScriptTags": False,
    "includeIndicatorStyles": False,
    "selfRequestsOnly": True,
    "historyCacheSize": 0,
    "refreshOnHistoryMiss": True,
    "historyRestoreAsHxRequest": False,
}


def _history(visitor: Visitor) -> list[dict[str, Any]]:
    """Every entry of the tab's history, with URL and title."""
    session = visitor.page.context.new_cdp_session(visitor.page)
    entries: list[dict[str, Any]] = session.send("Page.getNavigationHistory")["entries"]
    session.detach()
    return entries


def _walk(ada: Visitor) -> str:
    """Every way that leads to a patient, and a few away; the text of everything a browser sends or keeps."""
    page = ada.page
    ada.open_list("canary", rows=25)
    steps: list[Callable[[], Any]] = [
        lambda: ada.swap(ada.names.first.click),
        lambda: ada.choose("sort", "updated"),
        lambda: ada.choose("size", "10"),
        lambda: ada.toggle("Completed"),
        lambda: ada.remove_chip(f"Patient {CANARY}-0-id"),
        lambda: ada.find(f"{CANARY}-1-id"),
        lambda: ada.find(f"{CANARY}-unknown-id"),
        lambda: ada.find(f"{CANARY}" * 30),
        page.reload,
        lambda: ada.open_list("canary", rows=25),
        lambda: ada.find(f"{CANARY}-2-id"),
        ada.back,
        ada.forward,
        lambda: ada.click("#refresh"),
        lambda: ada.open("/accounts/settings/"),
        ada.back,
    ]
    return _kept(ada, steps)


def _kept(ada: Visitor, steps: Sequence[Callable[[], Any]]) -> str:
    """Take these steps; everything that the browser sends in addresses and headers, and keeps."""
    page, kept = ada.page, []
    for step in steps:
        step()
        page.wait_for_load_state()
        kept += [page.url, page.title(), page.evaluate(STORAGE)]
    kept += [str(_history(ada)), str(page.context.cookies()), str(page.context.storage_state(indexed_db=True))]
    for request in ada.watch.requests:
        kept += [request.url, str(request.all_headers())]
        answer = request.existing_response
        kept.append(str(answer.all_headers()) if answer else "")
    return unquote("\n".join(kept))


def _walk_of_an_officer(ada: Visitor) -> str:
    """Every page of a tenant but the encounters, and every file."""
    page = ada.page

    def download(selector: str) -> None:
        with page.expect_download() as started:
            page.locator(selector).click()
        file = started.value
        assert CANARY in Path(file.path()).read_text(), selector
        assert CANARY not in file.suggested_filename + file.url

    def look_up() -> None:
        page.get_by_label("Patient identifier").fill(f"{CANARY}-1-id")
        ada.leaves(lambda: page.keyboard.press("Enter"))
        expect(page.locator(".chip", has_text=CANARY)).to_be_visible()

    def suggest() -> None:
        with ada.answering("/suggest/"):
            page.locator("#patient").press_sequentially(CANARY, delay=20)
        expect(page.locator("#suggest [role=option]").first).to_be_visible()

    return _kept(
        ada,
        [
            lambda: ada.open("/canary/encounters/"),
            lambda: download("#export"),
            lambda: ada.open("/canary/patients/"),
            lambda: ada.find(f"{CANARY} Canary 1"),
            lambda: download("#export"),
            page.reload,
            lambda: ada.open("/canary/patients/"),
            suggest,
            lambda: ada.leaves(page.locator("#suggest [role=option]").first.click),
            page.reload,
            lambda: ada.open("/canary/audit/"),
            look_up,
            lambda: page.locator("summary").first.click(),
            lambda: download("#csv"),
            lambda: download("#fhir"),
            *(partial(ada.open, f"/canary/{path}/") for path in ("members", "clinicians", "index")),
            ada.back,
            ada.back,
            ada.forward,
        ],
    )


def test_names_and_identifiers_never_leave_the_page(ada: Visitor) -> None:
    ada.watch.expect_status(422)
    kept = _walk(ada)
    assert "status=completed" in kept, "the walk was recorded"
    assert "patient=" in kept, "the filter is in the URL, sealed"
    assert "hx-current-url" in kept
    assert "referer" in kept
    assert CANARY.casefold() not in kept.casefold()
    assert "htmx-history-cache" not in kept


def test_nor_do_they_leave_pages_and_files_of_patients_members_and_the_log(ada: Visitor) -> None:
    Membership.objects.filter(user__username="ada", tenant="canary").update(**{role.value: True for role in Role})
    Following().fill("canary")
    kept = _walk_of_an_officer(ada)
    for said in ("attachment; filename=", "/canary/patients/", "/canary/audit/", "/canary/members/", "referer"):
        assert said in kept
    assert CANARY.casefold() not in kept.casefold()


def test_nor_does_anything_that_an_encounter_holds(sandbox: Sandbox, ada: Visitor) -> None:
    page, clinic = ada.page, sandbox.tenant("canary")
    for row in clinic.store.page(Listing(size=100)):
        said = [[f"{CANARY} says hello.", f"{CANARY} hurts."]]
        clinic.contents.put(row.id, transcripts=said, documents=[f"{CANARY} letter"], guided=[f"{CANARY} guided"])
        transcript = clinic.contents.of(row).transcripts[0]["id"]
        evidence = [{"type": "transcript", "reference": transcript, "quote": said[0][1]}]
        fact = {"id": "fct-1", "text": f"{CANARY} fact", "evidence": evidence}
        clinic.contents.put(row.id, transcripts=said, documents=[f"{CANARY} letter"], facts=[fact])
    page.add_init_script("window.print = () => {}")

    def opened(action: Callable[[], Any]) -> None:
        action()
        for part in ("documents", "facts", "transcript", "recordings"):
            expect(page.locator(f"#{part}:not([aria-busy])")).to_be_visible()

    def evidence_is_there() -> None:
        page.locator("a.quote").first.click()
        expect(page.locator("#evidence mark")).to_contain_text(CANARY)

    kept = _kept(
        ada,
        [
            lambda: ada.open_list("canary", rows=25),
            lambda: opened(page.locator("a.title").nth(2).click),
            lambda: page.locator("#find").fill(CANARY),
            evidence_is_there,
            lambda: page.keyboard.press("Enter"),
            lambda: page.locator("button.at").first.click(),
            lambda: opened(page.locator("#one-next").click),
            page.go_back,
            lambda: opened(page.reload),
            lambda: ada.leaves(page.locator("#one-print").click),
            lambda: opened(lambda: ada.leaves(page.locator("#one-close").click)),
            lambda: ada.leaves(page.locator("#one-patient").click),
            lambda: expect(page.locator(".headline").first).to_contain_text(CANARY),
            ada.back,
        ],
    )
    for said in ("/recordings/", "/transcript/?transcript=", "/print/", "/headline/", "range", "x-unattended"):
        assert said in kept.casefold(), said
    assert CANARY.casefold() not in kept.casefold()


def test_the_identifier_travels_in_the_body_of_a_form_only(ada: Visitor) -> None:
    ada.open_list("canary", rows=25)
    ada.find(f"{CANARY}-1-id")
    bodies = [request.post_data or "" for request in ada.watch.requests if request.method == "POST"]
    assert [CANARY in body for body in bodies] == [True]


def test_after_a_sign_out_back_forward_and_a_new_tab_show_the_sign_in(ada: Visitor) -> None:
    page = ada.page
    ada.open_list("canary", rows=25)
    ada.swap(ada.names.first.click)
    filtered = ada.url
    assert page.evaluate("sessionStorage.length") > 0
    page.get_by_role("button", name="Account and settings").click()
    ada.leaves(page.get_by_role("button", name="Sign out").click)
    expect(page.locator("h1")).to_have_text("You are signed out")
    assert page.evaluate("sessionStorage.length + localStorage.length") == 0
    seen = [page.content()]
    for _ in range(2):
        page.go_back()
        expect(page.locator("h1")).to_have_text("Sign in")
        seen.append(page.content())
    page.go_forward()
    expect(page.locator("h1")).to_have_text("Sign in")
    seen.append(page.content())
    tab = ada.another_tab()
    tab.open(filtered)
    expect(tab.page.locator("h1")).to_have_text("Sign in")
    seen += [tab.page.content(), tab.page.evaluate(STORAGE), page.evaluate(STORAGE)]
    assert CANARY not in "".join(seen)


def test_after_a_session_has_ended_back_and_forward_show_nothing_from_the_browser_s_memory(ada: Visitor) -> None:
    ada.open_list("canary", rows=25)
    ada.swap(ada.names.first.click)
    ada.open("/accounts/settings/")
    ada.open_list("canary", rows=25)
    ada.open("/accounts/settings/")
    Session.objects.all().delete()
    for step in (ada.back, ada.back, ada.back, ada.forward):
        step()
        expect(ada.page.locator("h1")).to_have_text("Sign in")
        assert CANARY not in ada.page.content()


@pytest.mark.parametrize("path", ["", "?status=completed", "?patient=broken", "?status=cancelled&page=7"])
def test_htmx_is_locked_down_on_every_page_and_after_a_swap(ada: Visitor, path: str) -> None:
    ada.watch.expect_status(404)
    ada.open_list("canary", path)
    for _ in range(2):
        config = ada.page.evaluate("htmx.config")
        assert {name: config[name] for name in LOCKED_DOWN} == LOCKED_DOWN
        assert 0 < config["timeout"] <= 30_000
        ada.toggle("Planned")


@pytest.mark.parametrize("path", ["/", "/accounts/settings/", "/accounts/password/"])
def test_pages_without_fragments_load_no_htmx(ada: Visitor, path: str) -> None:
    ada.open(path)
    assert ada.page.evaluate("typeof htmx") == "undefined"


def _trapped(visit: Visit) -> Visitor:
    ada = visit("ada")
    ada.page.add_init_script("window.owned = () => { window.wasOwned = true; }")
    return ada


def test_hostile_text_of_the_api_is_shown_as_it_came_and_does_nothing(visit: Visit) -> None:
    ada = _trapped(visit)
    ada.open_list("hostile", rows=len(PAYLOADS))
    assert ada.names.all_inner_texts() == list(PAYLOADS)
    ada.toggle("Completed")
    assert ada.page.locator("tbody .title").all_inner_texts() == list(PAYLOADS)
    for row in ada.rows.all():
        row.hover()
    for number in range(len(PAYLOADS)):
        ada.swap(ada.names.nth(number).click)
        assert ada.rows.count() == 1
        assert ada.chips == ["Completed", f"Patient {number}{PAYLOADS[number]}"]
        ada.remove_chip(f"Patient {number}")
    alive = (
        "script, img, svg:not(.icon), iframe, link, style, base, meta, a:not(.title), template, [onload], [onerror], "
        "[autofocus]"
    )
    assert ada.page.locator(f"#results tbody :is({alive})").count() == 0
    assert ada.page.locator("#results tbody [hx-get], #results tbody [hx-on\\:htmx\\:load]").count() == 0
    ada.page.wait_for_timeout(100)
    assert not ada.page.evaluate("window.wasOwned")
    assert {_place(request.url) for request in ada.watch.requests} == {"static", "hostile"}


def test_hostile_text_that_an_encounter_holds_is_shown_as_it_came_and_does_nothing(
    visit: Visit, sandbox: Sandbox
) -> None:
    ada, clinic = _trapped(visit), sandbox.tenant("hostile")
    key = clinic.store.page(Listing(size=1))[0].id
    facts = [
        {
            "id": text,
            "text": text,
            "group": text,
            "source": text,
            "evidence": [{"type": "transcript", "reference": text, "quote": text}],
        }
        for text in PAYLOADS
    ]
    documents = [
        {
            "name": text,
            "templateRef": text,
            "outputLanguage": text,
            "isStream": False,
            "sections": [{"key": text, "name": text, "text": text}],
        }
        for text in PAYLOADS
    ]
    clinic.contents.put(key, transcripts=[list(PAYLOADS)], facts=facts, documents=documents, guided=list(PAYLOADS))
    ada.open(f"/hostile/encounters/{key}/")
    for part in ("documents", "facts", "transcript", "recordings"):
        expect(ada.page.locator(f"#{part}:not([aria-busy])")).to_be_visible()
    for part in ("documents", "facts", "transcript"):
        shown = ada.page.locator(f"#{part}").inner_text()
        assert [text for text in PAYLOADS if text not in shown] == []
    alive = "script, img, svg:not(.icon), iframe, link, style, base, meta, template, [onload], [onerror], [autofocus]"
    assert ada.page.locator(f"#one :is({alive})").count() == 0
    assert (
        ada.page.locator("#one [hx-get='/owned'], #one [hx-on\\:htmx\\:load], #one a[href^='javascript']").count() == 0
    )
    assert not ada.page.evaluate("window.wasOwned")
    assert {_place(request.url) for request in ada.watch.requests} == {"static", "hostile"}


def test_an_error_text_of_the_api_is_shown_as_it_came_and_does_nothing(visit: Visit, sandbox: Sandbox) -> None:
    ada = _trapped(visit)
    ada.watch.expect_status(502)
    detail = "".join(PAYLOADS[:5])
    sandbox.tenant("nordhavn").faults.set("status", status=400, detail=detail)
    ada.open_list(rows=0)
    assert detail[:200] in ada.page.locator(".detail q").inner_text()
    ada.toggle("Completed")
    assert detail[:200] in ada.page.locator(".detail q").inner_text()
    assert not ada.page.evaluate("window.wasOwned")
    assert {_place(request.url) for request in ada.watch.requests} == {"static", "nordhavn"}


def test_the_trap_catches_what_would_come_alive(visit: Visit) -> None:
    ada = _trapped(visit)
    ada.watch.expect("")
    ada.open_list("hostile", rows=len(PAYLOADS))
    # A page that is missing makes the list read itself anew: what follows is for the page after that.
    with ada.page.expect_event("load"), ada.page.expect_request("**/owned"):
        ada.page.evaluate(
            "() => { const results = document.querySelector('#results');"
            " results.insertAdjacentHTML('beforeend', '<div hx-get=\"/owned\" hx-trigger=\"load\"></div>');"
            " htmx.process(results); }"
        )
    # Only the policy stops this one, and the watch hears of it.
    ada.page.evaluate("document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=owned()>')")
    ada.page.wait_for_timeout(200)
    assert not ada.page.evaluate("window.wasOwned")
    assert any("violated script-src" in text for text in ada.watch.heard)


def test_the_watch_catches_a_request_to_another_host_and_a_broken_policy(ada: Visitor) -> None:
    ada.open_list(rows=25)
    ada.page.route("**/*elsewhere.invalid*/**", lambda route: route.abort())
    ada.page.evaluate(
        "() => { document.querySelector('h1').setAttribute('style', 'color: red');"
        " const link = document.createElement('link'); link.rel = 'prefetch'; link.href = 'http://elsewhere.invalid/';"
        " document.head.append(link); }"
    )
    ada.page.wait_for_timeout(200)
    with pytest.raises(AssertionError, match="style-src"):
        ada.watch.verify()
    ada.watch.expect("")


def _place(url: str) -> str:
    return urlsplit(url).path.split("/")[1]
