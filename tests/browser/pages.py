"""How the tests use the pages: what a person sees and does, in one place."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

from playwright.sync_api import Locator, Page, Response

from tests.browser.watching import Watch

_QUIET = """() => !document.querySelector(
    "#results[data-before], #results[aria-busy], .htmx-request, .htmx-swapping, .htmx-settling, .htmx-added")"""


class Visitor:
    """A person with one tab. ``path`` and ``query`` are what the address bar says."""

    def __init__(self, page: Page, watch: Watch, base: str) -> None:
        self.page, self.watch, self.base = page, watch, base

    def open(self, path: str) -> Response | None:
        return self.page.goto(self.base + path)

    def open_list(self, tenant: str = "nordhavn", query: str = "", rows: int | None = None) -> Self:
        """The list, with so many rows on it."""
        self.open(f"/{tenant}/encounters/{query}")
        if rows is not None:
            assert self.rows.count() == rows
        return self

    def another_tab(self) -> "Visitor":
        return Visitor(self.page.context.new_page(), self.watch, self.base)

    def sign_in(self, username: str, password: str) -> None:
        self.page.get_by_label("Username").fill(username)
        self.page.get_by_label("Password").fill(password)
        self.page.get_by_role("button", name="Sign in").click()
        self.page.wait_for_load_state()

    def swap(self, action: Callable[[], Any]) -> None:
        """Do something that HTMX answers, and wait until the answer stands."""
        self.page.evaluate("document.querySelector('#results').dataset.before = '1'")
        action()
        self.settled()

    def settled(self) -> None:
        self.page.wait_for_function(_QUIET)

    def leaves(self, action: Callable[[], Any]) -> None:
        """Do something that opens another whole page, and wait for it."""
        with self.page.expect_navigation():
            action()
        self.page.wait_for_load_state()

    def back(self) -> None:
        """One step back: HTMX has kept nothing, so the page is loaded anew."""
        with self.page.expect_event("load"):
            self.page.go_back(wait_until="commit")

    def forward(self) -> None:
        with self.page.expect_event("load"):
            self.page.go_forward(wait_until="commit")

    def toggle(self, status: str) -> None:
        self.swap(self.page.get_by_label(status, exact=True).click)

    def find(self, patient: str) -> None:
        self.page.locator("#patient").fill(patient)
        self.swap(lambda: self.page.locator("#patient").press("Enter"))

    def choose(self, select: str, value: str) -> None:
        menu = self.page.locator(f"#{select}")
        menu.focus()
        self.swap(lambda: menu.select_option(value))

    def click(self, selector: str) -> None:
        self.swap(self.page.locator(selector).click)

    def remove_chip(self, label: str) -> None:
        self.swap(self.page.get_by_role("link", name=f"Remove the filter {label}").click)

    def answering(self, part: str) -> AbstractContextManager[Any]:
        return self.page.expect_response(lambda response: part in response.url)

    @property
    def rows(self) -> Locator:
        return self.page.locator("tbody tr")

    @property
    def names(self) -> Locator:
        return self.page.locator("tbody .c-patient button")

    @property
    def statuses(self) -> set[str]:
        return {text.strip() for text in self.page.locator("tbody .status").all_inner_texts()}

    @property
    def identifiers(self) -> set[str]:
        return set(self.page.locator("tbody .c-patient .sub").all_inner_texts())

    @property
    def chips(self) -> list[str]:
        return [text.strip() for text in self.page.locator(".chip").all_inner_texts()]

    @property
    def summary(self) -> str:
        return self.page.locator(".summary b").inner_text()

    @property
    def announcement(self) -> str:
        return (self.page.locator("#announcement").text_content() or "").strip()

    @property
    def panel(self) -> str | None:
        return self.page.locator(".panel").get_attribute("data-state")

    @property
    def panels(self) -> int:
        return self.page.locator("#results .panel").count()

    @property
    def url(self) -> str:
        """Path and query."""
        parts = urlsplit(self.page.url)
        return parts.path + (f"?{parts.query}" if parts.query else "")

    @property
    def query(self) -> list[tuple[str, str]]:
        """The query string, with the seal of a patient left open."""
        pairs = parse_qsl(urlsplit(self.page.url).query)
        return [(key, "sealed" if key == "patient" else value) for key, value in pairs]

    @property
    def entries(self) -> int:
        return int(self.page.evaluate("history.length"))

    @property
    def focus(self) -> str:
        """The id of what has the focus."""
        return str(self.page.evaluate("document.activeElement.id || document.activeElement.tagName"))
