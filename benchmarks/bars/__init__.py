"""The bars, by their number: a function that measures, and the tenants it needs."""

from collections.abc import Callable
from dataclasses import dataclass

from benchmarks.bars import browser, live, size, throughput, upstream
from benchmarks.figures import Figure
from benchmarks.lab import LARGE, MIDDLE, SMALL, Lab


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: several figures, all from one run."""

    measure: Callable[[Lab], list[Figure]]
    tenants: tuple[str, ...] = (MIDDLE,)


BARS = {
    1: Bar(live.page_against_floor),
    2: Bar(live.calls_a_view),
    3: Bar(live.deep_page, (LARGE,)),
    7: Bar(throughput.many_clients),
    8: Bar(size.list_page),
    9: Bar(browser.transferred),
    10: Bar(browser.time_to_table),
    11: Bar(upstream.exact_total, (LARGE,)),
    14: Bar(throughput.memory),
    15: Bar(upstream.sandbox_page, (SMALL, LARGE)),
}
