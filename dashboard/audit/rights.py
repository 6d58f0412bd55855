"""What the PostgreSQL role of web processes and followers may do: read and write rows, change no table, and of the
access log nothing but add to it. Only the owner of the tables, who migrates, may do more."""

from collections.abc import Sequence

from django.db import transaction
from django.db.backends.utils import CursorWrapper

from dashboard.audit import routing

_STATEMENTS = (
    "REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role}",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}",
    "REVOKE UPDATE, DELETE ON audit_entry, audit_subject, audit_head FROM {role}",
    # An entry moves the end of its chain; the beginning is moved by a purge alone.
    "GRANT UPDATE (number, hash, signature) ON audit_head TO {role}",
    "REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM {role}",
)
# Whoever owns a table or the schema, or may become who does, takes back what is revoked. A superuser is a member of
# every role, and CREATEROLE lets anybody be one.
_IS_ABOVE = """
    SELECT rolcreaterole OR EXISTS (
        SELECT FROM pg_class WHERE relnamespace = 'public'::regnamespace AND pg_has_role(role.oid, relowner, 'MEMBER')
        UNION ALL
        SELECT FROM pg_namespace WHERE nspname = 'public' AND pg_has_role(role.oid, nspowner, 'MEMBER')
    ) FROM pg_roles AS role WHERE rolname = %s
"""


_OF_OWNER = "SELECT pg_has_role(relowner, 'MEMBER') FROM pg_class WHERE oid = 'public.audit_entry'::regclass"


class Refused(Exception):
    """Nothing was granted and nothing revoked, for the reason in its words."""


def grant(role: str) -> None:
    """Give the role just these rights, on the tables as they are now; for PostgreSQL, as their owner.

    Raises :class:`Refused` where that would promise what does not hold.
    """
    # In one transaction: whoever works meanwhile lacks nothing.
    with transaction.atomic(using=routing.alias()), routing.connection().cursor() as cursor:
        if _is(cursor, _IS_ABOVE, [role]):
            raise Refused(
                f"{role} owns the tables or may act as who does: itself, as a member, by CREATEROLE or as a superuser. "
                "So it could always change the access log; nothing was granted or revoked. docs/operations.md says how "
                "to make two roles of one."
            )
        if not _is(cursor, _OF_OWNER):
            raise Refused("Only the owner of the tables may grant rights: run this as the role that migrates.")
        cursor.execute("SELECT quote_ident(%s)", [role])
        (name,) = cursor.fetchone()
        for statement in _STATEMENTS:
            cursor.execute(statement.format(role=name))


def _is(cursor: CursorWrapper, question: str, values: Sequence[str] = ()) -> bool:
    cursor.execute(question, values)
    return bool(cursor.fetchone() == (True,))


def may_purge() -> bool:
    """Whether the database is asked as a role that may delete entries."""
    if routing.connection().vendor != "postgresql":
        return True
    with routing.connection().cursor() as cursor:
        cursor.execute("SELECT has_table_privilege('audit_entry', 'DELETE')")
        return bool(cursor.fetchone()[0])
