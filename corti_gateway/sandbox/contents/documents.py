"""Classic documents: the note of the visit, made of its facts."""

import random
from collections.abc import Sequence
from typing import Any

from corti_gateway.sandbox.contents.person import Person
from corti_gateway.sandbox.contents.prose import Told, bullets, introduced, labelled, of, paragraphs, running

Item = dict[str, Any]

_BACKGROUND = (
    ("past-medical-history", "Past history"),
    ("family-history", "Family"),
    ("medications-prior-to-visit", "Medication"),
    ("allergies", "Allergies"),
    ("social-history", "Social"),
    ("functional-status", "Function"),
)
_OBJECTIVE = (
    ("vital-signs", "Vital signs"),
    ("abnormal-physical-findings", "Findings"),
    ("normal-physical-findings", "Normal"),
    ("laboratory-results", "Laboratory"),
    ("imaging-results", "Imaging"),
)
_WARD_DAYS = (
    "Slept {hours} hours. Ate {meals} of three meals and drank {litres} litres. Up in a chair twice, walked to the "
    "bathroom with one person.",
    "Pain {pain} of 10 at rest. Temperature 37.{tenth}, no chills. Skin intact at the heels and the sacrum. Relatives "
    "visited in the afternoon.",
    "Weight {kilos}.{tenth} kg. Bowels open, urine clear. Physiotherapy in the corridor, {meals}0 metres with a frame. "
    "Talked about going home.",
    "Quiet night. Blood tests taken at 6 o'clock; answers seen at the round. Saturation 9{meals} % on room air, "
    "respiratory rate 1{tenth}.",
)


def note(id: str, person: Person, told: Sequence[Told], moments: tuple[str, str], template: str) -> Item:
    """A SOAP note."""
    complaint = of(told, "chief-complaint")
    subjective = paragraphs(
        f"{introduced(person)}. {running(complaint)}".strip(),
        running(of(told, "history-of-present-illness", "denials-of-symptoms")),
        labelled(told, _BACKGROUND),
        running(of(told, "concerns-and-expectations", "other")),
    )
    sections = [
        ("corti-subjective", "Subjective", subjective),
        ("corti-objective", "Objective", labelled(told, _OBJECTIVE) or "Not examined today."),
        ("corti-assessment", "Assessment", running(of(told, "assessment")) or "As before."),
        ("corti-plan", "Plan", bullets(of(told, "plan", "actions")) or "No change."),
    ]
    name = "SOAP note" if template == "corti-soap" else "Brief clinical note"
    return classic(id, name, template, sections, moments)


def stay(id: str, person: Person, told: Sequence[Told], moments: tuple[str, str], rng: random.Random) -> Item:
    """The long summary of a stay: every day on the ward has a paragraph."""
    days = [
        f"Day {day}. "
        + running([rng.choice(_WARD_DAYS).format(**_numbers(rng)), rng.choice(_WARD_DAYS).format(**_numbers(rng))])
        for day in range(1, 41)
    ]
    sections = [
        (
            "corti-reason",
            "Reason for admission",
            paragraphs(f"{introduced(person)}.", running(of(told, "chief-complaint"))),
        ),
        (
            "corti-history",
            "History",
            paragraphs(running(of(told, "history-of-present-illness")), labelled(told, _BACKGROUND)),
        ),
        ("corti-course", "Course on the ward", paragraphs(*days)),
        ("corti-findings", "Findings", labelled(told, _OBJECTIVE)),
        ("corti-plan", "Plan after discharge", bullets(of(told, "assessment", "plan", "actions"))),
    ]
    return classic(id, "Discharge summary", "corti-discharge-summary", sections, moments)


def _numbers(rng: random.Random) -> dict[str, int]:
    return {
        "hours": rng.randint(4, 8),
        "meals": rng.randint(2, 3),
        "litres": rng.randint(1, 2),
        "pain": rng.randint(1, 4),
        "tenth": rng.randint(0, 9),
        "kilos": rng.randint(70, 72),
    }


def classic(
    id: str, name: str, template: str, sections: Sequence[tuple[str, str, str]], moments: tuple[str, str]
) -> Item:
    """A classic document of sections (key, name, text)."""
    created, updated = moments
    return {
        "id": id,
        "name": name,
        "templateRef": template,
        "isStream": False,
        "sections": [
            {"key": key, "name": title, "text": text, "sort": place, "createdAt": created, "updatedAt": updated}
            for place, (key, title, text) in enumerate(sections, start=1)
        ],
        "createdAt": created,
        "updatedAt": updated,
        "outputLanguage": "en",
        "usageInfo": {"creditsConsumed": round(sum(len(text) for _, _, text in sections) / 20_000, 4)},
    }
