"""/healthz and /readyz: for load balancers, told by anybody, about nobody."""

import json

import pytest
from django.core.cache import caches
from django.db import DatabaseError, connection
from django.db.migrations.recorder import MigrationRecorder

from corti_gateway.errors import TimedOut
from dashboard.monitoring import health
from dashboard.tenants import circuit
from tests.dashboard.support import PageClient

READY = {"status": "ready", "database": "ok", "cache": "ok", "corti": {"tenants": 2, "left_alone": 0}}


@pytest.fixture
def client():
    return PageClient()


@pytest.fixture(autouse=True)
def _unasked(monkeypatch):
    monkeypatch.setattr(health, "_was_migrated", False)


def asked(client, path, **options):
    page = client.page(path, htmx=True, **options)
    assert page.response["Content-Type"] == "application/json"
    assert not page.response.cookies
    return page.status, json.loads(page.response.content)


def test_a_process_that_lives_says_so_without_the_database(client):
    """No database fixture: pytest-django would refuse a query."""
    assert asked(client, "/healthz") == (200, {"status": "alive"})


def test_it_is_ready_when_database_and_cache_answer(client, upstream, db):
    assert asked(client, "/readyz") == (200, READY)


def test_corti_being_down_is_told_and_is_not_fatal(client, upstream, db):
    circuit.failed("nordhavn", TimedOut("too slow"))
    status, content = asked(client, "/readyz")
    assert status == 200
    assert content["corti"] == {"tenants": 2, "left_alone": 1}


def test_no_tenant_is_named_to_the_public(client, upstream, db):
    assert not {"nordhavn", "riverside"} & set(client.get("/readyz").content.decode().lower().split('"'))


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_the_plain_http_of_a_probe_is_not_sent_to_https(client, upstream, db, settings, path):
    settings.SECURE_SSL_REDIRECT = True
    assert client.get(path).status_code == 200
    assert client.get("/accounts/sign-in/").status_code == 301


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_they_change_nothing_and_take_no_form(client, upstream, db, path):
    assert client.post(path).status_code == 405
    assert client.head(path).content == b""


def test_a_database_without_an_answer_makes_it_unready(client, upstream, db, monkeypatch):
    def fail(*of):
        raise DatabaseError("secret words")

    with monkeypatch.context() as patch:
        patch.setattr(connection, "cursor", fail)
        assert asked(client, "/readyz") == (503, {"status": "not ready", "database": "no answer", "cache": "ok"})


def test_a_migration_not_applied_makes_it_unready_until_it_is(client, upstream, db):
    applied = MigrationRecorder.Migration.objects.get(app="tenants", name="0004_provided")
    name, moment = applied.name, applied.applied
    applied.delete()
    status, content = asked(client, "/readyz")
    assert (status, content["database"]) == (503, "not migrated")
    MigrationRecorder.Migration.objects.create(app="tenants", name=name, applied=moment)
    assert asked(client, "/readyz") == (200, READY)


def test_once_it_was_found_migrated_that_is_not_asked_again(client, upstream, db, django_assert_max_num_queries):
    client.get("/readyz")
    with django_assert_max_num_queries(3):
        client.get("/readyz")


@pytest.mark.parametrize(
    ("change", "said"), [(lambda *of: 1 / 0, "no answer"), (lambda *of: None, "forgets")], ids=["fails", "forgets"]
)
def test_a_cache_that_does_not_keep_makes_it_unready(client, upstream, db, monkeypatch, change, said):
    monkeypatch.setattr(type(caches["totals"]), "set", change, raising=True)
    caches["totals"].delete("readyz")
    status, content = asked(client, "/readyz")
    assert (status, content["cache"], content["database"]) == (503, said, "ok")
