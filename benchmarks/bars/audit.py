"""Bar 16: what the access log costs a page."""

from collections.abc import Callable
from http import HTTPStatus

from benchmarks.bars.index import FILTERED
from benchmarks.dashboard import DashboardService
from benchmarks.figures import Figure, Judged
from benchmarks.lab import Lab
from benchmarks.timing import medians
from benchmarks.wire import Answer


def page_with_log(lab: Lab) -> list[Figure]:
    """A page of the index with 50 rows, logged, beside the same page of a dashboard without the middleware."""
    index = lab.followed
    path = f"/{index.slug}/encounters/?{FILTERED}"
    with DashboardService(index.installation, DJANGO_SETTINGS_MODULE="benchmarks.peer.unlogged") as unlogged:
        floor, page = medians(lab.repetitions(300, 80), _view(unlogged, path), _view(index.dashboard, path))
    return [Figure(16, "page of the index p50, with the access log", page, "ms", 3, floor, Judged.EXCESS)]


def _view(dashboard: DashboardService, path: str) -> Callable[[], Answer]:
    asked, connection = dashboard.request(path), dashboard.connection()
    answer = connection.get(asked)
    assert answer.status == HTTPStatus.OK, f"{path}: {answer.status}"
    return lambda: connection.get(asked)
