"""The dashboard as it runs in production: gunicorn, collected static files, a signed-in member."""

import re
import secrets
from pathlib import Path

import requests

from benchmarks.databases import Database
from benchmarks.sandbox import SandboxService
from benchmarks.services import Service, ServiceError, free_port, inherited, run
from benchmarks.wire import Connection, request

MEMBER = "karen"
# A browser says its zone in this cookie; one beside UTC costs the page some more formatting.
ZONE = "Europe/Copenhagen"
_CSRF = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


def list_path(slug: str, page: int = 1) -> str:
    """The path of the same 50 rows as the floor's."""
    return f"/{slug}/encounters/?status=completed&size=50" + (f"&page={page}" if page > 1 else "")


def configured(sandbox: SandboxService, database: Database) -> dict[str, str]:
    """The variables of a dashboard over a sandbox and a database, which is migrated."""
    variables = inherited(
        ENV_FILE="",
        SECRET_KEY=secrets.token_urlsafe(50),
        MFA_REQUIRED="none",
        LIMIT_LISTS="1000000",
        LIMIT_CONTENTS="1000000",
        ALLOWED_HOSTS="127.0.0.1",
        HTTPS="off",
        **database.variables,
        **sandbox.variables(),
    )
    run(["manage.py", "migrate", "--verbosity", "0"], variables)
    return variables


class Installation:
    """A migrated database and collected static files in a folder of their own, and the variables for them."""

    def __init__(self, sandbox: SandboxService, database: Database) -> None:
        self.folder = database.folder
        self.password = secrets.token_urlsafe(16)
        self.variables = configured(sandbox, database)
        run(["manage.py", "collectstatic", "--no-input", "--verbosity", "0"], self.variables)
        run(["-m", "benchmarks.member", MEMBER, self.password, *sandbox.sizes], self.variables)

    def sealed(self, slug: str, purpose: str, text: str) -> str:
        """A personal value as a URL of this installation holds it."""
        return run(["-m", "benchmarks.seal", slug, purpose, text], self.variables).strip()


class DashboardService(Service):
    """The dashboard of an installation with so many workers; ``cookies`` is the signed-in member's header."""

    member = MEMBER

    def __init__(self, installation: Installation, *, workers: int = 2, **others: str) -> None:
        port = free_port()
        variables = installation.variables | {"BIND": f"127.0.0.1:{port}", "WEB_WORKERS": str(workers), **others}
        log = installation.folder / "dashboard.log"
        super().__init__(["-m", "gunicorn", "dashboard.wsgi"], port, log, variables, within=30)
        self.url = f"http://127.0.0.1:{port}"
        self._password = installation.password
        self._cookies = ""

    @property
    def cookies(self) -> str:
        """The cookies of a browser that has signed in."""
        if not self._cookies:
            with requests.Session() as session:
                session.trust_env = False
                url = f"{self.url}/accounts/sign-in/"
                token = _CSRF.search(session.get(url).text)
                assert token
                form = {"username": self.member, "password": self._password, "csrfmiddlewaretoken": token[1]}
                session.post(url, data=form, allow_redirects=False)
                if "session" not in session.cookies:
                    raise ServiceError("the sign-in failed")
                names = {**session.cookies.get_dict(), "tz": ZONE}
                self._cookies = "; ".join(f"{name}={value}" for name, value in names.items())
        return self._cookies

    def request(self, path: str, **headers: str) -> bytes:
        """A request of a signed-in browser; underscores in header names become hyphens."""
        own = {name.replace("_", "-"): value for name, value in headers.items()}
        browser = {"Accept": "text/html", "Accept-Encoding": "gzip, deflate, br", "Cookie": self.cookies}
        return request(f"127.0.0.1:{self.port}", path, browser | own)

    def connection(self) -> Connection:
        return Connection("127.0.0.1", self.port)

    @property
    def workers(self) -> list[int]:
        """The process ids of gunicorn's workers."""
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        return [int(child) for child in children]


class PeerService(DashboardService):
    """Django's admin in the dashboard's place."""

    member = f"{MEMBER}-admin"

    def __init__(self, installation: Installation) -> None:
        super().__init__(installation, DJANGO_SETTINGS_MODULE="benchmarks.peer.settings")
