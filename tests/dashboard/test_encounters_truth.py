"""What is shown is true, whatever the API does: lying, moving and damaged lists."""

from collections import Counter

import pytest

from corti_gateway.vocabulary import EncounterStatus
from dashboard.tenants.registry import registry
from tests.dashboard.support import CANARY

URL = "/nordhavn/encounters/"
STATUSES = list(EncounterStatus)


def prove_again(slug="nordhavn"):
    """A new process meets the tenant as it is now: with the faults that were just switched on."""
    verdicts = registry()[slug].gateway.verdicts
    verdicts._current, verdicts._renew_at = None, 0.0
    registry()[slug].gateway.prove(wait=True)


def all_pages(client, url):
    page = client.page(url)
    rows, notices = list(zip(page.encounters, page.statuses, strict=True)), list(page.notices)
    while page.link("next"):
        page = client.page(page.link("next"))
        rows += zip(page.encounters, page.statuses, strict=True)
    return rows, notices


@pytest.mark.parametrize("which", ["first", "last"])
def test_several_statuses_are_united_where_the_api_honours_only_one(page_client, upstream, which):
    honest, _ = all_pages(page_client, f"{URL}?status=completed&status=planned&status=cancelled&size=10")
    upstream.faults().set("one_status", which=which)
    prove_again()
    rows, notices = all_pages(page_client, f"{URL}?status=completed&status=planned&status=cancelled&size=10")
    assert rows == honest
    assert {status for _, status in rows} == {"completed", "planned", "cancelled"}
    assert any("each was asked for on its own" in notice for notice in notices)


def test_a_verdict_that_turns_out_wrong_is_dropped_at_once(page_client, upstream):
    upstream.faults().set("ignore_filter", filter="status")
    page = page_client.page(f"{URL}?status=planned&status=on-hold")
    assert set(page.statuses) <= {"planned", "on-hold"}
    assert any("outside these filters" in notice or "on its own" in notice for notice in page.notices)


def test_before_anything_is_proven_the_union_is_right_and_nobody_is_alarmed(page_client, upstream):
    proven, _ = all_pages(page_client, f"{URL}?status=completed&status=planned")
    verdicts = registry()["nordhavn"].gateway.verdicts
    verdicts._current = None
    merged, notices = all_pages(page_client, f"{URL}?status=completed&status=planned")
    assert merged == proven
    assert notices == []


@pytest.mark.parametrize("kind", ["status", "patient", "both"])
def test_rows_outside_the_filter_are_never_shown(page_client, upstream, kind, htmx):
    upstream.add(patient={"identifier": "PT-42"})
    upstream.add(patient={"identifier": "PT-42"}, status="planned")
    link = page_client.page(URL, method="post", data={"patient": "PT-42", "status": "completed"})
    url = link.response.redirect_chain[-1][0]
    upstream.faults().set("ignore_filter", filter=kind)
    page = page_client.page(url, htmx=htmx)
    assert set(page.statuses) <= {"completed"}
    assert all("PT-42" in row[1] for row in page.rows)
    assert any("outside these filters" in notice for notice in page.notices)
    assert page.state != ["nothing-yet"]


def test_nothing_is_counted_where_the_api_ignores_the_filter(page_client, upstream):
    upstream.faults().set("ignore_filter", filter="status")
    page = page_client.page(f"{URL}?status=completed&count=1")
    assert page.link("count") is None
    summary = page.one(r'class="summary">(.*?)</p>')
    assert f"<b>{len(page.rows)}</b> shown" in summary
    assert " of " not in summary
    assert "counted" not in page_client.page(f"{URL}?status=completed").one(r'class="summary">(.*?)</p>')


def test_sorted_by_end_the_column_shows_that_very_end_in_order(page_client, upstream):
    upstream.add(title="Without an end", status="in-progress", period={"startedAt": "2026-11-20T12:00:00Z"})
    for key, words in [("-ended", "after those without an end"), ("ended", "then those without an end")]:
        page = page_client.page(f"{URL}?sort={key}&size=100")
        assert words in page.one(r"<caption>(.*?)</caption>")
        ends = page.all(r'c-ended">(?:<time datetime="([^"]*)"|–)')
        known = [end for end in ends if end]
        assert len(known) > 5
        assert known == sorted(known, reverse=key.startswith("-"))
        gaps = [index for index, end in enumerate(ends) if not end]
        assert gaps in ([], list(range(len(gaps))), list(range(len(ends) - len(gaps), len(ends))))


def test_a_sort_by_patient_is_not_offered_where_it_is_unstable(page_client, upstream):
    assert page_client.page(URL).link("by-patient")
    upstream.faults().set("shuffle", sort="patient")
    prove_again()
    page = page_client.page(f"{URL}?sort=patient")
    assert page.link("by-patient") is None
    assert "Patient, A to Z" not in page.text
    assert page.one(r"<caption>([^.]*)\.") == "Newest created first"
    assert any("does not sort by that field reliably" in notice for notice in page.notices)


def test_an_order_that_was_not_asked_for_is_said(page_client, upstream):
    upstream.faults().set("ignore_sort")
    page = page_client.page(f"{URL}?sort=created")
    assert any("did not return these rows in the order" in notice for notice in page.notices)


@pytest.mark.parametrize("size", [10, 25, 50, 100])
@pytest.mark.parametrize("offsets", ["asked", "served"])
def test_a_silent_cap_loses_no_row(page_client, upstream, sizes, size, offsets):
    upstream.faults().set("page_cap", cap=20, offsets=offsets)
    registry()["nordhavn"].gateway.sizes.__init__()
    rows, _ = all_pages(page_client, f"{URL}?size={size}")
    assert Counter(identifier for identifier, _ in rows).most_common(1)[0][1] == 1
    assert len(rows) == sizes["nordhavn"]


def test_a_row_that_comes_twice_is_shown_once(page_client, upstream):
    upstream.faults().set("duplicates", where="page")
    page = page_client.page(URL)
    assert len(page.encounters) == len(set(page.encounters))
    assert any("each is shown once" in notice for notice in page.notices)


@pytest.mark.parametrize("kind", ["types", "missing", "nulls", "dates", "patient_null", "patient_absent"])
def test_a_damaged_row_costs_nothing_but_its_damage(page_client, upstream, kind, htmx):
    healthy = page_client.page(URL)
    upstream.faults().set("damage", kind=kind, rows=[0])
    page = page_client.page(URL, htmx=htmx)
    assert page.status == 200
    assert len(page.rows) == 25
    assert page.rows[1:] == healthy.rows[1:]


def test_an_unreadable_row_is_counted(page_client, upstream):
    upstream.faults().set("damage", kind="not_a_row", rows=[0, 3])
    page = page_client.page(URL)
    assert len(page.rows) == 23
    assert any("2 rows on this page could not be read" in notice for notice in page.notices)


def test_an_unknown_word_is_shown_as_it_came(page_client, upstream):
    upstream.faults().set("damage", kind="words", rows=[0])
    page = page_client.page(URL)
    assert page.statuses[0] == "other"
    assert page.rows[0][0] not in {"", "No status"}


@pytest.mark.parametrize("kind", ["surrogate", "nul", "markup", "long_text", "bidi", "extra"])
def test_odd_text_breaks_nothing(page_client, upstream, kind, htmx):
    upstream.faults().set("damage", kind=kind, rows="all")
    page = page_client.page(URL, htmx=htmx)
    assert page.status == 200
    assert len(page.rows) == 25
    assert "<script>" not in page.html


def test_an_insert_between_two_pages_repeats_a_row_and_invents_none(page_client, upstream):
    first = page_client.page(f"{URL}?size=10")
    upstream.add(title=f"{CANARY} newcomer")
    second = page_client.page(f"{URL}?size=10&page=2")
    assert set(first.encounters) & set(second.encounters) == {first.encounters[-1]}
    assert page_client.page(URL).rows[0][3].startswith(CANARY)


def test_what_was_deleted_upstream_is_gone_with_the_next_reading(page_client, upstream):
    gone = upstream.add(patient={"identifier": "PT-GONE"})
    assert "PT-GONE" in page_client.page(URL).text
    store = upstream.tenant().store
    store.remove(store.get(gone))
    assert "PT-GONE" not in page_client.page(URL).text
