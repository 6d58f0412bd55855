"""What interactions hold fits them: the title, the patient, the moment; and it agrees with itself."""

import datetime
import json
import re
from collections import Counter
from functools import cache
from itertools import pairwise
from typing import Any

import pytest

from corti_gateway.sandbox import HostedTenant, SandboxTenant
from corti_gateway.sandbox.clock import Clock, parse_timestamp
from corti_gateway.sandbox.contents import Held
from corti_gateway.sandbox.contents.groups import GROUP_IDS
from corti_gateway.sandbox.contents.making import make
from corti_gateway.sandbox.contents.person import SPEAKS_FROM, person_of
from corti_gateway.sandbox.contents.script import scenes
from corti_gateway.sandbox.contents.shapes import SHAPES
from corti_gateway.sandbox.contents.visit import visit_of
from corti_gateway.sandbox.records import CANCELLED, COMPLETED, IN_PROGRESS, PLANNED, TYPES, Interaction, Patient
from corti_gateway.sandbox.store import Listing
from corti_gateway.sandbox.titles import fits
from corti_gateway.sandbox.words import LIMITS, TITLES

NOW = datetime.datetime(2026, 11, 20, 13, 0, tzinfo=datetime.UTC)
ALL = [(kind, title) for kind, titles in TITLES.items() for title in titles]


def hosted() -> HostedTenant:
    return HostedTenant(SandboxTenant("north", "North Clinic", size=1500, seed=3), Clock(NOW), odd=True)


@cache
def everything() -> list[tuple[Interaction, Held]]:
    tenant = hosted()
    return [(row, tenant.contents.of(row)) for row in tenant.store.page(Listing(size=1500))]


def of_status(*statuses: int) -> list[tuple[Interaction, Held]]:
    return [(row, held) for row, held in everything() if row.status in statuses]


def row_of(title: str, kind: str, birth: str = "1975-03-09", **fields: Any) -> Interaction:
    started = parse_timestamp("2026-11-20T09:00:00Z")
    patient = Patient("P1", fields.pop("name", "Testa Example"), fields.pop("gender", "female"), birth, **fields)
    id = "6b1f0c1e-7a55-4a0e-9d0c-2f6f3f0a9b11"
    ended = started + 1_800_000_000_000
    return Interaction(
        id, id, "E1", COMPLETED, TYPES.index(kind), title, started, ended, started, ended, ended, patient
    )


def fitting_row(kind: str, title: str) -> Interaction:
    limits = LIMITS.get(title)
    age = limits.youngest if limits else 40
    return row_of(title, kind, f"{2026 - age}-01-01")


def spoken(held: Held) -> str:
    return " ".join(segment["text"] for item in held.transcripts for segment in item["transcripts"] or ())


def written(held: Held) -> str:
    classic = [section["text"] for document in held.documents for section in document["sections"]]
    return "\n".join([*classic, *(text for document in held.guided for text in document["stringDocument"].values())])


def test_the_same_interaction_holds_the_same_at_every_start() -> None:
    tenant = hosted()
    for row, held in everything()[:200]:
        again = tenant.store.get(row.id)
        assert again
        assert tenant.contents.of(again).as_json() == held.as_json()


def test_every_title_has_a_scene_of_its_own_and_no_scene_is_without_title() -> None:
    for kind, titles in TITLES.items():
        assert set(titles) == scenes(kind).keys()


@pytest.mark.parametrize(("kind", "title"), ALL)
def test_a_scene_tells_a_whole_visit(kind: str, title: str) -> None:
    for scene in scenes(kind)[title]:
        assert scene.groups() >= {"chief-complaint", "assessment", "plan"}
        assert scene.before
        assert scene.after
    visit = visit_of(fitting_row(kind, title), 4)
    assert not re.search(r"[{}]|\s\s", json.dumps([*visit.said, *visit.noted], ensure_ascii=False))
    for speaker, text in visit.said:
        assert speaker in "DPNRI"
        assert text[0] == text[0].upper()
        assert text.endswith((".", "?", "!"))


@pytest.mark.parametrize(("kind", "title"), [each for each in ALL if LIMITS.get(each[1], (16,))[0] < SPEAKS_FROM])
def test_a_parent_speaks_for_a_small_child(kind: str, title: str) -> None:
    visit = visit_of(fitting_row(kind, title), 4)
    assert visit.person.spoken_for
    assert "P" not in {speaker for speaker, _ in visit.said}
    for speaker, text in visit.said:
        own = (
            r"\bmy\b|\bI (?!am afraid)|(?<!oes )(?<!an )\b(she|he) (am|have|do|go)\b" if speaker == "R" else r"\byou\b"
        )
        assert not re.search(own, text), text


def test_titles_fit_age_and_gender_of_their_patients() -> None:
    checked = 0
    for row, _ in everything():
        if row.title and row.title in LIMITS and row.patient and row.patient.birth:
            age = 2026 - int(row.patient.birth[:4])
            fitting = [title for title in TITLES[TYPES[row.kind]] if title in LIMITS and _fits(title, age, row)]
            if fitting:
                assert _fits(row.title, age, row), (row.title, age)
                checked += 1
    assert checked > 800


def _fits(title: str, age: int, row: Interaction) -> bool:
    """A year more or less: encounters of last year are younger visits."""
    assert row.patient
    return any(fits(LIMITS[title], each, row.patient.gender) for each in (age - 1, age, age + 1))


def test_evidence_quotes_what_a_transcript_of_the_interaction_says() -> None:
    quotes = 0
    for _, held in everything():
        by_id = {item["id"]: item for item in held.transcripts}
        for fact in held.facts:
            for evidence in fact.get("evidence", ()):
                segments = by_id[evidence["reference"]]["transcripts"]
                assert any(evidence["quote"] in segment["text"] for segment in segments)
                quotes += 1
    assert quotes > 5000


def test_some_facts_rest_on_two_sentences() -> None:
    found = [[each["quote"] for each in fact.get("evidence", ())] for _, held in everything() for fact in held.facts]
    two = [quotes for quotes in found if len(quotes) == 2]
    assert len(found) // 40 < len(two) < len(found) // 4
    assert all(first != second for first, second in two)


def test_numbers_of_the_facts_are_said_and_written() -> None:
    held = make(row_of("Knee pain, follow-up", "consultation"), SHAPES["rich"], "North Clinic")
    (better,) = re.findall(r"I would say (\d+) percent better", spoken(held))
    (flexion,) = re.findall(r"bends to (\d+) degrees", spoken(held))
    facts = " ".join(fact["text"] for fact in held.facts)
    for number, fact in ((better, f"Right knee {better} % better"), (flexion, f"flexion {flexion}°")):
        assert number in spoken(held)
        assert fact in facts
        assert fact in written(held)


def test_a_knee_is_a_knee_in_speech_facts_and_documents() -> None:
    held = make(row_of("Knee pain, first visit", "first_consultation"), SHAPES["rich"], "North Clinic")
    assert "knee" in spoken(held)
    assert "knee" in " ".join(fact["text"] for fact in held.facts)
    assert [document["name"] for document in held.guided] == ["Referral letter", "Letter to the patient"]
    assert all("knee" in "".join(document["stringDocument"].values()) for document in held.guided)


def test_documents_know_the_patient() -> None:
    held = make(row_of("Gout flare, left big toe", "consultation", gender="male"), SHAPES["rich"], "North Clinic")
    assert "Testa Example, a 51-year-old man." in written(held)
    assert "Dear Testa Example," in written(held)
    assert written(held).count("North Clinic") == 2
    assert "51-year-old man" in [fact["text"] for fact in held.facts if fact["group"] == "demographics"]


@pytest.mark.parametrize(
    ("gender", "pronouns", "words"),
    [
        ("female", None, ("she", "her", "her")),
        ("male", None, ("he", "his", "him")),
        ("male", "they/them", ("they", "their", "them")),
        ("female", "han/ham", ("he", "his", "him")),
        ("unknown", None, ("they", "their", "them")),
        (None, "ze/zir", ("ze", "zir", "zir")),
    ],
)
def test_pronouns_are_the_patients_own(gender: str | None, pronouns: str | None, words: tuple[str, ...]) -> None:
    person = person_of(row_of("Chest pain", "emergency", gender=gender, pronouns=pronouns))
    assert (person.subject, person.possessive, person.objective) == words


def test_an_interpreter_speaks_where_the_patient_speaks_another_language() -> None:
    interpreted = [
        visit
        for row, _ in everything()
        if row.patient and re.match("[\u0600-\u06ff]", row.patient.name or "")
        for visit in [visit_of(row, 2)]
        if any(speaker == "I" for speaker, _ in visit.said)
    ]
    assert interpreted
    for visit in interpreted:
        assert all(re.search("[\u0600-\u06ff]", text) for speaker, text in visit.said if speaker == "P")
        assert "Spoke Arabic through an interpreter" in [note.text for note in visit.noted]


def test_segments_follow_each_other_and_last_as_long_as_the_recording() -> None:
    for _, held in everything():
        for item in held.transcripts:
            segments = item["transcripts"] or []
            assert all(segment["start"] < segment["end"] for segment in segments)
            assert all(one["end"] < two["start"] for one, two in pairwise(segments))
            if segments and item["status"] == "completed" and item["recordingId"] in held.recordings:
                milliseconds = (len(held.recordings[item["recordingId"]]) - 44) / 8
                assert segments[-1]["end"] < milliseconds < segments[-1]["end"] + 1000


def test_no_recording_is_longer_than_three_minutes_or_larger_than_a_megabyte_and_a_half() -> None:
    sizes = [len(audio) for _, held in everything() for audio in held.recordings.values()]
    assert max(sizes) < 180 * 8000
    assert sorted(sizes)[len(sizes) // 2] < 1_000_000


def test_facts_are_made_within_the_encounter_and_belong_to_their_group() -> None:
    for row, held in everything():
        for fact in held.facts:
            created = parse_timestamp(fact["createdAt"])
            assert row.started <= created <= parse_timestamp(fact.get("updatedAt", fact["createdAt"]))
            assert row.ended is None or created <= row.ended
            assert fact.get("groupId", GROUP_IDS[fact["group"]]) == GROUP_IDS[fact["group"]]


def test_what_has_not_happened_holds_nothing() -> None:
    for _, held in of_status(PLANNED):
        assert held == Held()
    cancelled = of_status(CANCELLED)
    assert sum(held == Held() for _, held in cancelled) > len(cancelled) * 0.7


def test_what_is_going_on_is_being_transcribed_and_not_yet_documented() -> None:
    running = of_status(IN_PROGRESS)
    assert all(held.documents == held.guided == [] for _, held in running)
    states = Counter(item["status"] for _, held in running for item in held.transcripts)
    assert states.keys() == {"processing"}
    shown = [item["transcripts"] for _, held in running for item in held.transcripts]
    assert any(shown)


def test_most_of_what_is_over_has_a_transcript_facts_and_a_document() -> None:
    over = of_status(COMPLETED)
    usual = [held for _, held in over if len(held.transcripts) == 1 and 6 <= len(held.facts) <= 18 and held.documents]
    assert len(usual) > len(over) * 0.6


def test_every_state_occurs() -> None:
    over = [held for _, held in of_status(COMPLETED)]
    facts = [fact for held in over for fact in held.facts]
    transcripts = [item for held in over for item in held.transcripts]
    segments = [segment for item in transcripts for segment in item["transcripts"] or ()]
    assert any(held == Held() for held in over)
    assert any((len(held.transcripts), len(held.recordings)) == (3, 4) for held in over)
    assert any(held.recordings and not held.transcripts for held in over)
    assert any(item["status"] == "failed" and item["transcripts"] is None for item in transcripts)
    assert {fact["isDiscarded"] for fact in facts} == {True, False}
    assert {fact.get("source") for fact in facts} == {"core", "system", "user", None}
    assert any("evidence" not in fact for fact in facts)
    assert {segment["speakerId"] for segment in segments} >= {-1, 0, 1, 2}
    assert {segment["channel"] for segment in segments} == {0, 1}
    assert any(isinstance(segment["start"], float) for segment in segments)
    assert any(item["metadata"] == {} for item in transcripts)
    assert any(len(section["text"]) > 5000 for held in over for doc in held.documents for section in doc["sections"])
    assert any("<b>" in fact["text"] for fact in facts)
    assert any(len(word) > 100 for fact in facts for word in fact["text"].split())


def test_the_newest_finished_encounters_are_rich() -> None:
    for _, held in of_status(COMPLETED)[:20]:
        assert len(held.facts) >= 8
        assert held.documents
        assert len(held.guided) == 2
        assert all(item["status"] == "completed" for item in held.transcripts)
        assert all(fact["source"] and not fact["isDiscarded"] for fact in held.facts)


def test_a_title_of_somebodys_own_has_contents_too() -> None:
    held = make(row_of("Something else", "outpatient"), SHAPES["usual"], "North Clinic")
    assert spoken(held)
    assert held.facts
    assert held.documents


def test_an_interaction_without_patient_has_contents_too() -> None:
    row = row_of("Chest pain", "emergency")
    row.patient = None
    held = make(row, SHAPES["rich"], "North Clinic")
    assert "The patient, a person." in written(held)
    assert "None" not in spoken(held) + written(held)
