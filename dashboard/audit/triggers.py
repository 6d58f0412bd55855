"""What keeps the database from changing the log, whoever asks. Entries: no UPDATE, and a DELETE only of what was
purged, that is of entries before the beginning of their chain. Ends of chains: no DELETE, and none goes back.

Whoever may drop triggers may do it all the same: `manage.py audit verify` tells when they are not there.
"""

from collections.abc import Iterator

from django.db.backends.base.base import BaseDatabaseWrapper

_ADDED_TO = ("audit_entry", "audit_subject")
TABLES = (*_ADDED_TO, "audit_head")
_WORDS = "The access log is never changed."
_PURGED = "EXISTS (SELECT 1 FROM audit_head h WHERE h.tenant = OLD.tenant AND OLD.number < h.first)"
_FORWARD = (
    "NEW.tenant = OLD.tenant AND NEW.number >= OLD.number AND NEW.first >= OLD.first AND NEW.first <= NEW.number + 1"
)
# SQLite's INSERT OR REPLACE deletes what is in its way without asking a trigger for DELETE.
_SAME = {
    "audit_entry": "SELECT 1 FROM audit_entry WHERE id = NEW.id OR (tenant = NEW.tenant AND number = NEW.number)",
    "audit_subject": "SELECT 1 FROM audit_subject "
    "WHERE id = NEW.id OR (tenant = NEW.tenant AND digest = NEW.digest AND number = NEW.number)",
    "audit_head": "SELECT 1 FROM audit_head WHERE tenant = NEW.tenant",
}


def create(connection: BaseDatabaseWrapper) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"CREATE OR REPLACE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $${_BODY}$$")
        for statement in _expected(connection).values():
            cursor.execute(statement)


def drop(connection: BaseDatabaseWrapper) -> None:
    with connection.cursor() as cursor:
        for table in TABLES:
            for what in ("insert", "update", "delete", "truncate"):
                on = f" ON {table}" if connection.vendor == "postgresql" else ""
                cursor.execute(f"DROP TRIGGER IF EXISTS {table}_{what}{on}")


def missing(connection: BaseDatabaseWrapper) -> list[str]:
    """The names of those that are not there, or not as they were created."""
    found = _on_postgresql if connection.vendor == "postgresql" else _on_sqlite
    there = dict(found(connection))
    return [name for name, statement in _expected(connection).items() if there.get(name) != statement]


def _on_sqlite(connection: BaseDatabaseWrapper) -> Iterator[tuple[str, str]]:
    """Names and statements, which SQLite keeps as they were written."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        yield from cursor.fetchall()


def _on_postgresql(connection: BaseDatabaseWrapper) -> Iterator[tuple[str, str]]:
    """Those that are switched on, and lead to the function as it is here."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT t.tgname, pg_get_triggerdef(t.oid, true) FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid "
            "WHERE t.tgrelid = ANY (CAST(%s AS regclass[])) AND t.tgenabled IN ('O', 'A') AND p.prosrc = %s",
            [list(TABLES), _BODY],
        )
        yield from cursor.fetchall()


def _expected(connection: BaseDatabaseWrapper) -> dict[str, str]:
    return _POSTGRES if connection.vendor == "postgresql" else _SQLITE


def _sqlite(table: str, what: str, allowed: str) -> tuple[str, str]:
    name = f"{table}_{what}"
    return name, (
        f"CREATE TRIGGER {name} BEFORE {what.upper()} ON {table} WHEN NOT ({allowed}) "
        f"BEGIN SELECT RAISE(ABORT, '{_WORDS}'); END"
    )


_SQLITE = dict((
    *(_sqlite(table, "insert", f"NOT EXISTS ({_SAME[table]})") for table in TABLES),
    *(_sqlite(table, "update", "FALSE") for table in _ADDED_TO),
    *(_sqlite(table, "delete", _PURGED) for table in _ADDED_TO),
    _sqlite("audit_head", "update", _FORWARD),
    _sqlite("audit_head", "delete", "FALSE"),
))  # fmt: skip
_BODY = f"""
    BEGIN
        IF TG_TABLE_NAME = 'audit_head' THEN
            IF TG_OP = 'UPDATE' THEN
                IF {_FORWARD} THEN RETURN NEW; END IF;
            END IF;
        ELSIF TG_OP = 'DELETE' THEN
            IF {_PURGED} THEN RETURN OLD; END IF;
        END IF;
        RAISE EXCEPTION '{_WORDS}';
    END """
_POSTGRES = {
    f"{table}_{what}": f"CREATE TRIGGER {table}_{what} BEFORE {what.upper()} ON {table} "
    f"FOR EACH {'STATEMENT' if what == 'truncate' else 'ROW'} EXECUTE FUNCTION audit_refuse()"
    for table in TABLES
    for what in ("update", "delete", "truncate")
}
