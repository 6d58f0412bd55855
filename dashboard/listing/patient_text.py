"""What people paste into the patient field."""

import unicodedata

LONGEST = 256
# Invisible signs that travel with a copied identifier: zero-width, direction marks, soft hyphen, byte order mark.
_INVISIBLE = {"Cf", "Cc", "Zs", "Zl", "Zp"}


def trimmed(text: str) -> str:
    """The identifier without blanks and invisible signs at its ends. Case and everything inside stay as they are,
    but for control characters, which no identifier can hold."""
    start, end = 0, len(text)
    while start < end and unicodedata.category(text[start]) in _INVISIBLE:
        start += 1
    while end > start and unicodedata.category(text[end - 1]) in _INVISIBLE:
        end -= 1
    return "".join(sign for sign in text[start:end] if unicodedata.category(sign) not in {"Cc", "Cs"})
