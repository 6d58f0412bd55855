"""The passes that keep an index equal to its tenant's list.

Each is a generator: it yields the requests it wants and is sent their answers, so that tests drive it step by step and
nothing here knows a network. Every page is written, with the position behind it, before the next is asked for; only a
fill gathers a few of them, as it alone reads what nobody else knows yet. Answers may be asked for ahead while nothing
else writes; those of a verification never, or a row that another pass has just brought would look gone.

fill       newest created first, to the end of the list; by id where creation says too little. What changes meanwhile is
           caught by the first pass over changes, which begins before the fill did. What was created nobody knows when
           is left to a verification.
catch_up   latest change first, down to what was known, and a little beyond.
verify     every row by id, which never moves: finds what is gone, what was missed, and what changed without a stamp.
"""

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from corti_gateway.models import Interaction
from corti_gateway.ordering import DOCUMENTED
from corti_gateway.vocabulary import Direction, SortField
from dashboard.index.moments import NEVER, SECOND, stored
from dashboard.index.sync.keeping import FILLING, FOLLOWING, Keeper, Position
from dashboard.index.sync.walking import Ask, Disordered, Exhausted, Key, Place, Slots, Step, Tied, Walk, WalkFailed

FILL, VERIFY = "fill", "verify"
# A write shows up late, and stamps are set by several machines.
LOOK_BACK = 5 * 60 * SECOND
# Rows that a fill gathers before it writes them (a transaction for each page would take three times as long): first a
# page, then twice as many each time. And microseconds after which it waits for no more: what is not written yet is
# asked for once more if the process ends.
GATHERED, GATHERING = 900, SECOND // 4
# Requests that one pass over changes may cost before a verification is the cheaper way.
MOST_REQUESTS = 2_000

Pass = Generator[Ask, Slots, "Outcome"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a pass ended: rows written and removed, and how many rows are not accounted for (below 0: missing here)."""

    written: int = 0
    removed: int = 0
    open: int = 0


def created_key(row: Interaction) -> Key | None:
    return None if row.created_at is None else stored(row.created_at)


def updated_key(row: Interaction) -> Key | None:
    return None if row.updated_at is None else stored(row.updated_at)


def id_key(row: Interaction) -> Key | None:
    return DOCUMENTED[SortField.ID](row)  # type: ignore[return-value]


def fill(keeper: Keeper, size: int) -> Pass:
    """The whole list for the first time; goes on where an earlier try was broken off."""
    position = keeper.position(FILL)
    # Without an order it was broken off before it was told where to begin.
    if position is None or not position.order:
        slots = yield Ask(SortField.UPDATED, Direction.DESC, 1, size)
        started = keeper.clock()
        position = keeper.begin(FILL, stage=FILLING, fill_started=started)
        position.mark = newest_change(slots, started)
        position.order = SortField.CREATED
        keeper.keep(position)
    written = 0
    if position.order == SortField.CREATED:
        try:
            written += yield from _filled(keeper, position, Direction.DESC, created_key, size)
            return Outcome(written)
        except (Tied, Disordered):
            # Too many were created in one moment, or nobody can tell when: ids are all different.
            position.order, position.frontier, position.at = SortField.ID, None, -1
            keeper.keep(position)
    written += yield from _filled(keeper, position, Direction.ASC, id_key, size)
    return Outcome(written)


def _filled(
    keeper: Keeper, position: Position, direction: Direction, key_of: Callable[[Interaction], Key | None], size: int
) -> Generator[Ask, Slots, int]:
    walk = Walk(SortField(position.order), direction, key_of, size, Place(position.frontier, position.at))
    written, begun, lot = 0, keeper.clock(), size
    steps: list[Step] = []
    covered = NEVER
    try:
        while True:
            step = yield from walk.step()
            steps.append(step)
            position.frontier, position.at = walk.place.frontier, walk.place.at
            covered = position.frontier if direction is Direction.DESC and isinstance(position.frontier, int) else NEVER
            rows = sum(len(one.slots) for one in steps)
            if not step.ended and rows < lot and keeper.clock() - begun < GATHERING:
                continue
            gathered, steps = _together(steps), []
            written += yield from _write(keeper, gathered, position, covered_from=covered)
            begun, lot = keeper.clock(), min(GATHERED, 2 * lot)
            if step.ended:
                keeper.finish(
                    stage=FOLLOWING, position="", watermark=position.mark, as_of=position.started,
                    filled=keeper.clock(), covered_from=0, verify_wanted=True,
                )  # fmt: skip
                return written
    finally:
        if steps:
            # However it ends, what was read is kept: an API that fails often would never be read to its end.
            keeper.save(_together(steps).rows, position, covered_from=covered)


def _together(steps: Sequence[Step]) -> Step:
    """Steps that follow one another, as one."""
    slots = [slot for step in steps for slot in step.slots]
    asks = tuple(ask for step in steps for ask in step.asks)
    whole = all(step.whole for step in steps)
    return Step(slots, steps[0].opens, steps[-1].closes, whole, asks, steps[-1].ended)


def catch_up(keeper: Keeper, size: int) -> Pass:
    """What has changed since the last time, with a look back; the watermark moves only when all of it is in."""
    state = keeper.state()
    started = keeper.clock()
    known = state.watermark - LOOK_BACK
    walk = Walk(SortField.UPDATED, Direction.DESC, updated_key, size)
    newest: int | None = None
    written = requests = 0
    try:
        while True:
            step = yield from walk.step()
            if newest is None:
                newest = newest_change(step.slots, started) if step.rows else state.watermark
            written += yield from _write(keeper, step)
            if step.ended or _is_below(walk, known):
                break
            requests += 1
            if requests > MOST_REQUESTS:
                raise Exhausted("more has changed than this pass may cost")
    except WalkFailed as error:
        # What shares one stamp is known all the same if it was there when every row was compared.
        if newest is None or not (isinstance(error, Tied) and _is_below(walk, state.verified - LOOK_BACK)):
            keeper.finish(verify_wanted=True)
            if isinstance(error, Disordered):
                raise
            return Outcome(written)
    keeper.finish(watermark=newest, as_of=started)
    return Outcome(written)


def verify(keeper: Keeper, size: int) -> Pass:
    """Every row by id, and what is gone; goes on where an earlier try was broken off.

    Whoever asks for a verification while one is under way gets another: what this one has passed may have changed.
    """
    position = keeper.position(VERIFY) or keeper.begin(VERIFY)
    walk = Walk(SortField.ID, Direction.ASC, id_key, size, Place(position.frontier, position.at))
    written = 0
    while True:
        # What lies before the frontier was seen by this pass already.
        opens = walk.place.frontier
        step = yield from walk.step()
        gone = absent(keeper, step if opens is None else replace(step, opens=opens))
        position.frontier, position.at = walk.place.frontier, walk.place.at
        begun: dict[str, Any] = {"verify_wanted": False} if opens is None else {}
        written += yield from _write(keeper, step, position, gone=gone, number=position.number, **begun)
        if step.ended:
            change = keeper.finish(number=position.number, position="", verified=position.started)
            return Outcome(written, -change.rows)


def _write(keeper: Keeper, step: Step, position: Position | None = None, **noted: Any) -> Generator[Ask, Slots, int]:
    """Write a step. Versions that look older than what is known are asked for once more: what a later answer says
    holds, whatever the clocks say that stamped it."""
    change = keeper.save(step.rows, position, **noted)
    if not change.older:
        return change.written
    written, doubted = change.written, set(change.older)
    for ask in step.asks:
        slots = yield replace(ask, largest=0)
        rows = [slot for slot in slots if slot is not None and slot.id in doubted]
        written += keeper.save(rows, confirmed=doubted).written
        doubted.difference_update(row.id for row in rows)
    if doubted:
        raise Exhausted("the list moves faster than it can be read")
    if position is not None:
        keeper.keep(position)
    return written


def _is_below(walk: Walk, moment: int) -> bool:
    """Whether a walk over changes has read everything from a moment on."""
    return isinstance(walk.place.frontier, int) and walk.place.frontier < moment


def newest_change(slots: Slots, started: int) -> int:
    """The latest stamp of a page, but for those from the future: they must not hide what changes until then."""
    keys = [key for row in slots if row is not None and isinstance(key := updated_key(row), int) and key <= started]
    return max(keys, default=started)


def absent(keeper: Keeper, step: Step) -> list[str]:
    """The ids that would stand on these pages if they still existed. A page with an unreadable row proves nothing."""
    if not step.whole:
        return []
    seen = {row.id for row in step.rows}
    low, high = (None if key is None else str(key) for key in (step.opens, step.closes))
    return [key for key in keeper.keys_between(low, high) if key not in seen]
