"""Where an encounter and its parts are found. The list that it was opened from travels along in the query string."""

from dataclasses import dataclass
from urllib.parse import urlencode

from dashboard.encounters.state import EncounterListState

# In the address of the sheet to print.
WITH_TRANSCRIPT = "with-transcript"


@dataclass(frozen=True)
class Addresses:
    """The address of an encounter within a list, and of everything below it."""

    state: EncounterListState
    key: str

    @property
    def list(self) -> str:
        """The list, at the row of this encounter: the first part of an id tells the rows of a page apart."""
        return f"{self.state.url()}#e-{self.key[:8]}"

    @property
    def one(self) -> str:
        return self._below("")

    def part(self, name: str) -> str:
        return self._below(f"{name}/")

    @property
    def query(self) -> str:
        """The list, as a query string with its mark, or nothing."""
        _, mark, query = self.state.url().partition("?")
        return f"{mark}{query}"

    @property
    def next(self) -> str:
        return self.part("next")

    @property
    def previous(self) -> str:
        return self.part("previous")

    @property
    def print(self) -> str:
        return self.part("print")

    @property
    def print_with_transcript(self) -> str:
        return _with(self.print, {WITH_TRANSCRIPT: "1"})

    def transcript(self, key: str, fact: str = "") -> str:
        """One of several transcripts, at the words that a fact rests on."""
        return _with(self.part("transcript"), {"transcript": key} | ({"fact": fact} if fact else {}))

    def recording(self, key: str) -> str:
        """The sound itself, which no list has a say in."""
        return f"{self.part('recordings').partition('?')[0]}{key}"

    def _below(self, path: str) -> str:
        return f"{self.state.url().partition('?')[0]}{self.key}/{path}{self.query}"


def _with(address: str, chosen: dict[str, str]) -> str:
    return f"{address}{'&' if '?' in address else '?'}{urlencode(chosen)}"
