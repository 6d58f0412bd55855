"""Databases for the measurements: files of their own, or databases of a server where ``DATABASE_URL`` names one."""

import os
import secrets
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql


class Database:
    """An empty database, gone after the block; ``variables`` are those that lead the dashboard to it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._server = os.environ.get("DATABASE_URL", "")
        self._name = f"corti_bench_{secrets.token_hex(6)}"

    @property
    def variables(self) -> dict[str, str]:
        if not self._server:
            return {"VAR_DIR": str(self.folder)}
        return {
            "VAR_DIR": str(self.folder),
            "DATABASE_URL": urlunsplit(urlsplit(self._server)._replace(path=self._name)),
        }

    def __enter__(self) -> Self:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._administer("CREATE DATABASE {}")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._administer("DROP DATABASE IF EXISTS {} WITH (FORCE)")

    def _administer(self, statement: str) -> None:
        if self._server:
            with psycopg.connect(self._server, autocommit=True) as connection:
                connection.execute(sql.SQL(statement).format(sql.Identifier(self._name)))
