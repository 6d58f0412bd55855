"""How a log line looks: for people (``line``) or for programs (``json``), always one line an event.

What users, patients and browsers say never gets in: of Django's own messages about a request the address is replaced by
the route's name, of an exception its text is left out, as it may quote a value (PostgreSQL's errors do).
"""

import json
import logging
import traceback
from datetime import UTC, datetime
from types import TracebackType

from django.core.exceptions import ImproperlyConfigured

from dashboard import request_id

# Of what a logger says besides its message, what is written down.
FIELDS = (
    "method", "route", "tenant", "status", "elapsed_ms", "user", "operation", "outcome", "attempts", "reference",
    "number", "hash",
)  # fmt: skip
# Everything that a terminal, an editor or a log shipper could take for the end of a line (SR-31).
_UNSAFE = {code: f"\\x{code:02x}" for code in (*range(32), *range(127, 160))} | {0x2028: "\\u2028", 0x2029: "\\u2029"}


class OneLine(logging.Formatter):
    """Time, level, logger, id of the request, message; control characters are escaped."""

    def format(self, record: logging.LogRecord) -> str:
        found = [_time(record), record.levelname, record.name, _request_id(record) or "-", message_of(record)]
        if error := _error(record):
            found.append(f"[{error}]")
        return " ".join(found).translate(_UNSAFE)


class JsonLine(logging.Formatter):
    """The same as an object, with the fields that the logger gave."""

    def format(self, record: logging.LogRecord) -> str:
        content: dict[str, object] = {
            "time": _time(record),
            "level": record.levelname,
            "logger": record.name,
            "message": message_of(record),
            "request_id": _request_id(record),
        }
        given = record.__dict__
        content |= {name: given[name] for name in FIELDS if given.get(name) not in (None, "")}
        if error := _error(record):
            content["error"] = error
        # Other than ASCII is escaped, so that no sign of any script can end a line.
        return json.dumps(content, default=str)


def message_of(record: logging.LogRecord) -> str:
    """The message; what Django says about a request without what the browser said."""
    request = getattr(record, "request", None)
    if request is None or not record.name.startswith("django."):
        return record.getMessage()
    if not record.args:
        # "Invalid HTTP_HOST header: …"
        return str(record.msg).partition(":")[0]
    route = route_of(request)
    arguments = record.args if isinstance(record.args, tuple) else (record.args,)
    # "Referer checking failed - https://… does not match any trusted origins."
    said = (route if one == request.path else str(one).partition(" - ")[0] for one in arguments)
    return str(record.msg) % tuple(said)


def route_of(request: object) -> str:
    """The name of the route that a request took, which says nothing about the values in its address."""
    match = getattr(request, "resolver_match", None)
    return (match.view_name or "unnamed") if match else "none"


def _request_id(record: logging.LogRecord) -> str:
    # Django says what was wrong with a request when the middleware that knows its id is through.
    return request_id.current() or getattr(getattr(record, "request", None), "request_id", "")


def _time(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _error(record: logging.LogRecord) -> str:
    return told_of(record.exc_info[1] if isinstance(record.exc_info, tuple) else None)


def told_of(error: BaseException | None) -> str:
    """Which exception, raised where, by way of what, the innermost first; its text only if it is about the settings."""
    told = []
    while error is not None:
        text = f": {error}" if isinstance(error, ImproperlyConfigured) else ""
        told.append(f"{type(error).__qualname__}{text} at {_steps(error.__traceback__)}")
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return "; after ".join(told)


def _steps(trace: TracebackType | None) -> str:
    steps = traceback.StackSummary.extract(traceback.walk_tb(trace), lookup_lines=False)
    return " < ".join(f"{step.filename}:{step.lineno} {step.name}" for step in reversed(steps))
