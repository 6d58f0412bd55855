"""One log line a call, without values; and the libraries kept from writing URLs into logs."""

import logging
import threading
import time
from collections.abc import Mapping

logger = logging.getLogger("corti_gateway")

# The API announces changes in headers that its change policy does not name (facts, quirk 23).
NOTICES = ("Deprecation", "Sunset", "Warning")
CHATTY = ("urllib3.connectionpool", "urllib3.util.retry", "urllib3.connection", "urllib3.poolmanager")

_noticed: set[tuple[str, str]] = set()
_lock = threading.Lock()


def log_call(
    tenant: str, operation: str, outcome: str, status: int | None, attempts: int, started: float, request_id: str = ""
) -> None:
    """Say how a call ended; ``started`` is its beginning on the monotonic clock."""
    level = logging.INFO if outcome == "ok" else logging.WARNING
    if not logger.isEnabledFor(level):
        return
    elapsed = round((time.monotonic() - started) * 1000, 1)
    logger.log(
        level,
        "%s %s: %s, status %s, %d attempts, %s ms, reference %s",
        tenant,
        operation,
        outcome,
        status or "-",
        attempts,
        elapsed,
        request_id or "-",
        extra={
            "tenant": tenant,
            "operation": operation,
            "outcome": outcome,
            "status": status,
            "attempts": attempts,
            "elapsed_ms": elapsed,
            "reference": request_id,
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
