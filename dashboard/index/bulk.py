"""Many rows in one go, each database in its quickest way.

SQLite runs a prepared statement again and again. PostgreSQL would answer each of them over the network: there new rows
go in by COPY, and what meets rows that are there already travels as one JSON text, which the table's row type reads.
"""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection
from django.db.backends.utils import CursorWrapper


def insert(cursor: CursorWrapper, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Add rows, none of which is there yet."""
    if not rows:
        return
    names = ", ".join(columns)
    if connection.vendor == "postgresql":
        with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        return
    cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({_marks(columns)})", rows)


def update(cursor: CursorWrapper, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Set columns of rows that are there; the last value of each is its ``id``."""
    if not rows:
        return
    if connection.vendor == "postgresql":
        changes = ", ".join(f"{name} = v.{name}" for name in columns)
        cursor.execute(
            f"UPDATE {table} SET {changes} FROM {_records(table)} v WHERE {table}.id = v.id",
            [_json((*columns, "id"), rows)],
        )
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
        source = f"SELECT {names} FROM {_records(table)}"
        cursor.execute(f"INSERT INTO {table} ({names}) {source} {conflict}", [_json(columns, rows)])
        return
    cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({_marks(columns)}) {conflict}", rows)


def delete(cursor: CursorWrapper, table: str, column: str, values: Iterable[int]) -> None:
    """Take out every row that has one of these numbers in a column."""
    if rows := [(value,) for value in values]:
        if connection.vendor == "postgresql":
            cursor.execute(f"DELETE FROM {table} WHERE {column} = ANY(%s)", [[value for (value,) in rows]])
            return
        cursor.executemany(f"DELETE FROM {table} WHERE {column} = %s", rows)


def _marks(columns: Sequence[str]) -> str:
    return ", ".join(["%s"] * len(columns))


def _records(table: str) -> str:
    return f"jsonb_populate_recordset(NULL::{table}, %s::jsonb)"


def _json(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    return json.dumps([dict(zip(columns, row, strict=True)) for row in rows], ensure_ascii=False)
