"""Bars 9 and 10: what a browser has to fetch, and when the table is there."""

import os
import shutil
import statistics
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, CDPSession, Page, sync_playwright

from benchmarks.dashboard import list_path
from benchmarks.figures import Figure, Judged, NotMeasured
from benchmarks.lab import MIDDLE, Lab
from benchmarks.timing import medians

FLAGS = (
    "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
# Runs before the page's own scripts; tells when the first frame with all rows was drawn, and how far things moved.
OBSERVER = """
window.bench = {shift: 0, drawn: 0};
new PerformanceObserver((list) => { for (const entry of list.getEntries()) window.bench.shift += entry.value; })
  .observe({type: "layout-shift", buffered: true});
const look = () => requestAnimationFrame(() => {
  if (document.querySelectorAll("tbody tr").length < 50) return look();
  const channel = new MessageChannel();
  channel.port1.onmessage = () => { window.bench.drawn = performance.now(); };
  channel.port2.postMessage(0);
});
look();
"""


class NoChromium(NotMeasured):
    """There is no browser to measure with."""


def transferred(lab: Lab) -> list[Figure]:
    """Bar 9: a first visit with an empty cache, and a later page change."""
    with chromium() as browser:
        page = visitor(browser, lab)
        traffic = _Traffic(page)
        page.goto(lab.dashboard.url + list_path(MIDDLE), wait_until="networkidle")
        assert page.locator("tbody tr").count() == 50
        first = traffic.taken(page)
        page.click("#next")
        page.wait_for_url("**page=2*")
        page.wait_for_load_state("networkidle")
        later = traffic.taken(page)
    return [
        Figure(9, "first visit, everything transferred", first[0] / 1000, "KB", 60),
        Figure(9, "first visit: requests", first[1], "", 8),
        Figure(9, "a later page change, everything transferred", later[0] / 1000, "KB", 7),
        Figure(9, "a later page change: requests", later[1], "", 1),
    ]


def time_to_table(lab: Lab) -> list[Figure]:
    """Bar 10: from the click to the drawn table with an empty cache, beside the server's part; and nothing moves."""
    asked, connection = lab.dashboard.request(list_path(MIDDLE)), lab.dashboard.connection()
    drawn: list[float] = []
    shift = 0.0
    with chromium() as browser:

        def visit() -> None:
            nonlocal shift
            page = visitor(browser, lab)
            page.goto(lab.dashboard.url + list_path(MIDDLE), wait_until="networkidle")
            seen: dict[str, Any] = page.evaluate("window.bench")
            drawn.append(seen["drawn"])
            shift = max(shift, seen["shift"])
            page.context.close()

        server, _ = medians(lab.repetitions(20, 5), lambda: connection.get(asked), visit)
    table = statistics.median(drawn)
    return [
        Figure(10, "time to the table in Chromium, empty cache", table, "ms", 150, server, Judged.EXCESS),
        Figure(10, "layout shift", shift, "", 0),
    ]


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser, or :class:`NoChromium`."""
    path = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if not path:
        raise NoChromium("no Chromium: install it (Debian: apt install chromium) or set CHROMIUM to its path")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path, headless=True, chromium_sandbox=False, args=list(FLAGS)
        )
        try:
            yield browser
        finally:
            browser.close()


def visitor(browser: Browser, lab: Lab, observer: str = OBSERVER) -> Page:
    """A page with an empty cache and the member's cookies, looked at by the observer."""
    context = browser.new_context(viewport={"width": 1280, "height": 800}, reduced_motion="reduce")
    pairs = (pair.split("=", 1) for pair in lab.dashboard.cookies.split("; "))
    context.add_cookies([{"name": name, "value": value, "url": lab.dashboard.url} for name, value in pairs])
    context.add_init_script(observer)
    return context.new_page()


class _Traffic:
    """Bytes over the wire, headers included, and how many answers they were, as the browser itself counts them."""

    def __init__(self, page: Page) -> None:
        self._sizes: list[float] = []
        session: CDPSession = page.context.new_cdp_session(page)
        session.on("Network.loadingFinished", self._finished)
        session.send("Network.enable")

    def taken(self, page: Page) -> tuple[float, int]:
        """What has come since the last time."""
        page.wait_for_timeout(500)
        taken, self._sizes = self._sizes, []
        return sum(taken), len(taken)

    def _finished(self, event: dict[str, Any]) -> None:
        # What the browser takes from its own cache has no length.
        if event["encodedDataLength"]:
            self._sizes.append(event["encodedDataLength"])
