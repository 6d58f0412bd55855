"""The API's own account of an error: RFC 9457, in the two shapes that Corti has used."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

LONGEST_DETAIL = 500
MASK = "•••"
# A reference is shown and logged, so it must look like one.
REFERENCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/+=-]{0,127}")


@dataclass(frozen=True, slots=True)
class Problem:
    """What an error body said; ``detail`` and ``validation_errors`` are outside text and never logged.

    Reads today's ``{requestid, status, type, detail, validationErrors}`` and the shape before February 2026,
    ``{requestid, type, status, title, details, instance}`` (facts 4.1).
    """

    request_id: str = ""
    status: int | None = None
    type: str = ""
    detail: str = field(default="", repr=False)
    validation_errors: tuple[tuple[str, str], ...] = field(default=(), repr=False)


def read_problem(body: Mapping[str, Any], masked: Iterable[str] = ()) -> Problem:
    """The problem in an error body; every value of ``masked`` that occurs in its texts is blotted out."""
    secrets = tuple(value for value in masked if value)
    status = body.get("status")
    return Problem(
        request_id=reference(body.get("requestid") or body.get("requestId") or body.get("request_id")),
        status=status if isinstance(status, int) and not isinstance(status, bool) else None,
        type=clean(body.get("type"), secrets, 200),
        detail=clean(body.get("detail") or body.get("details") or body.get("title"), secrets),
        validation_errors=tuple(_validation_errors(body.get("validationErrors"), secrets)),
    )


def reference(value: object) -> str:
    """A request id as it came, or "" if it does not look like one."""
    return value if isinstance(value, str) and REFERENCE.fullmatch(value) else ""


def clean(value: object, secrets: tuple[str, ...] = (), longest: int = LONGEST_DETAIL) -> str:
    """A text of the API, cut, printable, and without the values that we asked with."""
    if not isinstance(value, str):
        return ""
    for secret in secrets:
        value = value.replace(secret, MASK)
    value = "".join(sign if sign.isprintable() else " " for sign in value[: longest + 1])
    return value if len(value) <= longest else value[: longest - 1] + "…"


def _validation_errors(value: object, secrets: tuple[str, ...]) -> Iterable[tuple[str, str]]:
    for entry in value[:20] if isinstance(value, list) else ():
        for name, text in list(entry.items())[:20] if isinstance(entry, dict) else ():
            yield clean(name, secrets, 100), clean(text, secrets)
