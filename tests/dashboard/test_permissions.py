"""The permission matrix of docs/permissions.md, put to every URL of the URL map by people of every role."""

import re
from pathlib import Path

import pytest
from django.urls import reverse

from dashboard.listing.controls import PATIENT
from dashboard.listing.sealed import seal
from dashboard.tenants.roles import Role
from tests.dashboard.support import PageClient, arguments_of, make_user
from tests.dashboard.test_access import url_names

PEOPLE = {
    "anybody": None,
    "account": (),
    "clinician": (Role.CLINICIAN,),
    "exporter": (Role.CLINICIAN, Role.EXPORTER),
    "auditor": (Role.AUDITOR,),
    "admin": (Role.ADMIN,),
}
DOC = Path(__file__).parents[2] / "docs" / "permissions.md"


def matrix():
    """Page -> who -> whether it answers."""
    (table,) = re.findall(r"^\| page \|.*?(?=\n\n|\Z)", DOC.read_text(), re.MULTILINE | re.DOTALL)
    head, _, *rows = ([cell.strip() for cell in line.strip("| \n").split("|")] for line in table.splitlines())
    assert head[1:] == list(PEOPLE)
    answers = {"yes": True, "–": False, "token": None, "own": ...}
    return {name: dict(zip(PEOPLE, (answers[cell] for cell in cells), strict=True)) for name, *cells in rows}


MATRIX = matrix()
NAMES = dict(url_names())


def address(name, **of_an_encounter):
    more = arguments_of(name, sealed=seal("nordhavn", PATIENT, "PT-1"), **of_an_encounter)
    return reverse(name, kwargs=more | ({"tenant": "nordhavn"} if is_of_a_tenant(name) else {}))


def is_of_a_tenant(name):
    return NAMES[name]


def person(who):
    client = PageClient()
    roles = PEOPLE[who]
    if roles is not None:
        client.force_login(make_user(who, ["nordhavn"] if roles else ["riverside"], roles or list(Role)))
    return client


def outcomes(client, url):
    """What GET and POST are answered with, but for the method that the page does not know."""
    answers = [getattr(client, method)(url) for method in ("get", "post")]
    known = [answer for answer in answers if answer.status_code != 405]
    assert known
    return [
        "sign-in"
        if answer.status_code == 302 and answer["Location"].startswith("/accounts/sign-in/")
        else answer.status_code
        for answer in known
    ]


def test_every_url_has_its_row_and_every_row_its_url():
    assert set(NAMES) == set(MATRIX)


@pytest.mark.django_db
@pytest.mark.parametrize("who", PEOPLE)
@pytest.mark.parametrize("name", MATRIX)
def test_each_page_answers_whom_the_matrix_says(upstream, settings, name, who):
    key, client = upstream.hold(upstream.add(), kind="usual"), person(who)
    url = address(name, key=key, recording_key=upstream.recording_of(key))
    found = outcomes(client, url)
    if MATRIX[name][who] is ...:
        assert not {500, 503} & set(found)
    elif MATRIX[name][who] is None:
        assert set(found) == {404}
        settings.METRICS_TOKEN = "a token of the tests"
        assert set(outcomes(client, url)) == {401}
    elif MATRIX[name][who]:
        assert not {"sign-in", 403, 404, 500} & set(found)
    elif who == "anybody":
        assert set(found) == {"sign-in"}
    elif who == "account":
        assert set(found) == {404}
    else:
        assert set(found) == {403}


@pytest.mark.django_db
@pytest.mark.parametrize("who", PEOPLE)
def test_a_refusal_has_no_row_of_the_tenant(upstream, who):
    key = upstream.add(patient={"identifier": "PT-1", "name": "Canaria Testa"})
    upstream.hold(key, kind="usual")
    recording = upstream.recording_of(key)
    client = person(who)
    for name in MATRIX:
        if not MATRIX[name][who] and is_of_a_tenant(name):
            answer = client.get(address(name, key=key, recording_key=recording))
            assert b"Canaria" not in answer.content
            assert b"PT-1" not in answer.content


@pytest.mark.django_db
@pytest.mark.parametrize("roles", [(), (Role.EXPORTER,)])
def test_a_member_without_a_role_of_use_is_told_so(upstream, roles):
    client = PageClient()
    client.force_login(make_user("member", ["nordhavn"], roles))
    for name in MATRIX:
        if is_of_a_tenant(name):
            assert set(outcomes(client, address(name))) == {403}
    assert "has no role in any tenant" in client.page("/").text


@pytest.mark.django_db
def test_only_staff_get_into_the_admin_site(upstream):
    for who, roles in PEOPLE.items():
        if roles is not None:
            assert person(who).get("/admin/").status_code == 302
    client = PageClient()
    client.force_login(make_user("staff", [], is_staff=True))
    assert client.get("/admin/").status_code == 200
    assert client.get("/nordhavn/encounters/").status_code == 404
