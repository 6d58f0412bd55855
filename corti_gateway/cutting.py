"""Where the first K rows of a merged list end in each of its sub-lists, found by single-row probes."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any


def cut(
    ends: Sequence[int],
    target: int,
    probe: Callable[[int, int], Any],
    together: Callable[[Sequence[Callable[[], Any]]], list[Any]],
    slack: int,
) -> list[int]:
    """How many of the first ``target`` rows of the merged list come from each list; up to ``slack`` rows too few.

    ``ends[i]`` rows of list i at most are among them. ``probe(list, rank)`` gives something comparable, different for
    each row and rising within a list, also past its end. ``low[i]`` rows of list i are known to lie within the target,
    rows from ``high[i]`` on to lie outside. One probe in the middle of each open range; of these, the smallest must be
    inside if all before them are too few, and the largest outside if they are too many, so that every round settles at
    least one, and commonly most of them.
    """
    lists = len(ends)
    low, high = [0] * lists, list(ends)
    seen: dict[tuple[int, int], Any] = {}
    while target - sum(low) > slack:
        middles = {i: (low[i] + high[i]) // 2 for i in range(lists) if low[i] < high[i]}
        missing = [(i, rank) for i, rank in middles.items() if (i, rank) not in seen]
        seen.update(zip(missing, together([partial(probe, i, rank) for i, rank in missing]), strict=True))
        order = sorted(middles, key=lambda i: seen[i, middles[i]])
        # Lists with a smaller middle have at least middle + 1 rows before a place; the others may have none beyond low.
        at_least = sum(low)
        outside: list[int] = []
        for i in order:
            at_least += middles[i] + 1 - low[i]
            if at_least > target:
                outside.append(i)
        # Lists with a larger middle have at most middle rows before a place, those with a smaller one at most high.
        at_most = sum(middles.get(i, high[i]) for i in range(lists))
        for i in order:
            if at_most >= target:
                break
            at_most += high[i] - middles[i]
            low[i] = middles[i] + 1
        for i in outside:
            high[i] = min(high[i], middles[i])
        for i in range(lists):
            # What the other lists leave over bounds each: together they hold exactly the target.
            high[i] = min(high[i], target - (sum(low) - low[i]))
            low[i] = max(low[i], target - (sum(high) - high[i]))
    return low
