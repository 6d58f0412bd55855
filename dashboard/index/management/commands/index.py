"""``manage.py index``: how the indexes of tenants stand, filling one anew, and deleting one for good."""

import json
import time
from argparse import ArgumentParser
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar

from django.core.management.base import BaseCommand, CommandError, CommandParser

from dashboard.accounts.viewer import Viewer
from dashboard.index import monitoring, overview, upkeep
from dashboard.index.models import TenantIndex
from dashboard.index.overview import Level
from dashboard.index.state import IndexState, state_of
from dashboard.tenants import circuit
from dashboard.tenants.registry import Tenant, registry

# Seconds between two lines of progress, and how long nobody may keep an index that is waited for.
LOOK, PATIENCE = 1.0, 30.0
Value = TypeVar("Value")


class Command(BaseCommand):
    help = "Say how the indexes of tenants stand, fill one anew, or delete one for good."

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True, parser_class=ArgumentParser)
        status = actions.add_parser("status", help="exits with 1 if an index is old, failing or kept by nobody")
        status.add_argument("--json", action="store_true", help="for programs")
        rebuild = actions.add_parser("rebuild", help="forget the rows and let the followers fill the index anew")
        rebuild.add_argument("--wait", action="store_true", help="until it is filled")
        purge = actions.add_parser("purge", help="delete everything, in the database's files too")
        purge.add_argument("--yes", action="store_true", help="without asking")
        for action in (status, rebuild, purge):
            action.add_argument("tenant", nargs="*", help="short names; none: all")

    def handle(self, *args: Any, **options: Any) -> None:
        {"status": self._status, "rebuild": self._rebuild, "purge": self._purge}[options["action"]](options)

    def _status(self, options: dict[str, Any]) -> None:
        tenants = self._chosen(options["tenant"], registry())
        states = {slug: state_of(slug) for slug in tenants}
        in_vain = monitoring.held_in_vain()
        if options["json"]:
            found = [monitoring.record(tenant, states[slug]) for slug, tenant in tenants.items()]
            self.stdout.write(json.dumps({"tenants": found, "held_in_vain": in_vain}, indent=2))
        else:
            viewer = Viewer(UTC, "UTC", datetime.now(UTC))
            for slug, tenant in tenants.items():
                self._say(tenant, states[slug], viewer)
            for slug, rows in in_vain.items():
                self.stdout.write(self.style.WARNING(monitoring.in_vain(slug, rows)))
        on = [slug for slug, tenant in tenants.items() if tenant.config.index]
        if bad := [slug for slug in on if overview.problem(states[slug])]:
            raise CommandError(f"Not in order: {', '.join(bad)}.")

    def _say(self, tenant: Tenant, index: IndexState | None, viewer: Viewer) -> None:
        self.stdout.write(self.style.MIGRATE_HEADING(f"{tenant.label} ({tenant.slug})"))
        if not tenant.config.index:
            self._line("Index", "off: nothing about its patients is stored here")
        else:
            if words := overview.problem(index):
                self._line("Problem", words, Level.PROBLEM)
            for fact in overview.facts(tenant, index, circuit.trouble(tenant.slug), viewer):
                aside = f" ({fact.meaning.rstrip('.')})" if fact.meaning and fact.level else ""
                self._line(fact.name, fact.value + aside, fact.level)
        self.stdout.write("")

    def _line(self, name: str, text: str, level: Level = Level.PLAIN) -> None:
        styles: dict[Level, Callable[[str], str]] = {
            Level.PROBLEM: self.style.ERROR,
            Level.WARNING: self.style.WARNING,
        }
        self.stdout.write(f"  {name:<26}{styles.get(level, str)(text)}")

    def _rebuild(self, options: dict[str, Any]) -> None:
        slugs = options["tenant"]
        tenants = self._chosen(slugs, registry())
        if off := [slug for slug in slugs if not tenants[slug].config.index]:
            raise CommandError(f"The index is off: {', '.join(off)}.")
        chosen = [slug for slug, tenant in tenants.items() if tenant.config.index]
        for slug in chosen:
            begun = upkeep.begin_anew(slug)
            self.stdout.write(f"{slug}: {'begins anew' if begun else 'has no index yet, nothing to forget'}.")
        self._sweep()
        for slug in chosen if options["wait"] else ():
            self._wait_for(slug)
        if not options["wait"]:
            self.stdout.write("The followers fill it: manage.py index status")

    def _wait_for(self, slug: str) -> None:
        said, kept_at = "", time.monotonic()
        while (index := state_of(slug)) is None or not index.is_complete:
            words = overview.progress(index) if index is not None and index.is_filling else "waits for a follower"
            if words != said:
                self.stdout.write(f"{slug}: {words}")
                self.stdout.flush()
            said = words
            if index is not None and index.holder:
                kept_at = time.monotonic()
            if time.monotonic() - kept_at > PATIENCE:
                raise CommandError(f"{slug}: nobody keeps the index. Start: manage.py follow")
            time.sleep(LOOK)
        self.stdout.write(self.style.SUCCESS(f"{slug}: complete, {index.rows:,} encounters."))

    def _purge(self, options: dict[str, Any]) -> None:
        if not upkeep.may_free():
            raise CommandError(
                "Only the owner of the tables may clear their files: run this as the role that migrates."
            )
        stored = TenantIndex.objects.exclude(slug__startswith=upkeep.GIVEN_UP).values_list("slug", flat=True)
        known = {slug: state for slug in stored if (state := state_of(slug))}
        chosen = self._chosen(options["tenant"], known, also=registry())
        if kept := [f"{slug} by {state.holder}" for slug, state in chosen.items() if state.holder]:
            raise CommandError(
                f"Kept right now: {', '.join(kept)}, and would begin anew at once. Set CORTI_…_INDEX=off, or take the "
                "tenant out of the settings, restart the followers, then purge. To fill anew: manage.py index rebuild"
            )
        if not chosen and not upkeep.left_over():
            self.stdout.write("Nothing is stored.")
            return
        for slug, state in chosen.items():
            tenant = registry().get(slug)
            again = " Its index is on: the next follower fills it again." if tenant and tenant.config.index else ""
            self.stdout.write(f"{slug}: {state.rows:,} encounters, {state.patients:,} patients.{again}")
        if not options["yes"] and input("Delete them here? Corti keeps them. Type yes: ").strip().lower() != "yes":
            raise CommandError("Nothing was deleted.")
        for slug in chosen:
            upkeep.take_away(slug)
        self._sweep()
        freed = upkeep.free()
        if not freed.complete:
            raise CommandError(f"The rows are deleted, but traces may be in the files. {freed.remark} Purge again.")
        self.stdout.write(self.style.SUCCESS("Nothing of it is left here. Backups are not touched."))

    def _sweep(self) -> None:
        said_at = time.monotonic()

        def say(gone: int) -> None:
            nonlocal said_at
            if time.monotonic() - said_at > LOOK:
                said_at = time.monotonic()
                self.stdout.write(f"{gone:,} rows deleted …")
                self.stdout.flush()

        upkeep.sweep(after=say)

    def _chosen(
        self, slugs: list[str], known: Mapping[str, Value], also: Mapping[str, Any] | None = None
    ) -> dict[str, Value]:
        """Those asked for, or all; a name that is in neither mapping is refused."""
        if unknown := [slug for slug in slugs if slug not in known and slug not in (also or {})]:
            raise CommandError(f"No such tenant: {', '.join(unknown)}. Known: {', '.join(known) or 'none'}.")
        return {slug: value for slug, value in known.items() if slug in slugs or not slugs}
