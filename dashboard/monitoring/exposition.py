"""``/metrics`` for Prometheus: what the web processes measured, and how each tenant stands at the moment."""

import hmac
import os
from collections.abc import Iterator

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from dashboard.index.state import IndexState, state_of
from dashboard.metrics import instruments
from dashboard.tenants import circuit
from dashboard.tenants.registry import registry


@login_not_required
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    if not settings.METRICS_TOKEN:
        raise Http404
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer" or not hmac.compare_digest(token.encode(), settings.METRICS_TOKEN.encode()):
        return HttpResponse(status=401, headers={"WWW-Authenticate": "Bearer"})
    text = generate_latest(_measured()) + generate_latest(_standing())
    return HttpResponse(text, content_type=CONTENT_TYPE_LATEST)


def _measured() -> CollectorRegistry:
    """What this process measured, or all of them where gunicorn runs several."""
    instruments()
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return REGISTRY
    shared = CollectorRegistry()
    MultiProcessCollector(shared)  # type: ignore[no-untyped-call]
    return shared


def _standing() -> CollectorRegistry:
    standing = CollectorRegistry()
    standing.register(Tenants())
    return standing


class Tenants(Collector):
    """How each tenant's Corti and index stand; asked of the database whenever somebody reads."""

    def collect(self) -> Iterator[Metric]:
        left_alone = GaugeMetricFamily("corti_circuit_open", "1 while Corti is left alone.", labels=["tenant"])
        for slug in registry():
            trouble = circuit.trouble(slug)
            left_alone.add_metric([slug], trouble is not None and trouble.is_open)
        yield left_alone
        yield from _of_indexes()


def _of_indexes() -> Iterator[Metric]:
    names = ["tenant"]
    age = GaugeMetricFamily("index_age_seconds", "Since when every change is in the index.", labels=names)
    share = GaugeMetricFamily("index_share", "How much of the tenant is in the index, 0 to 1.", labels=names)
    held = GaugeMetricFamily("index_held", "1 while a follower keeps the index.", labels=names)
    rows = GaugeMetricFamily("index_rows", "Encounters in the index.", labels=names)
    patients = GaugeMetricFamily("index_patients", "Patients in the index.", labels=names)
    failures = GaugeMetricFamily("index_failures", "Failures of following in a row.", labels=names)
    calls = CounterMetricFamily("index_calls", "Calls to Corti for the index since it exists.", labels=names)
    for slug, state in _indexes():
        if state.as_of:
            age.add_metric([slug], state.age)
        share.add_metric([slug], state.share)
        held.add_metric([slug], bool(state.holder))
        rows.add_metric([slug], state.rows)
        patients.add_metric([slug], state.patients)
        failures.add_metric([slug], state.failures)
        calls.add_metric([slug], state.calls)
    yield from (age, share, held, rows, patients, failures, calls)


def _indexes() -> Iterator[tuple[str, IndexState]]:
    for slug, tenant in registry().items():
        if tenant.config.index and (state := state_of(slug)) is not None:
            yield slug, state
