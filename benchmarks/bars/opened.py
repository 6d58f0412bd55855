"""Bars 17 and 18: an encounter opened, part by part, and three hours of transcript in a browser."""

import statistics
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from benchmarks.bars.browser import chromium, visitor
from benchmarks.figures import Figure, Judged
from benchmarks.lab import MIDDLE, Lab
from benchmarks.timing import medians

LATENCY = 50  # ms of every call
LIMIT = 8.0  # ms over the slowest chain of calls
SENTENCES = 5_000
# Runs before the page's own scripts; tells when the first words were drawn, and how far things moved.
OBSERVER = """
window.bench = {shift: 0, drawn: 0};
new PerformanceObserver((list) => { for (const entry of list.getEntries()) window.bench.shift += entry.value; })
  .observe({type: "layout-shift", buffered: true});
const look = () => requestAnimationFrame(() => {
  if (!document.querySelector(".said p")) return look();
  const channel = new MessageChannel();
  channel.port1.onmessage = () => { window.bench.drawn = performance.now(); };
  channel.port2.postMessage(0);
});
look();
"""


def opening(lab: Lab) -> list[Figure]:
    """Bar 17: the panel and each part over a kept-alive connection, beside its slowest chain of calls alone."""
    session, base = lab.sandbox.client(MIDDLE), f"{lab.sandbox.url}/v2/"
    key = str(session.get(f"{base}interactions/?encounterStatus=completed&pageSize=1").json()["interactions"][0]["id"])
    lab.sandbox.hold(MIDDLE, key, kind="rich")
    one = f"{base}interactions/{key}"
    transcript = session.get(f"{one}/transcripts/").json()["transcripts"][0]["id"]
    chains = {
        "panel": ("", (one,)),
        "documents": ("documents/", (f"{one}/documents/",)),
        "facts": ("facts/", (f"{one}/facts/",)),
        "transcript": ("transcript/", (f"{one}/transcripts/", f"{one}/transcripts/{transcript}")),
        "recordings": ("recordings/", (f"{one}/recordings/",)),
    }
    lab.sandbox.latency(MIDDLE, LATENCY, endpoint="any")
    figures = [
        Figure(17, f"{name}, {LATENCY} ms upstream", page, "ms", LIMIT, floor, Judged.EXCESS)
        for name, (path, urls) in chains.items()
        for floor, page in [medians(lab.repetitions(80, 20), _chain(session, urls), _fragment(lab, key, path))]
    ]
    lab.sandbox.latency(MIDDLE, 0)
    return figures


def three_hours(lab: Lab) -> list[Figure]:
    """Bar 18: from the navigation to the first words of 5,000 sentences on their page, and whether anything moves."""
    session, base = lab.sandbox.client(MIDDLE), f"{lab.sandbox.url}/v2/"
    key = str(session.get(f"{base}interactions/?encounterStatus=completed&pageSize=1").json()["interactions"][0]["id"])
    lab.sandbox.hold(MIDDLE, key, kind="hours")
    drawn: list[float] = []
    shift = 0.0
    with chromium() as browser:
        for _ in range(lab.repetitions(15, 5)):
            page = visitor(browser, lab, OBSERVER)
            page.goto(f"{lab.dashboard.url}/{MIDDLE}/encounters/{key}/transcript/", wait_until="networkidle")
            assert page.locator(".said p").count() >= SENTENCES
            for _ in range(10):
                page.mouse.wheel(0, 3000)
                page.wait_for_timeout(20)
            seen: dict[str, Any] = page.evaluate("window.bench")
            drawn.append(seen["drawn"])
            shift = max(shift, seen["shift"])
            page.context.close()
    return [
        Figure(
            18, f"first words of {SENTENCES:,} sentences in Chromium, empty cache", statistics.median(drawn), "ms", 300
        ),
        Figure(18, "layout shift while they are scrolled", shift, "", 0.01),
    ]


def _chain(session: Any, urls: tuple[str, ...]) -> Callable[[], object]:
    return lambda: [session.get(url, timeout=10).json() for url in urls]


def _fragment(lab: Lab, key: str, path: str) -> Callable[[], object]:
    asked = lab.dashboard.request(f"/{MIDDLE}/encounters/{key}/{path}", HX_Request="true")
    connection = lab.dashboard.connection()
    answer = connection.get(asked)
    assert answer.status == HTTPStatus.OK, f"{path}: {answer.status}"
    return lambda: connection.get(asked)
