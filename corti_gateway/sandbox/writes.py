"""Creating and changing interactions from a request body, with the checks of the documented shapes."""

import json
import re
import uuid
from collections.abc import Callable
from typing import Any

from corti_gateway.sandbox.clock import parse_timestamp
from corti_gateway.sandbox.records import PLANNED, STATUS_NUMBER, TYPE_NUMBER, Interaction, Patient
from corti_gateway.vocabulary import Gender

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_GENDERS = {gender.value for gender in Gender}


class ContentError(Exception):
    """A request body that is refused: reasons by field."""

    def __init__(self, errors: dict[str, str]) -> None:
        super().__init__(errors)
        self.errors = errors


def is_uuid(text: str) -> bool:
    return bool(_UUID.fullmatch(text))


def read_object(body: bytes) -> dict[str, Any]:
    """The JSON object of a body; ContentError when it is none."""
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        raise ContentError({"body": "is not valid JSON"}) from None
    if not isinstance(content, dict):
        raise ContentError({"body": "must be an object"})
    return content


class _Reader:
    """Takes checked values out of nested objects and collects what is wrong with them."""

    def __init__(self, content: dict[str, Any]) -> None:
        self._content = content
        self.errors: dict[str, str] = {}

    def has(self, path: str) -> bool:
        return self._find(path)[0]

    def value(self, path: str, check: Callable[[Any], Any], required: bool = False) -> Any:
        _, value = self._find(path)
        if value is None:
            if required:
                self.errors[path] = "is required"
            return None
        try:
            return check(value)
        except (ValueError, KeyError, TypeError) as error:
            self.errors[path] = str(error) if isinstance(error, ValueError) else "is not one of the allowed values"
            return None

    def _find(self, path: str) -> tuple[bool, Any]:
        value: Any = self._content
        for key in path.split("."):
            if not isinstance(value, dict) or key not in value:
                return False, None
            value = value[key]
        return True, value

    def finish(self) -> None:
        if self.errors:
            raise ContentError(self.errors)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("must be a string")
    # A lone surrogate is replaced, as Go's decoder does.
    return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _filled(value: Any) -> str:
    if not (text := _text(value)):
        raise ValueError("must not be empty")
    return text


def _uuid(value: Any) -> str:
    if not is_uuid(_text(value)):
        raise ValueError("must be a valid uuid")
    return str(value).lower()


def _moment(value: Any) -> int:
    return parse_timestamp(_text(value))


def _birth(value: Any) -> str:
    """A date-time or a bare date, kept as it came: bare dates were seen to round-trip."""
    text = _text(value)
    parse_timestamp(f"{text}T00:00:00Z" if _DATE.fullmatch(text) else text)
    return text


def _gender(value: Any) -> str:
    if value not in _GENDERS:
        raise KeyError(value)
    return str(value)


def create(content: dict[str, Any], now: int, odd: bool) -> Interaction:
    """A new interaction from a create request; ContentError names the fields that are wrong."""
    reader = _Reader(content)
    status = reader.value("encounter.status", STATUS_NUMBER.__getitem__, required=True)
    kind = reader.value("encounter.type", TYPE_NUMBER.__getitem__, required=True)
    identifier = reader.value("encounter.identifier", _filled, required=True)
    ended = reader.value("encounter.period.endedAt", _moment)
    row = Interaction(
        id=str(uuid.uuid4()),
        user=reader.value("assignedUserId", _uuid) or str(uuid.uuid4()),
        identifier=identifier or "",
        status=PLANNED if status is None else status,
        kind=kind or 0,
        title=reader.value("encounter.title", _text),
        started=reader.value("encounter.period.startedAt", _moment) or now,
        ended=ended,
        created=now,
        updated=now,
        recorded=now,
        patient=_patient(reader, None),
        without=1 if odd else 0,
    )
    reader.finish()
    return row


_CHANGES: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "assignedUserId": ("user", _uuid),
    "encounter.identifier": ("identifier", _filled),
    "encounter.status": ("status", STATUS_NUMBER.__getitem__),
    "encounter.type": ("kind", TYPE_NUMBER.__getitem__),
    "encounter.title": ("title", _text),
    "encounter.period.startedAt": ("started", _moment),
    "encounter.period.endedAt": ("ended", _moment),
    "endedAt": ("closed", _moment),
}
_CAN_BE_EMPTY = {"title", "ended", "closed"}


def changes(content: dict[str, Any], row: Interaction) -> dict[str, Any]:
    """Attributes of a row that a PATCH sets; what the body leaves out stays, null empties what may be empty."""
    reader = _Reader(content)
    fields: dict[str, Any] = {}
    for path, (name, check) in _CHANGES.items():
        if reader.has(path):
            value = reader.value(path, check)
            if value is not None or name in _CAN_BE_EMPTY:
                fields[name] = value
    if content.get("patient"):
        fields["patient"] = _patient(reader, row.patient)
    reader.finish()
    return fields


def _patient(reader: _Reader, old: Patient | None) -> Patient | None:
    if not reader.value("patient", lambda value: value or None):
        return old
    identifier = reader.value("patient.identifier", _filled, required=old is None)
    fields: dict[str, Any] = {}
    for key, name, check in (
        ("name", "name", _text),
        ("gender", "gender", _gender),
        ("birthDate", "birth", _birth),
        ("pronouns", "pronouns", _text),
    ):
        value = reader.value(f"patient.{key}", check)
        fields[name] = value if old is None or reader.has(f"patient.{key}") else getattr(old, name)
    return Patient(identifier or (old.identifier if old else ""), **fields)
