"""What keeps the database from changing an entry, whoever asks: no UPDATE, and a DELETE only of what was purged, that
is of entries before the signed beginning of their chain."""

from django.db.backends.base.base import BaseDatabaseWrapper

TABLES = ("audit_entry", "audit_subject")
_WORDS = "The access log is never changed."
_PURGED = "EXISTS (SELECT 1 FROM audit_head h WHERE h.tenant = OLD.tenant AND OLD.number < h.first)"


def create(connection: BaseDatabaseWrapper) -> None:
    with connection.cursor() as cursor:
        for statement in _POSTGRES if connection.vendor == "postgresql" else _SQLITE:
            cursor.execute(statement)


def drop(connection: BaseDatabaseWrapper) -> None:
    with connection.cursor() as cursor:
        for table in TABLES:
            for what in ("update", "delete", "truncate"):
                on = f" ON {table}" if connection.vendor == "postgresql" else ""
                cursor.execute(f"DROP TRIGGER IF EXISTS {table}_{what}{on}")


_SQLITE = [
    *(
        f"CREATE TRIGGER {table}_update BEFORE UPDATE ON {table} BEGIN SELECT RAISE(ABORT, '{_WORDS}'); END"
        for table in TABLES
    ),
    *(
        f"CREATE TRIGGER {table}_delete BEFORE DELETE ON {table} WHEN NOT {_PURGED} "
        f"BEGIN SELECT RAISE(ABORT, '{_WORDS}'); END"
        for table in TABLES
    ),
]
_POSTGRES = [
    f"""CREATE OR REPLACE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'DELETE' AND TG_LEVEL = 'ROW' THEN
            IF {_PURGED} THEN RETURN OLD; END IF;
        END IF;
        RAISE EXCEPTION '{_WORDS}';
    END $$""",
    *(
        f"CREATE TRIGGER {table}_{what} BEFORE {what.upper()} ON {table} FOR EACH ROW EXECUTE FUNCTION audit_refuse()"
        for table in TABLES
        for what in ("update", "delete")
    ),
    *(
        f"CREATE TRIGGER {table}_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()"
        for table in TABLES
    ),
]
