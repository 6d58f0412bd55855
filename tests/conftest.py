"""What all tests share: the databases they may use, and which of them are repeated on a second one."""

import hypothesis
import pytest
from django.db import connections

from dashboard.audit import routing, triggers

# These machines are shared: how long an example takes says nothing about what it tests.
hypothesis.settings.register_profile("here", deadline=None)
hypothesis.settings.load_profile("here")

# Who asks for one of these speaks to the database of DATABASE_URL, in this process or in others.
SPEAK_TO_IT = {"db", "transactional_db", "live_server", "world", "database", "_django_db_helper"}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--database-only", action="store_true", help="only the tests that speak to a database")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        if _speaks(item):
            # The access log, which has a database of its own beside SQLite, is written on any request.
            marker = item.get_closest_marker("django_db")
            options = (marker.kwargs if marker else {}) | {"databases": "__all__"}
            item.add_marker(pytest.mark.django_db(**options), append=False)
    if config.getoption("--database-only"):
        kept = [item for item in items if _speaks(item)]
        config.hook.pytest_deselected(items=[item for item in items if item not in set(kept)])
        items[:] = kept


def _speaks(item: pytest.Item) -> bool:
    fixtures = set(getattr(item, "fixturenames", ()))
    return bool(fixtures & SPEAK_TO_IT) or any(item.iter_markers("django_db")) or any(item.iter_markers("postgres"))


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Tests clear their tables, which nobody else may; what refuses it has tests of its own."""
    with django_db_blocker.unblock():
        triggers.drop(connections[routing.alias()])
