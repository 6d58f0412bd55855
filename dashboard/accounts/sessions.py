"""Who is signed in: Django's own sessions and users, read on every request with SQL that is written once.

The ORM takes ten times as long to put such a query together as the database to answer it.
"""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.contrib.sessions.backends import db
from django.db import connection
from django.utils import timezone

from dashboard.accounts.models import User

# What every database hands over as it is; the dates, which hardly any page needs, are loaded when asked for.
_FIELDS = (
    "id", "password", "is_superuser", "username", "first_name", "last_name", "email", "is_staff", "is_active",
    "time_zone", "shortcuts",
)  # fmt: skip
_SESSION = "SELECT session_data FROM django_session WHERE session_key = %s AND expire_date > %s"
_USER = f"SELECT {', '.join(_FIELDS)} FROM accounts_user WHERE id = %s"  # noqa: S608  # our own names


class SessionStore(db.SessionStore):
    """Django's sessions in the database; only reading one is done here."""

    def load(self) -> dict[str, Any]:
        with connection.cursor() as cursor:
            cursor.execute(_SESSION, [self.session_key, connection.ops.adapt_datetimefield_value(timezone.now())])
            row = cursor.fetchone()
        if row is None:
            self._session_key = None
            return {}
        return self.decode(row[0])


class Accounts(ModelBackend):
    """Django's sign-in by password; only finding the user of a session is done here."""

    def get_user(self, user_id: int) -> User | None:
        with connection.cursor() as cursor:
            cursor.execute(_USER, [user_id])
            row = cursor.fetchone()
        user = User.from_db(connection.alias, _FIELDS, row) if row else None
        return user if user and self.user_can_authenticate(user) else None
