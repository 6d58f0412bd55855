"""Several statuses merged from single ones: the same rows, on the same pages, as one list of all."""

import random
from typing import Any

import pytest
from gateway_fakes import NOON, FakeSource, NumberSource, a_row, with_status
from hypothesis import given, settings
from hypothesis import strategies as st

from corti_gateway.capabilities import Capabilities, SortKey, Verdict
from corti_gateway.cutting import cut
from corti_gateway.memory import Memory
from corti_gateway.merging import merged_window
from corti_gateway.models import InteractionPage
from corti_gateway.parsing import parse_interactions
from corti_gateway.queries import InteractionQuery
from corti_gateway.reading import Reading
from corti_gateway.vocabulary import Direction, EncounterStatus, SortField

STATUSES = tuple(EncounterStatus)


@given(
    lists=st.lists(st.lists(st.integers(0, 60), max_size=60).map(sorted), min_size=1, max_size=6),
    share=st.floats(0, 1.2),
)
def test_the_cut_takes_the_first_rows_of_the_merged_list(lists: list[list[int]], share: float) -> None:
    total = sum(map(len, lists))
    target = int(total * share)

    def probe(number: int, rank: int) -> tuple[float, int, int]:
        rows = lists[number]
        return (rows[rank] if rank < len(rows) else float("inf"), number, rank)

    found = cut([target] * len(lists), target, probe, lambda calls: [call() for call in calls], 0)
    merged = sorted((value, number, rank) for number, rows in enumerate(lists) for rank, value in enumerate(rows))
    expected = [sum(number == n for _, n, _ in merged[:target]) for number in range(len(lists))]
    assert sum(found) == target
    assert all(have >= want for have, want in zip(found, expected, strict=True))
    if target <= total:
        assert found == expected


@settings(max_examples=25, deadline=None)
@given(
    words=st.lists(st.sampled_from(STATUSES), max_size=160),
    size=st.sampled_from([1, 3, 10]),
    direction=st.sampled_from(Direction),
    cap=st.sampled_from([None, None, 4]),
    ties=st.booleans(),
)
def test_every_row_is_on_exactly_one_page_and_in_order(
    words: list[EncounterStatus], size: int, direction: Direction, cap: int | None, ties: bool
) -> None:
    rows = [with_status(a_row(number), word) for number, word in enumerate(words)]
    if ties:
        rows = [{**row, "createdAt": "2026-11-03T12:00:00Z"} for row in rows]
    source = FakeSource(rows, honours=False, cap=cap, page_size_max=12)
    asked = (EncounterStatus.COMPLETED, EncounterStatus.PLANNED, EncounterStatus.ON_HOLD)
    query = InteractionQuery(statuses=asked, page_size=size, direction=direction)
    shown: list[Any] = []
    page = 1
    while True:
        window = merged_window(Reading(source), InteractionQuery(query.sort, direction, page, size, asked), None)
        shown += window.slots
        assert len(window.slots) == size or not window.has_next
        if not window.has_next:
            break
        page += 1
    expected = {row["id"] for row in rows if row["encounter"]["status"] in asked}
    assert [row.id for row in shown if row.id in expected] == [row.id for row in shown]
    assert len(shown) == len(expected) == len({row.id for row in shown})
    moments = [row.created_at for row in shown]
    assert moments == sorted(moments, reverse=direction is Direction.DESC)


def with_word(number: int, word: EncounterStatus, **changes: Any) -> dict[str, Any]:
    return with_status(a_row(number, **changes), word)


class QuirkySource(FakeSource):
    """Sorts by the field asked for, with rows without a value where ``nulls`` says, or does not sort at all."""

    def __init__(self, rows: list[Any], nulls: str, ignores: bool, **options: Any) -> None:
        super().__init__(rows, honours=False, **options)
        self.nulls, self.ignores = nulls, ignores

    def matching(self, query: Any) -> list[Any]:
        rows = [row for row in self.rows if not query.statuses or row["encounter"]["status"] == query.statuses[0]]
        descending = query.direction is Direction.DESC
        if self.ignores:
            return sorted(rows, key=lambda row: row["createdAt"], reverse=True)

        def value(row: dict[str, Any]) -> str:
            found = (row["patient"] or {}).get("identifier") if query.sort is SortField.PATIENT else row[query.sort]
            return str(found or "").lower()

        with_value = sorted((row for row in rows if value(row)), key=value, reverse=descending)
        without = [row for row in rows if not value(row)]
        first = {"first": True, "last": False, "low": not descending, "high": descending}[self.nulls]
        return without + with_value if first else with_value + without


def proven(**changes: Any) -> Capabilities:
    values: dict[str, Any] = {
        "several_statuses": Verdict.NO,
        "sort_by_patient": Verdict.YES,
        "patient_key": SortKey.IDENTIFIER_ANY_CASE,
        "sort_by_ended": Verdict.YES,
        "ended_key": SortKey.ENDED,
        "nulls_first": None,
        "page_size_proven": 100,
        "page_cap": None,
        "probed_at": NOON,
        "calls": 0,
    }
    return Capabilities(**{**values, **changes})


def quirky_rows(words: list[EncounterStatus], seed: int) -> list[dict[str, Any]]:
    chance = random.Random(seed)
    rows = []
    for number, word in enumerate(words):
        user = f"0d9d5c3a-51a4-4f1f-8b7a-{chance.randrange(12):012d}"
        row = with_word(number, word, assignedUserId=chance.choice([user, user, user.upper(), "", None]))
        row["endedAt"] = chance.choice([None, a_row(chance.randrange(50))["createdAt"]])
        row["updatedAt"] = a_row(chance.randrange(50))["createdAt"]
        row["patient"] = chance.choice([None, row["patient"], {"identifier": f"pt-{chance.randrange(30)}"}])
        row["id"] = row["id"].replace("4000", f"4{chance.randrange(1000):03}")
        rows.append(row)
    return rows


@pytest.mark.parametrize("ignores", [False, True])
@pytest.mark.parametrize("nulls", ["first", "last", "low", "high"])
@pytest.mark.parametrize("direction", Direction)
@pytest.mark.parametrize("sort", SortField)
@settings(max_examples=8, deadline=None)
@given(
    words=st.lists(st.sampled_from(STATUSES[:4]), max_size=90),
    size=st.sampled_from([1, 4, 25, 70]),
    seed=st.integers(0, 99),
)
def test_every_row_is_on_exactly_one_page_whatever_the_order_of_the_api(
    sort: SortField, direction: Direction, nulls: str, ignores: bool, words: Any, size: int, seed: int
) -> None:
    rows = quirky_rows(words, seed)
    source = QuirkySource(rows, nulls, ignores)
    asked = STATUSES[:3]
    shown: list[Any] = []
    remarks = set()
    for page in range(1, 100):
        # A process that has just begun knows nothing of what others learned.
        source.memory = Memory()
        window = merged_window(Reading(source), InteractionQuery(sort, direction, page, size, asked), proven())
        shown += window.slots
        remarks.add(window.out_of_order)
        if not window.has_next:
            break
    ids = [row.id for row in shown]
    assert sorted(ids) == sorted(row["id"] for row in rows if row["encounter"]["status"] in asked)
    assert len(remarks) == 1
    if not ignores:
        assert remarks == {False}
    for status in asked:
        alone = [row["id"] for row in source.matching(InteractionQuery(sort, direction, statuses=(status,)))]
        assert [row.id for row in shown if row.encounter.status is status] == alone


@pytest.mark.parametrize("direction", Direction)
@pytest.mark.parametrize("nulls", ["first", "last", "low", "high"])
def test_rows_without_a_key_stand_on_one_side_of_the_merged_list(nulls: str, direction: Direction) -> None:
    rows = [with_word(n, STATUSES[n % 2], endedAt=a_row(n)["createdAt"] if n % 4 == 0 else None) for n in range(60)]
    query = InteractionQuery(SortField.ENDED, direction, 1, 99, STATUSES[:2])
    window = merged_window(Reading(QuirkySource(rows, nulls, ignores=False)), query, proven())
    missing = [row is None or row.ended_at is None for row in window.slots]
    assert len(missing) == 60
    assert missing in (sorted(missing), sorted(missing, reverse=True))
    assert not window.out_of_order


def test_an_ignored_sort_is_remembered_and_said() -> None:
    rows = [with_word(n, STATUSES[n % 2]) for n in range(60)]
    source = QuirkySource(rows, "last", ignores=True)
    source.sizes.saw(100)
    query = InteractionQuery(SortField.ID, Direction.ASC, 1, 10, STATUSES[:2])
    assert merged_window(Reading(source), query, None).out_of_order
    calls = source.calls
    window = merged_window(Reading(source), query, None)
    assert window.out_of_order
    assert [row.encounter.status for row in window.slots if row] == [STATUSES[0]] * 10
    assert source.calls - calls == 3


@pytest.mark.parametrize("page", [1, 4])
def test_a_disorder_at_the_front_shows_on_every_page(page: int) -> None:
    class Turned(FakeSource):
        def matching(self, query: Any) -> list[Any]:
            rows = super().matching(query)
            return [*rows[1:3], rows[0], *rows[3:]]

    source = Turned([with_word(n, STATUSES[n % 2]) for n in range(60)], honours=False, page_size_max=14)
    query = InteractionQuery(page=page, page_size=10, statuses=STATUSES[:2])
    assert merged_window(Reading(source), query, None).out_of_order


@pytest.mark.parametrize("size", [1, 5, 40])
def test_a_damaged_key_leaves_a_row_in_its_place_at_any_depth(size: int) -> None:
    rows = [with_word(n, STATUSES[n % 3], **({"createdAt": "soon"} if n % 11 == 5 else {})) for n in range(200)]

    class Sorted(FakeSource):
        def matching(self, query: Any) -> list[Any]:
            return [row for row in self.rows if row["encounter"]["status"] in query.statuses[:1]]

    source = Sorted(rows, page_size_max=50)
    shown = []
    for page in range(1, 200 // size + 1):
        query = InteractionQuery(direction=Direction.ASC, page=page, page_size=size, statuses=STATUSES[:3])
        window = merged_window(Reading(source), query, None)
        assert not window.out_of_order
        shown += [slot.id for slot in window.slots if slot]
    assert sorted(shown) == sorted(row["id"] for row in rows)


class ManySource(NumberSource):
    """As many rows of each status as ``totals`` says, newest first, made when they are asked for."""

    def __init__(self, totals: dict[EncounterStatus, int]) -> None:
        super().__init__(0)
        self.totals = totals
        self.sizes.saw(100)

    def list_interactions(self, query: Any, *, deadline: Any = None) -> InteractionPage:
        self.calls += 1
        start = (query.page - 1) * query.page_size
        numbers = range(start, max(start, min(start + query.page_size, self.totals.get(query.statuses[0], 0))))
        rows = [with_word(10_000_000 - number, query.statuses[0]) for number in numbers]
        interactions, gaps = parse_interactions(rows)
        return InteractionPage(interactions, len(gaps), NOON, gaps)


@pytest.mark.parametrize("page", [40_001, 1_000_000, 1_000_000_000])
def test_a_merged_page_far_past_the_end_costs_few_calls(page: int) -> None:
    source = ManySource({status: 1000 * place for place, status in enumerate(STATUSES)})
    window = merged_window(Reading(source), InteractionQuery(page=page, page_size=25, statuses=STATUSES), None)
    assert (window.slots, window.has_next) == ([], False)
    assert source.calls <= 12


def test_a_merged_page_past_the_end_of_one_long_list_costs_calls_by_its_logarithm() -> None:
    source = ManySource({STATUSES[2]: 1_000_000})
    window = merged_window(Reading(source), InteractionQuery(page=60_000, page_size=25, statuses=STATUSES), None)
    assert (window.slots, window.has_next) == ([], False)
    assert source.calls <= 6 * (2 * 20 + 4)


def test_a_deep_merged_page_costs_calls_by_the_logarithm_of_its_depth() -> None:
    calls = 0

    def probe(number: int, rank: int) -> tuple[int, int]:
        nonlocal calls
        calls += 1
        return (rank * (number + 1), number)

    cut([1_000_000] * 6, 1_000_000, probe, lambda waiting: [call() for call in waiting], 37)
    assert calls <= 6 * 21


def test_a_merged_page_holds_unreadable_rows_in_their_places() -> None:
    rows = [with_status(a_row(number), STATUSES[number % 2]) for number in range(12)]
    rows[5] = {**rows[5], "id": None, "encounter": rows[5]["encounter"]}
    source = FakeSource([row if row["id"] else {**row, "id": ""} for row in rows], honours=False)
    seen = []
    for page in (1, 2, 3):
        window = merged_window(Reading(source), InteractionQuery(page=page, page_size=4, statuses=STATUSES[:2]), None)
        seen += window.slots
    assert len(seen) == 12
    assert sum(slot is None for slot in seen) == 1


@pytest.mark.parametrize("page", [1, 2])
def test_a_shallow_merged_page_costs_one_call_a_status(page: int) -> None:
    source = FakeSource([with_status(a_row(n), STATUSES[n % 3]) for n in range(300)], honours=False)
    source.sizes.saw(100)
    merged_window(Reading(source), InteractionQuery(page=page, page_size=25, statuses=STATUSES[:3]), None)
    assert source.calls == 3
