"""Times that can be compared on a noisy machine: each thing in turn, many times, and the middle of each."""

import statistics
import time
from collections.abc import Callable


def medians(repetitions: int, *actions: Callable[[], object]) -> list[float]:
    """The median time of each action in ms; all of them run once in every round."""
    times: list[list[float]] = [[] for _ in actions]
    for number in range(repetitions + 5):
        for action, taken in zip(actions, times, strict=True):
            start = time.perf_counter()
            action()
            # The first rounds open connections and fill caches.
            if number >= 5:
                taken.append((time.perf_counter() - start) * 1000)
    return [statistics.median(taken) for taken in times]
