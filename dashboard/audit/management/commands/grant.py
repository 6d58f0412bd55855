"""``manage.py grant``: after each migration, lets a role of PostgreSQL that owns nothing serve pages and follow."""

import argparse
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from dashboard.audit import rights, routing


class Command(BaseCommand):
    help = "Lets a role of PostgreSQL serve pages and follow, without a right to change tables or the access log."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("role", help="the role that DATABASE_URL of web processes and followers names")

    def handle(self, *args: Any, role: str, **options: Any) -> None:
        if routing.connection().vendor != "postgresql":
            raise CommandError("Only PostgreSQL has roles.")
        try:
            rights.grant(role)
        except rights.Refused as refusal:
            raise CommandError(str(refusal)) from None
        self.stdout.write(f"{role} may read and write rows, and only add to the access log.")
