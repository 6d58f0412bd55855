"""Looks at pages of the list, picked by chance: whether the index has the same rows there.

Counts can agree where rows do not, and stamps may not move: a service that was put back to an earlier state has lost
some rows, gained others and changed many, and no pass over changes sees it. One request a minute finds that soon. What
differs here and there is mended on the spot; where several pages differ, every row is to be compared.
"""

import random
from collections.abc import Generator

from corti_gateway.vocabulary import Direction, SortField
from dashboard.index.sync.keeping import Keeper
from dashboard.index.sync.passes import LOOK_BACK, Outcome, Pass, id_key, updated_key
from dashboard.index.sync.walking import Ask, Slots

# So many more pages are looked at if one differs.
MORE = 5


def sample(keeper: Keeper, size: int) -> Pass:
    """Compare a page; ``open`` is the number of pages that differ."""
    pages = max(1, keeper.rows() // size)
    if not (yield from _differs(keeper, random.randint(1, pages), size)):
        return Outcome()
    differing = 1
    if pages > MORE:
        for page in random.sample(range(1, pages + 1), MORE):
            differing += yield from _differs(keeper, page, size)
    if differing > 1 or pages <= MORE:
        keeper.finish(verify_wanted=True)
    return Outcome(open=differing)


def _differs(keeper: Keeper, page: int, size: int) -> Generator[Ask, Slots, bool]:
    """Whether rows of a page are missing here, are gone there, or have changed under an old stamp.

    Young stamps are left to the passes over changes: that they are not here yet is no contradiction.
    """
    slots = yield Ask(SortField.ID, Direction.ASC, page, size)
    rows = {str(id_key(row)): row for row in slots if row is not None and id_key(row) is not None}
    keys = list(rows)
    if len(keys) < len(slots) or keys != sorted(keys) or len(keys) < 3:
        # Unreadable, repeated or not in order: that says nothing.
        return False
    young = keeper.state().watermark - LOOK_BACK
    old = [row for row in rows.values() if isinstance(at := updated_key(row), int) and at < young]
    gone = set(keeper.keys_between(keys[0], keys[-1])) - rows.keys()
    change = keeper.save(old)
    return bool(gone or change or change.older)
