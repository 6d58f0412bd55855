"""Suggestions while somebody types: at most eight people, told apart, and nothing typed in any address."""

from dataclasses import replace

import pytest

from tests.dashboard.support import CANARY, PageClient

URL = "/nordhavn/patients/suggest/"


def ask(client, text):
    return client.page(URL, method="post", data={"patient": text}, htmx=True)


def offered(page):
    return page.all(r'<button role="option"[^>]* value="([^"]*)"')


def test_a_suggestion_names_the_patient_with_birth_date_and_identifier(page_client, upstream, following):
    patient = {"identifier": f"{CANARY}-1", "name": f"{CANARY} Müller", "birthDate": "1980-01-01T00:00:00Z"}
    upstream.add(patient=patient)
    following.fill()
    page = ask(page_client, "muell canar")
    assert offered(page) == [f"{CANARY}-1"]
    assert f"{CANARY} Müller" in page.text
    assert "1 Jan 1980 · " in page.text
    assert page.text.strip().endswith("1 patient")
    assert page.one(r'<button role="option"[^>]* form="([^"]*)"') == "filter-form"
    assert page.one(r'<button role="option"[^>]* name="([^"]*)"') == "exactly"


def test_eight_are_offered_at_most_and_how_many_there_are_is_said(page_client, upstream, following):
    for number in range(23):
        upstream.add(patient={"identifier": f"ZQ-{number}", "name": "Zzyzx Testa"})
    following.fill()
    page = ask(page_client, "zzyzx")
    assert len(offered(page)) == 8
    assert "8 of 23: type more, or press Enter for all" in page.text
    ids = page.all(r'<button role="option" id="([^"]*)"')
    assert len(set(ids)) == 8


@pytest.mark.parametrize("text", ["", "   ", "\u200b", "zzzzqqqq", "…"])
def test_nothing_to_suggest_is_an_empty_answer(page_client, indexed, text):
    page = ask(page_client, text)
    assert (page.status, page.html.strip()) == (200, "")


def test_a_pasted_book_is_cut(page_client, indexed):
    assert ask(page_client, "x" * 50_000).status == 200


def test_without_an_index_nothing_is_suggested_and_the_box_does_not_ask(page_client, indexed, settings):
    settings.TENANTS = tuple(replace(config, index=False) for config in settings.TENANTS)
    assert ask(page_client, "a").html.strip() == ""
    assert "data-suggest" not in page_client.page("/nordhavn/patients/").html


def test_while_the_index_is_filled_the_number_is_one_so_far(page_client, following):
    following.begin(100, 130)
    assert "so far" in ask(page_client, "a").text


def test_only_members_are_answered_and_only_a_post(page_client, indexed):
    assert page_client.get(f"{URL}?patient=a").status_code == 405
    assert page_client.page(URL.replace("nordhavn", "riverside"), method="post", data={"patient": "a"}).status == 404
    assert PageClient().post(URL, {"patient": "a"})["Location"].startswith("/accounts/sign-in/")


def test_a_post_without_the_token_is_refused(clinician, indexed):
    client = PageClient(enforce_csrf_checks=True)
    client.force_login(clinician)
    assert client.post(URL, {"patient": "a"}).status_code == 403


def test_another_tenant_s_patients_are_not_suggested(admin_client, upstream, following):
    upstream.add("riverside", patient={"identifier": "R-1", "name": "Zzyzx Testa"})
    following.fill()
    following.fill("riverside")
    assert offered(ask(admin_client, "zzyzx")) == []


@pytest.mark.parametrize("path", ["/nordhavn/patients/", "/nordhavn/encounters/"])
def test_enter_presses_find_and_never_a_suggestion(page_client, indexed, path):
    # A browser presses the first button of a form in the order of the page, wherever the form's other buttons are.
    html = page_client.page(path).html
    assert html.index("<button>Find</button>") < html.index('id="suggest"')
