"""The sandbox in a process of its own, and the floor: its rows by the plainest client there is."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import requests

from benchmarks.services import Service, free_port, inherited

ROWS = "encounterStatus=completed&sort=createdAt&direction=desc&pageSize=50&index="


class SandboxService(Service):
    """Tenants by name and size; each client id, secret and realm follows the sandbox's pattern."""

    def __init__(self, sizes: Mapping[str, int], folder: Path) -> None:
        self.sizes = dict(sizes)
        port = free_port()
        tenants = [part for slug, size in sizes.items() for part in ("--tenant", f"{slug}:{size}")]
        command = ["-m", "corti_gateway.sandbox", "--port", str(port), *tenants]
        super().__init__(command, port, folder / "sandbox.log", inherited(), within=180)
        self.url = f"http://127.0.0.1:{port}"
        self._admin = requests.Session()
        self._admin.trust_env = False

    def variables(self) -> dict[str, str]:
        """The tenants as the dashboard's configuration names them."""
        variables = {"CORTI_TENANTS": ",".join(self.sizes)}
        for slug in self.sizes:
            prefix = f"CORTI_{slug.upper()}"
            variables |= {
                f"{prefix}_TENANT_NAME": slug,
                f"{prefix}_CLIENT_ID": f"{slug}-client",
                f"{prefix}_CLIENT_SECRET": f"{slug}-secret",
                f"{prefix}_API_URL": f"{self.url}/v2/",
                f"{prefix}_AUTH_URL": f"{self.url}/realms/",
                f"{prefix}_INDEX_CALLS": "100000",
            }
        return variables

    def latency(self, slug: str, milliseconds: float, endpoint: str = "list") -> None:
        """Let every list call of a tenant wait, or every call of another kind; 0 for none."""
        self._faults(slug, *([{"name": "latency", "endpoint": endpoint, "ms": milliseconds}] if milliseconds else []))

    def hang(self, slug: str) -> None:
        """Let every call of a tenant get no answer; ``latency(slug, 0)`` ends it."""
        self._faults(slug, {"name": "hang", "endpoint": "any"})

    def _faults(self, slug: str, *faults: dict[str, Any]) -> None:
        self._admin.put(f"{self.url}/_sandbox/tenants/{slug}/faults", json=faults).raise_for_status()

    def hold(self, slug: str, key: str, **contents: str) -> None:
        """Say what an interaction holds."""
        url = f"{self.url}/_sandbox/tenants/{slug}/contents/{key}"
        self._admin.put(url, json=contents).raise_for_status()

    def calls(self, slug: str) -> tuple[int, int]:
        """How many (list, token) calls of a tenant have arrived."""
        stats: dict[str, Any] = self._admin.get(f"{self.url}/_sandbox/tenants/{slug}/stats").json()
        return stats["by_endpoint"].get("list", 0), stats["token_calls"]

    def client(self, slug: str) -> requests.Session:
        """A pooled connection to a tenant's API, with a token."""
        form = {"grant_type": "client_credentials", "client_id": f"{slug}-client", "client_secret": f"{slug}-secret"}
        token = self._admin.post(f"{self.url}/realms/{slug}/protocol/openid-connect/token", data=form).json()
        session = requests.Session()
        session.trust_env = False
        session.headers.update({"Authorization": f"Bearer {token['access_token']}", "Tenant-Name": slug})
        return session

    def floor(self, slug: str, page: int = 1) -> Callable[[], Any]:
        """A call for 50 rows, completed, newest first, over a pooled connection, with its JSON decoded."""
        session, url = self.client(slug), f"{self.url}/v2/interactions/?{ROWS}{page}"

        def ask() -> Any:
            rows = session.get(url, timeout=10).json()["interactions"]
            assert len(rows) == 50
            return rows

        return ask
