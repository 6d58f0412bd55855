"""Sealed values: a patient's identifier in a URL without being in the URL.

A sealed value is opaque and authenticated, bound to one tenant and one purpose, and the same value gives the same
seal for as long as a period lasts: so links, Back and reload work, colleagues of the tenant can share them, and a list
has one canonical URL. AES-SIV (RFC 5297) is made for exactly this. Seals die by age, and with the key: an older key
still opens what it sealed as long as it stands in SECRET_KEY_FALLBACKS.
"""

import base64
import binascii
import hashlib
import time
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from django.conf import settings

PERIOD = 90 * 24 * 60 * 60  # seconds; a seal opens in its own period and the next
LONGEST = 2_048


class Unsealable(ValueError):
    """The value was altered, is too old, or was sealed for another tenant: the three look the same on purpose."""


def seal(tenant: str, purpose: str, text: str) -> str:
    """An URL-safe token that only this dashboard can make and open, for this tenant and purpose only."""
    box = _box(settings.SECRET_KEY)
    return (
        base64.urlsafe_b64encode(box.encrypt(text.encode(), _binding(tenant, purpose, _period()))).decode().rstrip("=")
    )


def unseal(tenant: str, purpose: str, token: str) -> str:
    """What was sealed, or :class:`Unsealable`."""
    try:
        sealed = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise Unsealable from error
    # One spelling for one value: base64 leaves a few bits of its last letter unused.
    if len(token) > LONGEST or base64.urlsafe_b64encode(sealed).decode().rstrip("=") != token:
        raise Unsealable
    for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        for period in (_period(), _period() - 1):
            try:
                return _box(key).decrypt(sealed, _binding(tenant, purpose, period)).decode()
            except (InvalidTag, ValueError):
                continue
    raise Unsealable


def _binding(tenant: str, purpose: str, period: int) -> list[bytes]:
    return [tenant.encode(), purpose.encode(), str(period).encode()]


def _period() -> int:
    return int(time.time() // PERIOD)


@lru_cache(maxsize=8)
def _box(key: str) -> AESSIV:
    return AESSIV(hashlib.sha512(b"dashboard.listing.sealed:" + key.encode()).digest())
