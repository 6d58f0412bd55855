"""A cache that is gone costs nobody a page."""

import logging

import pytest

URL = "/nordhavn/encounters/"


@pytest.fixture
def no_redis(settings):
    settings.CACHES = settings.CACHES | {
        "totals": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": "redis://127.0.0.1:1/0",
        }
    }


@pytest.mark.parametrize("query", ["", "?status=completed", "?status=completed&count=1", "?page=2"])
def test_lists_and_counts_go_on_without_it(page_client, upstream, no_redis, caplog, query):
    with caplog.at_level(logging.WARNING, logger="dashboard.remembering"):
        page = page_client.page(f"{URL}{query}")
    assert page.status == 200
    assert len(page.rows) == 25
    assert "The cache does not answer: ConnectionError" in caplog.text
