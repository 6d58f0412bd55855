"""Many rows in one go, each database in its quickest way.

SQLite runs a prepared statement again and again. PostgreSQL would answer each of them over the network: there all rows
go along with one statement, as JSON that the table itself gives types to. One statement is never under way while this
process waits for anything, so that a process which is put to sleep holds no lock longer than its session may idle.
"""

import json
from collections.abc import Collection, Sequence
from typing import Any

from django.db import connection
from django.db.backends.utils import CursorWrapper


def insert(cursor: CursorWrapper, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Add rows, none of which is there yet."""
    if not rows:
        return
    if connection.vendor == "postgresql":
        names = ", ".join(columns)
        cursor.execute(f"INSERT INTO {table} ({names}) SELECT {names} FROM {_rows_of(table)}", [_json(columns, rows)])
        return
    cursor.executemany(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({_marks(columns)})", rows)


def update(cursor: CursorWrapper, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Set columns of rows that are there; the last value of each is its ``id``."""
    if not rows:
        return
    if connection.vendor == "postgresql":
        changes = ", ".join(f"{name} = given.{name}" for name in columns)
        given = [_json((*columns, "id"), rows)]
        cursor.execute(f"UPDATE {table} SET {changes} FROM {_rows_of(table)} WHERE {table}.id = given.id", given)
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
        # "WHERE true": what follows ON would be taken for the condition of a join.
        source = f"SELECT {names} FROM {_rows_of(table)} WHERE true"
        cursor.execute(f"INSERT INTO {table} ({names}) {source} {conflict}", [_json(columns, rows)])
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


def _rows_of(table: str) -> str:
    """The rows of the one JSON value of a statement, typed like a table's."""
    return f"json_populate_recordset(NULL::{table}, %s) given"


def _json(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    return json.dumps([dict(zip(columns, row, strict=True)) for row in rows])


def _marks(columns: Sequence[str]) -> str:
    return ", ".join(["%s"] * len(columns))
