"""Django's own sessions, with an end that activity moves, and read with SQL that is written once.

The row's ``expire_date`` is the one truth: the last activity and the idle limit, or the absolute end, whichever is
earlier (decisions/0015-sessions.md). The ORM takes ten times as long to put such a query together as the database to
answer it.
"""

from datetime import UTC, datetime, timedelta
from math import ceil
from typing import Any

from django.conf import settings
from django.contrib.sessions.backends import db
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import connection, transaction
from django.utils import timezone

BEGAN = "began"
# So many that are over go with each that begins.
TAKEN_AWAY = 100
_READ = "SELECT session_data, expire_date FROM django_session WHERE session_key = %s AND expire_date > %s"
# Only a session that is still there and not over: no late answer brings one back.
_MOVE = "UPDATE django_session SET expire_date = %s WHERE session_key = %s AND expire_date > %s"


class SessionStore(db.SessionStore):
    """Django's sessions in the database; when they end, and reading one, is done here."""

    ends: datetime | None = None
    # Nobody is behind a request that a page makes by itself.
    attended = True

    def load(self) -> dict[str, Any]:
        with connection.cursor() as cursor:
            cursor.execute(_READ, [self.session_key, _moment(timezone.now())])
            row = cursor.fetchone()
        if row is None:
            self._session_key = None
            return {}
        # SQLite's moments come without their zone.
        self.ends = row[1] if row[1].tzinfo else row[1].replace(tzinfo=UTC)
        return self.decode(row[0])

    def get_expiry_date(self, **kwargs: Any) -> datetime:
        if self.ends is not None and not self.attended:
            return self.ends
        idle = timezone.now() + timedelta(minutes=settings.SESSION_IDLE_MINUTES)
        began = self.get(BEGAN)
        if began is None:
            return idle
        return min(idle, datetime.fromtimestamp(began, UTC) + timedelta(hours=settings.SESSION_HOURS))

    def create(self) -> None:
        """A new row takes some away that are over, so that they never pile up."""
        with transaction.atomic():
            # Not those that another process takes away at this moment.
            over = self.model.objects.select_for_update(skip_locked=True).filter(expire_date__lte=timezone.now())
            self.model.objects.filter(pk__in=[row.pk for row in over.only("pk")[:TAKEN_AWAY]]).delete()
        super().create()

    def create_model_instance(self, data: dict[str, Any]) -> AbstractBaseSession:
        row = super().create_model_instance(data)
        self.ends = row.expire_date
        return row

    def begin(self) -> None:
        """The absolute end counts from now."""
        self[BEGAN] = int(timezone.now().timestamp())

    def restore(self, key: str | None, *, modified: bool) -> None:
        """Be what the database holds under this key, now that what was changed is rolled back. The browser is told the
        key of a session that is modified."""
        self._session_key = key
        self.__dict__.pop("_session_cache", None)
        self.modified = modified

    def note_activity(self, *, at_once: bool = False) -> None:
        """Move the end; a busy user costs no more than one write a minute."""
        if self.ends is None or not self.session_key:
            return
        ends = self.get_expiry_date()
        least = min(timedelta(minutes=1), timedelta(minutes=settings.SESSION_IDLE_MINUTES) / 15)
        if ends <= self.ends or (ends - self.ends < least and not at_once):
            return
        with connection.cursor() as cursor:
            cursor.execute(_MOVE, [_moment(ends), self.session_key, _moment(timezone.now())])
        self.ends = ends

    @property
    def seconds_left(self) -> int:
        return max(0, ceil((self.ends - timezone.now()).total_seconds())) if self.ends else 0


def _moment(moment: datetime) -> Any:
    return connection.ops.adapt_datetimefield_value(moment)
