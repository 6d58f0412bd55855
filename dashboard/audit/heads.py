"""The end of a chain in the database: held while something is written, and moved along under a signature.

What was not signed with the key stays unsigned: to sign it at the next entry would vouch for whatever somebody without
the key has made of it.
"""

from django.db.backends.utils import CursorWrapper

from dashboard.audit import chain, routing
from dashboard.audit.chain import Mark

_HEAD = "SELECT first, before, number, hash, signature FROM audit_head WHERE tenant = %s"
_BEGIN = (
    "INSERT INTO audit_head (tenant, first, before, number, hash, signature) VALUES (%s, 1, '', 0, '', '') "
    "ON CONFLICT (tenant) DO NOTHING"
)
# The role that serves pages may update these columns only, those of _CUT only the owner (rights.py).
_MOVE = "UPDATE audit_head SET number = %s, hash = %s, signature = %s WHERE tenant = %s"
_CUT = "UPDATE audit_head SET first = %s, before = %s, signature = %s WHERE tenant = %s"


def hold(cursor: CursorWrapper, tenant: str) -> tuple[Mark, bool]:
    """Where the chain stands, and whether that may be signed; nobody else moves it before the transaction ends, by a
    lock on PostgreSQL, and as on SQLite nobody else writes."""
    lock = " FOR UPDATE" if routing.connection().vendor == "postgresql" else ""
    cursor.execute(_HEAD + lock, [tenant])
    found = cursor.fetchone()
    if found is None:
        if tenant:
            # That the chain begins is told in the chain of no tenant. Whoever needs both holds that one first.
            hold(cursor, "")
        cursor.execute(_BEGIN, [tenant])
        cursor.execute(_HEAD + lock, [tenant])
        found = cursor.fetchone()
    *place, signature = found
    mark = Mark(tenant, *place)
    return mark, mark == Mark(tenant, 1, "", 0, "") or chain.is_signed(mark, signature)


def move(cursor: CursorWrapper, mark: Mark, signed: bool) -> None:
    """The chain ends where the mark says."""
    signature = chain.sign(mark) if signed else ""
    cursor.execute(_MOVE, [mark.number, mark.hash, signature, mark.tenant])


def cut(cursor: CursorWrapper, mark: Mark) -> None:
    """The chain begins where the mark says."""
    cursor.execute(_CUT, [mark.first, mark.before, chain.sign(mark), mark.tenant])
