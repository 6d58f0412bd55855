"""What the fault ``damage`` does to facts, segments, documents, sections and ids of recordings, by the same names."""

from collections.abc import Callable
from typing import Any

Item = dict[str, Any]

# Where an item shows text to people, the best first.
_TEXTS = ("text", "transcriptSample", "heading", "name", "key")
_WORDS = ("source", "status", "group", "outputLanguage", "type")


def _with_text(text: str) -> Callable[[Any], Any]:
    """Text in the place where people see it; of an id (a recording) it takes the place."""

    def put(item: Any) -> Any:
        if not isinstance(item, dict):
            return text
        key = next((key for key in _TEXTS if key in item), "text")
        return {**item, key: text}

    return put


def _objects(change: Callable[[Item], Any], otherwise: Any) -> Callable[[Any], Any]:
    """A change to objects; ids are replaced instead."""
    return lambda item: change(item) if isinstance(item, dict) else otherwise


def _wrong(value: Any) -> Any:
    """A value of another type."""
    if isinstance(value, str):
        return {"text": 1}
    if isinstance(value, list | dict):
        return "a text"
    return "three" if value is None or isinstance(value, bool) else ["x"]


def _dates(item: Item) -> Item:
    moments = {"createdAt": "2026-02-30T24:00:00Z", "updatedAt": "", "start": -1, "end": 1e308}
    return {**item, **{key: moments[key] for key in item if key in moments}, "deletedAt": "0001-01-01T00:00:00Z"}


def _extra(item: Item) -> Item:
    return {**item, "risk": {"score": 0.7}, "tags": ["new"]}


def _unknown_words(item: Item) -> Item:
    return {**item, **dict.fromkeys(_WORDS, "a-new-word")}


ITEMS: dict[str, Callable[[Any], Any]] = {
    "types": _objects(
        lambda item: {key: value if key == "id" else _wrong(value) for key, value in item.items()}, {"id": 1}
    ),
    "missing": _objects(lambda item: {key: item[key] for key in ("id",) if key in item}, ""),
    "nulls": _objects(lambda item: {**dict.fromkeys(item), **{key: item[key] for key in ("id",) if key in item}}, None),
    "words": _objects(_unknown_words, "a-new-word"),
    "dates": _objects(_dates, "2026-11-03"),
    "extra": _objects(_extra, {"id": "x"}),
    "patient_null": _objects(lambda item: {**item, "patient": None}, None),
    "patient_absent": _objects(lambda item: {**item, "patient": {}}, {}),
    "no_id": _objects(lambda item: {key: value for key, value in item.items() if not key.lower().endswith("id")}, ""),
    "odd_id": _objects(lambda item: {**item, "id": "int_../abc 123?x=<b>"}, "int_../abc 123?x=<b>"),
    "not_a_row": lambda item: 42,
    "null_row": lambda item: None,
    "surrogate": _with_text("half \ud83d of a sign"),
    "nul": _with_text("zero \x00 byte"),
    "markup": _with_text("<script>alert('x')</script> & \"quotes\""),
    "long_text": _with_text("Ünglaublich " * 20_000),
    "bidi": _with_text("\u202egnirts desrever\u202c \u200b\ufeff"),
}
