"""What may be forgotten at any time, shared by all processes where the cache is Redis.

A cache that does not answer has forgotten everything: /readyz tells that it is gone, and no page is refused for it.
"""

import logging
from typing import Any

from django.core.cache import caches

logger = logging.getLogger(__name__)


def recall(key: str) -> Any:
    """What was kept under the key, or None."""
    try:
        return caches["totals"].get(key)
    except Exception as error:  # every kind of cache has its own
        _gone(error)
        return None


def keep(key: str, value: object, seconds: int) -> None:
    """Keep a value for so long."""
    try:
        caches["totals"].set(key, value, seconds)
    except Exception as error:
        _gone(error)


def count(key: str, seconds: int) -> int:
    """One more under the key, counted from the first one on for so long; how many it is now, and 1 if nobody knows."""
    try:
        caches["totals"].add(key, 0, seconds)
        return caches["totals"].incr(key)
    except ValueError:
        # It was emptied in between.
        return 1
    except Exception as error:
        _gone(error)
        return 1


def _gone(error: Exception) -> None:
    logger.warning("The cache does not answer: %s", type(error).__name__)
