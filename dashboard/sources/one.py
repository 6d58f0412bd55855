"""One encounter, and what Corti holds of it: every part is asked for by itself, at the same time, and fails by itself.

Nothing of it is stored. What fails here says nothing about the list, so it does not open the tenant's circuit; while
the circuit is open, nobody waits for what is known to fail.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

from corti_gateway.contents import Listed, Transcript, TranscriptSample
from corti_gateway.deadline import Deadline
from corti_gateway.errors import GatewayError, NotFound
from corti_gateway.gateway import CortiGateway
from corti_gateway.ids import canonical
from corti_gateway.models import Interaction
from corti_gateway.parallel import apart
from dashboard.index.reading import encounters
from dashboard.index.state import IndexState
from dashboard.sources.ages import is_fresh
from dashboard.tenants import circuit
from dashboard.tenants.registry import Tenant

# A question to the gateway that only needs to know how long it may take.
Call = Callable[[Deadline], Any]


@dataclass(frozen=True)
class Known:
    """An encounter and as of when; ``failure`` is why it comes from an index that may have grown old."""

    interaction: Interaction
    as_of: datetime
    failure: GatewayError | None = None


def interaction(tenant: Tenant, index: IndexState | None, key: str, deadline: Deadline | None = None) -> Known:
    """The encounter as Corti has it now, or as the index remembers it where Corti does not answer.

    What Corti says it does not have is :class:`NotFound`, whatever the index remembers.
    """
    try:
        _respect_circuit(tenant)
        return Known(tenant.gateway.get_interaction(key, deadline=deadline), datetime.now(UTC))
    except NotFound:
        raise
    except GatewayError as failure:
        if (remembered := _remembered(index, key, failure)) is None:
            raise
        return remembered


def ask(
    tenant: Tenant, index: IndexState | None, key: str, *calls: Call, deadline: Deadline | None = None
) -> tuple[Known, list[Any]]:
    """Whose encounter it is, and for each call its result or its :class:`GatewayError`.

    A fresh index knows whose; without one Corti is asked beside the calls, the first of which runs on the caller's own
    thread: it never answers when nobody waits any more. Where nobody can tell, that error is raised: parts of an
    encounter are not shown to people who may not see it, and not without noting whose they are.
    """
    fresh = _remembered(index, key) if index is not None and is_fresh(index) else None
    try:
        _respect_circuit(tenant)
    except GatewayError as failure:
        if (remembered := _remembered(index, key, failure)) is None:
            raise
        return remembered, [failure for _ in calls]
    until = deadline or tenant.gateway.deadline()

    ready: list[Callable[[], Any]] = [partial(call, until) for call in calls]
    if fresh is not None:
        return fresh, apart(tenant.slug, until, ready)
    ready.append(partial(tenant.gateway.get_interaction, key, deadline=until))
    *answers, found = apart(tenant.slug, until, ready)
    if not isinstance(found, GatewayError):
        return Known(found, datetime.now(UTC)), answers
    if isinstance(found, NotFound) or (remembered := _remembered(index, key, found)) is None:
        raise found
    return remembered, answers


@dataclass(frozen=True)
class Transcripts:
    """All transcripts by their first words, and one of them whole, or why it could not be had; None without any.

    ``is_another``: the wanted one is not among them, so the chosen one stands in its place.
    """

    samples: Listed[TranscriptSample]
    chosen: Transcript | GatewayError | None
    is_another: bool = False


def transcripts(gateway: CortiGateway, key: str, wanted: str = "") -> Call:
    """The wanted transcript where the list says that it is one of this encounter's, else the first."""

    def read(deadline: Deadline) -> Transcripts:
        samples = gateway.list_transcripts(key, deadline=deadline)
        ids = [known for sample in samples.items if (known := canonical(sample.id))]
        is_another = bool(wanted) and canonical(wanted) not in ids
        if not samples.items:
            return Transcripts(samples, None, is_another)
        try:
            chosen = wanted if wanted and not is_another else next(iter(ids), samples.items[0].id)
            return Transcripts(samples, gateway.get_transcript(key, chosen, deadline=deadline), is_another)
        except GatewayError as failure:
            return Transcripts(samples, failure, is_another)

    return read


def every_transcript(
    gateway: CortiGateway, key: str, samples: Listed[TranscriptSample], deadline: Deadline
) -> list[Transcript | GatewayError]:
    """Each of the transcripts whole, or why it could not be had."""
    calls = [partial(gateway.get_transcript, key, sample.id, deadline=deadline) for sample in samples.items]
    return apart(gateway.config.slug, deadline, calls)


def _respect_circuit(tenant: Tenant) -> None:
    trouble = circuit.trouble(tenant.slug)
    if trouble is not None and trouble.is_resting:
        raise trouble.failure


def _remembered(index: IndexState | None, key: str, failure: GatewayError | None = None) -> Known | None:
    """The encounter as the index has it: as of the last complete pass, or since the index is being filled."""
    as_of = None if index is None or index.is_empty else index.as_of or index.fill_started
    found = encounters.one(index.tenant, key) if index is not None and as_of is not None else None
    return None if found is None or as_of is None else Known(found, as_of, failure)
