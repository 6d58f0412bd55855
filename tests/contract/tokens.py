"""What an independent client needs to ask the sandbox."""

import requests

from corti_gateway.sandbox import Sandbox, SandboxTenant


def token_of(sandbox: Sandbox, tenant: SandboxTenant) -> str:
    form = {
        "grant_type": "client_credentials",
        "client_id": tenant.client_id,
        "client_secret": tenant.client_secret,
        "scope": "openid",
    }
    url = f"{sandbox.auth_url}{tenant.tenant_name}/protocol/openid-connect/token"
    return str(requests.post(url, data=form, timeout=10).json()["access_token"])


def headers_of(sandbox: Sandbox, tenant: SandboxTenant) -> dict[str, str]:
    return {"Authorization": f"Bearer {token_of(sandbox, tenant)}", "Tenant-Name": tenant.tenant_name}
