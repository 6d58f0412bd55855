"""A gateway error in words for people: what happened, what to try, the reference to quote."""

from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus

from corti_gateway import errors
from dashboard.listing import formatting


@dataclass(frozen=True)
class Failure:
    """What the failure panel shows, and the HTTP status of the page around it.

    ``wait`` is how long Corti asked to be left alone, in words, "" if it did not.
    """

    title: str
    advice: str
    status: int
    reference: str
    detail: str
    can_retry: bool
    wait: str = ""

    @classmethod
    def of(cls, error: errors.GatewayError, *, discreet: bool = False) -> "Failure":
        title, advice, status = _words(error)
        # It repeats what was asked for, and so perhaps a patient's identifier.
        tells = isinstance(error, errors.BadRequest) and not discreet
        detail = error.problem.detail if error.problem and tells else ""
        # Not asked again by itself, but a person may: what came through a proxy or a portal may be gone in a moment.
        can_retry = error.retryable or isinstance(error, errors.UnreadableAnswer | errors.TooBusy)
        wait = ""
        if isinstance(error, errors.TooBusy) and error.retry_after:
            wait = formatting.duration(timedelta(seconds=error.retry_after))
            advice = f"It asked us to wait: try again in {wait}."
        return cls(title, advice, status, error.request_id, detail, can_retry, wait)


# From the most special to the most general; the first that fits speaks.
_WORDS: tuple[tuple[type[errors.GatewayError], str, str, int], ...] = (
    (
        errors.TimedOut,
        "Corti took too long to answer",
        "Nothing is lost: the filters are kept. Try again, or show fewer rows per page.",
        504,
    ),
    (
        errors.Untrusted,
        "The connection to Corti could not be trusted",
        "Its certificate does not hold, so nothing was sent. Tell your administrator.",
        502,
    ),
    (
        errors.Unreachable,
        "Corti cannot be reached",
        "The network or the service is down; this says nothing about the encounters. Try again in a moment.",
        502,
    ),
    (
        errors.CredentialsRefused,
        "Corti does not accept this tenant’s credentials",
        "This is a matter of configuration. Tell your administrator: “manage.py doctor” says more.",
        502,
    ),
    (
        errors.Forbidden,
        "Corti does not allow this",
        "The tenant name, the region or the rights of the API client may be wrong. Tell your administrator.",
        502,
    ),
    (
        errors.OutOfCredit,
        "This tenant’s Corti account has no credit",
        "Trying again does not help. Tell your administrator.",
        503,
    ),
    (
        errors.TooBusy,
        "Corti is too busy right now",
        "Nothing is lost: the filters are kept. Try again in a moment.",
        503,
    ),
    (
        errors.BadRequest,
        "Corti refused these filters",
        "Nothing is lost, but this combination cannot be answered. Change or clear the filters.",
        502,
    ),
    (
        errors.NotFound,
        "Corti does not know this address",
        "This is a matter of configuration. Tell your administrator: “manage.py doctor” says more.",
        502,
    ),
    (
        errors.ServerFailed,
        "Corti has a problem of its own",
        "Try again in a moment. If it stays, quote the reference to Corti’s support.",
        502,
    ),
    (
        errors.UnreadableAnswer,
        "Corti’s answer could not be read",
        "What came was not a list of encounters, so none is shown. Try again in a moment.",
        502,
    ),
)


def _words(error: errors.GatewayError) -> tuple[str, str, int]:
    # The service's own time-out (documented for the list) means the same to people as one of ours.
    slow = error.status == HTTPStatus.GATEWAY_TIMEOUT
    for kind, title, advice, status in _WORDS:
        if isinstance(error, kind) or (slow and kind is errors.TimedOut):
            return title, advice, status
    return "The list could not be loaded", "Try again in a moment.", 502
