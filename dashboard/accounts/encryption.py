"""Second factors are encrypted in the database, with a key made from SECRET_KEY; former keys still open them."""

import base64
from collections import Counter
from functools import lru_cache

from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.db import transaction

# What allauth encrypts: the secret of an app, and the seed of recovery codes. A passkey is no secret.
SECRETS = ("secret", "seed")
PRESENT, FORMER, LOST = "present", "former", "lost"


def encrypt(text: str) -> str:
    return _box(settings.SECRET_KEY).encrypt(text.encode()).decode()


def decrypt(token: str) -> str:
    """What was encrypted with the present key or a former one, or InvalidToken."""
    return _box(settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS).decrypt(token.encode()).decode()


def standing() -> Counter[str]:
    """How many secrets the present key opens, how many a former one only, and how many none."""
    return Counter(_opened_by(token) for factor in Authenticator.objects.iterator() for token in _of(factor).values())


def reencrypt() -> None:
    """Encrypt with the present key what a former one opens. Each factor for itself and locked, as a code that is used
    in between is noted beside its seed."""
    for key in list(Authenticator.objects.values_list("pk", flat=True)):
        with transaction.atomic():
            factor = Authenticator.objects.select_for_update().filter(pk=key).first()
            old = {} if factor is None else _of(factor)
            new = {name: encrypt(decrypt(token)) for name, token in old.items() if _opened_by(token) == FORMER}
            if factor is not None and new:
                factor.data |= new
                factor.save(update_fields=["data"])


def _of(factor: Authenticator) -> dict[str, str]:
    return {name: factor.data[name] for name in SECRETS if name in factor.data}


def _opened_by(token: str) -> str:
    for name, keys in ((PRESENT, [settings.SECRET_KEY]), (FORMER, settings.SECRET_KEY_FALLBACKS)):
        if any(_opens(key, token) for key in keys):
            return name
    return LOST


def _opens(key: str, token: str) -> bool:
    try:
        _box(key).decrypt(token.encode())
    except InvalidToken:
        return False
    return True


@lru_cache(maxsize=8)
def _box(*keys: str) -> MultiFernet:
    return MultiFernet([Fernet(base64.urlsafe_b64encode(_derive(key))) for key in keys])


def _derive(key: str) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=b"dashboard.accounts second factors").derive(key.encode())
