"""Run as a process of its own (``python -m tests.audit.on_disk``), on database files that really fail.

``trouble`` shows pages before, during and after each trouble of the log's file; ``living`` verifies it while somebody
writes; ``killed`` writes, and is killed in the midst of it, again and again.
What happened is told as one JSON object a line.
"""

import json
import os
import random
import resource
import signal
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import django

django.setup()

from django.contrib.auth import SESSION_KEY  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connections  # noqa: E402
from django.test import Client  # noqa: E402

from dashboard.audit import routing  # noqa: E402
from dashboard.audit.models import Entry  # noqa: E402
from dashboard.audit.verifying import verify  # noqa: E402
from dashboard.audit.writing import Event, append  # noqa: E402
from tests.dashboard.support import CANARY, make_user  # noqa: E402

Say = Callable[[str], object]
ROUNDS = 25
FILE = Path(routing.connection().settings_dict["NAME"])
SHOWN = Event("list", "R", "shown", tenant="nordhavn", patients=[f"PT-{number}" for number in range(25)])


def tell(**what: Any) -> None:
    sys.stdout.write(f"{json.dumps(what)}\n")
    sys.stdout.flush()


# --- A file that cannot be written -----------------------------------------------------------------------------------


@contextmanager
def disk_full() -> Iterator[None]:
    """No file of this process may grow past where the log's is now; no other is as long."""
    wal = FILE.with_name(f"{FILE.name}-wal")
    while wal.stat().st_size < 2_500_000:
        append(SHOWN)
    others = [path.stat().st_size for path in FILE.parent.iterdir() if path != wal]
    limit, (soft, hard) = wal.stat().st_size, resource.getrlimit(resource.RLIMIT_FSIZE)
    assert max(others) < limit - 500_000, others
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@contextmanager
def locked() -> Iterator[None]:
    """Somebody else writes, and does not end."""
    with routing.connection().cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout = 100")
    other = sqlite3.connect(FILE, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    yield
    other.rollback()
    other.close()


@contextmanager
def read_only() -> Iterator[None]:
    """SQLite refuses to write, as on a file system that has become read-only."""
    with routing.connection().cursor() as cursor:
        cursor.execute("PRAGMA query_only = ON")
    yield
    with routing.connection().cursor() as cursor:
        cursor.execute("PRAGMA query_only = OFF")


def look(client: Client) -> dict[str, Any]:
    """A page of patients, a try to sign in, and how the log stands after them."""
    page = client.get("/nordhavn/encounters/")
    text = page.content.decode()
    visitor = Client()
    form = {"username": "clinician", "password": "a long enough password"}
    signing_in = visitor.post("/accounts/sign-in/", form)
    verdict = verify("nordhavn")
    return {
        "page": page.status_code, "shows": CANARY in text, "says": 'data-state="unlogged"' in text,
        "sign_in": signing_in.status_code, "signed_in": SESSION_KEY in visitor.session,
        "trouble": verdict.trouble, "entries": verdict.entries, "rows": Entry.objects.using(routing.alias()).count(),
    }  # fmt: skip


def trouble() -> None:
    call_command("migrate", verbosity=0)
    # The last one out of a file folds it: what migrating wrote beside it is gone.
    connections.close_all()
    client = Client()
    client.force_login(make_user("clinician", ["nordhavn"]))
    for failing in (disk_full, locked, read_only):
        before = look(client)
        with failing():
            entries = verify("nordhavn").entries
            during = look(client)
        tell(kind=failing.__name__, before=before, entries=entries, during=during, after=look(client))


# --- A log that is written to ----------------------------------------------------------------------------------------


def living() -> None:
    """Verifies the log again and again while another process writes to it."""
    forked(lambda say: call_command("migrate", verbosity=0))()
    end = forked(writer("busy"))
    while not Entry.objects.using(routing.alias()).filter(tenant="nordhavn", number__gte=20).exists():
        pass
    for _ in range(8):
        verdict = verify("nordhavn")
        tell(trouble=verdict.trouble, entries=verdict.entries)
    end(kill=True)


# --- A process that is killed ----------------------------------------------------------------------------------------


def killed() -> None:
    """Two writers, killed at any moment; then a third process looks at what they left."""
    forked(lambda say: call_command("migrate", verbosity=0))()
    rng = random.Random(1)
    for number in range(ROUNDS):
        ends = [forked(writer(f"{number}-{one}")) for one in "ab"]
        time.sleep(rng.uniform(0.1, 0.25))
        told = [line for end in ends for line in end(kill=True)]
        tell(**json.loads(forked(look_at(told))()[0]))


def writer(name: str) -> Callable[[Say], None]:
    def write(say: Say) -> None:
        number = 0
        while True:
            append(Event("list", "R", "shown", tenant="nordhavn", username=f"{name}-{number}", patients=SHOWN.patients))
            say(f"{name}-{number}")
            number += 1

    return write


def look_at(told: list[str]) -> Callable[[Say], None]:
    """How the log stands, and which of the entries that were told as written are not there."""

    def look(say: Say) -> None:
        verdict = verify("nordhavn")
        kept = set(Entry.objects.using(routing.alias()).values_list("username", flat=True))
        lost = [one for one in told if one not in kept]
        say(json.dumps({"told": len(told), "lost": lost, "trouble": verdict.trouble, "entries": verdict.entries}))

    return look


def forked(work: Callable[[Say], Any]) -> Callable[..., list[str]]:
    """Runs in a process of its own, which opens the database by itself; call the result for the lines that it said."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(reading)
            work(lambda line: os.write(writing, f"{line}\n".encode()))
        finally:
            os._exit(0)
    os.close(writing)

    def end(kill: bool = False) -> list[str]:
        if kill:
            os.kill(child, signal.SIGKILL)
        with os.fdopen(reading) as said:
            lines = said.read().splitlines()
        os.waitpid(child, 0)
        return lines

    return end


if __name__ == "__main__":
    {"trouble": trouble, "living": living, "killed": killed}[sys.argv[1]]()
