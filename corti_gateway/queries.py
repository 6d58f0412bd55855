"""A question to the list endpoint, and its spelling on the wire (facts 2.1)."""

from dataclasses import dataclass, field

from corti_gateway.vocabulary import Direction, EncounterStatus, SortField

# int64 on the wire; the largest whole number that JavaScript holds exactly, and far enough below for page * size.
LARGEST = 2**53 - 1


@dataclass(frozen=True, slots=True)
class InteractionQuery:
    """One page of the interactions of a tenant; a bad value raises :class:`ValueError`.

    ``page`` counts from 1 (the wire calls it ``index``), ``patient`` matches ``patient.identifier`` exactly and is
    personal data: it is left out of the repr.
    """

    sort: SortField = SortField.CREATED
    direction: Direction = Direction.DESC
    page: int = 1
    page_size: int = 10
    statuses: tuple[EncounterStatus, ...] = ()
    patient: str | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "sort", SortField(self.sort))
        object.__setattr__(self, "direction", Direction(self.direction))
        # Asking for a status twice means the same as once; the order of asking is kept.
        object.__setattr__(self, "statuses", tuple(dict.fromkeys(EncounterStatus(word) for word in self.statuses)))
        for name, value in (("page", self.page), ("page_size", self.page_size)):
            if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= LARGEST:
                raise ValueError(f"{name} must be a whole number from 1")
        if self.patient is not None:
            if not isinstance(self.patient, str) or not self.patient:
                raise ValueError("patient must be an identifier or None")
            if any("\ud800" <= sign <= "\udfff" for sign in self.patient):
                raise ValueError("patient must be encodable as UTF-8")

    def wire(self) -> list[tuple[str, str]]:
        """The query parameters: statuses as repeated keys, empty parameters left out.

        An empty ``patient=`` could mean "no patient" to the API, and ``index`` is its name for the page number.
        """
        pairs = [
            ("sort", self.sort.value),
            ("direction", self.direction.value),
            ("pageSize", str(self.page_size)),
            ("index", str(self.page)),
        ]
        pairs += [("encounterStatus", status.value) for status in self.statuses]
        if self.patient is not None:
            pairs.append(("patient", self.patient))
        return pairs
