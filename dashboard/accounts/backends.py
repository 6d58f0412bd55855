"""Who may sign in, and whose session it is."""

from allauth.account.auth_backends import AuthenticationBackend
from django.db import connection

from dashboard.accounts.models import User

# What every database hands over as it is; the dates, which hardly any page needs, are loaded when asked for.
_FIELDS = (
    "id", "password", "is_superuser", "username", "first_name", "last_name", "email", "is_staff", "is_active",
    "time_zone", "shortcuts", "sessions_ended",
)  # fmt: skip
_USER = f"SELECT {', '.join(_FIELDS)} FROM accounts_user WHERE id = %s"  # noqa: S608  # our own names


class Accounts(AuthenticationBackend):
    """allauth's sign-in by password, which takes as long for a name that nobody has; finding the user of a session is
    done here."""

    @classmethod
    def _stash_user(cls, user: User | None) -> None:
        """A disabled account is answered like a wrong password; allauth would show a page of its own."""

    def get_user(self, user_id: int) -> User | None:
        with connection.cursor() as cursor:
            cursor.execute(_USER, [user_id])
            row = cursor.fetchone()
        user = User.from_db(connection.alias, _FIELDS, row) if row else None
        return user if user and self.user_can_authenticate(user) else None
