"""What is to be said about an index, in words: the same on the page for admins and on the command line."""

import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from dashboard.accounts.viewer import Viewer
from dashboard.index.state import OLD, IndexState
from dashboard.listing.failures import Failure
from dashboard.listing.formatting import NOTHING, ago, duration, exact, moment, number
from dashboard.tenants.circuit import Trouble
from dashboard.tenants.registry import Tenant

# Failures in a row that are no accident any more.
FAILING = 3


class Level(StrEnum):
    """How a fact is meant."""

    PLAIN = ""
    WARNING = "warning"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing about an index: its name, its value, and what the value means where that is not plain."""

    name: str
    value: str
    meaning: str = ""
    level: Level = Level.PLAIN


def problem(index: IndexState | None) -> str:
    """Why somebody should look after an index that is on; "" where it is well."""
    if index is None:
        return "Nothing follows this tenant: start “manage.py follow”."
    if not index.holder and not (index.is_complete and index.age < OLD):
        return "Nobody keeps the index now: start “manage.py follow”."
    if index.failures >= FAILING:
        return f"Following has failed {number(index.failures)} times in a row: {index.last_error}."
    if index.is_complete and index.age > OLD:
        return "The index has not been brought up to date for more than 5 minutes."
    return ""


def facts(tenant: Tenant, index: IndexState | None, trouble: Trouble | None, viewer: Viewer) -> list[Fact]:
    """Everything about a tenant's index, from what matters most to what explains it."""
    if index is None:
        return [_state(None, viewer), _keeper(None), _corti(trouble, viewer)]
    calls = f"Since the index exists. At most {number(tenant.config.index_calls)} a minute are allowed."
    return [
        _state(index, viewer),
        _freshness(index, viewer),
        Fact("Encounters", number(index.rows)),
        Fact("Patients", number(index.patients)),
        _keeper(index),
        _verified(index, viewer),
        *_waiting(index),
        _corti(trouble, viewer),
        Fact("Calls to Corti", number(index.calls), calls),
        _last_error(index, viewer),
    ]


def progress(index: IndexState) -> str:
    """``13,600 of 40,001 encounters, 34 %``: how far the filling is."""
    if not index.expected:
        return f"{number(index.rows)} encounters so far"
    return f"{number(index.rows)} of {number(index.expected)} encounters, {int(100 * index.share)} %"


def _state(index: IndexState | None, viewer: Viewer) -> Fact:
    if index is None or not (index.is_filling or index.is_complete):
        return Fact("State", "Not begun", "Lists come from Corti alone; patients and the search need the index.")
    if index.is_complete:
        return Fact("State", "Complete", "It is kept up to date change by change.")
    left = f", about {duration(timedelta(seconds=index.seconds_left))} left" if index.seconds_left else ""
    meaning = "Newest first."
    if index.covered_from:
        meaning += f" Every encounter created after {moment(index.covered_from, viewer)} is there."
    return Fact("State", f"Filling: {progress(index)}{left}", meaning)


def _freshness(index: IndexState, viewer: Viewer) -> Fact:
    if index.as_of is None:
        return Fact("As of", NOTHING, "Known once it is filled; what changes meanwhile is caught then.")
    level = Level.PROBLEM if index.age > OLD else Level.PLAIN
    return Fact("As of", _when(index.as_of, viewer), "Every change before is in it.", level)


def _keeper(index: IndexState | None) -> Fact:
    if index is not None and index.holder:
        return Fact("Kept by", index.holder, "Machine and process. Another takes over within seconds if it dies.")
    return Fact("Kept by", "Nobody", "Start “manage.py follow”, or look at its log.", Level.PROBLEM)


def _verified(index: IndexState, viewer: Viewer) -> Fact:
    name = "Every row compared"
    wanted = "Asked for: it begins as soon as Corti answers." if index.verify_wanted else ""
    if index.verified is None:
        return Fact(name, "Not yet", wanted or "It follows the filling.")
    return Fact(name, _when(index.verified, viewer), wanted or "Once a day, and whenever something does not add up.")


def _waiting(index: IndexState) -> list[Fact]:
    if not index.waiting:
        return []
    value = f"{number(index.waiting)} encounters"
    meaning = (
        "So many at once were missing from Corti’s list that one comparison is not believed. They stay until a second "
        "one misses them too; that follows by itself."
    )
    return [Fact("Waiting to be deleted", value, meaning, Level.WARNING)]


def _corti(trouble: Trouble | None, viewer: Viewer) -> Fact:
    if trouble is None:
        return Fact("Corti’s API", "Answers")
    why = f"{Failure.of(trouble.failure).title}, since {exact(trouble.since, viewer)}."
    if not trouble.is_open:
        return Fact("Corti’s API", "Has failed, and is asked again", why, Level.WARNING)
    seconds = trouble.next_try - time.time()
    when = f"asked again in {duration(timedelta(seconds=seconds))}" if seconds >= 1 else "being asked again now"
    return Fact("Corti’s API", f"Left alone, {when}", f"{why} Pages show what is known.", Level.PROBLEM)


def _last_error(index: IndexState, viewer: Viewer) -> Fact:
    if index.last_error_at is None:
        return Fact("Last error", "None")
    value = f"{ago(index.last_error_at, viewer)}: {index.last_error}"
    if not index.failures:
        return Fact("Last error", value, "It is over: the calls after it went well.")
    level = Level.PROBLEM if index.failures >= FAILING else Level.WARNING
    return Fact("Last error", value, f"Failures in a row: {number(index.failures)}.", level)


def _when(at: datetime, viewer: Viewer) -> str:
    return f"{ago(at, viewer)}, {exact(at, viewer)}"
