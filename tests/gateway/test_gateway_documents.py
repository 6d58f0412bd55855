"""Documents of both systems from the wire: sections in their order, nothing written left out."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from contents_fakes import INTERACTION, OTHER, a_classic, a_classic_section, a_guided

from corti_gateway.contents import Document, DocumentSection
from corti_gateway.parsing_documents import (
    is_foreign,
    parse_classic_document,
    parse_guided_document,
    parse_guided_document_of,
)
from corti_gateway.plaintext import DEEPEST, plain_text
from corti_gateway.vocabulary import DocumentSystem


def classic(**changes: Any) -> Document:
    document = parse_classic_document(a_classic(**changes))
    assert document is not None
    return document


def guided(**changes: Any) -> Document:
    document = parse_guided_document(a_guided(**changes))
    assert document is not None
    return document


def sections(document: Document) -> list[tuple[str | None, str | None, str]]:
    return [(section.key, section.heading, section.text) for section in document.sections]


def test_a_good_classic_document_is_read_whole() -> None:
    assert classic() == Document(
        id="77777777-1234-4bcd-8ef0-123456789abc",
        system=DocumentSystem.CLASSIC,
        name="SOAP note",
        template="corti-soap",
        language="en",
        sections=(DocumentSection("corti-subjective", "Subjective", "Knee pain."),),
        labels=(),
        created_at=datetime(2026, 11, 3, 9, 30, tzinfo=UTC),
        updated_at=datetime(2026, 11, 3, 9, 31, tzinfo=UTC),
        damaged=(),
    )


def test_a_good_guided_document_is_read_whole() -> None:
    moment = datetime(2026, 11, 3, 10, tzinfo=UTC)
    assert guided() == Document(
        id="88888888-1234-4bcd-8ef0-123456789abc",
        system=DocumentSystem.GUIDED,
        name="Referral letter",
        template="99999999-1234-4bcd-8ef0-123456789abc",
        language="en",
        sections=(DocumentSection("sec-1", "Letter", "Dear colleague,\nthank you."),),
        labels=(("dept", "ortho"),),
        created_at=moment,
        updated_at=moment,
        damaged=(),
    )


def test_classic_sections_stand_by_sort_and_those_without_last_as_they_came() -> None:
    document = classic(
        sections=[
            a_classic_section(key="x", sort=None),
            a_classic_section(key="c", sort=2),
            a_classic_section(key="a", sort=0),
            a_classic_section(key="d", sort=2.0),
            {"key": "y", "text": "z"},
        ]
    )
    assert [section.key for section in document.sections] == ["a", "c", "d", "x", "y"]
    assert document.damaged == ()


@pytest.mark.parametrize("odd", ["1", True, -1, float("inf"), float("nan"), 1e300, [], {}])
def test_an_odd_sort_is_damage_and_stands_last(odd: object) -> None:
    document = classic(sections=[a_classic_section(key="odd", sort=odd), a_classic_section(key="good")])
    assert [section.key for section in document.sections] == ["good", "odd"]
    assert document.damaged == ("sections.sort",)


def test_an_empty_section_is_no_damage() -> None:
    document = classic(sections=[a_classic_section(text=None), a_classic_section(text="")])
    assert [section.text for section in document.sections] == ["", ""]
    assert document.damaged == ()


@pytest.mark.parametrize("odd", [None, "none", 5, {}])
def test_classic_sections_that_are_no_list_are_damage(odd: object) -> None:
    assert classic(sections=odd) == replace(classic(sections=[]), damaged=("sections",))


def test_a_section_that_cannot_be_read_costs_that_section() -> None:
    document = classic(sections=["no object", a_classic_section(text=5), a_classic_section(text=6)])
    assert sections(document) == [("corti-subjective", "Subjective", "")] * 2
    assert document.damaged == ("sections", "sections.text")


FIELDS = {"name": "name", "outputLanguage": "language", "createdAt": "created_at", "updatedAt": "updated_at"}


@pytest.mark.parametrize("key", [*FIELDS, "templateRef"])
def test_a_damaged_field_costs_a_classic_document_that_field(key: str) -> None:
    assert classic(**{key: 5}) == replace(classic(**{key: None}), damaged=(key,))


@pytest.mark.parametrize("key", [*FIELDS, "templateId", "labels"])
def test_a_damaged_field_costs_a_guided_document_that_field(key: str) -> None:
    assert guided(**{key: 5}) == replace(guided(**{key: None}), damaged=(key,))


@pytest.mark.parametrize("row", [None, [], "x", 5, {}, {"id": None}, {"id": 7}, {"id": ""}, {"id": "x" * 201}])
def test_a_document_without_a_usable_id_is_unreadable(row: object) -> None:
    assert parse_classic_document(row) is None
    assert parse_guided_document(row) is None


def test_guided_sections_stand_in_their_own_order_and_other_texts_after_them() -> None:
    document = guided(
        sections=[{"sectionId": "b", "heading": "Second"}, {"sectionId": "a", "heading": None}],
        stringDocument={"a": "A", "left": "over", "b": "B"},
        structuredDocument={"b": {"not": "asked"}, "only": {"here": 1}},
    )
    assert sections(document) == [
        ("b", "Second", "B"),
        ("a", None, "A"),
        ("left", None, "over"),
        ("only", None, "here: 1"),
    ]
    assert document.damaged == ()


@pytest.mark.parametrize("nothing", [None, []])
def test_a_guided_document_without_sections_has_its_texts_all_the_same(nothing: object) -> None:
    document = guided(sections=nothing)
    assert sections(document) == [("sec-1", None, "Dear colleague,\nthank you.")]
    assert document.damaged == ()


@pytest.mark.parametrize("lacking", [{}, {"sec-1": None}])
def test_a_structure_stands_in_for_a_text_that_is_not_there(lacking: object) -> None:
    document = guided(stringDocument=lacking, structuredDocument={"sec-1": {"drug": "Ibuprofen", "doses": [1, 2]}})
    assert sections(document) == [("sec-1", "Letter", "drug: Ibuprofen\ndoses:\n  - 1\n  - 2")]
    assert document.damaged == ()


def test_an_empty_text_is_a_text() -> None:
    document = guided(stringDocument={"": "", "sec-1": ""}, structuredDocument={"sec-1": "not asked"})
    assert sections(document) == [("sec-1", "Letter", ""), (None, None, "")]


def test_a_text_of_another_kind_is_damage_and_its_structure_stands_in() -> None:
    document = guided(stringDocument={"sec-1": 5}, structuredDocument={"sec-1": "written"})
    assert sections(document) == [("sec-1", "Letter", "written")]
    assert document.damaged == ("stringDocument",)


@pytest.mark.parametrize(
    ("texts", "structures", "damaged"),
    [
        (None, None, ("stringDocument",)),
        ("text", None, ("stringDocument",)),
        ([], None, ("stringDocument",)),
        ({}, None, ()),
        ({}, "structure", ("structuredDocument",)),
        (None, {"sec-1": "x"}, ()),
    ],
)
def test_a_guided_document_without_its_texts_is_damaged(texts: Any, structures: Any, damaged: tuple[str, ...]) -> None:
    assert guided(stringDocument=texts, structuredDocument=structures).damaged == damaged


def test_a_section_without_an_id_is_damage_and_its_text_stands_after_the_others() -> None:
    document = guided(sections=[{"heading": "Lost"}, "no object", {"sectionId": 5}], stringDocument={"a": "A"})
    assert sections(document) == [("a", None, "A")]
    assert document.damaged == ("sections", "sections.sectionId")


def test_a_section_named_twice_stands_there_once() -> None:
    document = guided(sections=[{"sectionId": "sec-1", "heading": "One"}, {"sectionId": "sec-1", "heading": "Two"}])
    assert [section.heading for section in document.sections] == ["One"]


def test_damage_names_no_key_that_came() -> None:
    document = guided(stringDocument={"PATIENT-CANARY": 5}, structuredDocument=None)
    assert document.damaged == ("stringDocument",)


def test_labels_without_a_key_are_damage() -> None:
    document = guided(labels=[{"key": "a"}, {"value": "b"}, {"key": "c", "value": 5}, {"key": "d", "value": "e"}])
    assert document.labels == (("a", ""), ("c", ""), ("d", "e"))
    assert document.damaged == ("labels.key", "labels.value")


@pytest.mark.parametrize("spelling", [INTERACTION, INTERACTION.upper(), "{" + INTERACTION + "}"])
def test_a_document_of_the_interaction_is_ours_however_its_id_is_spelt(spelling: str) -> None:
    row = a_guided(interactionId=spelling)
    assert not is_foreign(row, INTERACTION)
    assert parse_guided_document_of(row, INTERACTION) is not None


@pytest.mark.parametrize("other", [OTHER, "int_abc123", "null"])
def test_a_document_of_another_interaction_is_foreign(other: str) -> None:
    row = a_guided(interactionId=other)
    assert is_foreign(row, INTERACTION)
    assert parse_guided_document_of(row, INTERACTION) is None


@pytest.mark.parametrize("nobody", [None, "", 5, [INTERACTION], True])
def test_a_document_that_names_no_interaction_is_not_shown_and_not_foreign(nobody: object) -> None:
    row = a_guided(interactionId=nobody)
    assert not is_foreign(row, INTERACTION)
    assert parse_guided_document_of(row, INTERACTION) is None


def test_a_document_without_the_key_of_an_interaction_is_not_shown_either() -> None:
    row = a_guided()
    del row["interactionId"]
    assert not is_foreign(row, INTERACTION)
    assert parse_guided_document_of(row, INTERACTION) is None


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        ("", ""),
        ("as it is", "as it is"),
        ("two\r\nlines", "two\nlines"),
        (True, "true"),
        (0, "0"),
        (1.5, "1.5"),
        ([], ""),
        ({}, ""),
        (["a", "b\nc", None, ["d"]], "- a\n- b\n  c\n-\n- - d"),
        ({"a": None, "b": {}, "c": "x\ny", "d": False}, "a:\nb:\nc:\n  x\n  y\nd: false"),
        ({"drugs": [{"name": "A", "dose": "1 mg"}]}, "drugs:\n  - name: A\n    dose: 1 mg"),
        ({"k\0": "\ud800"}, "k\ufffd: \ufffd"),
    ],
)
def test_a_structure_becomes_lines_that_a_person_can_read(value: object, text: str) -> None:
    assert plain_text(value) == text


def test_a_structure_nested_too_deep_ends_in_an_ellipsis() -> None:
    value: object = "bottom"
    for _ in range(5000):
        value = [value]
    assert plain_text(value) == "- " * DEEPEST + "…"
