"""Who may ask the sandbox: API clients, each with a data set of its own, in realms that several of them may share."""

import datetime
from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from corti_gateway.sandbox.clock import Clock
from corti_gateway.sandbox.contents import Contents
from corti_gateway.sandbox.encounters import Encounters
from corti_gateway.sandbox.faults import Faults
from corti_gateway.sandbox.records import Patient
from corti_gateway.sandbox.store import Store

LOG_SIZE = 2000


@dataclass(frozen=True)
class SandboxTenant:
    """An API client. ``slug`` names it in the sandbox; ``tenant_name`` is its realm and defaults to the slug."""

    slug: str
    label: str = ""
    tenant_name: str = ""
    client_id: str = ""
    client_secret: str = field(default="", repr=False)
    size: int = 100
    seed: int = 1

    def __post_init__(self) -> None:
        defaults = {
            "label": self.slug.capitalize(),
            "tenant_name": self.slug,
            "client_id": f"{self.slug}-client",
            "client_secret": f"{self.slug}-secret",
        }
        for name, value in defaults.items():
            if not getattr(self, name):
                object.__setattr__(self, name, value)


DEMO_TENANTS = (
    SandboxTenant("nordhavn", "Nordhavn Clinic", size=5_000, seed=1),
    SandboxTenant("riverside", "Riverside Hospital", size=40_000, seed=2),
)


class Call(NamedTuple):
    """One request that arrived; status 0 where no answer was given."""

    endpoint: str
    method: str
    path: str
    query: str
    status: int
    client_id: str
    at: float


class Stats:
    """What arrived for one tenant: counts, and the last requests in full."""

    def __init__(self) -> None:
        self.log: deque[Call] = deque(maxlen=LOG_SIZE)
        self.answers: Counter[tuple[str, int]] = Counter()

    def record(self, call: Call) -> None:
        self.log.append(call)
        self.answers[call.endpoint, call.status] += 1

    def calls(self, endpoint: str | None = None, status: int | None = None) -> int:
        return sum(
            number
            for (name, code), number in list(self.answers.items())
            if endpoint in (None, name) and status in (None, code)
        )

    def reset(self) -> None:
        self.log.clear()
        self.answers.clear()

    def as_json(self) -> Mapping[str, Any]:
        endpoints: Counter[str] = Counter()
        for (endpoint, _), number in self.answers.items():
            endpoints[endpoint] += number
        return {
            "requests": self.calls(),
            "token_calls": self.calls("token"),
            "by_endpoint": dict(endpoints),
            "by_status": {f"{endpoint} {status}": number for (endpoint, status), number in self.answers.items()},
            "log": [call._asdict() for call in self.log],
        }


class HostedTenant:
    """A tenant at work: its data, its faults, its statistics."""

    def __init__(self, config: SandboxTenant, clock: Clock, odd: bool) -> None:
        self.config = config
        self.slug = config.slug
        self.odd = odd
        self.token_life = 300
        self.faults = Faults()
        self.stats = Stats()
        self.encounters = Encounters(config.seed, clock.nanoseconds(), odd)
        self.people: list[Patient] = []
        self.store = Store(self.encounters.make(config.size))
        self.contents = Contents(self.store, config.label)


def started_at(text: str) -> datetime.datetime:
    """The moment a fixed clock stands at, from ISO 8601 text; UTC unless it says otherwise."""
    moment = datetime.datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=datetime.UTC)
