"""Facts and fact groups, from the wire to models (facts 3.3 and 3.4). Every key of either is optional."""

from corti_gateway.contents import Evidence, Fact, FactGroup
from corti_gateway.values import paths, read_instant, read_objects, read_text
from corti_gateway.vocabulary import FactSource

SOURCES: dict[str, FactSource] = {word.value: word for word in FactSource}


def parse_fact(row: object) -> Fact | None:
    """One fact, or None for what is no object. An ``isDiscarded`` that is no boolean counts as no, and is damage."""
    if type(row) is not dict:
        return None
    damaged: list[str] = []
    source = read_text(row.get("source"), "source", damaged)
    return Fact(
        id=read_text(row.get("id"), "id", damaged),
        text=read_text(row.get("text"), "text", damaged),
        group=read_text(row.get("group"), "group", damaged),
        group_id=read_text(row.get("groupId"), "groupId", damaged),
        discarded=_flag(row.get("isDiscarded"), "isDiscarded", damaged),
        source=source if source is None else SOURCES.get(source, source),
        evidence=_evidence(row.get("evidence"), damaged),
        created_at=read_instant(row.get("createdAt"), "createdAt", damaged),
        updated_at=read_instant(row.get("updatedAt"), "updatedAt", damaged),
        damaged=paths(damaged),
    )


def parse_fact_group(row: object) -> FactGroup | None:
    """One fact group, or None for what is no object; names that cannot be read are left out: the key stands in."""
    if type(row) is not dict:
        return None
    ignored: list[str] = []
    names: dict[str, str] = {}
    for one in read_objects(row.get("translations"), "translations", ignored):
        # Snake case, unlike everything else on the wire.
        language = read_text(one.get("languages_id"), "translations.languages_id", ignored)
        name = read_text(one.get("name"), "translations.name", ignored)
        if language and name:
            names.setdefault(language, name)
    return FactGroup(
        id=read_text(row.get("id"), "id", ignored), key=read_text(row.get("key"), "key", ignored), names=names
    )


def _evidence(value: object, damaged: list[str]) -> tuple[Evidence, ...]:
    return tuple(
        Evidence(
            type=read_text(one.get("type"), "evidence.type", damaged),
            reference=read_text(one.get("reference"), "evidence.reference", damaged),
            quote=read_text(one.get("quote"), "evidence.quote", damaged),
        )
        for one in read_objects(value, "evidence", damaged)
    )


def _flag(value: object, path: str, damaged: list[str]) -> bool:
    if value is not None and type(value) is not bool:
        damaged.append(path)
    return value is True
