"""Who is looking, from where and when: all that formatting needs to know."""

import zoneinfo
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, tzinfo
from functools import cache

from django.conf import settings
from django.http import HttpRequest

from dashboard.accounts import sharing

ZONE_COOKIE = "tz"


@dataclass(frozen=True)
class Viewer:
    """A moment and a time zone, the same for everything on one page; ``discreet``: others see the screen too."""

    zone: tzinfo
    zone_name: str
    now: datetime
    discreet: bool = False

    @classmethod
    def of(cls, request: HttpRequest) -> "Viewer":
        """The user's chosen zone; else the browser's, which a cookie says; else DISPLAY_TIME_ZONE."""
        chosen = getattr(request.user, "time_zone", "")
        names = (chosen, request.COOKIES.get(ZONE_COOKIE, ""), settings.DISPLAY_TIME_ZONE)
        name = next(name for name in names if name in _known_zones())
        return cls(zoneinfo.ZoneInfo(name), name, datetime.now(UTC), sharing.is_on(request))

    def midnight(self, day: date) -> datetime:
        """The instant at which a day begins where the viewer is (UTC)."""
        return datetime.combine(day, time(), tzinfo=self.zone).astimezone(UTC)


@cache
def _known_zones() -> frozenset[str]:
    return frozenset(zoneinfo.available_timezones())
