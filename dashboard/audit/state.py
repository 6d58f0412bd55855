"""What the page of the access log shows: it is the URL, and nothing but the URL."""

import re
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse

from dashboard.accounts.viewer import Viewer
from dashboard.audit.kinds import LABELS
from dashboard.listing import discretion
from dashboard.listing.controls import PATIENT, ActiveFilter, opened
from dashboard.listing.formatting import day
from dashboard.listing.notices import Notice
from dashboard.listing.parameters import Parameters
from dashboard.listing.sealed import seal
from dashboard.listing.search_box import SearchBox

# A moment and a number; a number alone where the entries are about one patient.
PLACE = re.compile(r"(?:[0-9]{1,18}\.)?[0-9]{1,18}")
EARLIEST, LATEST = date(2000, 1, 1), date(2200, 12, 31)
_AFRESH: dict[str, Any] = {"after": "", "unreadable": False}
_ORDERS = {"newest": False, "oldest": True}


@dataclass(frozen=True)
class LogState:
    """``patient`` is an identifier in clear, which :meth:`url` seals. ``after``: the last entry of the page before."""

    tenant: str
    user: str = ""
    kind: str = ""
    patient: str = field(default="", repr=False)
    first: date | None = None
    last: date | None = None
    oldest_first: bool = False
    after: str = ""
    unreadable: bool = False
    notices: tuple[Notice, ...] = field(default=(), compare=False)

    @classmethod
    def read(cls, query: QueryDict, tenant: str) -> "LogState":
        values = Parameters(query)
        patient, unreadable = opened(values, tenant, PATIENT)
        return cls(
            tenant,
            user=values.identifier("user", longest=150, meaning="a username"),
            kind=values.choice("kind", {kind: kind for kind in LABELS}, "", meaning="a kind of entry"),
            patient=patient,
            first=values.day("from", earliest=EARLIEST, latest=LATEST, meaning="a date"),
            last=values.day("to", earliest=EARLIEST, latest=LATEST, meaning="a date"),
            oldest_first=values.choice("order", _ORDERS, False, meaning="an order"),
            after=values.matching("after", PLACE, meaning="a place in the log"),
            unreadable=unreadable,
            notices=tuple(values.notices),
        )

    def but(self, **changes: Any) -> "LogState":
        return replace(self, **(_AFRESH | changes))

    def query(self) -> str:
        pairs = [("user", self.user), ("kind", self.kind)]
        pairs += [(PATIENT, seal(self.tenant, PATIENT, self.patient))] if self.patient else []
        pairs += [("from", self.first.isoformat() if self.first else "")]
        pairs += [("to", self.last.isoformat() if self.last else "")]
        pairs += [("order", "oldest" if self.oldest_first else ""), ("after", self.after)]
        return urlencode([pair for pair in pairs if pair[1]])

    def url(self, page: str = "audit:list") -> str:
        base = reverse(page, args=[self.tenant])
        return f"{base}?{query}" if (query := self.query()) else base

    def box(self, viewer: Viewer) -> SearchBox:
        """What stands in the field for the patient."""
        return SearchBox.of(self.tenant, viewer, patient=self.patient)

    def span(self, viewer: Viewer) -> tuple[int | None, int | None]:
        """From and before which moment, in microseconds: whole days in the viewer's zone."""
        return (
            _microseconds(viewer.midnight(self.first)) if self.first else None,
            _microseconds(viewer.midnight(self.last + timedelta(days=1))) if self.last else None,
        )

    def active_filters(self, viewer: Viewer) -> list[ActiveFilter]:
        found = []
        if self.user:
            found.append(ActiveFilter(f"User {self.user}", self.but(user="").url()))
        if self.kind:
            found.append(ActiveFilter(LABELS[self.kind], self.but(kind="").url()))
        if self.patient:
            found.append(
                ActiveFilter(f"Who looked at {discretion.identifier(self.patient, viewer)}", self.but(patient="").url())
            )
        if self.first:
            found.append(ActiveFilter(f"From {day(self.first)}", self.but(first=None).url()))
        if self.last:
            found.append(ActiveFilter(f"To {day(self.last)}", self.but(last=None).url()))
        return found


def _microseconds(when: datetime) -> int:
    return int(when.timestamp()) * 1_000_000
