"""A patient's encounters over the years: what a small picture and its table say, and where they lead. Knows no index
and no template.

The picture has a lane for each type and time from left to right. Encounters that are too near to one another become one
mark with their number, so that hundreds of them stay readable. How near that is depends on the width, which the server
does not know: each lane is drawn for a wide screen and for a phone, and the style sheet shows one of them.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from dashboard.accounts.viewer import Viewer
from dashboard.encounters.presenters import STATUS_LABELS, TYPE_LABELS
from dashboard.index.reading.patients import Moment
from dashboard.listing.formatting import MONTHS, day, number

# So many marks fit beside one another where there is room, and on a phone.
PLACES = {"wide": 40, "narrow": 12}
LANE, MARK, AXIS = 42, 28, 22  # heights: of a lane, of the middle of its marks, of the line with the years
_SHORTEST = timedelta(days=60)
_MOST_LABELS = 7
_MARGIN = 0.02
_TYPES = {kind.value: label for kind, label in TYPE_LABELS.items()}
# Which status stands for several: what is still open, then what took place.
_STATUSES = {status.value: label for status, label in STATUS_LABELS.items()}


@dataclass(frozen=True)
class Mark:
    """One or more encounters where the newest of them was; ``x`` in percent of the width, ``url`` the encounter or the
    newest one's row."""

    x: str
    icon: str
    words: str
    number: str
    url: str


@dataclass(frozen=True)
class Lane:
    """A type; its marks by the room that there is for them."""

    label: str
    top: int
    middle: int
    marks: dict[str, tuple[Mark, ...]]


@dataclass(frozen=True)
class Tick:
    """The beginning of a year or month; only some have a label."""

    x: str
    label: str


@dataclass(frozen=True)
class Period:
    """A year or month that has encounters: where the newest of them stands, and what there was of each type."""

    label: str
    url: str
    cells: tuple[str, ...]


class Ways(Protocol):
    """Where an encounter of the picture is found."""

    def one(self, moment: Moment) -> str:
        """The encounter, opened."""

    def row(self, moment: Moment) -> str:
        """Its row among those of the patient."""


@dataclass(frozen=True)
class Timeline:
    """What the template gets; ``table`` has the newest year or month first."""

    words: str
    lanes: tuple[Lane, ...]
    ticks: tuple[Tick, ...]
    today: str
    height: int
    floor: int
    periods: str
    types: tuple[str, ...]
    table: tuple[Period, ...]


def draw(moments: Sequence[Moment], viewer: Viewer, ways: Ways) -> Timeline | None:
    """The timeline of some encounters; None without any."""
    if not moments:
        return None
    first = min(moment.when for moment in moments)
    last = max(moment.when for moment in moments)
    scale = _Scale.over(min(first, viewer.now), max(last, viewer.now))
    by_type: dict[str, list[Moment]] = defaultdict(list)
    for moment in moments:
        by_type[moment.type].append(moment)
    types = sorted(by_type, key=lambda kind: (-len(by_type[kind]), kind))
    lanes = tuple(_lane(place, by_type[kind], scale, viewer, ways) for place, kind in enumerate(types))
    return Timeline(
        words=_words(moments, _day(first, viewer), _day(last, viewer)),
        lanes=lanes,
        ticks=_ticks(scale, viewer),
        today=scale.at(viewer.now),
        height=len(lanes) * LANE + AXIS,
        floor=len(lanes) * LANE,
        periods="Month" if scale.is_short else "Year",
        types=tuple(_type(kind) for kind in types),
        table=_table(moments, types, scale, viewer, ways),
    )


@dataclass(frozen=True)
class _Scale:
    begin: datetime
    end: datetime

    @classmethod
    def over(cls, first: datetime, last: datetime) -> "_Scale":
        first = min(first, last - _SHORTEST)
        margin = (last - first) * _MARGIN
        return cls(first - margin, last + margin)

    @property
    def is_short(self) -> bool:
        """Whether months tell more than years."""
        return self.end - self.begin <= timedelta(days=400)

    def share(self, when: datetime) -> float:
        return (when - self.begin) / (self.end - self.begin)

    def at(self, when: datetime) -> str:
        return f"{100 * self.share(when):.1f}%"


def _lane(place: int, moments: Sequence[Moment], scale: _Scale, viewer: Viewer, ways: Ways) -> Lane:
    marks = {
        room: tuple(_mark(found, scale, viewer, ways) for found in _near(moments, scale, 1 / places))
        for room, places in PLACES.items()
    }
    return Lane(_type(moments[0].type), place * LANE, place * LANE + MARK, marks)


def _near(moments: Sequence[Moment], scale: _Scale, least: float) -> list[list[Moment]]:
    """The moments in groups, the oldest first, whose newest ones are at least so far from one another."""
    groups: list[list[Moment]] = []
    for moment in sorted(moments, key=lambda one: one.when, reverse=True):
        if groups and scale.share(groups[-1][0].when) - scale.share(moment.when) < least:
            groups[-1].append(moment)
        else:
            groups.append([moment])
    return groups[::-1]


def _mark(moments: Sequence[Moment], scale: _Scale, viewer: Viewer, ways: Ways) -> Mark:
    first = min(moment.when for moment in moments)
    last = max(moment.when for moment in moments)
    counts = Counter(moment.status for moment in moments)
    status = next((status for status in _STATUSES if counts[status]), "other")
    begin, end = _day(first, viewer), _day(last, viewer)
    when = begin if begin == end else f"{begin} – {end}"
    return Mark(
        x=scale.at(last),
        icon=status,
        words=f"{when}: {_said(counts) if len(moments) > 1 else _status(moments[0].status)}",
        number=number(len(moments)) if len(moments) > 1 else "",
        url=ways.row(_newest(moments)) if len(moments) > 1 else ways.one(moments[0]),
    )


def _ticks(scale: _Scale, viewer: Viewer) -> tuple[Tick, ...]:
    begins = _months(scale, viewer) if scale.is_short else _years(scale, viewer)
    step = -(-len(begins) // _MOST_LABELS)
    return tuple(Tick(scale.at(begin), _label(begin, step, scale)) for begin in begins)


def _label(begin: datetime, step: int, scale: _Scale) -> str:
    """Of months every so many from January on, which has the year's number in its place; else round years."""
    if not scale.is_short:
        return str(begin.year) if begin.year % step == 0 else ""
    return (MONTHS[begin.month] if begin.month > 1 else str(begin.year)) if (begin.month - 1) % step == 0 else ""


def _years(scale: _Scale, viewer: Viewer) -> list[datetime]:
    years = range(scale.begin.astimezone(viewer.zone).year + 1, scale.end.astimezone(viewer.zone).year + 1)
    return [datetime(year, 1, 1, tzinfo=viewer.zone) for year in years]


def _months(scale: _Scale, viewer: Viewer) -> list[datetime]:
    begin = scale.begin.astimezone(viewer.zone)
    months = ((begin.year * 12 + begin.month + later) for later in range(14))
    begins = [datetime(month // 12, month % 12 + 1, 1, tzinfo=viewer.zone) for month in months]
    return [begin for begin in begins if begin < scale.end]


def _newest(moments: Iterable[Moment]) -> Moment:
    """The one that stands first among the rows."""
    return min(moments, key=lambda moment: moment.place)


def _table(
    moments: Iterable[Moment], types: Sequence[str], scale: _Scale, viewer: Viewer, ways: Ways
) -> tuple[Period, ...]:
    period: Callable[[datetime], tuple[int, int]] = (
        (lambda when: (when.year, when.month)) if scale.is_short else (lambda when: (when.year, 0))
    )
    within: dict[tuple[int, int], list[Moment]] = defaultdict(list)
    for moment in moments:
        within[period(moment.when.astimezone(viewer.zone))].append(moment)
    return tuple(
        Period(
            f"{MONTHS[month]} {year}".strip(),
            ways.row(_newest(found)),
            tuple(_cell(Counter(moment.status for moment in found if moment.type == kind)) for kind in types),
        )
        for (year, month), found in sorted(within.items(), reverse=True)
    )


def _cell(counts: Mapping[str, int]) -> str:
    return _said(counts) if counts else "none"


def _said(counts: Mapping[str, int]) -> str:
    """``3 completed, 1 cancelled``, in the order of the statuses."""
    words = [*(word for word in _STATUSES if word in counts), *sorted(word for word in counts if word not in _STATUSES)]
    return ", ".join(f"{number(counts[word])} {_status(word).lower()}" for word in words)


def _words(moments: Sequence[Moment], first: str, last: str) -> str:
    count = "1 encounter" if len(moments) == 1 else f"{number(len(moments))} encounters"
    return f"{count}, {first}" if first == last else f"{count}, {first} – {last}"


def _day(when: datetime, viewer: Viewer) -> str:
    return day(when.astimezone(viewer.zone).date())


def _type(kind: str) -> str:
    return _TYPES.get(kind, kind) or "No type"


def _status(status: str) -> str:
    return _STATUSES.get(status, status) or "No status"
