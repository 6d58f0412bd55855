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
