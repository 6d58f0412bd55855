"""A tenant in a sandbox, a database of its own, and real ``manage.py follow`` processes between the two."""

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing, suppress
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit

from django.db import connection, connections

from corti_gateway.models import Interaction
from corti_gateway.parsing import parse_interaction
from corti_gateway.sandbox import Sandbox, SandboxTenant
from dashboard.index.models import TenantIndex
from dashboard.index.moments import now
from dashboard.tenants.models import Circuit
from tests.index import oracle

ROOT = Path(__file__).resolve().parents[2]
SLUG = "north"
_numbers = count(1)


class Database:
    """A new database with the schema in it: a SQLite file, or one of the PostgreSQL server that DATABASE_URL names."""

    def __init__(self, folder: Path) -> None:
        self.url = os.environ.get("DATABASE_URL", "")
        self.name = f"follower_{os.getpid()}_{next(_numbers)}"
        if self.is_postgres:
            self._run(f"CREATE DATABASE {self.name}")
            self.server = self.url
            self.url = urlsplit(self.url)._replace(path=f"/{self.name}").geturl()
        else:
            self.path = folder / "index.sqlite3"
            # As the dashboard makes it: it refuses to start on one that is open to others.
            self.path.touch(mode=0o600)
            self.url = f"sqlite:///{self.path}"

    @property
    def is_postgres(self) -> bool:
        return self.url.startswith("postgres")

    def connect(self) -> None:
        """Let this process speak to it too."""
        self._before = connections["default"]
        wrapper = connections.create_connection("default")
        wrapper.settings_dict = wrapper.settings_dict | {"NAME": self.name if self.is_postgres else str(self.path)}
        connections["default"] = wrapper

    def is_free(self) -> bool:
        """Whether one may write to the file at once."""
        with closing(sqlite3.connect(self.path, timeout=0, isolation_level=None)) as file:
            try:
                file.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError:
                return False
            file.execute("ROLLBACK")
        return True

    def drop(self) -> None:
        connection.close()
        connections["default"] = self._before
        if self.is_postgres:
            self.url = self.server
            self._run(f"DROP DATABASE {self.name} WITH (FORCE)")

    def _run(self, statement: str) -> None:
        import psycopg

        with psycopg.connect(self.url, autocommit=True) as server:
            server.execute(statement)


class World:
    """What a test acts on: the sandbox's tenant, the index, and the processes that keep it."""

    def __init__(self, folder: Path, sandbox: Sandbox, database: Database, **variables: str) -> None:
        self.folder, self.sandbox, self.database = folder, sandbox, database
        config = sandbox.tenant(SLUG).config
        prefix = f"CORTI_{SLUG.upper()}_"
        self.environment = {
            "PATH": os.environ["PATH"],
            "ENV_FILE": "",
            "DJANGO_SETTINGS_MODULE": "dashboard.settings",
            "SECRET_KEY": "a secret of the tests, of no use anywhere",
            "ALLOWED_HOSTS": "localhost",
            "VAR_DIR": str(folder),
            "DATABASE_URL": database.url,
            "CORTI_TENANTS": SLUG,
            f"{prefix}TENANT_NAME": config.tenant_name,
            f"{prefix}CLIENT_ID": config.client_id,
            f"{prefix}CLIENT_SECRET": config.client_secret,
            f"{prefix}API_URL": sandbox.api_url,
            f"{prefix}AUTH_URL": sandbox.auth_url,
            f"{prefix}INDEX_CALLS": "100000",
        } | variables
        self.processes: list[subprocess.Popen[bytes]] = []

    # --- Processes ---------------------------------------------------------------------------------------------------

    def manage(self, *command: str, check: bool = True, **options: object) -> "subprocess.CompletedProcess[str]":
        """A command, to its end."""
        done = subprocess.run(
            [sys.executable, "manage.py", *command],
            env=self.environment, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False, **options,
        )  # fmt: skip
        assert not check or done.returncode == 0, done.stderr
        return done

    def follow(self, *options: str) -> "subprocess.Popen[bytes]":
        """A follower that looks for changes five times a second as long as somebody looks."""
        command = [sys.executable, "manage.py", "follow", "--every", "0.2", *options]
        with (self.folder / f"follow-{len(self.processes)}.log").open("wb") as log:
            process = subprocess.Popen(command, env=self.environment, cwd=ROOT, stdout=log, stderr=log)
        self.processes.append(process)
        return process

    def kill(self, process: "subprocess.Popen[bytes]") -> None:
        """kill -9, and what the database server still does for it is over."""
        process.kill()
        process.wait()
        others = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        while self.database.is_postgres and oracle.rows(others):
            time.sleep(0.05)

    def pause(self, process: "subprocess.Popen[bytes]") -> None:
        """Stop a process where it is. On SQLite not within a transaction, which locks out everybody for as long."""
        while True:
            process.send_signal(signal.SIGSTOP)
            time.sleep(0.05)
            if self.database.is_postgres or self.database.is_free():
                return
            process.send_signal(signal.SIGCONT)
            time.sleep(random.uniform(0, 0.1))

    def logs(self) -> str:
        return "".join(path.read_text() for path in sorted(self.folder.glob("follow-*.log")))

    def end(self) -> None:
        for process in self.processes:
            with suppress(ProcessLookupError):
                process.send_signal(signal.SIGCONT)
                process.kill()
            process.wait()

    # --- The index ---------------------------------------------------------------------------------------------------

    def index(self) -> TenantIndex | None:
        return TenantIndex.objects.filter(slug=SLUG).first()

    def change(self, **fields: object) -> None:
        TenantIndex.objects.filter(slug=SLUG).update(**fields)

    def until(self, met, seconds: float = 30.0, *, every: float = 0.05):
        """Wait for a condition of the index, as somebody who looks at it."""
        end = time.monotonic() + seconds
        while True:
            index = self.index()
            if index is not None:
                if now() - index.looked_at > 60_000_000:
                    self.change(looked_at=now())
                if found := met(index):
                    return found
            assert time.monotonic() < end, f"not within {seconds} s: {index and index.__dict__}\n{self.logs()[-3000:]}"
            time.sleep(every)

    def soon(self) -> None:
        """The pause of an open circuit is over."""
        Circuit.objects.filter(tenant=SLUG, next_try__gt=0).update(next_try=time.time())

    def holder(self, process: "subprocess.Popen[bytes]", seconds: float = 30.0) -> None:
        self.until(lambda index: index.holder.endswith(f":{process.pid}"), seconds)

    # --- The truth ---------------------------------------------------------------------------------------------------

    @property
    def tenant(self):
        return self.sandbox.tenant(SLUG)

    @property
    def store(self):
        return self.tenant.store

    def rows(self):
        """The sandbox's own rows, in the order of their ids."""
        return [row for _, row in sorted(self.store._rows.copy().items())]

    def truth(self) -> dict[str, Interaction]:
        name = self.tenant.config.tenant_name
        read = [parse_interaction(json.loads(row.as_json(name))) for row in self.rows()]
        return {row.id: row for row in read if row is not None}

    def differences(self) -> str:
        """What the index has too many, too few, and otherwise; "" if it is the truth."""
        index = self.index()
        have, want = oracle.local(index.pk), self.truth()
        lost, extra = sorted(want.keys() - have.keys()), sorted(have.keys() - want.keys())
        stale = [key for key in want.keys() & have.keys() if have[key] != want[key]]
        if not (lost or extra or stale):
            return ""
        return f"{len(lost)} lost {lost[:3]}, {len(extra)} too many {extra[:3]}, {len(stale)} stale {stale[:3]}"

    def becomes_true(self, seconds: float = 30.0) -> None:
        """Within so many seconds the index is what the sandbox has, and whatever is derived from it is right."""
        end = time.monotonic() + seconds
        self.until(lambda index: index.stage == "following", seconds)
        while said := self.differences():
            assert time.monotonic() < end, f"{said}\n{self.logs()[-3000:]}"
            self.until(lambda index: True)
            time.sleep(0.2)
        oracle.check(self.index().pk)


def tenant(size: int, seed: int = 3) -> SandboxTenant:
    return SandboxTenant(SLUG, size=size, seed=seed)
