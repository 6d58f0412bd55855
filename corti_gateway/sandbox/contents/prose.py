"""Facts put together to the paragraphs of a document."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from corti_gateway.sandbox.contents.person import Person


class Told(NamedTuple):
    """A fact as documents use it."""

    group: str
    text: str


def of(told: Iterable[Told], *groups: str) -> list[str]:
    return [each.text for group in groups for each in told if each.group == group]


def running(texts: Sequence[str]) -> str:
    """As sentences one after the other."""
    return " ".join(text if text.endswith((".", "?", "!")) else f"{text}." for text in texts)


def bullets(texts: Sequence[str]) -> str:
    return "\n".join(f"- {text}" for text in texts)


def labelled(told: Sequence[Told], labels: Sequence[tuple[str, str]]) -> str:
    """A line for each group that something was noted in."""
    lines = [f"{label}: {running(texts)}" for group, label in labels if (texts := of(told, group))]
    return "\n".join(lines)


def paragraphs(*parts: str) -> str:
    return "\n\n".join(part for part in parts if part)


def introduced(person: Person) -> str:
    """For instance "Ida Skov, a 47-year-old woman"; "an 8-year-old girl"."""
    article = "an" if person.described.startswith(("8", "11-", "18")) else "a"
    return f"{person.name or 'The patient'}, {article} {person.described}"


def lowered(text: str) -> str:
    """For the middle of a sentence, unless the word is an abbreviation."""
    return text[:1].lower() + text[1:] if text[1:2].islower() or text[1:2] == " " else text
