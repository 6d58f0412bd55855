"""Many rows in one go, each database in its quickest way.

SQLite runs a prepared statement again and again. PostgreSQL would answer each of them over the network: rows go in by
COPY there, and those that meet others by way of a temporary table.
"""

from collections.abc import Collection, Sequence
from typing import Any

from django.db import connection
from django.db.backends.utils import CursorWrapper


def insert(cursor: CursorWrapper, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Add rows, none of which is there yet."""
    if not rows:
        return
    if connection.vendor == "postgresql":
        _copy(cursor, table, columns, rows)
        return
    cursor.executemany(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({_marks(columns)})", rows)


def update(cursor: CursorWrapper, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Set columns of rows that are there; the last value of each is its ``id``."""
    if not rows:
        return
    if connection.vendor == "postgresql":
        staged = _stage(cursor, table, (*columns, "id"), rows)
        changes = ", ".join(f"{name} = s.{name}" for name in columns)
        cursor.execute(f"UPDATE {table} SET {changes} FROM {staged} s WHERE {table}.id = s.id")
        return
    changes = ", ".join(f"{name} = %s" for name in columns)
    cursor.executemany(f"UPDATE {table} SET {changes} WHERE id = %s", rows)


def upsert(
    cursor: CursorWrapper, table: str, columns: Sequence[str], conflict: str, rows: Sequence[Sequence[Any]]
) -> None:
    """Add rows, or do what ``conflict`` (ON CONFLICT …) says where one is there already."""
    if not rows:
        return
    names = ", ".join(columns)
    if connection.vendor == "postgresql":
        staged = _stage(cursor, table, columns, rows)
        cursor.execute(f"INSERT INTO {table} ({names}) SELECT {names} FROM {staged} {conflict}")
        return
    cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({_marks(columns)}) {conflict}", rows)


def delete(cursor: CursorWrapper, table: str, column: str, values: Collection[int]) -> None:
    """Take out every row that has one of these numbers in a column."""
    if not values:
        return
    if connection.vendor == "postgresql":
        cursor.execute(f"DELETE FROM {table} WHERE {column} = ANY(%s)", [list(values)])
        return
    cursor.executemany(f"DELETE FROM {table} WHERE {column} = %s", [(value,) for value in values])


def among(column: str, values: Collection[str]) -> tuple[str, list[Any]]:
    """The condition that a column holds one of these texts, and its values."""
    if connection.vendor == "postgresql":
        return f"{column} = ANY(%s)", [list(values)]
    return f"{column} IN ({', '.join(['%s'] * len(values))})", [*values]


def _stage(cursor: CursorWrapper, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """A temporary table that holds these rows until the transaction ends, or until the next ones."""
    name = f"{table}_staged"
    cursor.execute("SELECT to_regclass(%s)", [f"pg_temp.{name}"])
    if cursor.fetchone()[0] is None:
        source = f"SELECT {', '.join(columns)} FROM {table}"
        cursor.execute(f"CREATE TEMPORARY TABLE {name} ON COMMIT DELETE ROWS AS {source} WITH NO DATA")
    else:
        cursor.execute(f"DELETE FROM {name}")
    _copy(cursor, name, columns, rows)
    return name


def _copy(cursor: CursorWrapper, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    with cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _marks(columns: Sequence[str]) -> str:
    return ", ".join(["%s"] * len(columns))
