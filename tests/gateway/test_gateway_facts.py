"""Facts and fact groups from the wire: every key may be missing."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from contents_fakes import TRANSCRIPT, a_fact, a_group

from corti_gateway.contents import Evidence, Fact, FactGroup
from corti_gateway.parsing_facts import parse_fact, parse_fact_group
from corti_gateway.vocabulary import FactSource


def parsed(**changes: Any) -> Fact:
    fact = parse_fact(a_fact(**changes))
    assert fact is not None
    return fact


def test_a_good_fact_is_read_whole() -> None:
    moment = datetime(2026, 11, 3, 9, 16, 10, tzinfo=UTC)
    assert parsed() == Fact(
        id="fct-1",
        text="Knee pain for two weeks",
        group="history-of-present-illness",
        group_id="11111111-1111-4000-8000-000000000002",
        discarded=False,
        source=FactSource.CORE,
        evidence=(Evidence("transcript", TRANSCRIPT, "My knee hurts."),),
        created_at=moment,
        updated_at=moment,
        damaged=(),
    )


def test_a_fact_without_any_key_is_a_fact_and_not_damaged() -> None:
    assert parse_fact({}) == Fact(None, None, None, None, False, None, (), None, None, ())


def test_nulls_are_as_good_as_missing_keys() -> None:
    assert parse_fact(dict.fromkeys(a_fact())) == parse_fact({})


def test_a_discarded_fact_says_so() -> None:
    assert parsed(isDiscarded=True).discarded


@pytest.mark.parametrize("odd", ["true", 1, 0, "", [], {}])
def test_a_doubtful_discard_is_damage(odd: object) -> None:
    fact = parsed(isDiscarded=odd)
    assert (fact.discarded, fact.damaged) == (False, ("isDiscarded",))


def test_unknown_words_and_keys_are_no_damage() -> None:
    fact = parsed(source="oracle", group="fortune", certainty=0.7)
    assert (fact.source, fact.group, fact.damaged) == ("oracle", "fortune", ())


@pytest.mark.parametrize("key", ["id", "text", "group", "groupId", "source", "createdAt", "updatedAt", "evidence"])
def test_a_damaged_field_costs_that_field(key: str) -> None:
    assert parsed(**{key: 5}) == replace(parsed(**{key: None}), damaged=(key,))


def test_evidence_that_cannot_be_read_costs_that_evidence() -> None:
    fact = parsed(evidence=["no object", {"type": 5, "quote": "Ow."}, None])
    assert (fact.evidence, fact.damaged) == ((Evidence(None, None, "Ow."),), ("evidence", "evidence.type"))


@pytest.mark.parametrize("row", [None, [], "x", 5, True])
def test_what_is_no_object_is_neither_fact_nor_group(row: object) -> None:
    assert parse_fact(row) is None
    assert parse_fact_group(row) is None


def test_a_good_group_is_read_whole() -> None:
    names = {"en": "Plan", "da": "Behandlingsplan"}
    assert parse_fact_group(a_group()) == FactGroup("11111111-1111-4000-8000-000000000002", "plan", names)


def test_a_group_without_any_key_has_no_names() -> None:
    assert parse_fact_group({}) == FactGroup(None, None, {})


def test_the_first_name_in_a_language_counts_and_broken_ones_do_not() -> None:
    group = parse_fact_group(
        a_group(
            translations=[
                "no object",
                {"languages_id": "en"},
                {"name": "Nowhere"},
                {"languages_id": 5, "name": "Five"},
                {"languages_id": "en", "name": "Plan"},
                {"languages_id": "en", "name": "Second plan"},
            ]
        )
    )
    assert group is not None
    assert group.names == {"en": "Plan"}
