"""One log line a call, without values; and the libraries kept from writing URLs into logs."""

import logging
import threading
from collections.abc import Mapping
from dataclasses import dataclass

logger = logging.getLogger("corti_gateway")

# The API announces changes in headers that its change policy does not name (facts, quirk 23).
NOTICES = ("Deprecation", "Sunset", "Warning")
CHATTY = ("urllib3.connectionpool", "urllib3.util.retry", "urllib3.connection", "urllib3.poolmanager")

_noticed: set[tuple[str, str]] = set()
_lock = threading.Lock()


@dataclass(frozen=True, slots=True)
class Call:
    """How a call ended: ``outcome`` is ``ok`` or the name of the error, ``seconds`` include its retries, ``reference``
    is the API's own id of the request."""

    tenant: str
    operation: str
    outcome: str
    status: int | None
    attempts: int
    seconds: float
    reference: str = ""


def log_call(call: Call) -> None:
    """Say how a call ended."""
    level = logging.INFO if call.outcome == "ok" else logging.WARNING
    if not logger.isEnabledFor(level):
        return
    elapsed = round(call.seconds * 1000, 1)
    logger.log(
        level,
        "%s %s: %s, status %s, %d attempts, %s ms, reference %s",
        call.tenant,
        call.operation,
        call.outcome,
        call.status or "-",
        call.attempts,
        elapsed,
        call.reference or "-",
        extra={
            "tenant": call.tenant,
            "operation": call.operation,
            "outcome": call.outcome,
            "status": call.status,
            "attempts": call.attempts,
            "elapsed_ms": elapsed,
            "reference": call.reference,
        },
    )


def log_notices(tenant: str, headers: Mapping[str, str]) -> None:
    """Say once a tenant and process that an answer announced a change; the header's text is outside text: escaped."""
    for name in NOTICES:
        if name in headers and (tenant, name) not in _noticed:
            with _lock:
                if (tenant, name) in _noticed:
                    continue
                _noticed.add((tenant, name))
            text = ascii(headers[name][:200])
            logger.warning("%s: the API announces %s: %s", tenant, name, text, extra={"tenant": tenant})


class _WithoutQueries(logging.Filter):
    """Cuts everything after a question mark out of the arguments of a library's log line."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(_cut(part) for part in record.args)
        return True


def _cut(part: object) -> object:
    if isinstance(part, int | float | None):
        return part
    text = str(part)
    return f"{text.partition('?')[0]}?…" if "?" in text else text


_filter = _WithoutQueries()


def quiet_libraries() -> None:
    """Keep the query of our requests, which may hold a patient's identifier, out of urllib3's own log lines."""
    for name in CHATTY:
        log = logging.getLogger(name)
        if _filter not in log.filters:
            log.addFilter(_filter)
