"""Bars 11 and 15: the gateway's counting, and the sandbox itself."""

from benchmarks.figures import Figure, Judged
from benchmarks.lab import LARGE, SMALL, Lab
from benchmarks.timing import medians
from corti_gateway.config import tenants_from_env
from corti_gateway.gateway import CortiGateway
from corti_gateway.listing import count_rows
from corti_gateway.queries import InteractionQuery


def exact_total(lab: Lab) -> list[Figure]:
    """Bar 11: calls for the exact number of a million rows, and for that number once more."""
    config = next(config for config in tenants_from_env(lab.sandbox.variables()) if config.slug == LARGE)
    gateway = CortiGateway(config)
    first = count_rows(gateway, InteractionQuery())
    again = count_rows(gateway, InteractionQuery(), known=first.total)
    gateway.close()
    assert first.total == again.total == lab.sandbox.sizes[LARGE]
    return [
        Figure(11, f"exact total of {first.total:,} rows, live: calls", first.calls, "", 24),
        Figure(11, "the same again: calls", again.calls, "", 1),
    ]


def sandbox_page(lab: Lab) -> list[Figure]:
    """Bar 15: whether the sandbox's own pages stay as quick when it is large."""
    small, large = medians(lab.repetitions(500, 150), lab.sandbox.floor(SMALL), lab.sandbox.floor(LARGE))
    return [Figure(15, "sandbox: 50 rows at 1 M, against 1 k", large, "ms", 1.5, small, Judged.RATIO)]
