"""An entry that was changed, removed, added or moved is found, and the database refuses to do any of it."""

import threading
from importlib import import_module
from io import StringIO
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.conf import settings as settings_of_django
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connections, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dashboard.audit import chain, retention, routing, triggers, verifying
from dashboard.audit.chain import FIELDS
from dashboard.audit.models import Entry, Head, Subject
from dashboard.audit.retention import Unsigned, purge
from dashboard.audit.verifying import tenants, verify
from dashboard.audit.writing import BEGUN, Event, append, sign_anew

pytestmark = pytest.mark.django_db
texts = st.text(max_size=12)
events = st.builds(
    Event,
    kind=st.sampled_from(["list", "patient", "export"]),
    action=st.sampled_from("CRUDE"),
    outcome=st.sampled_from(["shown", "refused"]),
    status=st.integers(100, 599),
    tenant=st.just("nordhavn"),
    user=st.none() | st.integers(1, 2**40),
    username=texts,
    filters=texts,
    interactions=st.lists(texts, max_size=3),
    patients=st.lists(texts.filter(bool), max_size=3),
    request_id=texts,
    address=st.sampled_from(["", "10.0.0.1", "2001:db8::1"]),
)
SEEN = Event("list", "R", "shown", tenant="nordhavn", patients=["PT-1"])
several = st.lists(events, min_size=2, max_size=6)


def clear():
    for model in (Entry, Subject, Head):
        model.objects.using(routing.alias()).all().delete()


def written(some):
    clear()
    for event in some:
        append(event)


def entries(tenant="nordhavn"):
    return Entry.objects.using(routing.alias()).filter(tenant=tenant).order_by("number")


def examples(count=40):
    return settings(max_examples=count, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@examples()
@given(some=several)
def test_a_log_that_nobody_touched_is_whole(some):
    written(some)
    verdict = verify("nordhavn")
    assert (verdict.trouble, verdict.entries) == ("", len(some))
    assert verdict.hash == entries().last().hash
    assert verify("nordhavn", heads=[entry.hash for entry in entries()]).trouble == ""


@examples(80)
@given(some=several, data=st.data())
def test_an_entry_that_was_changed_is_named(some, data):
    written(some)
    number = data.draw(st.integers(1, len(some)))
    column = data.draw(st.sampled_from([name for name in FIELDS if name not in ("tenant", "number", "user")]))
    before = getattr(entries().get(number=number), column)
    other = before + 1 if isinstance(before, int) else "Z" if column == "action" else f"{before}x"
    entries().filter(number=number).update(**{column: other})
    assert verify("nordhavn").trouble == f"Entry {number} is not as it was written."


@examples()
@given(some=several, data=st.data())
def test_an_entry_that_was_removed_is_named(some, data):
    written(some)
    number = data.draw(st.integers(1, len(some)))
    entries().filter(number=number).delete()
    trouble = verify("nordhavn").trouble
    last = f"Entries {number} to {number} are missing."
    assert trouble == (last if number == len(some) else f"Entry {number} is missing.")


@examples()
@given(some=several)
def test_two_entries_that_changed_places_are_named(some):
    written(some)
    first, second = entries()[:2]
    entries().filter(pk=first.pk).update(number=-1)
    entries().filter(pk=second.pk).update(number=first.number)
    entries().filter(pk=first.pk).update(number=second.number)
    assert verify("nordhavn").trouble == "Entry 1 is not as it was written."


@examples()
@given(some=several, more=events)
def test_an_entry_that_was_added_by_hand_is_named(some, more):
    written(some)
    last = entries().last()
    values = {name: getattr(last, name) for name in FIELDS} | {"number": last.number + 1}
    own = chain.hash_of([values[name] for name in FIELDS], last.hash)
    Entry.objects.using(routing.alias()).create(**values, hash=own)
    assert verify("nordhavn").trouble == f"Entry {last.number + 1} stands after the end of the chain."
    # To move the end along, one would need the key.
    Head.objects.using(routing.alias()).update(number=last.number + 1, hash=own)
    assert "not signed" in verify("nordhavn").trouble


@examples(20)
@given(some=several)
def test_a_log_written_anew_from_its_beginning_lacks_the_hash_that_was_noted(some):
    written(some)
    noted = entries().last().hash
    written(some[:-1])
    assert verify("nordhavn").trouble == ""
    assert "replaced by another" in verify("nordhavn", heads=[entries().first().hash, noted]).trouble


def test_the_last_entry_is_the_one_that_was_signed():
    written([Event("list", "R", "shown", tenant="nordhavn")] * 2)
    first, last = entries()
    own = chain.hash_of([getattr(last, name) if name != "username" else "x" for name in FIELDS], first.hash)
    entries().filter(number=2).update(username="x", hash=own)
    assert verify("nordhavn").trouble == "Entry 2 is not the one at which the chain was signed."


def test_who_looked_at_a_patient_cannot_be_bent():
    written([Event("patient", "R", "shown", tenant="nordhavn", patients=["PT-1"]) for _ in range(3)])
    subjects = Subject.objects.using(routing.alias())
    subjects.filter(number=2).delete()
    assert verify("nordhavn").trouble == "The patients of entry 2 are not found as it tells them."
    subjects.create(tenant="nordhavn", number=2, digest=subjects.get(number=1).digest)
    assert verify("nordhavn").trouble == ""
    for number in (9, 0):
        subjects.create(tenant="nordhavn", number=number, digest="0" * 32)
        assert f"Entry {number} is found by a patient" in verify("nordhavn").trouble


def test_without_its_end_a_log_is_not_whole():
    written([Event("list", "R", "shown", tenant="nordhavn")])
    Head.objects.using(routing.alias()).all().delete()
    assert "signed end of the chain is missing" in verify("nordhavn").trouble


def test_a_former_key_still_tells_and_a_foreign_one_does_not(settings):
    written([Event("list", "R", "shown", tenant="nordhavn")])
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another key of at least thirty-two characters"
    assert verify("nordhavn").trouble == ""
    settings.SECRET_KEY_FALLBACKS = []
    assert "not signed" in verify("nordhavn").trouble
    settings.SECRET_KEY_FALLBACKS = ["a secret of the tests, of no use anywhere"]
    append(SEEN)
    settings.SECRET_KEY_FALLBACKS = []
    assert verify("nordhavn").trouble == ""


def test_tenants_have_chains_of_their_own():
    written([Event("list", "R", "shown", tenant=slug) for slug in ("nordhavn", "riverside", "nordhavn", "")])
    # In the chain of no tenant, beside its own entry, that the two others began.
    assert [verify(slug).entries for slug in ("nordhavn", "riverside", "")] == [2, 1, 3]
    entries("riverside").update(username="x")
    assert verify("nordhavn").trouble == ""
    assert verify("riverside").trouble


# --- What somebody without the key makes of a database without triggers ----------------------------------------------


def heads():
    return Head.objects.using(routing.alias())


def subjects():
    return Subject.objects.using(routing.alias())


def erase(tenant):
    for rows in (entries(tenant), subjects().filter(tenant=tenant), heads().filter(tenant=tenant)):
        rows.delete()


def test_a_chain_that_is_gone_as_a_whole_is_missed():
    written([SEEN, Event("list", "R", "shown", tenant="riverside")])
    erase("nordhavn")
    assert tenants() == ["", "nordhavn", "riverside"]
    assert "signed end of the chain is missing" in verify("nordhavn").trouble
    assert verify("riverside").trouble == ""


@pytest.mark.parametrize("place", [None, {}, {"first": 9, "number": 8}])
def test_a_chain_that_begins_anew_does_not_hide_the_one_before(place):
    written([SEEN, SEEN])
    erase("nordhavn")
    if place is not None:
        heads().create(tenant="nordhavn", **place)
    append(SEEN)
    assert verify("nordhavn").trouble


def test_a_chain_of_no_tenant_that_is_gone_is_missed_in_the_others():
    written([SEEN])
    erase("")
    append(Event("sign-in", "E", "done"))
    assert verify("").trouble == ""
    assert "does not tell that this one began" in verify("nordhavn").trouble


@pytest.mark.parametrize("number", [1, 3])
def test_the_next_entry_vouches_for_nothing_that_was_bent_before_it(number):
    """With nothing but SHA-256 anybody can write a chain; only its signed end makes it ours."""
    written([SEEN] * 4)
    if number == 1:
        heads().filter(tenant="nordhavn").update(first=3, before=entries().get(number=2).hash)
        entries().filter(number__lt=3).delete()
        subjects().filter(number__lt=3).delete()
    else:
        heads().filter(tenant="nordhavn").update(number=2, hash=entries().get(number=2).hash)
        entries().filter(number__gt=2).delete()
        subjects().filter(number__gt=2).delete()
    append(SEEN)
    assert "not signed" in verify("nordhavn").trouble
    with pytest.raises(Unsigned):
        purge("nordhavn", 2**60)


def test_a_chain_whose_key_is_lost_is_signed_anew_by_hand_and_says_so(settings):
    written([SEEN])
    settings.SECRET_KEY = "another key of at least thirty-two characters"
    append(SEEN)
    assert "not signed" in verify("nordhavn").trouble
    assert run("sign", "nordhavn") == "nordhavn: signed, as no known key had signed it\n"
    last = entries().last()
    assert (last.kind, last.filters) == ("access-log-signed", "number=2")
    append(SEEN)
    assert (verify("nordhavn").trouble, verify("nordhavn").entries) == ("", 4)
    assert not sign_anew("nordhavn")
    assert not sign_anew("nowhere")
    assert tenants() == ["", "nordhavn"]
    assert run("sign") == "(no tenant): signed, as no known key had signed it\nnordhavn: signed with the present key\n"


def test_a_chain_that_nobody_writes_to_any_more_outlives_its_key(settings):
    written([SEEN])
    settings.SECRET_KEY, former = "another key of at least thirty-two characters", settings.SECRET_KEY
    settings.SECRET_KEY_FALLBACKS = [former]
    assert run("sign") == "(no tenant): signed with the present key\nnordhavn: signed with the present key\n"
    settings.SECRET_KEY_FALLBACKS = []
    assert (verify("nordhavn").trouble, verify("nordhavn").entries) == ("", 1)
    assert verify("").trouble == ""


# --- The database's own refusal --------------------------------------------------------------------------------------


@pytest.fixture
def guarded(db):
    """With the triggers, which the tests go without otherwise; both are undone with the test's transaction."""
    triggers.create(routing.connection())
    append(Event("list", "R", "shown", tenant="nordhavn", patients=["PT-1"]))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entry SET username = 'x'",
        "DELETE FROM audit_entry",
        "DELETE FROM audit_entry WHERE number = 1",
        "UPDATE audit_subject SET digest = 'x'",
        "DELETE FROM audit_subject",
        "DELETE FROM audit_head",
        "UPDATE audit_head SET number = 0",
        "UPDATE audit_head SET first = 0",
        "UPDATE audit_head SET first = 1000000",
        "UPDATE audit_head SET tenant = 'x' WHERE tenant = 'nordhavn'",
        *(
            f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}"
            for table in triggers.TABLES
            if settings_of_django.DATABASES["default"]["ENGINE"].endswith("sqlite3")
        ),
    ],
)
def test_the_database_refuses_to_change_or_delete(guarded, statement):
    with (
        pytest.raises(DatabaseError, match="never changed"),
        transaction.atomic(using=routing.alias()),
        routing.connection().cursor() as cursor,
    ):
        cursor.execute(statement)
    assert verify("nordhavn").trouble == ""


@pytest.mark.postgres
def test_postgresql_refuses_to_empty_a_table(guarded):
    for table in triggers.TABLES:
        with (
            pytest.raises(DatabaseError, match="never changed"),
            transaction.atomic(using=routing.alias()),
            routing.connection().cursor() as cursor,
        ):
            cursor.execute(f"TRUNCATE {table}")


def test_what_is_old_is_purged_and_the_rest_stays_whole(guarded):
    for _ in range(4):
        append(Event("list", "R", "shown", tenant="nordhavn", patients=["PT-1"]))
    limit = entries().get(number=4).at
    assert purge("nordhavn", limit).entries == 3
    assert list(entries().values_list("number", flat=True)) == [4, 5, 6]
    assert entries().last().kind == "access-log-purged"
    assert verify("nordhavn").trouble == ""
    assert Subject.objects.using(routing.alias()).count() == 2
    assert purge("nordhavn", limit).entries == 0
    # What was purged cannot be told apart from the outside but by the signed beginning, which no entry signs anew.
    heads().filter(tenant="nordhavn").update(first=6)
    entries().filter(number__lt=6).delete()
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic(using=routing.alias()):
        heads().filter(tenant="nordhavn").update(first=4)
    append(SEEN)
    assert "not signed" in verify("nordhavn").trouble


@pytest.mark.parametrize(("clock", "gone"), [([10, 20, 90, 30, 15, 40, 91], 2), ([10, 99, 20], 1), ([10, 20], 2)])
def test_an_entry_of_a_clock_that_was_wrong_takes_no_younger_one_along(monkeypatch, clock, gone):
    clear()
    for now in clock:
        monkeypatch.setattr("time.time_ns", lambda now=now: now * 1000)
        append(SEEN)
    assert purge("nordhavn", 50).entries == gone
    assert list(entries().values_list("at", flat=True))[:-1] == clock[gone:]
    assert verify("nordhavn").trouble == ""


@pytest.mark.django_db(transaction=True)
def test_pages_go_on_while_much_is_purged(monkeypatch):
    """Between two small transactions anybody may write."""
    clear()
    for _ in range(10):
        append(Event("list", "R", "shown", tenant="nordhavn", patients=["PT-1", "PT-2"]))
    left = []

    def pause(seconds):
        assert seconds == retention.PAUSE
        assert not routing.connection().in_atomic_block
        append(SEEN)
        assert verify("nordhavn").trouble == ""
        left.append((entries().first().number, subjects().filter(tenant="nordhavn", number__lte=10).count()))

    monkeypatch.setattr(retention, "BATCH", 9)
    monkeypatch.setattr("dashboard.audit.retention.time.sleep", pause)
    assert purge("nordhavn", entries().last().at + 1).entries == 10
    assert left == [(4, 14), (7, 8), (10, 2), (11, 0)]
    assert list(entries().values_list("kind", flat=True)) == ["access-log-purged"] + ["list"] * 4


def test_that_chains_began_outlives_the_entries_of_that_time(guarded):
    append(Event("list", "R", "shown", tenant="riverside"))
    limit = entries("riverside").last().at + 1
    assert purge("", limit).entries == 2
    assert list(entries("").values_list("kind", "filters")) == [
        ("access-log-purged", "entries=2"),
        (BEGUN, "chain=nordhavn"),
        (BEGUN, "chain=riverside"),
    ]
    assert [verify(slug).trouble for slug in tenants()] == ["", "", ""]


def test_chains_that_began_before_that_was_told_are_told_by_the_migration(db):
    written([SEEN, Event("list", "R", "shown", tenant="riverside")])
    erase("")
    assert "does not tell" in verify("nordhavn").trouble
    migration = import_module("dashboard.audit.migrations.0002_guarded_heads")
    migration.guard(apps, SimpleNamespace(connection=routing.connection()))
    assert triggers.missing(routing.connection()) == []
    assert [verify(slug).trouble for slug in tenants()] == ["", "", ""]


def test_triggers_that_are_gone_or_do_nothing_are_told(guarded):
    written_by = routing.connection()
    assert "as they were written" in run("verify")
    with written_by.cursor() as cursor:
        if written_by.vendor == "postgresql":
            cursor.execute("ALTER TABLE audit_entry DISABLE TRIGGER audit_entry_update")
            cursor.execute("CREATE OR REPLACE TRIGGER audit_head_delete BEFORE DELETE ON audit_head FOR EACH ROW "
                           "WHEN (1 > 2) EXECUTE FUNCTION audit_refuse()")  # fmt: skip
        else:
            cursor.execute("DROP TRIGGER audit_entry_update")
            cursor.execute("DROP TRIGGER audit_head_delete")
            cursor.execute("CREATE TRIGGER audit_head_delete BEFORE DELETE ON audit_head BEGIN SELECT 1; END")
    assert triggers.missing(written_by) == ["audit_entry_update", "audit_head_delete"]
    out = StringIO()
    with pytest.raises(CommandError):
        call_command("audit", "verify", stdout=out, no_color=True)
    assert "without audit_entry_update, audit_head_delete." in out.getvalue()


# --- Many at once ----------------------------------------------------------------------------------------------------


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_eight_writers_at_once_leave_one_whole_chain():
    clear()

    def work(number):
        for _ in range(25):
            append(Event("list", "R", "shown", tenant="nordhavn", username=f"user {number}", patients=["PT-1"]))
        connections.close_all()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert verify("nordhavn").trouble == ""
    assert verify("nordhavn").entries == 200


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_tenants_first_entry_waits_for_a_form_about_several_and_the_form_never_for_it():
    clear()
    append(Event("members", "U", "done"))
    first = threading.Thread(target=lambda: (append(SEEN), connections.close_all()))
    with transaction.atomic():
        append(Event("members", "U", "done"))
        first.start()
        while not somebody_waits_for_us():
            assert first.is_alive()
        append(Event("members", "U", "done", tenant="nordhavn"))
    first.join()
    assert [(verify(tenant).trouble, verify(tenant).entries) for tenant in ("", "nordhavn")] == [("", 3), ("", 2)]


def somebody_waits_for_us():
    with routing.connection().cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE pg_backend_pid() = ANY(pg_blocking_pids(pid))")
        return cursor.fetchone()[0] > 0


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_log_that_somebody_writes_to_and_purges_is_whole_all_the_time(monkeypatch):
    monkeypatch.setattr(verifying, "BATCH", 7)
    monkeypatch.setattr(retention, "PAUSE", 0)
    clear()
    for _ in range(100):
        append(SEEN)
    done = threading.Event()

    def work():
        while not done.is_set():
            append(SEEN)
            purge("nordhavn", entries()[1].at)
        connections.close_all()

    writer = threading.Thread(target=work)
    writer.start()
    verdicts = [verify("nordhavn") for _ in range(30)]
    done.set()
    writer.join()
    assert [verdict.trouble for verdict in verdicts] == [""] * 30
    assert len({verdict.hash for verdict in verdicts}) > 1


# --- The command -----------------------------------------------------------------------------------------------------


def run(*words):
    out = StringIO()
    call_command("audit", *words, stdout=out, no_color=True)
    return out.getvalue()


def test_the_command_says_that_all_is_well_or_what_is_not(monkeypatch):
    monkeypatch.setattr(triggers, "missing", lambda connection: [])
    written([Event("list", "R", "shown", tenant=slug) for slug in ("nordhavn", "riverside")])
    assert run("verify").count(": 1 entries are as they were written") == 2
    head = entries().last().hash
    assert f"head tenant=nordhavn number=1 hash={head}" in run("verify", "nordhavn", "--head", head, "--head", head)
    with pytest.raises(CommandError, match="name it"):
        run("verify", "--head", head)
    entries().update(username="x")
    with pytest.raises(CommandError, match="not as it was written"):
        run("verify")


def test_nothing_is_purged_before_its_time(settings):
    written([Event("list", "R", "shown", tenant="nordhavn")])
    assert "0 entries deleted" in run("purge")
    with pytest.raises(CommandError, match="kept for 6 years"):
        run("purge", "--before", "2026-01-01")
    entries().update(at=0)
    assert "1 entries deleted" in run("purge")
