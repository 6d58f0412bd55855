"""Which tenants exist: the configured ones, each with its gateway, once per process."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from threading import Lock
from types import MappingProxyType
from urllib.parse import urlsplit

from django.conf import settings

from corti_gateway.config import TenantConfig
from corti_gateway.gateway import CortiGateway
from dashboard import metrics, request_id

_opening = Lock()
_CORTI_HOST = re.compile(r"api\.(?P<environment>[a-z0-9-]+)\.corti\.app")


@dataclass(frozen=True)
class Tenant:
    """A Corti tenant as the dashboard knows it. Its slug, never its Tenant-Name, keys whatever belongs to it:
    nearly all of Corti's customers share the Tenant-Name ``base``."""

    config: TenantConfig
    gateway: CortiGateway

    @property
    def slug(self) -> str:
        return self.config.slug

    @property
    def label(self) -> str:
        return self.config.label

    @property
    def environment(self) -> str:
        """``eu`` or ``us`` of Corti's own hosts; of any other the host's name."""
        host = urlsplit(self.config.api_url).hostname or ""
        match = _CORTI_HOST.fullmatch(host)
        return match["environment"] if match else host


def registry() -> Mapping[str, Tenant]:
    """Tenants by slug, in the order of the configuration."""
    # Without the lock, the first requests of a process would each open gateways, with tokens and probes of their own.
    with _opening:
        return _open(settings.TENANTS)


@lru_cache(maxsize=4)
def _open(configs: tuple[TenantConfig, ...]) -> Mapping[str, Tenant]:
    return MappingProxyType(
        {
            config.slug: Tenant(config, CortiGateway(config, request_id.current, metrics.observe_call))
            for config in configs
        }
    )
