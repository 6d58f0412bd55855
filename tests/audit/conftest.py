"""The fixtures of the pages, which the access log is about."""

from tests.dashboard.conftest import *  # noqa: F403
