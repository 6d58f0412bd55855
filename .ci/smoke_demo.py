"""``make demo`` as a new user meets it: started, signed in over HTTP, 25 rows seen, a filter, patients of both tenants;
then without its sandbox, with it again, stopped."""

import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from html import unescape
from pathlib import Path

import requests

PORT, SANDBOX_PORT = 8123, 9123
BASE = f"http://127.0.0.1:{PORT}"
# What the demo writes: databases, and whatever else somebody may think of.
KEPT = Path("var")


def listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=0.5).close()
    except OSError:
        return False
    return True


def token(page: str) -> str:
    match = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
    assert match, page[:500]
    return match[1]


def sign_in(username: str, password: str) -> tuple[requests.Session, requests.Response]:
    session = requests.Session()
    session.trust_env = False
    page = session.get(f"{BASE}/", timeout=20)
    assert "Sign in" in page.text
    data = {"username": username, "password": password, "csrfmiddlewaretoken": token(page.text)}
    return session, session.post(page.url, data=data, timeout=20)


def until(seconds: float, what: str, met: Callable[[], object]) -> float:
    """Wait for something; answers how many seconds it took."""
    began = time.monotonic()
    while not met():
        assert time.monotonic() - began < seconds, f"{what}: not within {seconds:.0f} s"
        time.sleep(0.3)
    return time.monotonic() - began


def pages(session: requests.Session) -> list[requests.Response]:
    """Encounters and patients of both tenants, each of which answers at once, whatever is going on."""
    found = []
    for slug in ("nordhavn", "riverside"):
        for name in ("encounters", "patients"):
            began = time.monotonic()
            answer = session.get(f"{BASE}/{slug}/{name}/", timeout=20)
            assert answer.ok, f"{answer.url}: {answer.status_code}"
            assert answer.text.count("</tr>") >= 20, f"{answer.url}: no rows"
            assert time.monotonic() - began < 3, f"{answer.url} took {time.monotonic() - began:.1f} s"
            found.append(answer)
    return found


def has_patients(session: requests.Session) -> bool:
    answers = [session.get(f"{BASE}/{slug}/patients/", timeout=20) for slug in ("nordhavn", "riverside")]
    return all(answer.ok and answer.text.count("</tr>") >= 20 for answer in answers)


def is_live(answer: requests.Response) -> bool:
    return ">Live, " in re.sub(r"</?(i|span)[^>]*>", "", answer.text)


def survive(said: list[str]) -> None:
    """The sandbox dies and comes back: pages go on all the time."""
    admin, _ = sign_in("admin", "demo-administrator")
    took = until(15, "patients of both tenants", lambda: has_patients(admin))
    sys.stdout.write(f"patients of both tenants after {took:.1f} s\n")
    until(90, "filled", lambda: "Complete" in admin.get(f"{BASE}/riverside/index/", timeout=20).text)
    assert all(is_live(answer) for answer in pages(admin)[::2])
    process = re.search(r"kill (\d+)", "".join(said))
    assert process
    os.kill(int(process[1]), signal.SIGKILL)
    until(5, "the sandbox is gone", lambda: not listens(SANDBOX_PORT))
    for _ in range(3):
        for answer in pages(admin)[::2]:
            assert "the last known rows, from the index" in answer.text
    until(10, "the demo says how to start it again", lambda: any("--port" in line for line in said))
    command = next(line for line in said if "--port" in line)
    with subprocess.Popen(shlex.split(command), start_new_session=True) as sandbox:
        try:
            took = until(60, "live again", lambda: all(is_live(answer) for answer in pages(admin)[::2]))
            sys.stdout.write(f"live again {took:.1f} s after the sandbox was started\n")
        finally:
            sandbox.terminate()


def walk() -> None:
    session, page = sign_in("clinician", "demo-clinician")
    assert page.url.endswith("/nordhavn/encounters/"), page.url
    assert page.text.count("<tr") >= 26, "25 rows and a head"
    assert "Nordhavn Clinic" in page.text
    assert session.get(f"{BASE}/riverside/encounters/", timeout=20).status_code == 404
    identifier = re.search(r'name="exactly"[^>]* value="([^"]+)"', page.text)
    assert identifier
    data = {"exactly": identifier[1], "status": "completed", "csrfmiddlewaretoken": token(page.text)}
    filtered = session.post(page.url, data=data, timeout=20)
    assert filtered.ok
    assert "patient=" in filtered.url
    assert identifier[1] not in filtered.url
    readme = {"patient": "MRN-09364405", "status": "completed", "csrfmiddlewaretoken": token(filtered.text)}
    first = session.post(f"{BASE}/nordhavn/encounters/", data=readme, timeout=20)
    next_link = re.search(r'<a id="next" href="([^"]+)"', first.text)
    assert next_link, "the README's patient has a second page"
    second = session.get(BASE + next_link[1].replace("&amp;", "&"), timeout=20)
    assert "MRN-09364405" in second.text
    assert "MRN-09364405" not in second.url
    css = re.search(r'href="(/static/css/app\.[^"]+\.css)"', page.text)
    assert css, "the stylesheet has its hashed name"
    style = session.get(BASE + css[1], timeout=20, headers={"Accept-Encoding": "br"})
    assert style.ok
    assert "immutable" in style.headers["Cache-Control"]
    assert style.headers["Content-Encoding"] == "br"


def has_all(content: bytes, texts: list[str]) -> bool:
    return all(text.encode() in content for text in texts)


def files() -> bytes:
    """Everything that the demo has written; a file that goes meanwhile is none."""
    content = bytearray()
    for path in KEPT.rglob("*"):
        with suppress(FileNotFoundError):
            content += path.read_bytes() if path.is_file() else b""
    return bytes(content)


def keep_nothing() -> None:
    """Whatever is read in opened encounters, no sentence of it is in any file afterwards; what the index has is."""
    session, _ = sign_in("admin", "demo-administrator")
    page = session.get(f"{BASE}/nordhavn/encounters/?status=completed", timeout=20)
    keys = list(dict.fromkeys(re.findall(r"/nordhavn/encounters/([0-9a-f-]{36})/", page.text)))
    words = set()
    for key in keys[:8]:
        for part in ("", "documents/", "facts/", "transcript/", "recordings/", "headline/", "print/?with-transcript=1"):
            answer = session.get(f"{BASE}/nordhavn/encounters/{key}/{part}", timeout=20)
            assert answer.ok, f"{answer.url}: {answer.status_code}"
            words |= {unescape(text) for text in re.findall(r"</button> ([^<]{25,})</p>", answer.text)}
            words |= {unescape(text) for text in re.findall(r"<q class=.quote.[^>]*>([^<]{15,})</q>", answer.text)}
            words |= {line for text in re.findall(r'<p dir="ltr">([^<]+)</p>', answer.text)
                      for line in unescape(text).splitlines() if len(line) > 25}  # fmt: skip
    assert len(words) > 100, f"{len(words)} sentences"
    identifiers = re.findall(r"ENC-\d{7}", page.text)
    assert identifiers
    # What the index has shows that these are the files.
    until(60, "the index has the page", lambda: has_all(files(), identifiers))
    kept = files()
    found = sorted(text for text in words if text.encode() in kept)
    assert not found, found[:5]
    sys.stdout.write(f"{len(words)} sentences were read, and none is in the {len(kept):,} bytes of files\n")


def listen(demo: "subprocess.Popen[str]", said: list[str]) -> None:
    assert demo.stdout
    for line in demo.stdout:
        sys.stdout.write(line)
        said.append(line)


def main() -> int:
    command = ["make", "demo", f"PORT={PORT}", f"SANDBOX_PORT={SANDBOX_PORT}"]
    demo = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True)
    try:
        said: list[str] = []
        listening = threading.Thread(target=listen, args=(demo, said), daemon=True)
        listening.start()
        until(180, "started", lambda: any("Ctrl-C" in line for line in said) or demo.poll() is not None)
        assert demo.poll() is None, f"make demo ended by itself: {demo.wait()}"
        walk()
        keep_nothing()
        survive(said)
        refused = subprocess.run(command, capture_output=True, text=True, timeout=120)
        assert refused.returncode != 0
        assert "taken" in refused.stderr, refused.stderr
    finally:
        # What a terminal does on Ctrl-C: the whole foreground group gets it.
        os.killpg(demo.pid, signal.SIGINT)
        try:
            demo.wait(30)
        except subprocess.TimeoutExpired:
            demo.send_signal(signal.SIGKILL)
            raise
    end = time.monotonic() + 10
    while listens(PORT) or listens(SANDBOX_PORT):
        assert time.monotonic() < end, "Ctrl-C left something running"
        time.sleep(0.2)
    sys.stdout.write("make demo: signed in, saw 25 rows, filtered, lived without its sandbox, stopped.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
