"""Bars 12 to 14, of filling and following: speed, calls, memory."""

import itertools
import json
import statistics
from typing import Any

import requests

from benchmarks.dashboard import configured
from benchmarks.figures import Figure, Judged
from benchmarks.lab import FOLLOWED, Lab
from benchmarks.services import run

FILLS = ((0, 1.5), (50, 3.0))  # ms upstream, times as fast as the loop
CHANGED, NEW, DELETED = 100, 10, 10
_numbers = itertools.count()


def against_a_loop(lab: Lab) -> list[Figure]:
    """Bar 12: rows a second of a first fill, beside a loop that fetches, parses and upserts one page at a time."""
    figures = []
    for latency, limit in FILLS:
        lab.sandbox.latency(FOLLOWED, latency)
        # Alternately, as the machine has other things to do as well; slow calls hardly depend on it.
        turns = lab.repetitions(3, 1) if not latency else 1
        rates: dict[str, list[float]] = {"loop": [], "fill": []}
        for _ in range(turns):
            for how, taken in rates.items():
                taken.append(_rate(lab, how))
        loop, fill = (statistics.median(taken) for taken in rates.values())
        what = f"first fill, rows a second, {latency} ms upstream"
        figures.append(Figure(12, what, fill, "/s", limit, loop, Judged.SHARE))
    lab.sandbox.latency(FOLLOWED, 0)
    return figures


def follow_up_calls(lab: Lab) -> list[Figure]:
    """Bar 13: calls of a turn after nothing, after deletions, and after changes."""
    client, address = lab.sandbox.client(FOLLOWED), f"{lab.sandbox.url}/v2/interactions/"
    calls = [_calls_of_a_turn(lab, {})]
    ids = _ids(client, address)
    for key in ids[CHANGED:]:
        client.delete(f"{address}{key}").raise_for_status()
    calls.append(_calls_of_a_turn(lab, {"removed": DELETED, "open": 0}))
    for number, key in enumerate(ids[:CHANGED]):
        client.patch(f"{address}{key}", json={"encounter": {"title": f"Changed {number}"}}).raise_for_status()
    for number in range(NEW):
        encounter = {"identifier": f"BENCH-{number}", "status": "planned", "type": "consultation"}
        client.post(address, json={"encounter": encounter}).raise_for_status()
    calls.append(_calls_of_a_turn(lab, {"written": CHANGED + NEW, "open": 0}))
    size = f"{lab.sandbox.sizes[FOLLOWED]:,}"
    return [
        Figure(13, "calls of a turn of the follower, nothing changed", calls[0], "", 3),
        Figure(13, f"the same, {CHANGED} changed and {NEW} new", calls[2], "", 6),
        Figure(13, f"the same, {DELETED} deleted in {size}", calls[1], "", 80),
    ]


def memory(lab: Lab) -> list[Figure]:
    """Bar 14: the most that the follower holds while it fills a large index."""
    filled = lab.large.filled
    return [Figure(14, f"memory (PSS) of the follower, filling {filled.rows:,}", filled.memory, "MB", 150)]


def _rate(lab: Lab, how: str) -> float:
    """Rows a second into an empty database."""
    with lab.database(f"{how}-{next(_numbers)}") as database:
        done = json.loads(run(["-m", "benchmarks.filling", how, FOLLOWED], configured(lab.sandbox, database)))
    assert done["rows"] >= lab.sandbox.sizes[FOLLOWED], done
    return float(done["rows"] / done["seconds"])


def _calls_of_a_turn(lab: Lab, expected: dict[str, int]) -> int:
    variables = lab.followed.installation.variables
    before = lab.sandbox.calls(FOLLOWED)[0]
    found: dict[str, Any] = json.loads(run(["-m", "benchmarks.catching_up", FOLLOWED], variables))
    assert found | expected == found, found
    return lab.sandbox.calls(FOLLOWED)[0] - before


def _ids(client: requests.Session, address: str) -> list[str]:
    """Ids all over the list: so many to change, and so many to delete."""
    pages = [
        client.get(f"{address}?sort=id&pageSize=1&index={1 + 900 * number}").json()
        for number in range(CHANGED + DELETED)
    ]
    return [page["interactions"][0]["id"] for page in pages]
