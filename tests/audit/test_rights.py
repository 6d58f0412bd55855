"""The role of PostgreSQL that serves pages does all that pages and followers do, and changes no table and no entry."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from dashboard.audit import routing
from dashboard.audit.models import Entry
from dashboard.audit.retention import purge
from dashboard.audit.verifying import verify
from tests.dashboard.support import make_user

# Of .ci/postgres-url: it owns nothing, and the tests' own role may take it on.
ROLE = "dashboard_ci_serves"
URL = "/nordhavn/encounters/"


@pytest.fixture
def serving(db):
    """From here on the database is asked by a role that was only granted what ``manage.py grant`` gives."""
    call_command("grant", ROLE, stdout=StringIO())
    with connection.cursor() as cursor:
        cursor.execute(f"SET ROLE {ROLE}")
    yield
    put_off()


def put_off():
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")


@pytest.mark.postgres
def test_everything_that_pages_and_followers_do_is_allowed(client, upstream, following, serving):
    following.fill("nordhavn")
    client.force_login(make_user("clinician", ["nordhavn"]))
    assert client.get(URL).status_code == 200
    assert client.get("/nordhavn/patients/").status_code == 200
    assert client.get("/readyz").status_code == 200
    client.post("/accounts/sign-out/")
    assert Entry.objects.filter(kind__in=["list", "patients", "sign-out"]).count() >= 2
    assert verify("nordhavn").trouble == ""


ROWS = [
    "UPDATE audit_entry SET username = 'x'",
    "DELETE FROM audit_entry",
    "TRUNCATE audit_entry",
    "UPDATE audit_subject SET number = 0",
    "DELETE FROM audit_subject",
    "TRUNCATE audit_subject",
    "UPDATE audit_head SET first = 1000, before = ''",
    "DELETE FROM audit_head",
    "INSERT INTO django_migrations (app, name, applied) VALUES ('audit', '9', now())",
]
TABLES = [
    "ALTER TABLE audit_entry DISABLE TRIGGER ALL",
    "ALTER TABLE audit_entry ADD COLUMN x int",
    "DROP TABLE audit_entry",
    "CREATE TABLE x (y int)",
    "CREATE OR REPLACE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN OLD; END'",
    "SET session_replication_role = replica",
]


@pytest.mark.postgres
@pytest.mark.parametrize("statement", ROWS + TABLES)
def test_whoever_gets_a_statement_in_can_change_no_table_and_no_entry(client, upstream, serving, statement):
    """The triggers are off in tests (conftest.py), so it is the rights that refuse."""
    client.force_login(make_user("clinician", ["nordhavn"]))
    client.get(URL)
    with (
        pytest.raises(DatabaseError, match=r"permission denied|must be owner"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    assert verify("nordhavn").trouble == ""


@pytest.mark.postgres
def test_what_only_the_owner_may_is_refused_to_others_with_words(client, upstream, following, serving):
    following.fill("nordhavn")
    for command in (["index", "purge", "--yes"], ["audit", "purge"]):
        with pytest.raises(CommandError, match="as the role that migrates"):
            call_command(*command)
    client.force_login(make_user("clinician", ["nordhavn"]))
    client.get(URL)
    last = Entry.objects.latest("at").at
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        purge("nordhavn", last + 1)
    put_off()
    assert purge("nordhavn", last + 1).entries > 0
    assert verify("nordhavn").trouble == ""


def rights_of_all():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, relacl::text FROM pg_class WHERE relnamespace = 'public'::regnamespace ORDER BY 1"
        )
        return cursor.fetchall()


@pytest.mark.postgres
@pytest.mark.parametrize(
    ("role", "above"),
    [
        ("CURRENT_USER", ""),
        (ROLE, "ALTER TABLE audit_entry OWNER TO {role}"),
        (ROLE, "ALTER SCHEMA public OWNER TO {role}"),
        ("postgres", ""),
    ],
    ids=["the owner of the tables", "the owner of one", "the owner of the schema", "a superuser"],
)
def test_a_role_that_could_do_more_all_the_same_is_refused_and_keeps_what_it_has(db, role, above):
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        (mine,) = cursor.fetchone()
        if above:
            cursor.execute(f"GRANT CREATE ON SCHEMA public TO {ROLE}")
            cursor.execute(above.format(role=ROLE))
    before = rights_of_all()
    with pytest.raises(CommandError, match="nothing was granted"):
        call_command("grant", mine if role == "CURRENT_USER" else role)
    assert rights_of_all() == before


@pytest.mark.postgres
def test_whoever_does_not_own_the_tables_is_told_so_when_granting(serving):
    with pytest.raises(CommandError, match="as the role that migrates"):
        call_command("grant", ROLE)


@pytest.mark.skipif(routing.alias() != routing.OWN, reason="SQLite has no roles")
def test_sqlite_has_no_roles(db):
    with pytest.raises(CommandError, match="Only PostgreSQL has roles"):
        call_command("grant", "anybody")
