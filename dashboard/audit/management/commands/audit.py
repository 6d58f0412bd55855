"""``manage.py audit verify|purge|sign``: whether the access log is whole, its end, and a new signature."""

import argparse
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from dashboard.audit import rights, routing, triggers
from dashboard.audit.retention import Unsigned, purge
from dashboard.audit.verifying import tenants, verify
from dashboard.audit.writing import sign_anew


class Command(BaseCommand):
    help = "Verifies the access log, deletes what is older than it must be kept, or signs it anew after a lost key."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        what = parser.add_subparsers(dest="what", required=True)
        check = what.add_parser("verify", help="go through every entry; exits with 1 where something is wrong")
        check.add_argument("tenant", nargs="?", help="one tenant only")
        check.add_argument("--head", default="", help="a hash that was noted elsewhere and must be in the chain")
        old = what.add_parser("purge", help="delete what is older than AUDIT_KEEP_YEARS")
        old.add_argument("--before", type=datetime.fromisoformat, help="an earlier day, as 2020-12-31")
        lost = what.add_parser("sign", help="sign the ends of chains that no known key has signed; audit.md says when")
        lost.add_argument("tenant", nargs="?", help="one tenant only")

    def handle(self, *args: Any, what: str, **options: Any) -> None:
        if what == "verify":
            self._verify(options["tenant"], options["head"])
        elif what == "sign":
            self._sign(options["tenant"])
        else:
            self._purge(options["before"])

    def _verify(self, tenant: str | None, head: str) -> None:
        if head and tenant is None:
            raise CommandError("--head belongs to one tenant: name it.")
        wrong = 0
        if missing := triggers.missing(routing.connection()):
            wrong += 1
            self.stdout.write(self.style.ERROR(f"The database does not keep the log: without {', '.join(missing)}."))
        for one in tenants() if tenant is None else [tenant]:
            verdict = verify(one, head)
            wrong += bool(verdict.trouble)
            name = one or "(no tenant)"
            if verdict.trouble:
                self.stdout.write(self.style.ERROR(f"{name}: {verdict.trouble}"))
            else:
                self.stdout.write(f"{name}: {verdict.entries:,} entries are as they were written; head {verdict.hash}")
        if wrong:
            raise CommandError("The access log is not as it was written.")

    def _purge(self, before: datetime | None) -> None:
        if not rights.may_purge():
            raise CommandError("Only the owner of the tables may delete entries: run this as the role that migrates.")
        kept = datetime.now(UTC) - timedelta(days=366 * settings.AUDIT_KEEP_YEARS)
        limit = kept if before is None else before.replace(tzinfo=before.tzinfo or UTC)
        if limit > kept:
            raise CommandError(f"Entries are kept for {settings.AUDIT_KEEP_YEARS} years (AUDIT_KEEP_YEARS).")
        for one in tenants():
            try:
                gone = purge(one, int(limit.timestamp() * 1_000_000))
            except Unsigned as error:
                raise CommandError(f"{one or '(no tenant)'}: the end is not signed. Verify before.") from error
            self.stdout.write(f"{one or '(no tenant)'}: {gone.entries:,} entries deleted")

    def _sign(self, tenant: str | None) -> None:
        for one in tenants() if tenant is None else [tenant]:
            signed = sign_anew(one)
            self.stdout.write(f"{one or '(no tenant)'}: {'signed anew' if signed else 'was signed before'}")
