"""What the sandbox keeps: patients and interactions, compact in memory and quick to write as JSON."""

import json

from corti_gateway.sandbox.clock import timestamp
from corti_gateway.vocabulary import EncounterStatus, EncounterType

STATUSES: tuple[str, ...] = tuple(status.value for status in EncounterStatus)
TYPES: tuple[str, ...] = tuple(kind.value for kind in EncounterType)
STATUS_NUMBER = {word: number for number, word in enumerate(STATUSES)}
TYPE_NUMBER = {word: number for number, word in enumerate(TYPES)}

PLANNED, IN_PROGRESS, ON_HOLD, COMPLETED, CANCELLED, DELETED = range(6)

quote = json.JSONEncoder(ensure_ascii=False).encode


class Patient:
    """A patient as one API client entered it; the JSON text is made once, as many interactions share it."""

    __slots__ = ("birth", "gender", "identifier", "name", "pronouns", "text")

    def __init__(
        self,
        identifier: str,
        name: str | None = None,
        gender: str | None = None,
        birth: str | None = None,
        pronouns: str | None = None,
        sparse: bool = False,
    ) -> None:
        self.identifier = identifier
        self.name = name
        self.gender = gender
        self.birth = birth
        self.pronouns = pronouns
        self.text = self._written(sparse)

    def _written(self, sparse: bool) -> str:
        parts = [f'{{"identifier":{quote(self.identifier)}']
        fields = (("name", self.name), ("gender", self.gender), ("birthDate", self.birth), ("pronouns", self.pronouns))
        for key, value in fields:
            if value is not None:
                parts.append(f'"{key}":{quote(value)}')
            elif not sparse:
                parts.append(f'"{key}":null')
        return ",".join(parts) + "}"


# How an interaction without a patient looks is unknown; the first is the only one that the published schema allows.
NO_PATIENT = ('{"identifier":""}', "null", "{}")


class Interaction:
    """One interaction; times are nanoseconds since the epoch, status and type are numbers of the vocabulary."""

    __slots__ = (
        "closed",
        "created",
        "ended",
        "id",
        "identifier",
        "kind",
        "patient",
        "recorded",
        "sparse",
        "started",
        "status",
        "title",
        "updated",
        "user",
        "without",
    )

    def __init__(
        self,
        id: str,
        user: str,
        identifier: str,
        status: int,
        kind: int,
        title: str | None,
        started: int,
        ended: int | None,
        created: int,
        updated: int,
        recorded: int,
        patient: Patient | None,
        closed: int | None = None,
        sparse: bool = False,
        without: int = 0,
    ) -> None:
        self.id = id
        self.user = user
        self.identifier = identifier
        self.status = status
        self.kind = kind
        self.title = title
        self.started = started
        self.ended = ended  # encounter.period.endedAt
        self.closed = closed  # endedAt of the interaction itself
        self.created = created
        self.updated = updated
        self.recorded = recorded  # lastUpdated
        self.patient = patient
        self.sparse = sparse  # empty fields are left out instead of written as null
        self.without = without  # which of NO_PATIENT stands for a missing patient

    def as_json(self, tenant_name: str) -> str:
        updated = timestamp(self.updated)
        recorded = updated if self.recorded == self.updated else timestamp(self.recorded)
        ended = self._optional("endedAt", None if self.ended is None else f'"{timestamp(self.ended)}"')
        closed = self._optional("endedAt", None if self.closed is None else f'"{timestamp(self.closed)}"')
        title = self._optional("title", None if self.title is None else quote(self.title))
        patient = self.patient.text if self.patient else NO_PATIENT[self.without]
        return (
            f'{{"id":"{self.id}","assignedUserId":"{self.user}","encounter":{{"identifier":{quote(self.identifier)},'
            f'"status":"{STATUSES[self.status]}","type":"{TYPES[self.kind]}",'
            f'"period":{{"startedAt":"{timestamp(self.started)}"{ended}}}{title}}},"patient":{patient}{closed},'
            f'"createdAt":"{timestamp(self.created)}","updatedAt":"{updated}","lastUpdated":"{recorded}",'
            f'"websocketUrl":"{socket_url(self.id, tenant_name)}"}}'
        )

    def _optional(self, key: str, value: str | None) -> str:
        if value is None:
            return "" if self.sparse else f',"{key}":null'
        return f',"{key}":{value}'


def socket_url(interaction_id: str, tenant_name: str) -> str:
    """An address at which nothing listens, the same whatever port the sandbox has."""
    return f"wss://sandbox.invalid/audio-bridge/v2/interactions/{interaction_id}/streams?tenant-name={tenant_name}"
