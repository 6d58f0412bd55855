"""The chain: each entry's hash covers its content and the hash before; the last one is signed."""

import hashlib
import hmac
import json
from collections.abc import Sequence
from typing import Any, NamedTuple

from django.conf import settings

# The columns of an entry that its hash covers, all but the hash itself.
FIELDS = (
    "tenant", "number", "at", "user", "username", "roles", "kind", "action", "route", "status", "outcome", "filters",
    "interactions", "patients", "request_id", "address", "session",
)  # fmt: skip


class Mark(NamedTuple):
    """Where a chain begins and ends."""

    tenant: str
    first: int
    before: str
    number: int
    hash: str


def hash_of(values: Sequence[Any], before: str) -> str:
    """The hash of an entry: its values in the order of FIELDS, after the entry with hash ``before``."""
    return hashlib.sha256(f"{before}\n{json.dumps(list(values), ensure_ascii=True)}".encode()).hexdigest()


def sign(mark: Mark) -> str:
    return _signature(settings.SECRET_KEY, mark)


def is_signed(mark: Mark, signature: str) -> bool:
    """Whether the signature is ours, by the present key or a former one."""
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return any(hmac.compare_digest(_signature(key, mark), signature) for key in keys)


def _signature(key: str, mark: Mark) -> str:
    secret = hashlib.sha256(b"dashboard.audit.chain:" + key.encode()).digest()
    return hmac.new(secret, json.dumps(mark).encode(), hashlib.sha256).hexdigest()
