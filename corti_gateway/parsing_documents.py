"""Documents of both systems, from the wire to one model (facts 3.5 and 3.6)."""

from typing import Any

from corti_gateway.contents import Document, DocumentSection
from corti_gateway.ids import is_the_one
from corti_gateway.plaintext import plain_text
from corti_gateway.values import paths, read_id, read_instant, read_objects, read_text, read_whole, rendered
from corti_gateway.vocabulary import DocumentSystem


def parse_classic_document(row: object) -> Document | None:
    """One document of the older system, or None if it has no usable id."""
    if type(row) is not dict or (key := read_id(row.get("id"))) is None:
        return None
    damaged: list[str] = []
    return Document(
        id=key,
        system=DocumentSystem.CLASSIC,
        name=read_text(row.get("name"), "name", damaged),
        template=read_text(row.get("templateRef"), "templateRef", damaged),
        language=read_text(row.get("outputLanguage"), "outputLanguage", damaged),
        sections=_classic_sections(row.get("sections"), damaged),
        labels=(),
        created_at=read_instant(row.get("createdAt"), "createdAt", damaged),
        updated_at=read_instant(row.get("updatedAt"), "updatedAt", damaged),
        damaged=paths(damaged),
    )


def parse_guided_document(row: object) -> Document | None:
    """One document of the newer system, or None if it has no usable id."""
    if type(row) is not dict or (key := read_id(row.get("id"))) is None:
        return None
    damaged: list[str] = []
    return Document(
        id=key,
        system=DocumentSystem.GUIDED,
        name=read_text(row.get("name"), "name", damaged),
        template=read_text(row.get("templateId"), "templateId", damaged),
        language=read_text(row.get("outputLanguage"), "outputLanguage", damaged),
        sections=_guided_sections(row, damaged),
        labels=_labels(row.get("labels"), damaged),
        created_at=read_instant(row.get("createdAt"), "createdAt", damaged),
        updated_at=read_instant(row.get("updatedAt"), "updatedAt", damaged),
        damaged=paths(damaged),
    )


def is_foreign(row: object, interaction_id: str) -> bool:
    """Whether a guided document names another interaction than the one asked for."""
    owner = row.get("interactionId") if type(row) is dict else None
    return type(owner) is str and bool(owner) and not is_the_one(owner, interaction_id)


def parse_guided_document_of(row: object, interaction_id: str) -> Document | None:
    """A guided document that says itself that it belongs to the interaction, or None.

    The list is one of all documents, narrowed by a filter that nothing proves: a document that names no interaction may
    be anybody's, so it is not shown under a patient's name.
    """
    owner = row.get("interactionId") if type(row) is dict else None
    return parse_guided_document(row) if type(owner) is str and is_the_one(owner, interaction_id) else None


def _classic_sections(value: object, damaged: list[str]) -> tuple[DocumentSection, ...]:
    """By ``sort``; those without come last, in the order in which they came."""
    if value is None:
        # Always there, says the API's type: that it is not may hide a whole document.
        damaged.append("sections")
    placed: list[tuple[float, DocumentSection]] = []
    for part in read_objects(value, "sections", damaged):
        place = read_whole(part.get("sort"), "sections.sort", damaged)
        section = DocumentSection(
            key=read_text(part.get("key"), "sections.key", damaged),
            heading=read_text(part.get("name"), "sections.name", damaged),
            text=read_text(part.get("text"), "sections.text", damaged) or "",
        )
        placed.append((float("inf") if place is None else place, section))
    placed.sort(key=lambda one: one[0])
    return tuple(section for _, section in placed)


def _guided_sections(row: dict[str, Any], damaged: list[str]) -> tuple[DocumentSection, ...]:
    """In the order of ``sections``; texts that it does not name come after, so that nothing written is left out."""
    structures = _map(row.get("structuredDocument"), "structuredDocument", damaged)
    texts = _map(row.get("stringDocument"), "stringDocument", damaged)
    if row.get("stringDocument") is None and not structures:
        damaged.append("stringDocument")
    headings: dict[str, str | None] = {}
    for part in read_objects(row.get("sections"), "sections", damaged):
        key = part.get("sectionId")
        if type(key) is str and key:
            # Named twice, its text would stand there twice.
            headings.setdefault(key, read_text(part.get("heading"), "sections.heading", damaged))
        else:
            # Its text is found under no key: a heading alone would say that nothing was written.
            damaged.append("sections.sectionId")
    for key in (*texts, *structures):
        headings.setdefault(key, None)
    return tuple(
        DocumentSection(rendered(key) or None, heading, _section_text(key, texts, structures, damaged))
        for key, heading in headings.items()
    )


def _section_text(key: str, texts: dict[str, Any], structures: dict[str, Any], damaged: list[str]) -> str:
    text = texts.get(key)
    if type(text) is str:
        return rendered(text)
    if text is not None:
        damaged.append("stringDocument")
    return plain_text(structures.get(key))


def _map(value: object, path: str, damaged: list[str]) -> dict[str, Any]:
    if type(value) is dict:
        return value
    if value is not None:
        damaged.append(path)
    return {}


def _labels(value: object, damaged: list[str]) -> tuple[tuple[str, str], ...]:
    """Keys with their values; a label without a key is damage, one without a value a key alone."""
    labels: list[tuple[str, str]] = []
    for one in read_objects(value, "labels", damaged):
        key = read_text(one.get("key"), "labels.key", damaged)
        label = read_text(one.get("value"), "labels.value", damaged)
        if key is None:
            damaged.append("labels.key")
        else:
            labels.append((key, label or ""))
    return tuple(labels)
