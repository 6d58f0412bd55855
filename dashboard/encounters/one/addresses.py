"""Where an encounter and its parts are found. The list that it was opened from travels along in the query string."""

from dataclasses import dataclass

from dashboard.encounters.state import EncounterListState


@dataclass(frozen=True)
class Addresses:
    """The address of an encounter within a list, and of everything below it."""

    state: EncounterListState
    key: str

    @property
    def list(self) -> str:
        """The list, at the row of this encounter."""
        return f"{self.state.url()}#e-{self.key}"

    @property
    def one(self) -> str:
        return self._below("")

    def part(self, name: str) -> str:
        return self._below(f"{name}/")

    def recording(self, key: str) -> str:
        """The sound itself, which no list has a say in."""
        return f"{self.part('recordings').partition('?')[0]}{key}"

    def _below(self, path: str) -> str:
        base, mark, query = self.state.url().partition("?")
        return f"{base}{self.key}/{path}{mark}{query}"
