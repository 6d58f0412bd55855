"""The sandbox that the browser tests look at: two clinics, an empty one, and three with crafted people."""

import datetime
from typing import Any

from corti_gateway.config import TenantConfig
from corti_gateway.sandbox import HostedTenant, Sandbox, SandboxTenant, writes
from tests.tenants import config_of

NOW = datetime.datetime(2026, 11, 20, 13, tzinfo=datetime.UTC)
CANARY = "Kanariefugl"
LONG_IDENTIFIER = "0123456789abcdef" * 4
LONG_NAME = "Wolfeschlegelsteinhausenbergerdorff-Featherstonehaugh-Vandervoort of Llanfairpwllgwyngyll"

TENANTS = (
    SandboxTenant("nordhavn", "Nordhavn Clinic", size=400, seed=1),
    SandboxTenant("riverside", "Riverside Hospital", size=90, seed=2),
    SandboxTenant("newborn", "Newborn Clinic", size=0, seed=3),
    SandboxTenant("canary", "Canary Clinic", size=0, seed=4),
    SandboxTenant("crafted", "Crafted Clinic", size=0, seed=5),
    SandboxTenant("hostile", "Hostile Clinic", size=0, seed=6),
    SandboxTenant("opened", "Opened Clinic", size=0, seed=7),
)
# What an attacker would write into a name or a title: each would call owned() or ask for /owned if it came alive.
PAYLOADS = (
    "<script>owned()</script>",
    "<img src=/owned onerror=owned()>",
    '"><svg onload=owned()>',
    "'><iframe srcdoc='<script>parent.owned()</script>'></iframe>",
    '<div hx-get="/owned" hx-trigger="load">x</div>',
    '" hx-get="/owned" hx-trigger="load" x="',
    '" onmouseover="owned()" autofocus onfocus="owned()" x="',
    '<a href="javascript:owned()">x</a>',
    '<div hx-on:htmx:load="owned()">x</div>',
    "<style>@import '/owned'</style><link rel=stylesheet href=/owned>",
    "{{ 7|add:7 }}{% debug %}",
    "</template></table><base href=//elsewhere.invalid/><meta http-equiv=refresh content='0;/owned'>",
)


def configs(sandbox: Sandbox) -> tuple[TenantConfig, ...]:
    """What .env would say; a deadline short enough for a test that waits for it."""
    return tuple(config_of(tenant, sandbox, read_timeout=3.0, deadline=4.0) for tenant in TENANTS)


def interaction(number: int, patient: dict[str, str] | None = None, **changes: Any) -> dict[str, Any]:
    """The body of a create request; changes go to the encounter."""
    person = {"identifier": f"P-{number:03}", "name": f"Test Person {number}", "gender": "female"}
    born = {"birthDate": "1980-01-01T00:00:00Z"}
    started = NOW - datetime.timedelta(hours=number + 1)
    period = {"startedAt": f"{started:%Y-%m-%dT%H:%M:%SZ}"}
    encounter = {"identifier": f"ENC-{number}", "status": "completed", "type": "consultation", "period": period}
    return {
        "encounter": encounter | {"title": f"Visit {number}"} | changes,
        "patient": person | born | (patient or {}),
    }


def add(tenant: HostedTenant, body: dict[str, Any], minutes_ago: int = 0) -> None:
    """Create an interaction as a POST to the sandbox does."""
    moment = NOW - datetime.timedelta(minutes=minutes_ago)
    tenant.store.add(writes.create(body, int(moment.timestamp()) * 1_000_000_000, tenant.odd))


def tenant_with(tenant: HostedTenant, body: dict[str, Any]) -> str:
    """Create one more, now; answers its id."""
    row = writes.create(body, int(NOW.timestamp()) * 1_000_000_000, tenant.odd)
    tenant.store.add(row)
    return row.id


def fill(sandbox: Sandbox) -> None:
    """The crafted people."""
    for number in range(30):
        add(sandbox.tenant("opened"), interaction(number, status="completed"), number)
    for number in range(30):
        person = {"identifier": f"{CANARY}-{number % 3}-id", "name": f"{CANARY} Canary {number % 3}"}
        add(sandbox.tenant("canary"), interaction(number, patient=person), number)
    people = (
        {"identifier": "A-1", "name": "Bjørn Sørensen"},
        {"identifier": "A-2", "name": "Bjorn Sorensen"},
        {"identifier": "A-3", "name": "Mette Holm"},
        {"identifier": "A-4", "name": "Mette Holm"},
        {"identifier": LONG_IDENTIFIER, "name": LONG_NAME},
        {"identifier": "W" * 64, "name": "W" * 90},
        {"identifier": "A-7", "name": ""},
        {"identifier": "A-8", "name": "Leap Day", "birthDate": "2000-02-29T00:00:00Z"},
    )
    for number, person in enumerate(people):
        changes = {"title": "Follow-up " * 12, "identifier": "E" * 64} if number == 4 else {}
        add(sandbox.tenant("crafted"), interaction(number, patient=person, **changes), number)
    for number, payload in enumerate(PAYLOADS):
        person = {"identifier": f"{number}{payload}", "name": payload}
        body = interaction(number, patient=person, title=payload, identifier=f"{number}{payload}")
        add(sandbox.tenant("hostile"), body, number)
