"""Encounters that were deleted are shown to admins only, and lists without them are as true as any other."""

import random
from importlib import import_module

import pytest
from django.db import connection

from corti_gateway.vocabulary import EncounterStatus
from dashboard.encounters.one.addresses import patient_url
from dashboard.index.reading import patients
from dashboard.index.reading.patients import PatientOrder, PatientQuestion
from tests.dashboard.support import PageClient, make_user
from tests.dashboard.test_patients_list import URL as PATIENTS
from tests.dashboard.test_patients_list import people, search, walk
from tests.index import oracle

URL = "/nordhavn/encounters/"
DELETED = list(EncounterStatus).index(EncounterStatus.DELETED)
pytestmark = pytest.mark.django_db


@pytest.fixture(params=["index", "live"])
def source(request, upstream):
    """With an index that knows everything, and without one."""
    store = upstream.tenant().store
    for identifier in sorted(ids())[::11]:
        store.change(store.get(identifier), status=DELETED)
    if request.param == "index":
        request.getfixturevalue("indexed")
    return request.param


def every_row(client, query):
    page = client.page(f"{URL}?{query}")
    rows, pages = list(page.encounters), [page]
    while page.link("next"):
        page = client.page(page.link("next"))
        rows += page.encounters
        pages.append(page)
    return rows, pages


def of_the_store(upstream, status=None):
    store = upstream.tenant().store
    return store.count([status] if status is not None else [number for number in range(6) if number != DELETED])


def test_a_clinician_reads_every_encounter_but_the_deleted_ones(page_client, upstream, source):
    assert of_the_store(upstream, DELETED) > 0
    rows, pages = every_row(page_client, "size=25")
    assert len(rows) == len(set(rows)) == of_the_store(upstream)
    assert not any("deleted" in page.statuses for page in pages)
    assert all("status-deleted" not in page.html for page in pages)
    if source == "index":
        assert f"1–25 of {len(rows)}" in pages[0].text
        assert all(len(page.encounters) == 25 for page in pages[:-1])
    else:
        withheld = [notice for page in pages for notice in page.notices if "only admins see deleted ones" in notice]
        assert sum(int(notice.split()[0]) for notice in withheld) == of_the_store(upstream, DELETED)
        # Rows that were left out make numbers and counts untrue, so there are none on such a page.
        for page in pages:
            if page.notices:
                assert "Count them" not in page.text
                assert f"{len(page.rows)} shown" in page.text


def test_an_admin_who_reads_sees_them_labelled(admin_client, upstream, source):
    page = admin_client.page(f"{URL}?status=deleted&size=100")
    assert len(page.rows) == of_the_store(upstream, DELETED)
    assert set(page.statuses) == {"deleted"}
    assert all(row[0] == "Deleted" for row in page.rows)


def test_everybody_sees_them_if_the_setting_says_so(page_client, upstream, source, settings):
    settings.DELETED_FOR_EVERYBODY = True
    assert len(page_client.page(f"{URL}?status=deleted&size=100").rows) == of_the_store(upstream, DELETED)


def test_a_clinician_cannot_ask_for_them(page_client, upstream, source, htmx):
    page = page_client.page(f"{URL}?status=deleted&status=planned&size=100", htmx=htmx)
    assert set(page.statuses) == {"planned"}
    assert "Deleted encounters are shown to admins only" in page.notices[0]
    forged = page_client.page(URL, method="post", data={"status": ["deleted", "planned"], "size": "100"})
    assert set(forged.statuses) == {"planned"}
    assert "status-deleted" not in forged.html


def test_without_any_deleted_one_the_list_is_live_as_for_everybody(page_client, upstream, following):
    following.fill()
    page = page_client.page(URL)
    assert "Live, read" in page.text
    assert "of 130" in page.text


def test_a_deleted_one_that_the_index_does_not_know_yet_is_not_shown_either(page_client, upstream, following):
    following.fill()
    store = upstream.tenant().store
    newest = store.get(page_client.page(URL).response.context["rows"][0].id)
    store.change(newest, status=DELETED)
    page = page_client.page(URL)
    assert len(page.rows) == 24
    assert "1 deleted encounter is not shown on this page" in page.notices[0]


def test_a_page_of_deleted_ones_only_says_so_and_leads_on(page_client, upstream):
    store = upstream.tenant().store
    first = page_client.page(URL).response.context["rows"]
    for row in first:
        store.change(store.get(row.id), status=DELETED)
    page = page_client.page(URL)
    assert page.state == ["only-deleted"]
    assert page.link("next")


def ids():
    return [row.id for group in people().values() for row in group]


# --- Patients ------------------------------------------------------------------------------------------------------


@pytest.fixture
def ghosts(upstream, following):
    """Three patients: with nothing but deleted encounters, with one of them, with none."""
    for identifier, statuses in (("G-1", ["deleted"] * 2), ("G-2", ["deleted", "completed"]), ("G-3", ["completed"])):
        for status in statuses:
            upstream.add(patient={"identifier": identifier, "name": f"Ghost {identifier[-1]}"}, status=status)
    following.fill()
    following.fill("riverside")


def test_a_patient_with_nothing_but_deleted_encounters_is_not_listed(page_client, admin_client, ghosts, upstream):
    everybody = people()
    visible = {who for who, rows in everybody.items() if any(row.encounter.status != "deleted" for row in rows)}
    assert visible == set(everybody) - {"G-1"}
    for query in ("?size=10", "?sort=name&size=10", "?sort=-encounters&size=10", "?sort=born&size=10"):
        page = page_client.page(PATIENTS + query)
        assert f"of {len(visible)}" in page.text
        found = walk(page_client, page)
        assert len(found) == len(set(found))
        assert set(found) == visible
        assert set(walk(admin_client, admin_client.page(PATIENTS + query))) == set(everybody)
    assert sorted(row[0].split()[1] for row in search(page_client, "ghost").rows) == ["2", "3"]
    assert len(search(admin_client, "ghost").rows) == 3
    suggested = page_client.page(f"{PATIENTS}suggest/", method="post", data={"patient": "ghost"}, htmx=True)
    assert "G-1" not in suggested.html
    assert "G-2" in suggested.html


def test_counts_bar_and_timeline_leave_them_out(page_client, admin_client, ghosts):
    for client, told in ((page_client, False), (admin_client, True)):
        page = client.page(patient_url("nordhavn", "G-2"))
        assert ("deleted" in page.text.lower()) == told
        assert ("status-deleted" in page.html) == told
    listed = search(page_client, "ghost 2")
    assert "deleted" not in listed.html.split("<tbody")[1]
    assert "1 deleted" in search(admin_client, "ghost 2").text


def test_the_page_of_such_a_patient_tells_nothing(page_client, admin_client, ghosts):
    page = page_client.page(patient_url("nordhavn", "G-1"))
    assert page.rows == []
    assert "Ghost" not in page.html
    assert "Ghost 1" in admin_client.page(patient_url("nordhavn", "G-1")).text


@pytest.mark.parametrize("seed", range(3))
def test_patients_without_deleted_are_those_of_looking_at_each(ghosts, following, upstream, monkeypatch, seed):
    rng = random.Random(seed)
    monkeypatch.setattr(patients, "DEEP", 5)
    tenant = following.keeper().tenant
    everybody = patients.find(tenant, PatientQuestion(size=1000)).rows
    for _ in range(60):
        question = PatientQuestion(
            order=rng.choice(list(PatientOrder)),
            size=rng.choice([3, 10]),
            page=rng.choice([1, 2, 4]),
            text=rng.choice(["", "", "ghost", "a", "g 1"]),
            genders=rng.choice([(), (), ("",), ("female",)]),
            only_open=rng.random() < 0.2,
            hide_deleted=True,
        )
        whole = PatientQuestion(
            order=question.order, size=1000, text=question.text, genders=question.genders, only_open=question.only_open
        )
        wanted = [row for row in patients.find(tenant, whole).rows if row.encounters]
        found = patients.find(tenant, question)
        assert found.total == len(wanted)
        page = wanted[question.offset : question.offset + question.size]
        assert [row.identifier for row in found.rows] == [row.identifier for row in page]
        assert all(row.counts["deleted"] == 0 for row in found.rows)
    assert len(everybody) == len(people())


def test_an_index_from_before_is_counted_anew(ghosts, following, upstream):
    migration = import_module("dashboard.index.migrations.0002_encounters_not_deleted")
    tenant = following.keeper().tenant

    class Editor:
        pass

    Editor.connection = connection
    migration._count_again(Editor, migration._GIVE)
    with pytest.raises(AssertionError):
        oracle.check(tenant)
    migration._count_again(Editor, migration._TAKE)
    oracle.check(tenant)


def test_a_member_with_admin_alone_reads_nothing(upstream):
    client = PageClient()
    client.force_login(make_user("keeper", ["nordhavn"], roles=["admin"]))
    assert client.page(f"{URL}?status=deleted").status == 403
