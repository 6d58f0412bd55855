"""/healthz and /readyz: for load balancers, told by anybody, about nobody."""

import json

import pytest
from django.core.cache import caches
from django.db import DatabaseError, connection
from django.db.migrations.recorder import MigrationRecorder

from corti_gateway.errors import TimedOut
from dashboard.audit import routing
from dashboard.monitoring import health
from dashboard.tenants import circuit
from tests.dashboard.support import PageClient

CORTI = {"tenants": 2, "left_alone": 0}
READY = {"status": "ready", "database": "ok", "access_log": "ok", "cache": "ok", "corti": CORTI}


@pytest.fixture
def client():
    return PageClient()


@pytest.fixture(autouse=True)
def _unasked(monkeypatch):
    monkeypatch.setattr(health, "_migrated", set())


def silence(*of):
    raise DatabaseError("secret words")


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
    with monkeypatch.context() as patch:
        patch.setattr(connection, "cursor", silence)
        status, content = asked(client, "/readyz")
    assert (status, content["status"], content["database"], content["cache"]) == (503, "not ready", "no answer", "ok")
    assert "corti" not in content


@pytest.mark.parametrize(("required", "status"), [(True, 503), (False, 200)])
def test_an_access_log_without_an_answer_makes_it_unready_where_pages_need_it(
    client, upstream, db, monkeypatch, settings, required, status
):
    settings.AUDIT_REQUIRED = required
    with monkeypatch.context() as patch:
        patch.setattr(routing.connection(), "cursor", silence)
        found, content = asked(client, "/readyz")
    assert content["access_log"] == "no answer"
    if routing.alias() == routing.OWN:
        assert (found, content["database"]) == (status, "ok")


@pytest.mark.django_db(databases="__all__")
def test_a_log_of_its_own_that_is_not_migrated_is_told(client, upstream, db):
    table = MigrationRecorder.Migration.objects.using(routing.alias())
    applied = table.get(app="audit", name="0002_guarded_heads")
    table.filter(pk=applied.pk).delete()
    status, content = asked(client, "/readyz")
    assert (status, content["access_log"]) == (503, "not migrated")
    assert content["database"] == ("ok" if routing.alias() == routing.OWN else "not migrated")


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
    with django_assert_max_num_queries(4):
        client.get("/readyz")


@pytest.mark.parametrize(
    ("change", "said"), [(lambda *of: 1 / 0, "no answer"), (lambda *of: None, "forgets")], ids=["fails", "forgets"]
)
def test_a_cache_that_does_not_keep_makes_it_unready(client, upstream, db, monkeypatch, change, said):
    monkeypatch.setattr(type(caches["totals"]), "set", change, raising=True)
    caches["totals"].delete("readyz")
    status, content = asked(client, "/readyz")
    assert (status, content["cache"], content["database"]) == (503, said, "ok")
