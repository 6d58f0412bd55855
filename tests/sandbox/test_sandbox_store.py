"""The store against a plain sorted list, whatever happens to it."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corti_gateway.sandbox import store as store_module
from corti_gateway.sandbox.ordering import Ordering
from corti_gateway.sandbox.records import Interaction, Patient
from corti_gateway.sandbox.store import SORT_VALUES, DuplicateIdentifierError, Listing, Store
from corti_gateway.vocabulary import SortField

PATIENTS = [Patient("a"), Patient("b"), Patient("Ø/ä +"), None]


def interaction(number: int, **fields: Any) -> Interaction:
    defaults: dict[str, Any] = {
        "id": f"{number:08x}",
        "user": "u",
        "identifier": f"ENC-{number}",
        "status": 0,
        "kind": 0,
        "title": None,
        "started": 0,
        "ended": None,
        "created": 0,
        "updated": 0,
        "recorded": 0,
        "patient": None,
    }
    return Interaction(**{**defaults, **fields})


# Few values, so that ties and empty subsets come up all the time.
FIELDS = st.fixed_dictionaries(
    {
        "user": st.sampled_from("xyz"),
        "status": st.integers(0, 5),
        "created": st.integers(0, 3),
        "updated": st.integers(0, 3),
        "closed": st.none() | st.integers(0, 2),
        "patient": st.sampled_from(PATIENTS),
    }
)
OPERATIONS = st.lists(
    st.tuples(st.sampled_from(["add", "change", "remove"]), st.integers(0, 10_000), FIELDS), max_size=60
)
LISTINGS = st.builds(
    Listing,
    sort=st.sampled_from(list(SortField)),
    descending=st.booleans(),
    start=st.integers(0, 70),
    size=st.integers(1, 30),
    statuses=st.lists(st.integers(0, 5), unique=True, max_size=6).map(tuple),
    patient=st.none() | st.sampled_from(["a", "b", "Ø/ä +", "nobody"]),
)


def plainly(rows: list[Interaction], listing: Listing) -> list[Interaction]:
    """What the list should be, by the shortest code there is."""
    wanted = [
        row
        for row in rows
        if (not listing.statuses or row.status in listing.statuses)
        and (listing.patient is None or (row.patient is not None and row.patient.identifier == listing.patient))
    ]
    wanted.sort(key=lambda row: (SORT_VALUES[listing.sort](row), row.id), reverse=listing.descending)
    return wanted[listing.start : listing.start + listing.size]


@pytest.fixture(autouse=True, scope="module")
def small_blocks() -> Any:
    """Blocks of three rows, so that a few dozen rows split and empty many of them."""
    patch = pytest.MonkeyPatch()
    patch.setattr(store_module, "Ordering", lambda value, rows: Ordering(value, rows, block=3))
    yield
    patch.undo()


@settings(max_examples=120, deadline=None)
@given(
    start=st.lists(FIELDS, max_size=40),
    steps=st.lists(st.tuples(OPERATIONS, LISTINGS), min_size=1, max_size=4),
    warm=st.booleans(),
)
def test_every_page_equals_the_plainly_sorted_list(start: Any, steps: Any, warm: bool) -> None:
    rows = [interaction(number, **fields) for number, fields in enumerate(start)]
    store = Store(rows)
    number = len(rows)
    if warm:
        store.warm()
    for operations, listing in steps:
        for name, pick, fields in operations:
            if name == "add":
                # Reversed digits: new ids fall between old ones, not only behind them.
                rows.append(interaction(number, **{**fields, "id": f"{number:08x}"[::-1]}))
                store.add(rows[-1])
                number += 1
            elif rows and name == "change":
                store.change(rows[pick % len(rows)], **fields)
            elif rows:
                store.remove(rows.pop(pick % len(rows)))
        assert store.page(listing) == plainly(rows, listing)
        for sort in SortField:
            whole = Listing(sort, listing.descending, 0, 200, listing.statuses)
            assert store.page(whole) == plainly(rows, whole)
        assert store.count(listing.statuses, listing.patient) == len(
            plainly(rows, Listing(start=0, size=200, statuses=listing.statuses, patient=listing.patient))
        )
        assert len(store) == len(rows)


def test_pages_of_any_size_join_into_the_whole_list() -> None:
    store = Store([interaction(number, created=number % 7, status=number % 6) for number in range(100)])
    for size in (1, 3, 7, 64):
        pages = [store.page(Listing(start=start, size=size, statuses=(1, 3, 4))) for start in range(0, 120, size)]
        joined = [row for page in pages for row in page]
        assert joined == store.page(Listing(size=100, statuses=(1, 3, 4)))
        assert len(joined) == 50


def test_missing_ends_come_last_upwards_and_first_downwards() -> None:
    rows = [interaction(1, closed=5), interaction(2), interaction(3, closed=1)]
    store = Store(rows)
    assert store.page(Listing(SortField.ENDED, descending=False)) == [rows[2], rows[0], rows[1]]
    assert store.page(Listing(SortField.ENDED, descending=True)) == [rows[1], rows[0], rows[2]]


def test_an_encounter_identifier_stays_taken_after_its_deletion() -> None:
    store = Store([interaction(1), interaction(2)])
    first, second = store.page(Listing(SortField.ID, descending=False))
    store.remove(first)
    with pytest.raises(DuplicateIdentifierError):
        store.add(interaction(3, identifier="ENC-1"))
    with pytest.raises(DuplicateIdentifierError):
        store.change(second, identifier="ENC-1")
    store.change(second, identifier="ENC-2", title="same identifier, so no clash")
    assert [row.id for row in store.page(Listing())] == [second.id]
