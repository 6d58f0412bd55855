"""The bars, by their number: the functions that measure, and the tenants they need."""

from collections.abc import Callable

from benchmarks.bars import audit, browser, filling, index, live, opened, size, throughput, upstream
from benchmarks.figures import Figure
from benchmarks.lab import FOLLOWED, LARGE, MIDDLE, SMALL, Lab

Measure = Callable[[Lab], list[Figure]]


class Bar:
    """One bar: several figures, all from one run."""

    def __init__(self, *measures: Measure, tenants: tuple[str, ...] = (MIDDLE,)) -> None:
        self.measures, self.tenants = measures, tenants


BARS = {
    1: Bar(live.page_against_floor),
    2: Bar(live.calls_a_view),
    3: Bar(live.deep_page, index.deep_page, tenants=(LARGE, FOLLOWED)),
    4: Bar(index.filtered_page, tenants=(LARGE, FOLLOWED)),
    5: Bar(index.name_search, tenants=(LARGE, FOLLOWED)),
    6: Bar(index.against_the_admin, tenants=(FOLLOWED,)),
    7: Bar(throughput.many_clients),
    8: Bar(size.list_page),
    9: Bar(browser.transferred),
    10: Bar(browser.time_to_table),
    11: Bar(upstream.exact_total, tenants=(LARGE,)),
    12: Bar(filling.against_a_loop, tenants=(FOLLOWED,)),
    13: Bar(filling.follow_up_calls, tenants=(FOLLOWED,)),
    14: Bar(throughput.memory, filling.memory, tenants=(MIDDLE, LARGE, FOLLOWED)),
    15: Bar(upstream.sandbox_page, tenants=(SMALL, LARGE)),
    16: Bar(audit.page_with_log, audit.who_looked, tenants=(FOLLOWED,)),
    17: Bar(opened.opening),
    18: Bar(opened.three_hours),
    19: Bar(throughput.beside_an_outage, tenants=(SMALL, MIDDLE)),
}
