"""No secret stands in any file, nor in any version that a file ever had (SR-46)."""

import io
import subprocess
from collections.abc import Iterator

import pytest

from tests.source.leaks import found_in
from tests.source.rules import ROOT

PEM = "-----BEGIN {}PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n"
# Put together here, so that this file holds none of them.
PLANTED = [
    PEM.format(""), PEM.format("RSA "), PEM.format("OPENSSH "), PEM.format("EC "),
    "AKI" + "AIOSFODNN7EXAMPLE", "gh" + "p_" + "a1B2" * 9, "xo" + "xb-1234567890-abcdef", "s" + "k-" + "Ab3d" * 6,
    "npm" + "_" + "x1Y2" * 9, "AIz" + "aSy" + "D4" * 16 + "x",
    "e" + "yJhbGciOiJIUzI1NiJ9.e" + "yJzdWIiOiIxMjM0NTY3ODkwIn0.TJVA95OrM7E2cBab30RMHrHDcEfxjoYZ",
    "DATABASE_URL=postgres" + "://me:hunter2-really@db.example.org/x",
    "CORTI_CLIENT_" + "SECRET=f81d4fae-7dec-11d0-a765-00a0c91e6bf6", "CORTI_NORDHAVN_CLIENT_" + "SECRET: 'q7!Zt0pX'",
    "SECRET_" + "KEY = 'django-insecure-7x)2'", 'pass' + 'word="Winter2026!"', "API_" + "KEY=0123456789abcdef",
    'key = "hQ3vLwP0-zXy7' + 'Rk2_TfNc9BdMsJ4uGe8AoKi5VtYpZ1"', "X: mW8dQ2rT+5yUiO" + "p0aSdFgHjKlZxCvBnM3q4w=",
]  # fmt: skip
HARMLESS = """
client_secret=config.client_secret, password=PASSWORD, SECRET_KEY: str = env.str("SECRET_KEY")
--hash=sha256:034cc8cbf72d00553b4be256703ac545120b4e50af13b49dec99da899aeeecb4
"integrity": "sha512-v2kDEe57lecTulaDIuNTPy3Ry4gLGJ6Z1O3vE1krgXZNrsQ+LFTGHVxVjcXPs17LhbZVGedAJv8XZ1tvj5FvSg=="
https://dashboard.example.org/nordhavn/encounters/?status=completed and postgres://$USER:$PASS@host/name
test_every_page_asks_for_the_rows_of_its_own_tenant = "0d9d5c3a-51a4-4f1f-8b7a-1c2d3e4f5a6b"
CORTI_CLIENT_SECRET= # empty until you fill it in
"""


def git(*arguments: str, given: str = "") -> bytes:
    done = subprocess.run(
        ["git", *arguments], input=given.encode(), capture_output=True, cwd=ROOT, check=True, timeout=60
    )
    return done.stdout


def versions() -> Iterator[tuple[str, bytes]]:
    """Path and content of every version that a file had in any commit up to this one."""
    lines = (line.partition(" ") for line in git("rev-list", "--objects", "HEAD").decode().splitlines())
    paths = {name: path for name, _, path in lines if path}
    stream = io.BytesIO(git("cat-file", "--batch", given="\n".join(paths)))
    while head := stream.readline():
        name, kind, size = head.decode().split()
        content = stream.read(int(size) + 1)
        if kind == "blob":
            yield paths[name], content


def test_no_file_holds_a_secret():
    paths = [ROOT / name for name in git("ls-files", "-z").decode().split("\0") if name]
    assert len(paths) > 300
    texts = {path: path.read_bytes().decode("utf-8", "replace") for path in paths if path.is_file()}
    assert {path.name: kind for path, text in texts.items() for kind, _ in found_in(text)} == {}


def test_no_version_of_any_file_held_one():
    looked_at, found = 0, set()
    for path, content in versions():
        # A picture is no text, and random throughout.
        if b"\0" not in content[:8_000]:
            found |= {(path, kind) for kind, _ in found_in(content.decode("utf-8", "replace"))}
            looked_at += 1
    assert looked_at > 300
    assert found == set()


@pytest.mark.parametrize("planted", PLANTED)
def test_what_is_planted_is_found(planted):
    assert list(found_in(f"some words before\n{planted}\nand after"))


def test_what_is_no_secret_is_not():
    assert list(found_in(HARMLESS)) == []
