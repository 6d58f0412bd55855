"""The dashboard's settings with one more app, which Django's admin finds."""

from dashboard import settings
from dashboard.settings import *  # noqa: F403

INSTALLED_APPS = [*settings.INSTALLED_APPS, "benchmarks.peer"]
