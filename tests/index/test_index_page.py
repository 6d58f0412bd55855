"""Admins see how an index stands; nobody else knows of the page. The command line says the same."""

import json
import os
import time
from dataclasses import replace
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from corti_gateway import errors
from dashboard.index import upkeep
from dashboard.index.lease import LeaseLost, acquire
from dashboard.index.models import IndexedInteraction, Stage, TenantIndex
from dashboard.index.moments import SECOND, now
from dashboard.index.sync.keeping import Keeper
from dashboard.index.writing import apply
from dashboard.tenants import circuit
from tests.dashboard.conftest import (  # noqa: F401
    admin,
    admin_client,
    clinician,
    htmx,
    page_client,
    sizes,
    upstream,
)  # fmt: skip
from tests.index import oracle
from tests.index.fake_list import make_interaction

URL = "/nordhavn/index/"
PAGES = ("", "verify/", "rebuild/")


def begin(slug="nordhavn", rows=30, **fields):
    """An index with rows in it that was brought up to date just now."""
    lease = acquire(slug, "machine:123")
    keeper = Keeper(lease)
    keeper.save([make_interaction(number) for number in range(rows)])
    known = {"stage": Stage.FOLLOWING, "as_of": now(), "filled": now(), "verified": now(), "expected": rows, "calls": 7}
    TenantIndex.objects.filter(slug=slug).update(**known | fields)
    return keeper


def facts(page):
    return dict(zip(page.all(r"<dt>(.*?)</dt>"), page.all(r'<span class="value">(.*?)</span>'), strict=True))


def run(*words, **options):
    out = StringIO()
    call_command("index", *words, stdout=out, no_color=True, **options)
    return out.getvalue()


def off(settings, slug="nordhavn"):
    settings.TENANTS = tuple(replace(one, index=one.index and one.slug != slug) for one in settings.TENANTS)


# --- The page ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", PAGES)
def test_only_admins_may_see_it(page_client, path):  # noqa: F811
    for method in ("get", "post"):
        page = page_client.page(URL + path, method=method)
        assert page.status == 403
        assert "no role that allows this" in page.text
    assert ">Index</a>" not in page_client.page("/nordhavn/encounters/").html


def test_an_admin_finds_it_in_the_menu_and_reads_how_the_index_stands(admin_client, htmx):  # noqa: F811
    begin()
    assert f'href="{URL}">Index</a>' in admin_client.page("/nordhavn/encounters/").html
    page = admin_client.page(URL, htmx=htmx)
    known = facts(page)
    assert known["State"] == "Complete"
    assert known["Encounters"] == "30"
    assert known["Patients"] == "5"
    assert known["Kept by"] == "machine:123"
    assert known["As of"].startswith("just now, ")
    assert known["Corti’s API"] == "Answers"
    assert known["Calls to Corti"] == "7"
    assert known["Last error"] == "None"
    assert "Waiting to be deleted" not in known
    assert page.all("data-problem") == []
    assert ('<section id="results"' in page.html, "<html" in page.html) == (True, not htmx)


def test_looking_at_it_hurries_the_followers(admin_client):  # noqa: F811
    begin(looked_at=0)
    admin_client.page(URL)
    assert TenantIndex.objects.get().looked_at > now() - 5 * SECOND


def test_the_filling_is_told_in_numbers(admin_client):  # noqa: F811
    begin(stage=Stage.FILLING, expected=40, as_of=0, verified=0, fill_started=now() - 60 * SECOND, covered_from=now())
    page = admin_client.page(URL)
    assert facts(page)["State"] == "Filling: 30 of 40 encounters, 75 %, about 20 s left"
    assert page.one(r'<progress max="100" value="(\d+)"') == "75"
    assert (facts(page)["As of"], facts(page)["Every row compared"]) == ("–", "Not yet")


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"as_of": 1_700_000_000 * SECOND}, "not been brought up to date for more than 5 minutes"),
        (
            {"failures": 4, "last_error": "TooBusy: asked too often", "last_error_at": 1},
            "failed 4 times in a row: TooBusy",
        ),
        ({"held_until": 0, "stage": Stage.FILLING}, "Nobody keeps the index now"),
        ({"held_until": 0, "as_of": 1_700_000_000 * SECOND}, "Nobody keeps the index now"),
    ],
)
def test_what_is_wrong_stands_first_and_the_command_exits_with_1(admin_client, fields, words):  # noqa: F811
    begin("riverside")
    begin(**fields)
    assert words in admin_client.page(URL).one("<p[^>]* data-problem>(.*?)</p>")
    out = StringIO()
    with pytest.raises(CommandError, match="Not in order: nordhavn"):
        call_command("index", "status", stdout=out, no_color=True)
    assert words in out.getvalue()


def test_a_restart_of_the_follower_is_no_alarm(admin_client):  # noqa: F811
    begin(held_until=0)
    page = admin_client.page(URL)
    assert page.all("data-problem") == []
    assert facts(page)["Kept by"] == "Nobody"


def test_a_tenant_that_nobody_ever_followed_is_told(admin_client):  # noqa: F811
    page = admin_client.page(URL)
    assert "Nothing follows this tenant" in page.text
    assert facts(page) == {"State": "Not begun", "Kept by": "Nobody", "Corti’s API": "Answers"}
    assert "Verify" not in page.text


def test_the_brake_and_the_circuit_are_explained(admin_client):  # noqa: F811
    begin(waiting=1234)
    circuit.failed("nordhavn", errors.TimedOut("no answer within 5 s", elapsed=5.0))
    page = admin_client.page(URL)
    assert facts(page)["Waiting to be deleted"] == "1,234 encounters"
    assert "until a second one misses them too" in page.text
    assert facts(page)["Corti’s API"].startswith("Left alone, ")
    assert "Corti took too long to answer, since" in page.text
    said = run("status", "nordhavn")
    assert "1,234 encounters (So many at once" in said
    assert "Left alone" in said


def test_verify_asks_for_a_verification(admin_client):  # noqa: F811
    begin()
    page = admin_client.page(f"{URL}verify/", method="post")
    assert "Every row will be compared" in page.text
    assert "Asked for" in page.text
    assert TenantIndex.objects.get().verify_wanted
    assert admin_client.get(f"{URL}verify/").status_code == 405


def test_rebuild_asks_first_and_then_begins_anew(admin_client):  # noqa: F811
    keeper = begin(looked_at=5)
    page = admin_client.page(f"{URL}rebuild/")
    assert "Its 30 encounters are forgotten" in page.text
    assert TenantIndex.objects.get().rows == 30, "nothing is saved on GET"
    page = admin_client.page(f"{URL}rebuild/", method="post")
    assert "The index begins anew" in page.text
    new = TenantIndex.objects.get(slug="nordhavn")
    assert (new.pk != keeper.tenant, new.stage, new.rows, new.calls) == (True, Stage.EMPTY, 0, 7)
    with pytest.raises(LeaseLost), keeper.lease.transaction():
        pass


def test_where_the_index_is_off_the_page_says_what_is_still_stored(admin_client, settings):  # noqa: F811
    begin()
    off(settings)
    page = admin_client.page(URL)
    assert page.state == ["off"]
    assert "manage.py index purge nordhavn" in page.text
    for path in ("verify/", "rebuild/"):
        admin_client.page(URL + path, method="post")
    assert (TenantIndex.objects.get().rows, TenantIndex.objects.get().verify_wanted) == (30, False)
    assert run("status", "nordhavn").count("nordhavn has no index by the settings, but 30 encounters are stored") == 1


# --- The command ---------------------------------------------------------------------------------------------------


def test_status_for_programs(upstream, db, settings):  # noqa: F811
    begin()
    off(settings, "riverside")
    begin("closed", rows=3)
    found = json.loads(run("status", "--json"))
    one, other = found["tenants"]
    assert (one["tenant"], one["index"], one["stage"], one["rows"], one["patients"]) == (
        "nordhavn",
        "on",
        "following",
        30,
        5,
    )
    assert (one["problem"], one["stale"], one["failing"], one["holder"]) == ("", False, False, "machine:123")
    assert 0 <= one["age_seconds"] < 10
    assert other == {"tenant": "riverside", "index": "off", "problem": "", "circuit": "closed"}
    assert found["held_in_vain"] == {"closed": 3}


def test_an_unknown_tenant_is_named(upstream, db):  # noqa: F811
    for action in ("status", "rebuild", "purge"):
        with pytest.raises(CommandError, match=r"No such tenant: nowhere\."):
            run(action, "nowhere")


def test_rebuild_leaves_nothing_of_the_former_index_and_nothing_else_out(upstream, db):  # noqa: F811
    keeper, other = begin(), begin("riverside")
    before = oracle.snapshot(other.tenant)
    assert "nordhavn: begins anew." in run("rebuild", "nordhavn")
    assert all(not rows for rows in oracle.snapshot(keeper.tenant).values())
    assert sorted(TenantIndex.objects.values_list("slug", flat=True)) == ["nordhavn", "riverside"]
    assert oracle.snapshot(other.tenant) == before
    fresh = Keeper(acquire("nordhavn", "another"))
    fresh.save([make_interaction(1)])
    oracle.check(fresh.tenant)


def test_rebuild_is_refused_where_the_index_is_off(upstream, db, settings):  # noqa: F811
    begin()
    off(settings)
    with pytest.raises(CommandError, match="off: nordhavn"):
        run("rebuild", "nordhavn")
    assert TenantIndex.objects.get().rows == 30


def test_whoever_waits_for_a_rebuild_is_told_if_nobody_follows(upstream, db, monkeypatch):  # noqa: F811
    monkeypatch.setattr("dashboard.index.management.commands.index.PATIENCE", 0.0)
    monkeypatch.setattr("dashboard.index.management.commands.index.LOOK", 0.01)
    begin()
    with pytest.raises(CommandError, match="nobody keeps the index"):
        run("rebuild", "nordhavn", "--wait")


def test_what_was_broken_off_is_swept_later_in_small_batches(upstream, db, monkeypatch):  # noqa: F811
    monkeypatch.setattr(upkeep, "BATCH", 7)
    keeper = begin()
    upkeep.begin_anew("nordhavn")
    assert upkeep.sweep(most=1) <= 7
    assert upkeep.left_over() == 1
    while upkeep.left_over():
        assert upkeep.sweep(most=3) <= 21
    assert all(not rows for rows in oracle.snapshot(keeper.tenant).values())


def test_purge_asks_first(upstream, db, monkeypatch):  # noqa: F811
    begin(held_until=0)
    monkeypatch.setattr("builtins.input", lambda question: "no")
    with pytest.raises(CommandError, match="Nothing was deleted"):
        run("purge", "nordhavn")
    assert IndexedInteraction.objects.count() == 30


def test_an_index_that_is_kept_right_now_is_not_purged(upstream, db):  # noqa: F811
    begin()
    with pytest.raises(CommandError, match="nordhavn by machine:123"):
        run("purge", "--yes")
    assert IndexedInteraction.objects.count() == 30


@pytest.mark.django_db(transaction=True)
def test_nothing_to_purge_is_told(upstream):  # noqa: F811
    assert run("purge", "--yes") == "Nothing is stored.\n"


# --- Files ---------------------------------------------------------------------------------------------------------


def canary(number):
    patient = replace(make_interaction(number).patient, name=f"Canaria {number}", identifier=f"Canaria{number}")
    return make_interaction(number, title=f"Canaria {number}", identifier=f"Canaria-{number}", patient=patient)


@pytest.mark.skipif("DATABASE_URL" in os.environ, reason="PostgreSQL keeps its files to itself")
@pytest.mark.parametrize("known", [True, False], ids=["index off", "tenant gone"])
def test_after_a_purge_no_file_of_the_database_holds_anything_of_the_tenant(tmp_path, django_db_blocker, known):
    from corti_gateway.sandbox import Sandbox
    from tests.index.world import SLUG, Database, World, tenant

    with django_db_blocker.unblock(), Sandbox([tenant(10)]) as sandbox:
        database = Database(tmp_path)
        database.connect()
        try:
            call_command("migrate", verbosity=0)
            slug = SLUG if known else "closed"
            world = World(tmp_path, sandbox, database, CORTI_NORTH_INDEX="off")
            keeper, kept = Keeper(acquire(slug, "me")), Keeper(acquire("other", "me"))
            for start in range(0, 3_000, 500):
                rows = [canary(number) for number in range(start, start + 500)]
                with keeper.lease.transaction():
                    keeper.lease.note(apply(keeper.tenant, rows))
            with keeper.lease.transaction():
                apply(keeper.tenant, [make_interaction(5, title="Canaria no more")])
            kept.save([make_interaction(1, title="Stays")])
            keeper.lease.release()
            connection.close()
            files = list(tmp_path.glob("index.sqlite3*"))
            assert any(b"anaria" in path.read_bytes() for path in files)
            assert "3,000 encounters" in world.manage("index", "purge", "--yes", slug).stdout
            assert not any(b"anaria" in path.read_bytes().lower() for path in tmp_path.glob("index.sqlite3*"))
            assert list(TenantIndex.objects.values_list("slug", flat=True)) == ["other"]
            assert len(oracle.check(kept.tenant)) == 1
        finally:
            database.drop()


def test_nobody_waits_long_to_write_while_an_index_is_deleted(upstream, db):  # noqa: F811
    begin(rows=2_000)
    upkeep.begin_anew("nordhavn")
    longest, last = 0.0, time.monotonic()

    def after(_):
        nonlocal longest, last
        longest, last = max(longest, time.monotonic() - last), time.monotonic()

    upkeep.sweep(after=after)
    assert longest < 1
