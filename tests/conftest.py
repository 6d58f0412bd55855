"""What all tests share: on a second database only what speaks to a database is repeated."""

import pytest

# Who asks for one of these speaks to the database of DATABASE_URL, in this process or in others.
SPEAK_TO_IT = {"db", "transactional_db", "world", "database", "_django_db_helper"}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--database-only", action="store_true", help="only the tests that speak to a database")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not config.getoption("--database-only"):
        return
    kept, left_out = [], []
    for item in items:
        (kept if _speaks(item) else left_out).append(item)
    items[:] = kept
    config.hook.pytest_deselected(items=left_out)


def _speaks(item: pytest.Item) -> bool:
    fixtures = set(getattr(item, "fixturenames", ()))
    return bool(fixtures & SPEAK_TO_IT) or any(item.iter_markers("django_db")) or any(item.iter_markers("postgres"))
