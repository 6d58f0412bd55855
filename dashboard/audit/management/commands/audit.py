"""``manage.py audit verify|purge|sign``: whether the access log is whole, its end, and a new signature."""

import argparse
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from dashboard.audit import rights, routing, triggers
from dashboard.audit.anchors import Head, read
from dashboard.audit.retention import Unsigned, purge
from dashboard.audit.verifying import tenants, trouble_with, verify
from dashboard.audit.writing import sign_anew


class Command(BaseCommand):
    help = "Verifies the access log, deletes what is older than it must be kept, or signs it with a new key."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        what = parser.add_subparsers(dest="what", required=True)
        check = what.add_parser("verify", help="go through every entry; exits with 1 where something is wrong")
        check.add_argument("tenant", nargs="?", help="one tenant only")
        check.add_argument("--head", action="append", default=[], help="a hash that was noted and must be in the chain")
        check.add_argument("--noted", type=Path, help="a file with lines of the log that tell heads, as /dev/stdin")
        old = what.add_parser("purge", help="delete what is older than AUDIT_KEEP_YEARS")
        old.add_argument("--before", type=datetime.fromisoformat, help="an earlier day, as 2020-12-31")
        lost = what.add_parser("sign", help="sign the ends of chains with the present key; audit.md says when")
        lost.add_argument("tenant", nargs="?", help="one tenant only")

    def handle(self, *args: Any, what: str, **options: Any) -> None:
        if what == "verify":
            self._verify(options["tenant"], options["head"], options["noted"])
        elif what == "sign":
            self._sign(options["tenant"])
        else:
            self._purge(options["before"])

    def _verify(self, tenant: str | None, heads: list[str], noted: Path | None) -> None:
        if heads and tenant is None:
            raise CommandError("--head belongs to one tenant: name it.")
        troubles = []
        if missing := triggers.missing(routing.connection()):
            troubles.append(f"The database does not keep the log: without {', '.join(missing)}.")
        for one in tenants() if tenant is None else [tenant]:
            verdict = verify(one, heads)
            if verdict.trouble:
                troubles.append(f"{_name(one)}: {verdict.trouble}")
            else:
                head = Head(one, verdict.number, verdict.hash)
                self.stdout.write(f"{_name(one)}: {verdict.entries:,} entries are as they were written; {head}")
        if noted is not None:
            with noted.open(errors="replace") as lines:
                troubles += self._noted(tenant, lines)
        for trouble in troubles:
            self.stdout.write(self.style.ERROR(trouble))
        if troubles:
            raise CommandError("The access log is not as it was written.")

    def _noted(self, tenant: str | None, lines: Iterable[str]) -> list[str]:
        """The first trouble of each tenant."""
        count, troubles = 0, dict[str, str]()
        for head in read(lines):
            if tenant not in (None, head.tenant):
                continue
            count += 1
            if head.tenant not in troubles and (trouble := trouble_with(head)):
                troubles[head.tenant] = f"{_name(head.tenant)}: {trouble}"
        if not count:
            return ["No line tells a head."]
        self.stdout.write(f"{count:,} noted heads were looked for")
        return list(troubles.values())

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
                raise CommandError(f"{_name(one)}: the end is not signed. Verify before.") from error
            self.stdout.write(f"{_name(one)}: {gone.entries:,} entries deleted")

    def _sign(self, tenant: str | None) -> None:
        for one in tenants() if tenant is None else [tenant]:
            signed = sign_anew(one)
            self.stdout.write(
                f"{_name(one)}: {'signed, as no known key had signed it' if signed else 'signed with the present key'}"
            )


def _name(tenant: str) -> str:
    return tenant or "(no tenant)"
