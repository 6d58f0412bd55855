"""Rows, patients, titles and counts stay what a recount says, whatever is put in and taken out."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from corti_gateway.vocabulary import EncounterStatus, EncounterType, Gender
from dashboard.index import writing
from tests.index import oracle
from tests.index.fake_list import BEGIN, make_id, make_interaction, make_patient

pytestmark = pytest.mark.django_db
LATER = BEGIN + timedelta(minutes=1)
EARLIER = BEGIN - timedelta(minutes=1)


@pytest.fixture
def tenant(keeper):
    return keeper.tenant


@pytest.fixture
def put(keeper):
    """Put interactions in, check every derived number, and answer the index by id."""

    def put(*interactions):
        with keeper.lease.transaction():
            keeper.lease.note(writing.apply(keeper.tenant, interactions))
        return oracle.check(keeper.tenant)

    return put


@pytest.fixture
def take(keeper):
    def take(*keys):
        with keeper.lease.transaction():
            keeper.lease.note(writing.remove(keeper.tenant, keys))
        return oracle.check(keeper.tenant)

    return take


def patients(tenant):
    return dict(oracle.rows("SELECT identifier, name FROM index_indexedpatient WHERE tenant_id = %s", tenant))


def words(tenant):
    return {word for (word,) in oracle.rows("SELECT word FROM index_patientword WHERE tenant_id = %s", tenant)}


def test_what_is_put_in_comes_back_as_it_was(put):
    full = make_interaction(
        1,
        assigned_user_id=make_id(77),
        status=EncounterStatus.ON_HOLD,
        type=EncounterType.EMERGENCY,
        title="Kontrol 🙂",
        encounter_ended=BEGIN,
        ended_at=LATER,
        last_updated=EARLIER,
        patient=make_patient(1, gender=Gender.OTHER, pronouns="they/them"),
        damaged=("endedAt", "patient.birthDate"),
    )
    assert put(full) == {full.id: full}


def test_a_row_with_nothing_but_an_id_comes_back_as_it_was(put):
    bare = make_interaction(
        1, patient=None, identifier=None, status=None, type=None, started_at=None, created_at=None, updated_at=None,
        last_updated=None, damaged=("encounter",),
    )  # fmt: skip
    assert put(bare) == {bare.id: bare}


def test_the_same_rows_again_write_nothing(put, tenant):
    batch = [make_interaction(number, title="Kontrol") for number in range(12)]
    put(*batch)
    before = oracle.snapshot(tenant)
    change = writing.apply(tenant, batch)
    assert not change
    assert change == writing.Change()
    assert oracle.snapshot(tenant) == before


def test_a_newer_version_replaces(put):
    put(make_interaction(1))
    newer = make_interaction(1, updated_at=LATER, status=EncounterStatus.COMPLETED)
    assert put(newer) == {newer.id: newer}


def test_an_older_version_never_replaces_a_newer_one(put):
    newer = put(make_interaction(1, updated_at=LATER, title="new"))
    assert put(make_interaction(1, updated_at=BEGIN, title="old")) == newer


def test_another_version_of_the_same_stamp_replaces(put):
    put(make_interaction(1, title="one"))
    other = make_interaction(1, title="other")
    assert put(other) == {other.id: other}


def test_a_damaged_version_does_not_replace_a_whole_one_of_the_same_stamp(put):
    whole = put(make_interaction(1, title="whole"))
    assert put(make_interaction(1, title=None, damaged=("encounter.title",))) == whole


def test_a_newer_version_replaces_though_it_is_damaged(put):
    put(make_interaction(1, title="whole"))
    damaged = make_interaction(1, updated_at=LATER, damaged=("encounter.title",))
    assert put(damaged) == {damaged.id: damaged}


def test_a_whole_version_replaces_a_damaged_one_of_the_same_stamp(put):
    put(make_interaction(1, damaged=("encounter.title",)))
    whole = make_interaction(1, title="whole")
    assert put(whole) == {whole.id: whole}


def test_a_version_whose_stamp_was_unreadable_is_replaced_by_any_later_one(put):
    put(make_interaction(1, updated_at=None, damaged=("updatedAt",)))
    whole = make_interaction(1, title="whole")
    assert put(whole) == {whole.id: whole}


def test_a_version_whose_stamp_is_unreadable_does_not_replace_a_whole_one(put):
    whole = put(make_interaction(1, title="whole"))
    assert put(make_interaction(1, updated_at=None, damaged=("updatedAt",))) == whole


def test_of_duplicates_in_one_batch_the_newest_counts(put):
    one, two, three = (make_interaction(1, updated_at=at, title=str(at)) for at in (BEGIN, LATER, EARLIER))
    assert put(one, two, three, one) == {two.id: two}


def test_rows_are_taken_out_with_everything_that_was_kept_for_their_sake(put, take, tenant):
    batch = [make_interaction(number, title=f"Title {number}") for number in range(12)]
    put(*batch)
    assert take(*(row.id for row in batch), make_id(99)) == {}
    left = oracle.snapshot(tenant)
    assert not any(left.values()), left


def test_taking_out_what_is_not_there_writes_nothing(put, tenant):
    put(make_interaction(1))
    assert not writing.remove(tenant, [make_id(2)])


def test_a_renamed_patient_is_found_by_the_new_name_only(put, tenant):
    put(make_interaction(1, patient=make_patient(1, name="Anna Vorher")))
    put(make_interaction(2, created_at=LATER, patient=make_patient(1, name="Anna Nachher")))
    assert patients(tenant) == {"010190-0001": "Anna Nachher"}
    assert {"anna", "nachher"} <= words(tenant)
    assert "vorher" not in words(tenant)


def test_an_older_encounter_does_not_rename_its_patient(put, tenant):
    put(make_interaction(1, patient=make_patient(1, name="Anna Nachher")))
    put(make_interaction(2, created_at=EARLIER, updated_at=LATER, patient=make_patient(1, name="Anna Vorher")))
    assert patients(tenant) == {"010190-0001": "Anna Nachher"}


def test_the_encounter_before_tells_who_a_patient_is_once_the_newest_is_gone(put, take, tenant):
    put(make_interaction(1, patient=make_patient(1, name="Anna Vorher")))
    put(make_interaction(2, created_at=LATER, patient=make_patient(1, name="Anna Nachher")))
    take(make_id(2))
    assert patients(tenant) == {"010190-0001": "Anna Vorher"}


def test_the_greater_id_tells_of_two_encounters_created_at_once(put, take, tenant):
    first, second = sorted([make_id(1), make_id(2)])
    put(make_interaction(2, id=second, patient=make_patient(1, name="Second")))
    put(make_interaction(1, id=first, patient=make_patient(1, name="First")))
    assert patients(tenant) == {"010190-0001": "Second"}
    take(second)
    assert patients(tenant) == {"010190-0001": "First"}


def test_merged_patients_become_one(put, tenant):
    put(*(make_interaction(number, patient=make_patient(number)) for number in (1, 2)))
    put(make_interaction(2, updated_at=LATER, patient=make_patient(1)))
    assert patients(tenant).keys() == {"010190-0001"}


def test_two_patients_may_change_places_in_one_batch(put):
    put(*(make_interaction(number, patient=make_patient(number)) for number in (1, 2)))
    put(*(make_interaction(number, updated_at=LATER, patient=make_patient(3 - number)) for number in (1, 2)))


def test_a_patient_goes_with_the_last_encounter(put, take, tenant):
    put(*(make_interaction(number, patient=make_patient(1)) for number in (1, 2)))
    take(make_id(1))
    assert patients(tenant)
    take(make_id(2))
    assert not patients(tenant)
    assert not words(tenant)


def test_a_patient_comes_back_after_the_last_encounter_has_gone(put, take, tenant):
    put(make_interaction(1, patient=make_patient(1)))
    take(make_id(1))
    put(make_interaction(2, patient=make_patient(1)))
    assert patients(tenant).keys() == {"010190-0001"}


def test_unknown_words_are_kept_and_counted_as_other(put, tenant):
    row = make_interaction(1, status="paused-by-aliens", type="séance", patient=make_patient(1, gender="unheard-of"))
    assert put(row) == {row.id: row}
    assert oracle.rows("SELECT other, encounters FROM index_indexedpatient WHERE tenant_id = %s", tenant) == [(1, 1)]


@pytest.mark.parametrize(
    "patient", [None, make_patient(1, identifier=None), make_patient(1, identifier=None, name=None)]
)
def test_rows_without_a_patient_to_count_for_are_kept(put, take, tenant, patient):
    row = make_interaction(1, patient=patient, status="unknown-word")
    assert put(row) == {row.id: row}
    assert not patients(tenant)
    known = make_interaction(1, updated_at=LATER, patient=make_patient(1))
    assert put(known) == {known.id: known}
    without = make_interaction(1, updated_at=LATER + timedelta(1), patient=patient)
    assert put(without) == {without.id: without}
    assert not patients(tenant)


def test_patients_without_a_name_are_sorted_by_their_identifier(put):
    put(make_interaction(1, patient=make_patient(1, name=None)))


def test_texts_of_any_length_are_kept(put):
    one, other = (
        make_interaction(
            number,
            identifier="E" * 5000,
            title=f"{'long ' * 1000}{number}",
            patient=make_patient(1, identifier="x" * 5000 + str(number), name="Lang " * 1000, pronouns="p" * 5000),
        )
        for number in (1, 2)
    )
    assert put(one, other) == {one.id: one, other.id: other}


@pytest.mark.parametrize("part", ["status", "type", "gender", "assigned_user_id"])
def test_words_too_long_for_an_index_are_left_out_and_named(put, part):
    long = "w" * 5000
    changes = {"patient": make_patient(1, gender=long)} if part == "gender" else {part: long}
    (kept,) = put(make_interaction(1, **changes)).values()
    assert len(kept.damaged) == 1
    put(make_interaction(1, updated_at=LATER))


def test_signs_of_every_kind_are_kept(put):
    name = "Zoë 🙂 \u202eO'Brien-王芳 \ufffd"
    row = make_interaction(1, title=name, identifier="№ 7/🙂", patient=make_patient(1, name=name, identifier="🙂-0001"))
    assert put(row) == {row.id: row}


@pytest.mark.parametrize("year", [1, 2, 1969, 9998, 9999])
@pytest.mark.parametrize("part", ["created_at", "updated_at", "started_at", "encounter_ended", "ended_at"])
def test_moments_at_the_ends_of_time_are_kept(put, take, tenant, year, part):
    moment = datetime(year, 1, 1, 0, 0, 0, 1, tzinfo=UTC) if year < 9999 else datetime.max.replace(tzinfo=UTC)
    row = make_interaction(1, status=EncounterStatus.COMPLETED, **{part: moment})
    assert put(row) == {row.id: row}
    assert patients(tenant) == {row.patient.identifier: row.patient.name}
    other = make_interaction(2, status=EncounterStatus.COMPLETED, patient=row.patient)
    put(other)
    take(other.id)
    assert take(row.id) == {}


def test_rows_of_another_tenant_with_the_same_ids_are_left_alone(put, take, keeper, upstream):
    from tests.index.support import new_keeper

    other = new_keeper("south", upstream)
    row = make_interaction(1, title="south")
    with other.lease.transaction():
        other.lease.note(writing.apply(other.tenant, [row]))
    before = oracle.snapshot(other.tenant)
    put(make_interaction(1, title="north", updated_at=LATER))
    take(make_id(1))
    assert oracle.snapshot(other.tenant) == before
    assert oracle.check(other.tenant) == {row.id: row}


def test_more_rows_than_one_question_holds(put, take):
    batch = [make_interaction(number, patient=make_patient(number % 700)) for number in range(1201)]
    assert len(put(*batch)) == 1201
    assert len(take(*(row.id for row in batch[:1100]))) == 101


MOMENTS = st.sampled_from([None, *(BEGIN + timedelta(days=days) for days in (-30_000, -8, -1, 0, 1, 8))])
NAMES = st.sampled_from([None, "Anna Ørsted", "anna orsted", "Ümit Öz", "王芳", "'", "Bo"])


@st.composite
def interactions(draw):
    """Few ids, few patients, few moments: everything meets everything."""
    patient = None
    if draw(st.integers(0, 5)):
        patient = make_patient(
            identifier=draw(st.sampled_from([None, "1", "2", "3"])),
            name=draw(NAMES),
            gender=draw(st.sampled_from([None, Gender.MALE, "odd"])),
            birth_date=draw(st.sampled_from([None, date(1950, 1, 1), date(2001, 2, 3)])),
        )
    changes = {
        "status": draw(st.sampled_from([None, "odd", "", *EncounterStatus]).map(lambda word: word or None)),
        "type": draw(st.sampled_from([None, EncounterType.EMERGENCY])),
        "title": draw(st.sampled_from([None, "Kontrol", "Kontrol efter fald", "!"])),
        "started_at": draw(MOMENTS),
        "encounter_ended": draw(MOMENTS),
        "ended_at": draw(MOMENTS),
        "created_at": draw(MOMENTS),
        "updated_at": draw(MOMENTS),
        "assigned_user_id": draw(st.sampled_from([None, "a", "b"])),
        "damaged": draw(st.sampled_from([(), (), ("endedAt",)])),
    }
    return make_interaction(draw(st.integers(1, 7)), patient=patient, **changes)


@given(st.lists(st.one_of(st.lists(interactions(), max_size=8), st.sets(st.integers(1, 7), max_size=4)), max_size=10))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_put_in_and_taken_out_every_number_is_right(put, take, keeper, batches):
    take(*map(make_id, range(1, 8)))
    for batch in batches:
        if isinstance(batch, set):
            take(*map(make_id, batch))
        else:
            put(*batch)
            before = oracle.snapshot(keeper.tenant)
            put(*batch[::-1])
            newest = {row.id for row in batch}
            assert newest <= oracle.local(keeper.tenant).keys()
            if len(newest) == len(batch):
                assert oracle.snapshot(keeper.tenant) == before
