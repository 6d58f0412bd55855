"""``make demo`` as a new user meets it: started, signed in over HTTP, 25 rows seen, a filter, stopped."""

import os
import re
import signal
import socket
import subprocess
import sys
import time

import requests

PORT, SANDBOX_PORT = 8123, 9123
BASE = f"http://127.0.0.1:{PORT}"


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


def walk() -> None:
    session = requests.Session()
    session.trust_env = False
    page = session.get(f"{BASE}/", timeout=20)
    assert "Sign in" in page.text
    page = session.post(
        page.url,
        data={"username": "clinician", "password": "demo-clinician", "csrfmiddlewaretoken": token(page.text)},
        timeout=20,
    )
    assert page.url.endswith("/nordhavn/encounters/"), page.url
    assert page.text.count("<tr>") + page.text.count('<tr class="damaged"') >= 26, "25 rows and a head"
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


def main() -> int:
    command = ["make", "demo", f"PORT={PORT}", f"SANDBOX_PORT={SANDBOX_PORT}"]
    demo = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True)
    try:
        assert demo.stdout
        for line in demo.stdout:
            sys.stdout.write(line)
            if "Ctrl-C" in line:
                break
        else:
            raise AssertionError(f"make demo ended by itself: {demo.wait()}")
        walk()
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
    sys.stdout.write("make demo: signed in, saw 25 rows, filtered, stopped.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
