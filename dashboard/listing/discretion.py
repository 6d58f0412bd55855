"""What is shown of a patient to whom: the one place that decides it.

Who presents a patient asks :func:`of` and shows what it gives; everything else about a patient is text, for
:meth:`Shown.text`. Templates do not know that there is anything to hide.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple, Protocol

from dashboard.accounts.viewer import Viewer
from dashboard.listing import formatting
from dashboard.listing.initials import all_masked, initials, masked, short_identifier


class Person(Protocol):
    """A patient as the API or the index has one."""

    @property
    def identifier(self) -> str | None: ...
    @property
    def name(self) -> str | None: ...
    @property
    def birth_date(self) -> date | None: ...


class Named(NamedTuple):
    """Somebody of whom no more is known here."""

    identifier: str | None
    name: str | None = None
    birth_date: date | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """A patient in words for one viewer, "" for what is not known; ``born`` is "" as well where it is hidden."""

    name: str = ""
    identifier: str = ""
    born: str = ""
    hidden: Person | None = None

    @property
    def called(self) -> str:
        """The name, or the identifier of somebody without one."""
        return self.name or self.identifier

    def text(self, text: str) -> str:
        """Free text about the patient, which may hold the name, the identifier or the date of birth."""
        return self.texts((text,))[0]

    def texts(self, texts: Sequence[str]) -> list[str]:
        """Many texts about the patient, each as :meth:`text` has it, in a fraction of the time."""
        if self.hidden is None:
            return list(texts)
        one = self.hidden
        return all_masked(texts, name=one.name or "", identifier=one.identifier or "", born=one.birth_date)


NOBODY = Shown()


def of(person: Person | None, viewer: Viewer) -> Shown:
    """The patient as this viewer may see one."""
    if person is None:
        return NOBODY
    name, identifier = person.name or "", person.identifier or ""
    if viewer.discreet:
        # The end of an identifier may be a name.
        short = masked(short_identifier(identifier), name=name)
        return Shown(initials(name) if name else "", short, "", person)
    return Shown(name, identifier, formatting.day(person.birth_date) if person.birth_date else "")


def others(people: Iterable[tuple[str, str]], viewer: Viewer) -> str:
    """Identifiers and names of other patients: ``Anna Berg, PT-1; Anne Berg, PT-2``."""
    shown = (of(Named(identifier, name), viewer) for identifier, name in people)
    return "; ".join(f"{one.name}, {one.identifier}" for one in shown)


def identifier(text: str, viewer: Viewer) -> str:
    """An identifier by itself, as in a filter."""
    return of(Named(text), viewer).identifier


def search(text: str, viewer: Viewer) -> str:
    """What was typed into a search box: nobody knows which part of it is a name."""
    return "Search, hidden" if viewer.discreet else f"“{text}”"
