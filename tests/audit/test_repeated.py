"""What a page shows again by itself is one entry in ten minutes; whatever is new or asked for by hand is one more."""

import pytest
from django.core.cache import caches
from django.db import DatabaseError
from django.urls import reverse

from corti_gateway.sandbox.records import Patient
from dashboard.audit import middleware, repeated, routing
from dashboard.audit.kinds import KEPT_FRESH
from dashboard.audit.models import Entry
from tests.dashboard.opened import PARTS, PERSON, url_of
from tests.dashboard.support import PageClient, StoppedClock, make_user

pytestmark = pytest.mark.django_db
BY_ITSELF = {"HX-Request": "true", "X-Unattended": "true"}


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    moment = StoppedClock()
    monkeypatch.setattr(repeated, "time", moment)
    return moment


@pytest.fixture
def key(upstream):
    return upstream.add(patient=PERSON)


def ask(client, url, status=200, **headers):
    assert client.get(url, headers=headers or BY_ITSELF).status_code == status


def entries(route="encounters:one"):
    return Entry.objects.using(routing.alias()).filter(route=route).count()


@pytest.mark.parametrize("part", ["", *PARTS])
def test_what_is_shown_again_by_itself_is_one_entry_in_ten_minutes(page_client, key, clock, part):
    route = f"encounters:{part or 'one'}"
    assert route in KEPT_FRESH
    ask(page_client, url_of(key, part), **{"HX-Request": "true"})
    assert entries(route) == 1
    for ten_minutes in (1, 2):
        for _ in range(3):
            ask(page_client, url_of(key, part))
        assert entries(route) == 1 + ten_minutes
        clock.now += repeated.SPAN


def test_the_first_view_is_an_entry_whatever_the_header_says(page_client, key):
    ask(page_client, url_of(key))
    assert entries() == 1


def test_whatever_is_asked_for_by_hand_is_an_entry(page_client, key):
    for number in range(3):
        ask(page_client, url_of(key))
        ask(page_client, url_of(key), **{"HX-Request": "true"})
        assert entries() == 2 + number


def test_another_encounter_another_patient_and_another_outcome_are_entries(page_client, upstream, key):
    ask(page_client, url_of(key))
    ask(page_client, url_of(upstream.add(patient=PERSON)))
    assert entries() == 2
    store = upstream.tenant().store
    store.change(store.get(key), patient=Patient("PT-78"))
    ask(page_client, url_of(key))
    assert entries() == 3
    upstream.faults().set("status", endpoint="item", status=500)
    for _ in range(2):
        ask(page_client, url_of(key), status=502)
    assert entries() == 4
    ask(page_client, url_of(upstream.add(patient=PERSON)), status=502)
    assert entries() == 5


def test_another_session_is_an_entry(page_client, clinician, key):
    ask(page_client, url_of(key))
    other = PageClient()
    other.force_login(clinician)
    ask(other, url_of(key))
    assert entries() == 2


def test_what_is_refused_is_an_entry_each_time(upstream, key):
    client = PageClient()
    client.force_login(make_user("stranger", ["riverside"]))
    for _ in range(2):
        ask(client, url_of(key), status=404)
    assert entries() == 2


@pytest.mark.parametrize("url", [reverse("encounters:list", args=["nordhavn"]), "print/"])
def test_what_no_page_asks_for_by_itself_is_an_entry_each_time(page_client, key, url):
    url = url if url.startswith("/") else url_of(key, "print")
    for _ in range(2):
        ask(page_client, url)
    assert Entry.objects.using(routing.alias()).filter(kind__in=["encounters", "print"]).count() == 2


def test_what_could_not_be_written_is_not_remembered(page_client, key, monkeypatch, settings):
    def fail(event):
        raise DatabaseError

    with monkeypatch.context() as patch:
        patch.setattr(middleware, "append", fail)
        ask(page_client, url_of(key), status=503)
        settings.AUDIT_REQUIRED = False
        ask(page_client, url_of(key))
    assert entries() == 0
    ask(page_client, url_of(key))
    assert entries() == 1


def test_what_was_forgotten_is_an_entry(page_client, key):
    for number in (1, 2):
        ask(page_client, url_of(key))
        assert entries() == number
        caches["totals"].clear()


def test_no_patient_is_named_in_the_cache(page_client, key, monkeypatch):
    kept = []
    monkeypatch.setattr(repeated.remembering, "keep", lambda *given: kept.append(given))
    ask(page_client, url_of(key))
    ((name, value, seconds),) = kept
    assert (len(name), value, seconds) == (len("entry:") + 64, True, repeated.SPAN)
