"""Patients in words: what the cells of the patients table and the suggestions say."""

from collections.abc import Mapping, Sequence
from typing import Any, TypedDict

from dashboard.accounts.viewer import Viewer
from dashboard.encounters.presenters import SEX_LABELS
from dashboard.index.reading.patients import PatientRecord
from dashboard.listing import discretion, formatting
from dashboard.listing.formatting import number
from dashboard.listing.search_box import Button
from dashboard.listing.similar_names import alike
from dashboard.patients.bar import Part, bar

_SEXES: Mapping[Any, str] = SEX_LABELS


class PatientRow(TypedDict):
    """One row of the table. A dictionary, because templates look up keys several times faster than attributes."""

    name: str
    identifier: str
    choose: Button
    similar: str
    sex: str
    pronouns: str
    born: str
    age: str
    encounters: str
    parts: list[Part]
    counts: str
    open: str
    open_icon: str
    seen: str


def present(records: Sequence[PatientRecord], viewer: Viewer, tenant: str) -> list[PatientRow]:
    """The rows of a page, each with a mark where another patient on the page has a similar name; ``choose`` is the
    button that leads to the patient in this ``tenant``."""
    similar = alike((record.identifier, record.name) for record in records if record.name)
    rows = [_row(record, viewer, tenant) for record in records]
    for row, record in zip(rows, records, strict=True):
        if others := similar.get((record.identifier, record.name or "")):
            row["similar"] = discretion.others(others, viewer)
    return rows


def _row(record: PatientRecord, viewer: Viewer, tenant: str) -> PatientRow:
    parts, shown = bar(record.counts), discretion.of(record, viewer)
    return {
        "name": shown.called,
        "identifier": shown.identifier,
        "choose": Button.of(tenant, viewer, record.identifier),
        "similar": "",
        "sex": _SEXES.get(record.gender) or shown.text(record.gender) if record.gender else "",
        "pronouns": shown.text(record.pronouns or ""),
        "born": shown.born,
        "age": formatting.age_words(record.birth_date, viewer),
        "encounters": number(record.encounters),
        "parts": parts,
        "counts": " · ".join(part.words for part in parts),
        "open": number(record.open) if record.open else "",
        "open_icon": "in-progress" if record.counts["in-progress"] else "on-hold",
        "seen": formatting.time_element(record.last_seen, viewer, formatting.ago),
    }
