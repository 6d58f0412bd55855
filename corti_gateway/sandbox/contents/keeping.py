"""What the interactions of one tenant hold: made when asked for, unless somebody said otherwise."""

from typing import Any

from corti_gateway.sandbox.contents.given import completed
from corti_gateway.sandbox.contents.held import Held, Item
from corti_gateway.sandbox.contents.hours import hours
from corti_gateway.sandbox.contents.ids import derived
from corti_gateway.sandbox.contents.making import make
from corti_gateway.sandbox.contents.shapes import SHAPES, shape_of
from corti_gateway.sandbox.records import COMPLETED, Interaction
from corti_gateway.sandbox.store import Listing, Store

# The newest encounters are what people look at first: these, at most, are made rich.
_FAVOURED = 25
_NEWEST = 40
_REMEMBERED = 64
_GUIDED = 4


class Contents:
    """By interaction; what was put stays as it is, everything else follows the row as it changes."""

    def __init__(self, store: Store, clinic: str) -> None:
        self._store = store
        self._clinic = clinic
        self._put: dict[str, Held] = {}
        # Guided documents that were put, whose ids need not lead back to their interaction.
        self._owners: dict[str, str] = {}
        self._made: dict[str, Held] = {}
        self._favoured_from: int | None = None

    def of(self, row: Interaction) -> Held:
        if row.id in self._put:
            return self._put[row.id]
        # A page about an interaction asks for it six times over; the row as it stands is all that it follows from.
        key = row.as_json("")
        held = self._made.get(key)
        if held is None:
            held = make(row, SHAPES[shape_of(row, row.created >= self._newest())], self._clinic)
            if len(self._made) >= _REMEMBERED:
                self._made.clear()
            self._made[key] = held
        return held

    def put(self, interaction_id: str, kind: str = "none", **parts: Any) -> Held:
        """Say what an interaction holds: what its kind brings, with parts in place of that (see given.completed).

        ``kind`` is a name of SHAPES, or "hours". KeyError when there is no such interaction, ValueError when odd.
        """
        row = self._store.get(interaction_id)
        if row is None:
            raise KeyError(interaction_id)
        if kind != "hours" and kind not in SHAPES:
            raise ValueError(f"kind is one of hours, {', '.join(SHAPES)}")
        base = hours(row, self._clinic) if kind == "hours" else make(row, SHAPES[kind], self._clinic)
        held = completed(row, base, parts)
        self._put[row.id] = held
        self._owners |= {str(document["id"]): row.id for document in held.guided}
        return held

    def empty(self, row: Interaction) -> None:
        """What a client has just created holds nothing yet."""
        self._put[row.id] = Held()

    def forget(self, interaction_id: str) -> None:
        """Let it hold again what is made of it."""
        self._put.pop(interaction_id, None)

    def guided(self, document_id: str) -> Item | None:
        """The guided document of this id, whichever interaction it belongs to."""
        for row in map(self._store.get, self._owners_of(document_id)):
            for document in self.of(row).guided if row else ():
                if document["id"] == document_id:
                    return document
        return None

    def newest_guided(self) -> list[Item]:
        """The guided documents of the newest encounters: those of a million are not asked for."""
        rows = self._store.page(Listing(size=_NEWEST, statuses=(COMPLETED,)))
        return [document for row in rows for document in self.of(row).guided]

    def _owners_of(self, document_id: str) -> list[str]:
        made = [derived(document_id, "guided", number) for number in range(_GUIDED)]
        return [self._owners[document_id], *made] if document_id in self._owners else made

    def _newest(self) -> int:
        """Since when encounters are favoured; decided at the first question, as it must not change."""
        if self._favoured_from is None:
            wanted = min(_FAVOURED, self._store.count((COMPLETED,)) // 10)
            rows = self._store.page(Listing(size=max(wanted, 1), statuses=(COMPLETED,)))
            self._favoured_from = rows[-1].created if rows and wanted else 2**63
        return self._favoured_from
