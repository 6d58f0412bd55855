"""Holds the lease of a tenant's index while there is work to do, and gets over whatever goes wrong meanwhile."""

import logging
import os
import threading
import traceback
from collections.abc import Callable
from contextlib import suppress

from django.db import DatabaseError, close_old_connections, connection

from dashboard.index.following.asking import Stopped
from dashboard.index.lease import LIFE, Lease, LeaseLost, acquire
from dashboard.index.models import TenantIndex
from dashboard.index.sync.keeping import Keeper

logger = logging.getLogger("dashboard.index")


def hold(slug: str, holder: str, stop: threading.Event, turn: Callable[[Keeper], None]) -> None:
    """Take the lease whenever nobody has it, and work turn by turn as long as it lasts; returns after the stop."""
    try:
        while not stop.is_set():
            close_old_connections()
            try:
                _prepare()
                if lease := acquire(slug, holder):
                    _work(lease, stop, turn)
            except DatabaseError as error:
                logger.warning("%s: the database does not answer: %s", slug, type(error).__name__)
            except Exception as error:
                # Without its text, which may hold what was to be stored.
                logger.error("%s: %s at %s, which should not happen", slug, type(error).__name__, _place(error))
            stop.wait(LIFE / 4)
    finally:
        connection.close()


def _work(lease: Lease, stop: threading.Event, turn: Callable[[Keeper], None]) -> None:
    logger.info("%s: following, fence %d", lease.slug, lease.fence)
    done = threading.Event()
    renewing = threading.Thread(target=_renew, args=(lease, done), name=f"lease-{lease.slug}", daemon=True)
    renewing.start()
    keeper = Keeper(lease)
    try:
        while not stop.is_set() and renewing.is_alive():
            turn(keeper)
    except (LeaseLost, TenantIndex.DoesNotExist):
        logger.warning("%s: another process follows now, or the index begins anew", lease.slug)
    except Stopped:
        pass
    finally:
        done.set()
        renewing.join()
        with suppress(DatabaseError):
            lease.release()


def _prepare() -> None:
    """A process that is put to sleep within a transaction keeps its row locked: PostgreSQL shall not wait for it."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"SET idle_in_transaction_session_timeout = '{LIFE:.0f}s'")


def _place(error: Exception) -> str:
    """The innermost line of ours that an error came through."""
    lines = traceback.extract_tb(error.__traceback__)
    ours = [line for line in lines if f"{os.sep}dashboard{os.sep}" in line.filename] or lines
    return f"{ours[-1].filename}:{ours[-1].lineno}"


def _renew(lease: Lease, done: threading.Event) -> None:
    """Keep the lease; ends when it is lost. A database that is silent for a while ends nothing: the fence does."""
    try:
        while not done.wait(LIFE / 3):
            try:
                if not lease.renew():
                    return
            except DatabaseError:
                connection.close()
    finally:
        connection.close()
