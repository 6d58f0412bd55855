"""Bars 7, 14 and 19: many views."""

import time

from benchmarks.dashboard import list_path
from benchmarks.figures import Figure, Judged
from benchmarks.lab import MIDDLE, SMALL, Lab
from benchmarks.load import Load, drive, held, text_of
from benchmarks.memory import proportional_set_size

CLIENTS, LATENCY = 32, 100  # ms
VIEWS = 10_000
# So few that the machine has time left: what is shown is waiting, not the want of cores.
NEIGHBOURS, HANGING = 4, 16


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


def beside_an_outage(lab: Lab) -> list[Figure]:
    """Bar 19: one tenant's views while as many of another wait for an API that hangs, over the same without them."""
    lab.sandbox.latency(MIDDLE, LATENCY)
    asked = text_of(lab.dashboard.request(list_path(MIDDLE)))
    others = text_of(lab.dashboard.request(list_path(SMALL)))
    load = Load(lab.dashboard.port, asked, connections=NEIGHBOURS, warm_up=1, seconds=lab.repetitions(5, 3))
    quiet = drive(load)
    lab.sandbox.hang(SMALL)
    with held(Load(lab.dashboard.port, others, connections=HANGING, views=HANGING)):
        time.sleep(0.5)
        beside = drive(load)
    lab.sandbox.latency(SMALL, 0)
    lab.sandbox.latency(MIDDLE, 0)
    what = f"live view p95, {NEIGHBOURS} clients, while {HANGING} of another tenant hang"
    return [Figure(19, what, beside.slowest_in_20 * 1000, "ms", 1.5, quiet.slowest_in_20 * 1000, Judged.RATIO)]
