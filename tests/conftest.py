"""What every test needs of the databases."""

import pytest
from django.db import connections

from dashboard.audit import routing, triggers


def pytest_collection_modifyitems(items):
    """Every test that may use the database may use the access log's too, which is written on any request."""
    for item in items:
        marker = item.get_closest_marker("django_db")
        uses_it = {"db", "transactional_db", "live_server"} & set(getattr(item, "fixturenames", ()))
        if marker or uses_it:
            options = (marker.kwargs if marker else {}) | {"databases": "__all__"}
            item.add_marker(pytest.mark.django_db(**options), append=False)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Tests clear their tables, which nobody else may; what refuses it has tests of its own."""
    with django_db_blocker.unblock():
        triggers.drop(connections[routing.alias()])
