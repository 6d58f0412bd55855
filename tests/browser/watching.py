"""Watches every page of a context: nothing may leave for another host, break the content policy, or fail unseen."""

import re
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Request, WebError

# Chromium reports violations on its console too; the listener is there in case it ever stops to.
_LISTENER = """
document.addEventListener("securitypolicyviolation", (event) =>
  console.error(`violated ${event.violatedDirective}: ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`));
"""


class Watch:
    """What went wrong in a context, and every request it made."""

    def __init__(self, context: BrowserContext, host: str) -> None:
        self.host = host
        self.requests: list[Request] = []
        self._asked: list[list[str]] = []
        self.problems: list[str] = []
        self.heard: list[str] = []
        self._expected: list[re.Pattern[str]] = []
        context.add_init_script(_LISTENER)
        context.on("request", self._request)
        context.on("console", self._console)
        context.on("weberror", self._error)

    def expect(self, *patterns: str) -> None:
        """Console errors that are part of the test, such as a status that was asked for."""
        self._expected += [re.compile(pattern) for pattern in patterns]

    def expect_status(self, *statuses: int) -> None:
        """What browser and htmx write to the console about an answer of this status."""
        for status in statuses:
            self.expect(rf"responded with a status of {status}\b", rf"Response Status Error Code {status} from")

    def expect_no_answer(self) -> None:
        """What browser and htmx write to the console when a request gets no answer."""
        self.expect(r"Failed to load resource: net::ERR_", r"console: htmx:(afterRequest|sendError|timeout), ")

    def expect_aborts(self) -> None:
        """What htmx writes to the console when a newer request takes the place of one under way."""
        self.expect(r"console: htmx:(afterRequest|sendAbort), ")

    def asked_from_now(self) -> list[str]:
        """The addresses that are asked for after this, as they come."""
        asked: list[str] = []
        self._asked.append(asked)
        return asked

    def verify(self) -> None:
        """Fail on everything unexpected so far."""
        problems = [text for text in self.problems if not any(pattern.search(text) for pattern in self._expected)]
        assert not problems, "\n".join(problems)

    def _request(self, request: Request) -> None:
        self.requests.append(request)
        for asked in self._asked:
            asked.append(request.url)
        if urlsplit(request.url).netloc != self.host:
            self.problems.append(f"a request left for {request.url}")

    def _console(self, message: ConsoleMessage) -> None:
        self.heard.append(message.text)
        if message.type in ("error", "warning"):
            self.problems.append(f"console: {message.text} {message.location.get('url', '')}")

    def _error(self, error: WebError) -> None:
        self.problems.append(f"uncaught: {error.error}")
