"""Guided documents: letters to a colleague and to the patient, made of the facts of the visit."""

from collections.abc import Sequence
from typing import Any

from corti_gateway.sandbox.contents.ids import derived
from corti_gateway.sandbox.contents.person import Person
from corti_gateway.sandbox.contents.prose import Told, bullets, introduced, lowered, of, paragraphs, running

Item = dict[str, Any]
Sections = Sequence[tuple[str, str]]

_TEMPLATES = {
    "Referral letter": "99999999-1234-4bcd-8ef0-123456789ab1",
    "Letter to the general practitioner": "99999999-1234-4bcd-8ef0-123456789ab2",
    "Letter to the patient": "99999999-1234-4bcd-8ef0-123456789ab3",
}
_FINDINGS = (
    "vital-signs",
    "abnormal-physical-findings",
    "normal-physical-findings",
    "laboratory-results",
    "imaging-results",
)


def to_colleague(
    id: str, interaction: str, name: str, person: Person, told: Sequence[Told], clinic: str, moment: str
) -> Item:
    """A letter with a heading for each part."""
    complaint = lowered(running(of(told, "chief-complaint")))
    thanks = "Thank you for seeing" if name == "Referral letter" else "We saw"
    sections = [
        ("Reason", f"Dear colleague,\n\n{thanks} {introduced(person)}: {complaint or 'see below.'}"),
        ("History", running(of(told, "history-of-present-illness", "denials-of-symptoms", "past-medical-history"))),
        ("Medication and allergies", running(of(told, "medications-prior-to-visit", "allergies")) or "None known."),
        ("Findings", running(of(told, *_FINDINGS)) or "See history."),
        (
            "Assessment and plan",
            paragraphs(
                running(of(told, "assessment")),
                bullets(of(told, "plan", "actions")),
                f"Kind regards,\n{clinic}",
            ),
        ),
    ]
    return guided(id, interaction, name, sections, moment, [("kind", "letter"), ("to", "colleague")])


def to_patient(id: str, interaction: str, person: Person, told: Sequence[Told], clinic: str, moment: str) -> Item:
    reader = "Dear parents" if person.age is not None and person.age < 16 else f"Dear {person.name or 'patient'}"
    sections = [
        (
            "What we talked about",
            paragraphs(
                f"{reader},\n\nThank you for coming. You came because of the following:",
                bullets(of(told, "chief-complaint", "history-of-present-illness")),
            ),
        ),
        ("What we found", bullets(of(told, *_FINDINGS)) or "We did not have to examine anything today."),
        ("What we think", running(of(told, "assessment")) or "Nothing has changed since last time."),
        (
            "What happens next",
            paragraphs(
                bullets(of(told, "plan", "actions")), "Call us if you have questions.", f"Kind regards,\n{clinic}"
            ),
        ),
    ]
    return guided(id, interaction, "Letter to the patient", sections, moment, [("kind", "letter"), ("to", "patient")])


def guided(
    id: str, interaction: str | None, name: str, sections: Sections, moment: str, labels: Sequence[tuple[str, str]] = ()
) -> Item:
    """A guided document of sections (heading, text); their ids are those of its template."""
    template = _TEMPLATES.get(name, "99999999-1234-4bcd-8ef0-123456789abc")
    ids = [derived(template, "section", number) for number in range(len(sections))]
    return {
        "id": id,
        "name": name,
        "templateId": template,
        "templateVersionId": derived(template, "version"),
        "outputLanguage": "en",
        "interactionId": interaction,
        "stringDocument": {id: text for id, (_, text) in zip(ids, sections, strict=True)},
        "structuredDocument": None,
        "sections": [
            {"sectionId": id, "heading": heading, "labels": []} for id, (heading, _) in zip(ids, sections, strict=True)
        ],
        "labels": [{"key": key, "value": value} for key, value in labels],
        "createdAt": moment,
        "updatedAt": moment,
    }
