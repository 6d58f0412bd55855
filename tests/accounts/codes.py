"""The codes that an authenticator app shows (RFC 6238), written apart from the library that checks them."""

import base64
import hashlib
import hmac
import struct
import time


def code(secret: str, steps: int = 0) -> str:
    """Six digits for now, or for so many half minutes from now."""
    counter = struct.pack(">Q", int(time.time()) // 30 + steps)
    digest = hmac.new(base64.b32decode(secret.replace(" ", "")), counter, hashlib.sha1).digest()
    start = digest[-1] & 15
    return f"{(int.from_bytes(digest[start : start + 4]) & 0x7FFFFFFF) % 1_000_000:06}"
