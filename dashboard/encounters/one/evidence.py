"""The words of a transcript that a fact rests on, or why they are not shown."""

from corti_gateway.contents import Fact, Listed, TranscriptSample
from corti_gateway.errors import GatewayError
from corti_gateway.ids import canonical, is_the_one
from dashboard.encounters.one.addresses import FIRST_QUOTE
from dashboard.encounters.one.facts import is_from_transcript

NOT_LOOKED_UP = "The words that this fact rests on could not be looked up now."
FACT_GONE = "The fact that led here is not among the facts of this encounter any more."
NOT_AS_QUOTED = "The words that this fact rests on are not in this transcript as they are quoted."
OTHERS = "What is marked are other words that it rests on."
REPEATED = (
    "Words that this fact rests on are said at several places. All are marked, as Corti does not tell which is meant."
)


def quotes(fact: str, facts: Listed[Fact] | GatewayError, transcript: str) -> dict[str, str]:
    """What the fact quotes from the transcript of this canonical id, by number; nothing where nobody can tell."""
    found = [evidence for one in _named(fact, facts) for evidence in one.evidence]
    return {
        str(number): one.quote
        for number, one in enumerate(found, FIRST_QUOTE)
        if one.quote and is_from_transcript(one) and is_the_one(one.reference or "", transcript)
    }


def why_missing(fact: str, facts: Listed[Fact] | GatewayError, *, others: bool = False) -> str:
    """Why the words are not marked, in a sentence; a fact that is not there may be one that could not be read."""
    if _named(fact, facts):
        return f"{NOT_AS_QUOTED} {OTHERS}" if others else NOT_AS_QUOTED
    return NOT_LOOKED_UP if isinstance(facts, GatewayError) or facts.unreadable else FACT_GONE


def why_another(fact: str, samples: Listed[TranscriptSample], *, is_shown: bool) -> str:
    """Why the transcript that was asked for is not there; it may be one that could not be read."""
    which = "that this fact rests on" if fact else "that was asked for"
    all_read = not samples.unreadable and all(canonical(one.id) for one in samples.items)
    gone = "is not there any more" if all_read else "is not among those that could be read"
    instead = " Another one of this encounter is shown." if is_shown else ""
    return f"The transcript {which} {gone}.{instead}"


def _named(fact: str, facts: Listed[Fact] | GatewayError) -> list[Fact]:
    return [] if isinstance(facts, GatewayError) else [one for one in facts.items if one.id == fact]
