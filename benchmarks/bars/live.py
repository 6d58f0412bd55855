"""Bars 1 to 3: one reader of the live list."""

import time

from benchmarks.dashboard import DashboardService, list_path
from benchmarks.figures import Figure, Judged
from benchmarks.lab import LARGE, MIDDLE, Lab
from benchmarks.load import Load, drive, text_of
from benchmarks.sandbox import SandboxService
from benchmarks.services import ServiceError
from benchmarks.timing import medians

LATENCIES = ((0, 5.0, 500, 100), (50, 1.08, 120, 30), (150, 1.03, 60, 15))  # ms, limit, repetitions full and quick
VIEWS = 1_000
DEEP = 10_000  # of about 12,400 pages of 50


def page_against_floor(lab: Lab) -> list[Figure]:
    """Bar 1: the page over a kept-alive connection beside the plainest call for the same rows."""
    asked = lab.dashboard.request(list_path(MIDDLE))
    browser = lab.dashboard.connection()
    figures = []
    for latency, limit, full, quick in LATENCIES:
        lab.sandbox.latency(MIDDLE, latency)
        floor, page = medians(lab.repetitions(full, quick), lab.sandbox.floor(MIDDLE), lambda: browser.get(asked))
        what = f"live page p50, {latency} ms upstream"
        figures.append(Figure(1, what, page, "ms", limit, floor, Judged.RATIO))
    lab.sandbox.latency(MIDDLE, 0)
    return figures


def calls_a_view(lab: Lab) -> list[Figure]:
    """Bar 2: what arrives at the API for a thousand views, and for how many tokens two workers ask."""
    views = lab.repetitions(VIEWS, 200)
    tokens_before = lab.sandbox.calls(MIDDLE)[1]
    with lab.another_dashboard(workers=2) as dashboard:
        asked = text_of(dashboard.request(list_path(MIDDLE)))
        _wake_all(lab.sandbox, dashboard, asked)
        before, _ = lab.sandbox.calls(MIDDLE)
        answers = drive(Load(dashboard.port, asked, connections=4, views=views)).answers
        time.sleep(0.5)
        after, tokens = lab.sandbox.calls(MIDDLE)
    return [
        Figure(2, "upstream calls a live view", (after - before) / answers, "", 2),
        Figure(2, f"token calls, {views:,} views, 2 workers", tokens - tokens_before, "", 2),
    ]


def deep_page(lab: Lab) -> list[Figure]:
    """Bar 3: page 10,000 beside page 1."""
    first, deep = (lab.dashboard.request(list_path(LARGE, page)) for page in (1, DEEP))
    browser = lab.dashboard.connection()
    near, far = medians(lab.repetitions(300, 80), lambda: browser.get(first), lambda: browser.get(deep))
    return [Figure(3, f"page {DEEP:,} of the live list, against page 1", far, "ms", 1.15, near, Judged.RATIO)]


def _wake_all(sandbox: SandboxService, dashboard: DashboardService, asked: str) -> None:
    """Until each worker has a token and has found out what the API honours: that is done once, not a view."""
    _, tokens = sandbox.calls(MIDDLE)
    for _ in range(50):
        drive(Load(dashboard.port, asked, connections=16, views=32))
        if sandbox.calls(MIDDLE)[1] >= tokens + len(dashboard.workers):
            break
    else:
        raise ServiceError("not every worker was reached")
    seen = -1
    while seen != (seen := sandbox.calls(MIDDLE)[0]):
        time.sleep(1)
