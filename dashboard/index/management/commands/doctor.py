"""``manage.py doctor``: what a tenant's API really does, how its index stands, and whether the OpenID provider answers,
in words for an administrator."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from corti_gateway.capabilities import Capabilities, SortKey, Verdict
from corti_gateway.errors import GatewayError
from corti_gateway.probing import probe
from corti_gateway.queries import InteractionQuery
from dashboard.accounts import discovery
from dashboard.accounts.oidc import OidcConfig
from dashboard.index import monitoring, overview
from dashboard.index.state import state_of
from dashboard.tenants.registry import Tenant, registry

_SAID = {
    Verdict.YES: "yes",
    Verdict.NO: "no",
    Verdict.UNPROVEN: "not proven: this tenant has too few encounters to tell",
}


def _sorted(verdict: Verdict, key: SortKey | None) -> str:
    return f"{_SAID[verdict]}, by {key}" if key else _SAID[verdict]


def _index(tenant: Tenant) -> str:
    if not tenant.config.index:
        return "off: nothing about its patients is stored here"
    index = state_of(tenant.slug)
    said = overview.problem(index)
    if index is None:
        return f"on. {said}"
    stands = "complete" if index.is_complete else "filling" if index.is_filling else "not begun"
    return f"on, {stands}: {index.rows:,} encounters, {index.patients:,} patients. {said}".rstrip()


@contextmanager
def _quiet(logger: str) -> Iterator[None]:
    """A line a call would drown what the command says in words."""
    level = logging.getLogger(logger).level
    logging.getLogger(logger).setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        logging.getLogger(logger).setLevel(level)


class Command(BaseCommand):
    help = "Check the configuration of tenants and of the OpenID provider, and find out what their API honours."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("tenant", nargs="*", help="short names; none: all")

    def handle(self, *args: Any, **options: Any) -> None:
        known = registry()
        if unknown := [slug for slug in options["tenant"] if slug not in known]:
            raise CommandError(f"No such tenant: {', '.join(unknown)}. Configured: {', '.join(known)}.")
        with _quiet("corti_gateway"):
            broken = [tenant.slug for tenant in known.values() if not self._examine(tenant, options["tenant"])]
        if settings.OIDC and not options["tenant"] and not self._examine_provider(settings.OIDC):
            broken.append("the OpenID provider")
        for slug, rows in monitoring.held_in_vain().items():
            self.stdout.write(self.style.WARNING(monitoring.in_vain(slug, rows)))
        if broken:
            raise CommandError(f"Not in order: {', '.join(broken)}.")

    def _examine(self, tenant: Tenant, chosen: list[str]) -> bool:
        if chosen and tenant.slug not in chosen:
            return True
        self.stdout.write(self.style.MIGRATE_HEADING(f"{tenant.label} ({tenant.slug})"))
        self._line("API", tenant.config.api_url)
        self._line("Sign-in", tenant.config.token_url)
        self._line("Index", _index(tenant))
        try:
            newest = tenant.gateway.list_interactions(InteractionQuery(page_size=1))
            found = probe(tenant.gateway)
        except GatewayError as error:
            self._line("Answers", self.style.ERROR(f"no: {error.reason}"))
            if error.status:
                self._line("", f"HTTP status {error.status}, reference {error.request_id or 'none'}")
            if error.problem and error.problem.detail:
                self._line("", f"Corti said: {error.problem.detail}")
            self.stdout.write("")
            return False
        self._line("Answers", self.style.SUCCESS("yes, the credentials are accepted"))
        self._line("Encounters", "some" if newest.interactions else "none yet")
        self._report(found)
        return True

    def _examine_provider(self, config: OidcConfig) -> bool:
        self.stdout.write(self.style.MIGRATE_HEADING(f"{config.label} (the OpenID provider)"))
        self._line("Issuer", config.issuer)
        try:
            found = discovery.asked(config.issuer)
        except discovery.FAILURES as error:
            # Only our own words: others may hold what somebody in the provider's place has sent.
            self._line("Answers", self.style.ERROR(f"no discovery document that can be used: {type(error).__name__}"))
            self.stdout.write("")
            return False
        self._line("Answers", self.style.SUCCESS("yes"))
        if config.max_age is not None and not discovery.tells_when_it_signed_in(found):
            self._line("Says when it signed in", self.style.WARNING("not promised (auth_time in claims_supported)"))
            self._line("", "Without auth_time every sign-in is refused: add that claim there, or OIDC_MAX_AGE=any.")
        self.stdout.write("")
        return True

    def _report(self, found: Capabilities) -> None:
        several = found.several_statuses
        aside = "" if several is Verdict.YES else "; each status is asked for on its own and the answers are merged"
        self._line("Several statuses at once", _SAID[several] + aside)
        self._line("Sort by patient", _sorted(found.sort_by_patient, found.patient_key))
        self._line("Sort by end", _sorted(found.sort_by_ended, found.ended_key))
        cap = f"at most {found.page_cap} rows, whatever is asked" if found.page_cap else "no cap seen"
        self._line("Rows a page", f"{cap}; {found.page_size_proven} were served at once")
        self._line("Calls it took", str(found.calls))
        self.stdout.write("")

    def _line(self, name: str, text: str) -> None:
        self.stdout.write(f"  {name:<26}{text}")
