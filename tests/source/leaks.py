"""Looks for secrets in text, by their form, by the name they are given, and by being too random for words.

What is invented, for tests and examples, is listed in KNOWN.
"""

import math
import re
from collections import Counter
from collections.abc import Iterator

FORMS = {
    "private key": r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----\s*[\w+/=]{16}",
    "token of a cloud": r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b|\bAIza[\w-]{35}\b|\bgh[pousr]_\w{36}\b|\bgithub_pat_\w{40,}",
    "token of a service": r"\bxox[abprs]-[\w-]{10,}|\bsk-[\w-]{20,}|\bglpat-[\w-]{20}|\bnpm_\w{36}|\bpypi-\w{40,}",
    "signed token": r"\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}",
    "password in an address": r"\b[a-z][a-z0-9+]*://[^\s/:@\"'{}<>$…]+:([^\s/:@\"'{}<>$…]{3,})@",
    "value of a secret": (
        r"(?i)\b\w*(?:SECRET_KEY|CLIENT_SECRET|PASSWORD|API_KEY|ACCESS_TOKEN|METRICS_TOKEN)"
        r"(?:_FALLBACKS)?[\"']?\s*[:=]\s*[\"']?([^\s\"'#,;(){}\[\]<>|$…%]{8,}+)(?!\()"
    ),
}
RANDOM = re.compile(r"[\"'=:\s]([A-Za-z0-9+/_-]{32,}={0,2})(?=[\"'\s]|$)", re.MULTILINE)
# Digests, ids and integrity hashes are random too, and public.
PUBLIC = re.compile(
    r"[0-9a-fA-F]+|sha(?:256|384|512)-.*|[a-z]+(?:[-_][a-z0-9]+)*|[A-Z]+(?:_[A-Z0-9]+)*|[a-z0-9_.-]*(?:/[a-z0-9_.-]*)+"
)
LIKELY = 4.3  # bits a sign
# The name of another variable stands where its value would.
NAME = re.compile(r"[A-Za-z_]+|[A-Za-z_]\w*(?:\.\w+)+")
KNOWN = {
    # The database of .ci/postgres-url, on this machine only; the password of the demo; what .env.example explains.
    "dashboard_ci", "demo-clinician", "password", "ALLOWED_HOSTS=dashboard.example.org",
    # Tests: accounts and clients of no use anywhere, and headers that somebody would smuggle.
    "a-secret-of-the-tests-of-no-use-anywhere", "guessable", "pass-canary", "secret", "shh-very-secret", "south-secret",
    "word", "abc&expires_in=300", r"a\\r\\nX:", r"abc\\r\\nX-Evil:",
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_",
}  # fmt: skip


def found_in(text: str) -> Iterator[tuple[str, str]]:
    """Kind and value of everything that looks like a secret."""
    for kind, form in FORMS.items():
        for match in re.finditer(form, text):
            value = match[match.lastindex or 0]
            if value not in KNOWN and not (kind == "value of a secret" and NAME.fullmatch(value)):
                yield kind, value
    for match in RANDOM.finditer(text):
        if match[1] not in KNOWN and not PUBLIC.fullmatch(match[1]) and entropy(match[1]) > LIKELY:
            yield "random text", match[1]


def entropy(text: str) -> float:
    """Bits a sign, by how often each is there."""
    return -sum(n / len(text) * math.log2(n / len(text)) for n in Counter(text).values())
