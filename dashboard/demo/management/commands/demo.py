"""``manage.py demo``: the sandbox, the dashboard and a follower together, on embedded defaults."""

import os
import shlex
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from dashboard.demo import accounts
from dashboard.demo.processes import ProcessEndedError, Processes, listening
from dashboard.index import upkeep
from dashboard.tenants import circuit
from dashboard.tenants.registry import registry

FOLLOW = [str(settings.BASE_DIR / "manage.py"), "follow"]
# Seconds until a follower that ended is started again.
AGAIN = 2.0


class Command(BaseCommand):
    help = "Show the dashboard with the sandbox's two tenants; Ctrl-C ends everything."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=8000, help="port of the dashboard (8000)")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("The demo shows the sandbox, but CORTI_… variables are set. Use: make run")
        url = f"http://127.0.0.1:{options['port']}"
        for taken, name in ((url, "dashboard"), (settings.SANDBOX_URL, "sandbox")):
            if listening(taken):
                variable = "PORT" if name == "dashboard" else "SANDBOX_PORT"
                raise CommandError(
                    f"The {name} wants {taken}, but that port is taken. Stop what runs there, "
                    f"or choose another port: make demo {variable}=…"
                )
        call_command("migrate", verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0)
        accounts.create()
        accounts.name_clinicians()
        forget()
        try:
            with Processes() as processes:
                self._run(processes, url)
        except ProcessEndedError as error:
            raise CommandError(str(error)) from error
        except KeyboardInterrupt:
            self.stdout.write("\nStopped.")

    def _run(self, processes: Processes, url: str) -> None:
        environment = os.environ | {"BIND": url.removeprefix("http://"), "LOG_LEVEL": "WARNING"}
        sandbox = processes.start("sandbox", sandbox_command(), environment)
        # Now, while the sandbox makes its people, and not beside the filling.
        upkeep.sweep()
        connection.close()
        processes.wait_for(settings.SANDBOX_URL, seconds=60)
        processes.start("follower", FOLLOW, environment)
        processes.start("dashboard", ["-m", "gunicorn", "dashboard.wsgi"], environment)
        processes.wait_for(url, seconds=30)
        self._say(f"\n  The dashboard is at {self.style.SUCCESS(url)}\n")
        for account in accounts.ACCOUNTS:
            self._say(f"    {account.username:<10}  password {account.password:<20}  {', '.join(account.tenants)}")
        self._say("\n  Encounters are there at once; patients and the search fill within a minute, newest first.")
        self._say(f"  To see how it does without Corti's API: kill {sandbox}")
        self._say("\n  All people are synthetic. Ctrl-C stops everything.\n")
        self._watch(processes, environment)

    def _watch(self, processes: Processes, environment: Mapping[str, str]) -> None:
        """Until Ctrl-C. The dashboard and its sandbox are apart in life, too: one goes on without the other."""
        gone = False

        def without_sandbox(code: int) -> None:
            nonlocal gone
            gone = True
            command = shlex.join([python(), *sandbox_command()])
            self._say(f"\n  The sandbox ended (exit code {code}). The dashboard shows what it knows, with its time.")
            self._say(f"  Start it again, in another terminal:\n\n    {command}\n")

        def without_follower(code: int) -> None:
            self._say(f"\n  The follower ended (exit code {code}) and is started again.")
            time.sleep(AGAIN)
            processes.start("follower", FOLLOW, environment)

        may_end: dict[str, Callable[[int], None]] = {"sandbox": without_sandbox, "follower": without_follower}
        while True:
            processes.check(may_end)
            if gone and listening(settings.SANDBOX_URL):
                gone = False
                self._say("  The sandbox is back. What it has anew is read within a minute or two.\n")
            time.sleep(0.5)

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()


def forget() -> None:
    """The sandbox makes another world at each start: what is known of an earlier one is not true of this."""
    for slug in registry():
        upkeep.begin_anew(slug)
        circuit.worked(slug)


def sandbox_command() -> list[str]:
    port = settings.SANDBOX_URL.rsplit(":", 1)[1].strip("/")
    return ["-m", "corti_gateway.sandbox", "--port", port, "--live"]


def python() -> str:
    """This Python as one would type it here."""
    path = Path(sys.executable)
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)
