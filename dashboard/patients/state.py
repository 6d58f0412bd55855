"""The state of the patients list: it is the URL, and nothing but the URL."""

from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse

from corti_gateway.vocabulary import Direction, Gender
from dashboard.accounts.viewer import Viewer
from dashboard.index.reading.patients import PatientOrder, PatientQuestion
from dashboard.listing.controls import DEFAULT_SIZE, LAST_PAGE, SIZES, TEXT, opened
from dashboard.listing.notices import Notice
from dashboard.listing.parameters import Parameters
from dashboard.listing.sealed import seal
from dashboard.listing.search_box import SearchBox
from dashboard.listing.sorting import SortBy
from dashboard.patients.seen import Seen

# In an address, for patients whose sex the API does not tell; the index says "".
NOT_GIVEN = "not-given"
SEXES = (Gender.FEMALE.value, Gender.MALE.value, Gender.OTHER.value, Gender.UNKNOWN.value, NOT_GIVEN)


@dataclass(frozen=True)
class Sort(SortBy[PatientOrder]):
    """How patients are sorted: those seen most recently first, if nothing is said."""

    order: PatientOrder = PatientOrder.SEEN
    direction: Direction = Direction.DESC


SORTS = {sort.key: sort for order in PatientOrder for sort in (Sort(order, Direction.ASC), Sort(order, Direction.DESC))}
_SIZES = {str(size): size for size in SIZES}
_SEEN = {word.value: word for word in Seen}
_SWITCH = {"on": True}


@dataclass(frozen=True)
class PatientListState:
    """What the list shows. ``text`` is a search in clear, which :meth:`url` seals; ``unreadable`` says that the URL
    held a seal that this tenant cannot open."""

    tenant: str
    text: str = field(default="", repr=False)
    sexes: tuple[str, ...] = ()
    seen: Seen = Seen.EVER
    only_open: bool = False
    sort: Sort = Sort()
    page: int = 1
    size: int = DEFAULT_SIZE
    unreadable: bool = False
    notices: tuple[Notice, ...] = field(default=(), compare=False)

    @classmethod
    def read(cls, query: QueryDict, tenant: str) -> "PatientListState":
        """The state in a query string, unknown values set aside with a notice each."""
        values = Parameters(query)
        text, unreadable = opened(values, tenant, TEXT)
        return cls(
            tenant=tenant,
            text=text,
            sexes=values.choices("sex", SEXES, meaning="a sex in the list"),
            seen=values.choice("seen", _SEEN, Seen.EVER, meaning="a span of days"),
            only_open=values.choice("open", _SWITCH, False, meaning="“on”"),
            sort=values.choice("sort", SORTS, Sort(), meaning="a way to sort"),
            page=values.whole("page", most=LAST_PAGE, meaning="a page number"),
            size=values.choice("size", _SIZES, DEFAULT_SIZE, meaning="a page size"),
            unreadable=unreadable,
            notices=tuple(values.notices),
        )

    def question(self, viewer: Viewer, *, hide_deleted: bool = False) -> PatientQuestion:
        """The question to put to the index."""
        return PatientQuestion(
            order=self.sort.order,
            direction=self.sort.direction,
            page=self.page,
            size=self.size,
            text=self.text,
            genders=tuple("" if word == NOT_GIVEN else word for word in self.sexes),
            only_open=self.only_open,
            seen=self.seen.span(viewer),
            hide_deleted=hide_deleted,
        )

    def but(self, **changes: Any) -> "PatientListState":
        """The state with something changed; whatever changes but the page returns to page one."""
        return replace(self, **({"page": 1, "unreadable": False} | changes))

    def box(self, viewer: Viewer) -> SearchBox:
        """What stands in the search box."""
        return SearchBox.of(self.tenant, viewer, text=self.text)

    def form_values(self, viewer: Viewer) -> list[tuple[str, str]]:
        """The state as the filter form says it; in clear, for the page itself only."""
        return [*self.box(viewer).pairs(), *self._plain()]

    def url(self) -> str:
        """The one canonical URL of this state: defaults left out, keys in one order, what was typed sealed."""
        pairs = [pair for pair in self._plain() if pair not in _DEFAULTS]
        if self.text:
            pairs.insert(0, (TEXT, seal(self.tenant, TEXT, self.text)))
        if self.page > 1:
            pairs.append(("page", str(self.page)))
        base = _address(self.tenant)
        return f"{base}?{urlencode(pairs)}" if pairs else base

    def _plain(self) -> list[tuple[str, str]]:
        pairs = [("sex", word) for word in self.sexes]
        pairs += [("open", "on")] if self.only_open else []
        return [*pairs, ("seen", self.seen.value), ("sort", self.sort.key), ("size", str(self.size))]


_DEFAULTS = frozenset((("seen", Seen.EVER.value), ("sort", Sort().key), ("size", str(DEFAULT_SIZE))))


@lru_cache(maxsize=256)
def _address(tenant: str) -> str:
    return reverse("patients:list", kwargs={"tenant": tenant})
