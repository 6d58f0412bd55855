"""What is measured for Prometheus, if somebody may read it (METRICS_TOKEN): by route, tenant and outcome, each one of a
small known set; never a value, a user or an address."""

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from django.conf import settings

from corti_gateway.calllog import Call

if TYPE_CHECKING:
    from prometheus_client import Counter, Histogram

# Seconds, around what pages and calls take.
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


@dataclass(frozen=True)
class Instruments:
    requests: "Counter"
    request_seconds: "Histogram"
    calls: "Counter"
    call_seconds: "Histogram"


@cache
def instruments() -> Instruments:
    """One of each a process. Made when first used: the library looks for its folder when it is loaded."""
    from prometheus_client import Counter, Histogram

    call = ["tenant", "operation"]
    return Instruments(
        Counter("dashboard_requests", "Requests answered.", ["route", "status"]),
        Histogram("dashboard_request_seconds", "Time to answer a request.", ["route"], buckets=BUCKETS),
        Counter("corti_calls", "Calls to Corti by how they ended, retries not counted.", [*call, "outcome"]),
        Histogram("corti_call_seconds", "Time of a call to Corti, retries included.", call, buckets=BUCKETS),
    )


def observe_request(route: str, status: int, seconds: float) -> None:
    """A request was answered."""
    if settings.METRICS_TOKEN:
        found = instruments()
        found.requests.labels(route, status).inc()
        found.request_seconds.labels(route).observe(seconds)


def observe_call(call: Call) -> None:
    """A call to Corti ended."""
    if settings.METRICS_TOKEN:
        found = instruments()
        found.calls.labels(call.tenant, call.operation, call.outcome).inc()
        found.call_seconds.labels(call.tenant, call.operation).observe(call.seconds)
