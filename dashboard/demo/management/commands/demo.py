"""``manage.py demo``: the sandbox and the dashboard together, on embedded defaults."""

import os
import time
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from dashboard.demo import accounts
from dashboard.demo.processes import ProcessEndedError, Processes, listening


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
        try:
            with Processes() as processes:
                self._run(processes, url)
        except ProcessEndedError as error:
            raise CommandError(str(error)) from error
        except KeyboardInterrupt:
            self.stdout.write("\nStopped.")

    def _run(self, processes: Processes, url: str) -> None:
        environment = os.environ | {"BIND": url.removeprefix("http://"), "LOG_LEVEL": "WARNING"}
        sandbox_port = settings.SANDBOX_URL.rsplit(":", 1)[1].strip("/")
        processes.start("sandbox", ["-m", "corti_gateway.sandbox", "--port", sandbox_port, "--live"], environment)
        processes.wait_for(settings.SANDBOX_URL, seconds=60)
        processes.start("dashboard", ["-m", "gunicorn", "dashboard.wsgi"], environment)
        processes.wait_for(url, seconds=30)
        self.stdout.write(f"\n  The dashboard is at {self.style.SUCCESS(url)}\n\n")
        for account in accounts.ACCOUNTS:
            self.stdout.write(
                f"    {account.username:<10}  password {account.password:<20}  {', '.join(account.tenants)}"
            )
        self.stdout.write("\n  All people are synthetic. Ctrl-C stops everything.\n")
        self.stdout.flush()
        while True:
            processes.check()
            time.sleep(0.5)
