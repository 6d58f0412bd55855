"""What a person sees, over real HTTP against the sandbox and its faults."""

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from corti_gateway import errors
from corti_gateway.capabilities import Verdict
from corti_gateway.deadline import Deadline
from corti_gateway.gateway import CortiGateway
from corti_gateway.listing import Listing, count_rows, last_page, list_page, offered_sorts
from corti_gateway.queries import InteractionQuery
from corti_gateway.sandbox import HostedTenant, Sandbox
from corti_gateway.vocabulary import Direction, EncounterStatus, SortField

COMPLETED, PLANNED, ON_HOLD = EncounterStatus.COMPLETED, EncounterStatus.PLANNED, EncounterStatus.ON_HOLD
PAIR = (COMPLETED, PLANNED)


def walked(gateway: CortiGateway, query: InteractionQuery) -> list[Any]:
    rows: list[Any] = []
    for number in range(1, 200):
        listing = list_page(
            gateway,
            InteractionQuery(query.sort, query.direction, number, query.page_size, query.statuses, query.patient),
        )
        rows += listing.rows
        if not listing.has_next:
            return rows
    raise AssertionError("no end")


def everything(gateway: CortiGateway, *statuses: EncounterStatus) -> set[str]:
    rows = [
        row
        for page in range(1, 9)
        for row in gateway.list_interactions(InteractionQuery(page=page, page_size=100)).interactions
    ]
    return {row.id for row in rows if not statuses or row.encounter.status in statuses}


def test_a_live_view_costs_two_calls(gateway: CortiGateway, tenant: HostedTenant) -> None:
    listing = list_page(gateway, InteractionQuery(page_size=25, statuses=(COMPLETED,)))
    assert (len(listing.rows), listing.has_next, listing.merged) == (25, True, False)
    assert tenant.stats.calls("list") == 2
    assert all(row.encounter.status is COMPLETED for row in listing.rows)


def test_a_thousand_views_cost_two_token_calls_at_most(gateway: CortiGateway, tenant: HostedTenant) -> None:
    for _ in range(100):
        list_page(gateway, InteractionQuery())
    assert tenant.stats.calls("token") == 1


def test_the_probe_finds_out_what_a_good_api_honours(gateway: CortiGateway, tenant: HostedTenant) -> None:
    assert gateway.capabilities is None
    assert SortField.PATIENT not in offered_sorts(None)
    gateway.prove(wait=True)
    found = gateway.capabilities
    assert found is not None
    assert found.several_statuses is Verdict.YES
    assert found.calls <= 16
    assert found.page_size_proven == 100
    assert tenant.stats.calls("list") == found.calls
    gateway.prove(wait=True)
    assert tenant.stats.calls("list") == found.calls


@pytest.mark.parametrize(
    ("fault", "options"),
    [
        ("one_status", {"which": "first"}),
        ("one_status", {"which": "last"}),
        ("refuse_statuses", {}),
        ("ignore_filter", {"filter": "status"}),
    ],
)
def test_the_probe_finds_that_several_statuses_are_not_honoured(
    fault: str, options: dict[str, Any], gateway: CortiGateway, tenant: HostedTenant
) -> None:
    tenant.faults.set(fault, **options)
    gateway.prove(wait=True)
    assert gateway.capabilities is not None
    assert gateway.capabilities.several_statuses is Verdict.NO


def test_a_shuffled_sort_is_not_offered(gateway: CortiGateway, tenant: HostedTenant) -> None:
    tenant.faults.set("shuffle", sort="patient")
    gateway.prove(wait=True)
    assert gateway.capabilities is not None
    assert gateway.capabilities.sort_by_patient is Verdict.NO
    assert SortField.PATIENT not in offered_sorts(gateway.capabilities)


def test_an_ignored_sort_is_not_offered(gateway: CortiGateway, tenant: HostedTenant) -> None:
    tenant.faults.set("ignore_sort")
    gateway.prove(wait=True)
    assert gateway.capabilities is not None
    assert Verdict.YES not in (gateway.capabilities.sort_by_patient, gateway.capabilities.sort_by_ended)
    assert list_page(gateway, InteractionQuery(direction=Direction.ASC)).out_of_order


def test_a_good_patient_sort_is_offered_with_its_key(gateway: CortiGateway) -> None:
    gateway.prove(wait=True)
    assert gateway.capabilities is not None
    assert gateway.capabilities.sort_by_patient is Verdict.YES
    assert gateway.capabilities.patient_key is not None
    assert SortField.PATIENT in offered_sorts(gateway.capabilities)
    assert not list_page(gateway, InteractionQuery(sort=SortField.PATIENT, page_size=50)).out_of_order


def test_proving_in_the_background_returns_at_once(gateway: CortiGateway, tenant: HostedTenant) -> None:
    tenant.faults.set("latency", ms=50)
    for _ in range(5):
        gateway.prove(wait=False)
    assert gateway.capabilities is None, "nobody waited for the answers"
    gateway.prove(wait=True)
    assert gateway.capabilities is not None
    assert tenant.stats.calls("list") == gateway.capabilities.calls


def test_a_failed_probe_proves_nothing_and_raises_nothing(gateway: CortiGateway, tenant: HostedTenant) -> None:
    tenant.faults.set("status", status=403)
    gateway.prove(wait=True)
    assert gateway.capabilities is None


@pytest.mark.parametrize("proven", [False, True])
@pytest.mark.parametrize("fault", [None, ("one_status", {}), ("refuse_statuses", {}), ("page_cap", {"cap": 30})])
def test_several_statuses_give_the_true_rows_whatever_the_api_honours(
    fault: tuple[str, dict[str, Any]] | None, proven: bool, gateway: CortiGateway, tenant: HostedTenant
) -> None:
    expected = everything(gateway, *PAIR)
    if fault:
        tenant.faults.set(fault[0], **fault[1])
    if proven:
        gateway.prove(wait=True)
    rows = walked(gateway, InteractionQuery(page_size=50, statuses=PAIR))
    assert {row.id for row in rows} == expected
    assert len(rows) == len(expected)
    moments = [row.created_at for row in rows]
    assert moments == sorted(moments, reverse=True)
    assert count_rows(gateway, InteractionQuery(statuses=PAIR)).total == len(expected)


@pytest.mark.parametrize("sort", [SortField.ID, SortField.ASSIGNED_USER, SortField.UPDATED])
def test_a_merged_list_follows_every_documented_sort(
    sort: SortField, gateway: CortiGateway, tenant: HostedTenant
) -> None:
    rows = walked(gateway, InteractionQuery(sort, Direction.ASC, page_size=100, statuses=PAIR))
    assert {row.id for row in rows} == everything(gateway, *PAIR)
    assert len(rows) == len({row.id for row in rows})


@pytest.mark.parametrize("page", [1, 2, 4])
@pytest.mark.parametrize("which", ["first", "last"])
def test_statuses_left_out_after_the_proof_are_noticed_at_once(
    which: str, page: int, gateway: CortiGateway, tenant: HostedTenant
) -> None:
    query = InteractionQuery(page=page, page_size=20, statuses=PAIR)
    gateway.prove(wait=True)
    expected = list_page(gateway, query)
    assert not expected.merged
    tenant.faults.set("one_status", which=which)
    listing = list_page(gateway, query)
    assert listing.merged
    assert listing.rows == expected.rows
    assert gateway.capabilities is not None
    assert gateway.capabilities.several_statuses is Verdict.NO


def test_a_proven_page_with_all_its_statuses_costs_two_calls(gateway: CortiGateway, tenant: HostedTenant) -> None:
    gateway.prove(wait=True)
    before = tenant.stats.calls("list")
    # Enough rows for both at any hour: the newest ten are all completed when a clinic has closed.
    page = list_page(gateway, InteractionQuery(page_size=100, statuses=PAIR))
    assert len({row.encounter.status for row in page.rows}) == 2
    assert tenant.stats.calls("list") == before + 2


def test_a_row_of_another_status_overturns_the_verdict_at_once(gateway: CortiGateway, tenant: HostedTenant) -> None:
    gateway.prove(wait=True)
    tenant.faults.set("ignore_filter", filter="status")
    listing = list_page(gateway, InteractionQuery(page_size=50, statuses=PAIR))
    assert gateway.capabilities is not None
    assert gateway.capabilities.several_statuses is Verdict.NO
    assert listing.merged
    assert {row.encounter.status for row in listing.rows} <= set(PAIR)


@pytest.mark.parametrize("kind", ["status", "patient", "both"])
def test_rows_outside_the_question_are_never_shown(kind: str, gateway: CortiGateway, tenant: HostedTenant) -> None:
    statuses: dict[str, set[Any]] = {}
    for row in gateway.list_interactions(InteractionQuery(page_size=100)).interactions:
        if row.patient and row.patient.identifier:
            statuses.setdefault(row.patient.identifier, set()).add(row.encounter.status)
    patient = next(key for key, words in statuses.items() if COMPLETED in words and len(words) > 1)
    tenant.faults.set("ignore_filter", filter=kind)
    query = InteractionQuery(page_size=50, statuses=(COMPLETED,), patient=patient)
    listing = list_page(gateway, query)
    assert all(
        row.encounter.status is COMPLETED and row.patient and row.patient.identifier == patient for row in listing.rows
    )
    assert listing.hidden > 0


@pytest.mark.parametrize("offsets", ["asked", "served"])
def test_a_silent_page_cap_changes_no_page(offsets: str, gateway: CortiGateway, tenant: HostedTenant) -> None:
    expected = everything(gateway)
    gateway.sizes.proven = 0
    tenant.faults.set("page_cap", cap=20, offsets=offsets)
    rows = walked(gateway, InteractionQuery(page_size=50))
    assert [len(rows), {row.id for row in rows}] == [len(expected), expected]
    assert gateway.sizes.cap == 20
    assert count_rows(gateway, InteractionQuery()).total == len(expected)


def test_counting_is_exact_and_recounting_costs_one_call(gateway: CortiGateway) -> None:
    found = count_rows(gateway, InteractionQuery())
    assert found.total == 700
    again = count_rows(gateway, InteractionQuery(), known=690)
    assert (again.total, again.calls) == (700, 1)


@pytest.mark.parametrize("statuses", [(), (COMPLETED,), PAIR])
def test_a_page_past_the_end_leads_to_the_last(statuses: tuple[EncounterStatus, ...], gateway: CortiGateway) -> None:
    query = InteractionQuery(page=100_000, page_size=25, statuses=statuses)
    past = list_page(gateway, query)
    assert (past.rows, past.has_next) == ((), False)
    last = last_page(gateway, query)
    listing = list_page(gateway, InteractionQuery(page=last, page_size=25, statuses=statuses))
    assert listing.rows
    assert not listing.has_next


def test_a_row_that_comes_twice_is_shown_once(gateway: CortiGateway, tenant: HostedTenant) -> None:
    tenant.faults.set("duplicates", where="page")
    listing = list_page(gateway, InteractionQuery(page_size=25))
    assert len({row.id for row in listing.rows}) == len(listing.rows)
    assert listing.folded > 0


@pytest.mark.parametrize(
    "kind",
    [
        "types",
        "missing",
        "nulls",
        "words",
        "dates",
        "extra",
        "patient_null",
        "patient_absent",
        "odd_id",
        "surrogate",
        "nul",
        "markup",
        "long_text",
        "bidi",
    ],
)
def test_a_damaged_row_leaves_the_others_whole(kind: str, gateway: CortiGateway, tenant: HostedTenant) -> None:
    tenant.faults.set("damage", kind=kind, rows=[3])
    listing = list_page(gateway, InteractionQuery(page_size=25))
    assert len(listing.rows) + listing.unreadable == 25
    assert [row.damaged for row in (*listing.rows[:3], *listing.rows[5:])].count(()) >= 23 - listing.unreadable
    "".join(str(row) for row in listing.rows).encode()


@pytest.mark.parametrize("kind", ["no_id", "not_a_row", "null_row"])
def test_an_unreadable_row_is_counted(kind: str, gateway: CortiGateway, tenant: HostedTenant) -> None:
    tenant.faults.set("damage", kind=kind, rows=[3])
    listing = list_page(gateway, InteractionQuery(page_size=25))
    assert (len(listing.rows), listing.unreadable) == (24, 1)


def test_more_rows_than_asked_for_stay_on_their_own_page(gateway: CortiGateway, tenant: HostedTenant) -> None:
    tenant.faults.set("extra_rows", count=5)
    assert len(list_page(gateway, InteractionQuery(page_size=25)).rows) == 25


def test_null_is_an_empty_list_only_where_that_is_proven(
    open_gateway: Callable[..., CortiGateway], sandbox: Sandbox, tenant: HostedTenant
) -> None:
    nobody = InteractionQuery(patient="NOBODY")
    tenant.faults.set("nulls", when="empty")
    assert list_page(open_gateway(sandbox), nobody).rows == ()
    tenant.faults.set("nulls", when="always")
    with pytest.raises(errors.UnreadableAnswer, match="null"):
        list_page(open_gateway(sandbox), nobody)
    known = open_gateway(sandbox)
    tenant.faults.clear()
    list_page(known, nobody)
    tenant.faults.set("nulls", when="empty")
    with pytest.raises(errors.UnreadableAnswer, match="null"):
        list_page(known, nobody)


FAULTS: dict[str, tuple[str, dict[str, Any], type[errors.GatewayError] | None]] = {
    "F05": ("hang", {"seconds": 3, "endpoint": "list"}, errors.TimedOut),
    "F06": ("drip", {"ms": 100, "endpoint": "list"}, errors.TimedOut),
    "F07": ("reset", {"times": 1, "endpoint": "list"}, None),
    "F07 for ever": ("reset", {"endpoint": "list"}, errors.NoAnswer),
    "F08": ("short", {"length": True, "times": 1, "endpoint": "list"}, None),
    "F09": ("short", {"length": False, "endpoint": "list"}, errors.UnreadableAnswer),
    "F10": ("body", {"kind": "html"}, errors.UnreadableAnswer),
    "F10 as json": ("body", {"kind": "html_as_json"}, errors.UnreadableAnswer),
    "F11 empty": ("body", {"kind": "empty"}, errors.UnreadableAnswer),
    "F11 null": ("body", {"kind": "null"}, errors.UnreadableAnswer),
    "F11 list": ("body", {"kind": "list"}, errors.UnreadableAnswer),
    "F11 object": ("body", {"kind": "object"}, errors.UnreadableAnswer),
    "F12": ("nulls", {}, errors.UnreadableAnswer),
    "F19": ("status", {"status": 400, "endpoint": "list"}, errors.BadRequest),
    "F20": ("refuse_tokens", {"times": 1, "endpoint": "list"}, None),
    "F21": ("refuse_tokens", {"endpoint": "list"}, errors.CredentialsRefused),
    "F21 token": ("status", {"status": 401, "endpoint": "token", "body": "oauth"}, errors.CredentialsRefused),
    "F22": ("status", {"status": 403, "endpoint": "list"}, errors.Forbidden),
    "F23": ("status", {"status": 404, "endpoint": "list"}, errors.NotFound),
    "F23 redirect": ("redirect", {"status": 307, "to": "other", "endpoint": "list"}, errors.Redirected),
    "F24 soon": ("status", {"status": 429, "retry_after": "0", "times": 1, "endpoint": "list"}, None),
    "F24 late": ("status", {"status": 429, "retry_after": "3600", "endpoint": "list"}, errors.TooBusy),
    "F24 date": ("status", {"status": 429, "retry_after": "date:30", "endpoint": "list"}, errors.TooBusy),
    "F24 rubbish": ("status", {"status": 429, "retry_after": "whenever", "endpoint": "list"}, errors.TooBusy),
    "F25": ("balance", {"endpoint": "list"}, errors.OutOfCredit),
    "F26": ("status", {"status": 500, "endpoint": "list"}, errors.ServerFailed),
    "F26 old": ("status", {"status": 500, "body": "old", "endpoint": "list"}, errors.ServerFailed),
    "F26 html": ("status", {"status": 500, "body": "html", "endpoint": "list"}, errors.ServerFailed),
    "F26 huge": ("status", {"status": 500, "body": "huge", "endpoint": "list"}, errors.GatewayError),
    "F27": ("status", {"status": 504, "times": 1, "endpoint": "list"}, None),
    "F29": ("token_life", {"seconds": 1}, None),
    "F29 skew": ("clock_skew", {"seconds": 300}, None),
    "F30 bomb": ("body", {"kind": "gzip_bomb", "mb": 24}, errors.UnreadableAnswer),
    "F30 deep": ("body", {"kind": "deep"}, errors.UnreadableAnswer),
    "F30 nan": ("body", {"kind": "nan"}, errors.UnreadableAnswer),
    "F30 utf8": ("body", {"kind": "invalid_utf8"}, errors.UnreadableAnswer),
    "F30 gzip": ("body", {"kind": "bad_gzip"}, errors.UnreadableAnswer),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_every_fault_gives_true_rows_or_its_error_within_the_deadline(
    fault: str, gateway: CortiGateway, tenant: HostedTenant
) -> None:
    name, options, expected = FAULTS[fault]
    tenant.faults.set(name, **options)
    started = time.monotonic()
    outcome: Listing | errors.GatewayError
    try:
        outcome = list_page(gateway, InteractionQuery(page_size=25), deadline=Deadline.after(1.5))
    except errors.GatewayError as error:
        outcome = error
    assert time.monotonic() - started < 2.0
    if expected is None:
        assert isinstance(outcome, Listing), outcome
        assert len(outcome.rows) == 25
    else:
        assert isinstance(outcome, expected), outcome
        assert (outcome.tenant, bool(outcome.operation)) == ("nordhavn", True)
        assert outcome.__cause__ is None
    tenant.faults.clear()
    if not isinstance(outcome, errors.CredentialsRefused) or options["endpoint"] != "token":
        assert len(list_page(gateway, InteractionQuery(page_size=25)).rows) == 25


def test_one_interaction_is_read_by_its_id(gateway: CortiGateway) -> None:
    row = list_page(gateway, InteractionQuery()).rows[0]
    assert gateway.get_interaction(row.id.upper()) == row
    with pytest.raises(errors.NotFound):
        gateway.get_interaction("00000000-0000-4000-8000-000000000000")


@pytest.mark.parametrize("odd", ["", "x", "../templates", "a/b", "6b1f0c1e", "\0", "%2e%2e", None, 5])
def test_an_odd_id_costs_no_call(odd: Any, gateway: CortiGateway, tenant: HostedTenant) -> None:
    with pytest.raises(errors.NotFound):
        gateway.get_interaction(odd)
    assert tenant.stats.calls() == 0


def test_many_views_at_once_share_the_pool(gateway: CortiGateway, tenant: HostedTenant) -> None:
    tenant.faults.set("latency", ms=50, endpoint="list")
    list_page(gateway, InteractionQuery())
    failures: list[BaseException] = []

    def view(number: int) -> None:
        try:
            assert len(list_page(gateway, InteractionQuery(page=number % 20 + 1, page_size=25)).rows) == 25
        except BaseException as error:
            failures.append(error)

    started = time.monotonic()
    threads = [threading.Thread(target=view, args=(number,)) for number in range(32)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert time.monotonic() - started < 1.5
