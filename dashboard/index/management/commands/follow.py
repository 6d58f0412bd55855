"""``manage.py follow``: keeps the indexes of all tenants; run as many as you like, on any machines."""

import logging
import signal
import threading
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, connection

from dashboard.index import upkeep
from dashboard.index.following.follower import HURRIED, Follower
from dashboard.tenants.registry import registry

logger = logging.getLogger("dashboard.index")

# Batches of rows of given-up indexes that are deleted in a second.
BATCHES = 20


class Command(BaseCommand):
    help = "Fill the indexes of tenants and keep them fresh, until it is told to stop."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("tenant", nargs="*", help="short names; none: all that have an index")
        parser.add_argument(
            "--every", type=float, default=HURRIED, metavar="SECONDS", help="between two looks while somebody looks (5)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        known = registry()
        if unknown := [slug for slug in options["tenant"] if slug not in known]:
            raise CommandError(f"No such tenant: {', '.join(unknown)}. Configured: {', '.join(known)}.")
        chosen = [tenant for tenant in known.values() if tenant.slug in (options["tenant"] or known)]
        if off := [tenant.slug for tenant in chosen if not tenant.config.index]:
            logger.info("without an index: %s", ", ".join(off))
        stop = threading.Event()

        def end(signum: int, frame: FrameType | None) -> None:
            stop.set()

        for ending in (signal.SIGINT, signal.SIGTERM):
            signal.signal(ending, end)
        followers = [Follower(tenant, stop, hurried=options["every"]) for tenant in chosen if tenant.config.index]
        threads = [threading.Thread(target=one.run, name=f"follow-{one.tenant.slug}") for one in followers]
        for thread in threads:
            thread.start()
        while not stop.is_set() and any(thread.is_alive() for thread in threads):
            sweep()
            stop.wait(1.0)
        died = not stop.is_set() and bool(threads)
        stop.set()
        for thread in threads:
            thread.join()
        if died:
            raise CommandError("Every follower has ended by itself: see the log.")


def sweep() -> None:
    """Delete some of what is left of indexes that were given up."""
    try:
        upkeep.sweep(most=BATCHES)
    except DatabaseError:
        connection.close()
