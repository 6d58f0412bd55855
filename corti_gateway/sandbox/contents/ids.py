"""Ids of what an interaction holds, made so that they lead back to it: nothing has to be kept to find it."""

from functools import lru_cache
from hashlib import blake2b
from uuid import UUID

# The bits of a UUID that say which version and variant it is.
_FIXED = (0xF << 76) | (0b11 << 62)


@lru_cache(maxsize=256)
def _mask(what: str, number: int) -> int:
    digest = blake2b(f"{what} {number}".encode(), digest_size=16).digest()
    return int.from_bytes(digest, "big") & ~_FIXED


def derived(other: str, what: str, number: int = 0) -> str:
    """The id of the interaction's transcript (or whatever it is) of this number; from that one, the interaction's."""
    return str(UUID(int=UUID(other).int ^ _mask(what, number)))
