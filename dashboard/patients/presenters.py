"""Patients in words: what the cells of the patients table and the suggestions say."""

from collections.abc import Mapping, Sequence
from typing import Any, TypedDict

from dashboard.accounts.viewer import Viewer
from dashboard.encounters.presenters import SEX_LABELS
from dashboard.index.reading.patients import PatientRecord
from dashboard.listing import formatting
from dashboard.listing.formatting import number
from dashboard.listing.similar_names import alike
from dashboard.patients.bar import Part, bar
from dashboard.patients.identity import age_words

_SEXES: Mapping[Any, str] = SEX_LABELS


class PatientRow(TypedDict):
    """One row of the table. A dictionary, because templates look up keys several times faster than attributes."""

    name: str
    identifier: str
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


def present(records: Sequence[PatientRecord], viewer: Viewer) -> list[PatientRow]:
    """The rows of a page, each with a mark where another patient on the page has a similar name."""
    similar = alike((record.identifier, record.name) for record in records if record.name)
    rows = [_row(record, viewer) for record in records]
    for row in rows:
        if others := similar.get((row["identifier"], row["name"])):
            row["similar"] = "; ".join(f"{name}, {identifier}" for identifier, name in others)
    return rows


def _row(record: PatientRecord, viewer: Viewer) -> PatientRow:
    parts = bar(record.counts)
    return {
        "name": record.name or record.identifier,
        "identifier": record.identifier,
        "similar": "",
        "sex": _SEXES.get(record.gender, record.gender) if record.gender else "",
        "pronouns": record.pronouns or "",
        "born": formatting.day(record.birth_date) if record.birth_date else "",
        "age": age_words(record.birth_date, viewer),
        "encounters": number(record.encounters),
        "parts": parts,
        "counts": " · ".join(part.words for part in parts),
        "open": number(record.open) if record.open else "",
        "open_icon": "in-progress" if record.counts["in-progress"] else "on-hold",
        "seen": formatting.time_element(record.last_seen, viewer, formatting.ago),
    }
