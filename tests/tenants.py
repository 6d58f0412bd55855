"""The configuration of a sandbox's tenant, as ``.env`` would give it."""

from typing import Any

from corti_gateway.config import TenantConfig
from corti_gateway.sandbox import Sandbox, SandboxTenant


def config_of(tenant: SandboxTenant, sandbox: Sandbox, **changes: Any) -> TenantConfig:
    """How to reach this tenant of a running sandbox; changes are other fields, such as limits."""
    fields = {"api_url": sandbox.api_url, "auth_url": sandbox.auth_url} | changes
    return TenantConfig(
        slug=tenant.slug,
        label=tenant.label,
        tenant_name=tenant.tenant_name,
        client_id=tenant.client_id,
        client_secret=tenant.client_secret,
        **fields,
    )


def config_without_api(slug: str) -> TenantConfig:
    """A tenant for tests that never ask its API: nobody listens there."""
    return TenantConfig(
        slug=slug,
        label=slug.title(),
        tenant_name="base",
        client_id="nobody",
        client_secret="nothing",
        api_url="http://127.0.0.1:9/v2/",
        auth_url="http://127.0.0.1:9/realms/",
    )
