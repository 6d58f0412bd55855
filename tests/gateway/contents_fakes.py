"""What an interaction holds, as the wire spells it; each builder takes changes as keywords."""

from typing import Any

INTERACTION = "6b1f0c1e-7a55-4a0e-9d0c-2f6f3f0a9b11"
OTHER = "6b1f0c1e-7a55-4a0e-9d0c-2f6f3f0a9b22"
TRANSCRIPT = "0f0e0d0c-0b0a-4909-8807-060504030201"
RECORDING = "5f1d7e9a-0b1c-4d2e-8f3a-9b8c7d6e5f40"


def a_fact(**changes: Any) -> dict[str, Any]:
    fact = {
        "id": "fct-1",
        "text": "Knee pain for two weeks",
        "group": "history-of-present-illness",
        "groupId": "11111111-1111-4000-8000-000000000002",
        "isDiscarded": False,
        "source": "core",
        "createdAt": "2026-11-03T09:16:10Z",
        "updatedAt": "2026-11-03T09:16:10Z",
        "evidence": [{"type": "transcript", "reference": TRANSCRIPT, "quote": "My knee hurts."}],
    }
    return {**fact, **changes}


def a_group(**changes: Any) -> dict[str, Any]:
    names = [
        {"id": 7, "languages_id": "en", "name": "Plan"},
        {"id": 8, "languages_id": "da", "name": "Behandlingsplan"},
    ]
    return {"id": "11111111-1111-4000-8000-000000000002", "key": "plan", "translations": names, **changes}


def a_classic_section(**changes: Any) -> dict[str, Any]:
    return {"key": "corti-subjective", "name": "Subjective", "text": "Knee pain.", "sort": 1, **changes}


def a_classic(**changes: Any) -> dict[str, Any]:
    document = {
        "id": "77777777-1234-4bcd-8ef0-123456789abc",
        "name": "SOAP note",
        "templateRef": "corti-soap",
        "isStream": False,
        "sections": [a_classic_section()],
        "createdAt": "2026-11-03T09:30:00Z",
        "updatedAt": "2026-11-03T09:31:00Z",
        "outputLanguage": "en",
        "usageInfo": {"creditsConsumed": 0.05},
    }
    return {**document, **changes}


def a_guided(**changes: Any) -> dict[str, Any]:
    document = {
        "id": "88888888-1234-4bcd-8ef0-123456789abc",
        "name": "Referral letter",
        "templateId": "99999999-1234-4bcd-8ef0-123456789abc",
        "templateVersionId": "99999999-1234-4bcd-8ef0-000000000001",
        "outputLanguage": "en",
        "interactionId": INTERACTION,
        "stringDocument": {"sec-1": "Dear colleague,\nthank you."},
        "structuredDocument": None,
        "sections": [{"sectionId": "sec-1", "heading": "Letter", "labels": []}],
        "labels": [{"key": "dept", "value": "ortho"}],
        "createdAt": "2026-11-03T10:00:00Z",
        "updatedAt": "2026-11-03T10:00:00Z",
    }
    return {**document, **changes}


def a_segment(**changes: Any) -> dict[str, Any]:
    return {
        "channel": 0,
        "participant": 0,
        "speakerId": 1,
        "text": "Good morning.",
        "start": 0,
        "end": 1200,
        **changes,
    }


def a_transcript(**changes: Any) -> dict[str, Any]:
    transcript = {
        "id": TRANSCRIPT,
        "metadata": {"participantsRoles": [{"channel": 0, "role": "multiple"}]},
        "transcripts": [a_segment(), a_segment(text="My knee hurts.", speakerId=2, start=1350, end=2900)],
        "usageInfo": {"creditsConsumed": 0.12},
        "recordingId": RECORDING,
        "status": "completed",
    }
    return {**transcript, **changes}
