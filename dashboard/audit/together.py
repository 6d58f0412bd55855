"""What a page changes and the entry that tells of it are one transaction: both are there, or neither."""

from collections.abc import Callable
from contextlib import ExitStack

from django.db import transaction
from django.http import HttpRequest, HttpResponse

from dashboard.accounts.sessions import SessionStore
from dashboard.audit.kinds import READ_BY_POST, SILENT
from dashboard.audit.noting import noted_of

# Wrong answers are counted here, and every count must be seen by the next try at once.
COUNTED = frozenset((
    "mfa_authenticate", "account_reauthenticate", "mfa_reauthenticate", "mfa_reauthenticate_webauthn",
))  # fmt: skip
# These views begin by themselves: once the try is counted, and once the file is read. SQLite's one lock for writing is
# held from then on, and a file may come slowly.
LATER = frozenset(("accounts:password", "clinicians:import"))


class Changes(ExitStack):
    """Around an answer. Left without :meth:`undo`, what was changed stays."""

    def __init__(self, request: HttpRequest) -> None:
        super().__init__()
        self._began = False
        self._session = request.session

    def begin(self) -> None:
        # What the session is by now stays: after a rotation of SECRET_KEY it has moved to a new key.
        self._modified = self._session.modified
        if self._modified:
            self._session.save()
        self._key = self._session.session_key
        self.enter_context(transaction.atomic())
        # Not before: a database that is locked refuses to begin, and then there is nothing to undo.
        self._began = True

    def undo(self) -> None:
        """Roll back, and let the session be what it was; where nothing was begun, leave all as it is."""
        if self._began:
            transaction.set_rollback(True)
            self.close()
            self._began = False
            assert isinstance(self._session, SessionStore)
            self._session.restore(self._key, modified=self._modified)


class BeginMiddleware:
    """The last of all: nothing stands between the request and its view any more."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self._get_response(request)

    def process_view(self, request: HttpRequest, *view: object) -> None:
        noted_of(request).reached = True
        if changes_something(request):
            request.changes.begin()  # type: ignore[attr-defined]  # set by AuditMiddleware


def changes_something(request: HttpRequest) -> bool:
    """Whether the view may change what the entry will tell of."""
    route = request.resolver_match.view_name if request.resolver_match else ""
    if request.method in ("GET", "HEAD") or route in READ_BY_POST | SILENT | COUNTED | LATER:
        return False
    return request.user.is_authenticated
