"""Bar 16: what the access log costs a page, and how fast it answers who looked at a patient."""

from collections.abc import Callable
from http import HTTPStatus

from benchmarks.bars.index import FILTERED
from benchmarks.dashboard import DashboardService
from benchmarks.figures import Figure, Judged
from benchmarks.lab import Lab
from benchmarks.services import run
from benchmarks.timing import medians
from benchmarks.wire import Answer

RARE = "PT-LOOKED-AT"


def page_with_log(lab: Lab) -> list[Figure]:
    """A page of the index with 50 rows, logged, beside the same page of a dashboard without the middleware."""
    index = lab.followed
    path = f"/{index.slug}/encounters/?{FILTERED}"
    with DashboardService(index.installation, DJANGO_SETTINGS_MODULE="benchmarks.peer.unlogged") as unlogged:
        floor, page = medians(lab.repetitions(300, 80), _view(unlogged, path), _view(index.dashboard, path))
    return [Figure(16, "page of the index p50, with the access log", page, "ms", 3, floor, Judged.EXCESS)]


def who_looked(lab: Lab) -> list[Figure]:
    """“Who looked at this patient?” among a million entries, beside the log's newest entries without that question."""
    index = lab.followed
    entries = lab.repetitions(1_000_000, 100_000)
    run(["-m", "benchmarks.entries", index.slug, RARE, str(entries)], index.installation.variables)
    log = f"/{index.slug}/audit/"
    sealed = index.installation.sealed(index.slug, "patient", RARE)
    newest, search = medians(
        lab.repetitions(100, 30), _view(index.dashboard, log), _view(index.dashboard, f"{log}?patient={sealed}")
    )
    return [Figure(16, "who looked at a patient p50, a million entries", search, "ms", 1.5, newest, Judged.RATIO)]


def _view(dashboard: DashboardService, path: str) -> Callable[[], Answer]:
    asked, connection = dashboard.request(path), dashboard.connection()
    answer = connection.get(asked)
    assert answer.status == HTTPStatus.OK, f"{path}: {answer.status}"
    return lambda: connection.get(asked)
