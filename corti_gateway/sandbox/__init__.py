"""A stand-in of the Corti API over real HTTP, with synthetic people and faults on demand. See docs/sandbox.md."""

from corti_gateway.sandbox.faults import CATALOGUE, Fault, Faults
from corti_gateway.sandbox.server import Sandbox, serve
from corti_gateway.sandbox.tenants import DEMO_TENANTS, Call, HostedTenant, SandboxTenant, Stats

__all__ = [
    "CATALOGUE",
    "DEMO_TENANTS",
    "Call",
    "Fault",
    "Faults",
    "HostedTenant",
    "Sandbox",
    "SandboxTenant",
    "Stats",
    "serve",
]
