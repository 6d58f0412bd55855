"""What the PostgreSQL role of web processes and followers may do: read and write rows, change no table, and of the
access log nothing but add to it. Only the owner of the tables, who migrates, may do more."""

from django.db import transaction

from dashboard.audit import routing

_STATEMENTS = (
    "REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role}",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}",
    "REVOKE UPDATE, DELETE ON audit_entry, audit_subject, audit_head FROM {role}",
    # An entry moves the end of its chain; the beginning is moved by a purge alone.
    "GRANT UPDATE (number, hash, signature) ON audit_head TO {role}",
    "REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM {role}",
)


def grant(role: str) -> None:
    """Give the role just these rights, on the tables as they are now; for PostgreSQL, as their owner."""
    # In one transaction: whoever works meanwhile lacks nothing.
    with transaction.atomic(using=routing.alias()), routing.connection().cursor() as cursor:
        cursor.execute("SELECT quote_ident(%s)", [role])
        (name,) = cursor.fetchone()
        for statement in _STATEMENTS:
            cursor.execute(statement.format(role=name))


def may_purge() -> bool:
    """Whether the database is asked as a role that may delete entries."""
    if routing.connection().vendor != "postgresql":
        return True
    with routing.connection().cursor() as cursor:
        cursor.execute("SELECT has_table_privilege('audit_entry', 'DELETE')")
        return bool(cursor.fetchone()[0])
