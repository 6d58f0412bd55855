"""Bars 7 and 14: many views."""

from benchmarks.dashboard import list_path
from benchmarks.figures import Figure, Judged
from benchmarks.lab import MIDDLE, Lab
from benchmarks.load import Load, drive, text_of
from benchmarks.memory import proportional_set_size

CLIENTS, LATENCY = 32, 100  # ms
VIEWS = 10_000


def many_clients(lab: Lab) -> list[Figure]:
    """Bar 7: views a second, of what 32 clients could get if only the API took time."""
    lab.sandbox.latency(MIDDLE, LATENCY)
    asked = text_of(lab.dashboard.request(list_path(MIDDLE)))
    seconds = lab.repetitions(15, 5)
    outcome = drive(Load(lab.dashboard.port, asked, connections=CLIENTS, warm_up=3, seconds=seconds))
    lab.sandbox.latency(MIDDLE, 0)
    what = f"live views a second, {CLIENTS} clients, {LATENCY} ms upstream"
    return [Figure(7, what, outcome.rate, "/s", 0.9, CLIENTS / (LATENCY / 1000), Judged.SHARE)]


def memory(lab: Lab) -> list[Figure]:
    """Bar 14: what a worker holds after many views."""
    views = lab.repetitions(VIEWS, 2_000)
    with lab.another_dashboard(workers=1) as dashboard:
        asked = text_of(dashboard.request(list_path(MIDDLE)))
        drive(Load(dashboard.port, asked, connections=8, views=views))
        (worker,) = dashboard.workers
        size = proportional_set_size(worker)
    return [Figure(14, f"memory (PSS) of a web worker after {views:,} views", size, "MB", 120)]
