"""Lists as files: for those with the role, whole up to a limit, true, and harmless to a spreadsheet."""

import csv
import io

import pytest

from corti_gateway.queries import InteractionQuery
from dashboard.listing import csv_text
from dashboard.sources import whole_lists
from dashboard.tenants.registry import registry
from tests.dashboard.support import CANARY, PageClient, make_user
from tests.dashboard.test_patients_list import people

ENCOUNTERS, PATIENTS = "/nordhavn/encounters/", "/nordhavn/patients/"
pytestmark = pytest.mark.django_db


@pytest.fixture
def client(upstream):
    client = PageClient()
    client.force_login(make_user("exporter", ["nordhavn"], roles=["clinician", "exporter"]))
    return client


def read(answer):
    """What stands above the table, and the table by column."""
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Cache-Control"] == "no-store"
    assert answer["X-Content-Type-Options"] == "nosniff"
    text = answer.content.decode("utf-8-sig")
    lines = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    at = lines.index([])
    head = {word: values for word, *values in lines[:at]}
    columns, *rows = lines[at + 1 :]
    return head, [dict(zip(columns, row, strict=True)) for row in rows]


def every_row():
    gateway, rows, number = registry()["nordhavn"].gateway, [], 1
    while page := gateway.list_interactions(InteractionQuery(page=number, page_size=100)).interactions:
        rows += page
        number += 1
    return rows


@pytest.mark.parametrize("source", ["index", "live"])
def test_the_whole_list_is_in_the_file_in_its_order(client, upstream, request, source):
    if source == "index":
        request.getfixturevalue("indexed")
    page = client.page(ENCOUNTERS)
    answer = client.get(page.one(r'<a id="export" href="([^"]*)"'))
    assert answer["Content-Disposition"] == 'attachment; filename="encounters-nordhavn.csv"'
    head, rows = read(answer)
    assert [row["interaction_id"] for row in rows] == [row.id for row in every_row()]
    assert head["Encounters of Nordhavn Clinic"] == []
    assert head["Filters"] == ["none"]
    assert head["Rows"] == ["all 130"]
    assert head["As of"][1] == source
    assert head["Exported"][1] == "exporter"


def test_every_field_is_as_corti_has_it(client, indexed):
    _, rows = read(client.get(f"{ENCOUNTERS}export/"))
    for told, row in zip(rows, every_row(), strict=True):
        encounter, patient = row.encounter, row.patient
        assert told["title"] == (encounter.title or "")
        assert told["patient_name"] == ((patient.name if patient else None) or "")
        assert told["birth_date"] == (str(patient.birth_date) if patient and patient.birth_date else "")
        assert told["created_at"] == f"{row.created_at:%Y-%m-%dT%H:%M:%SZ}"
        assert told["started_at"] == (
            f"{encounter.period.started_at:%Y-%m-%dT%H:%M:%SZ}" if encounter.period.started_at else ""
        )


def test_filters_hold_in_the_file_and_are_named(client, indexed, upstream):
    upstream.add(patient={"identifier": "PT-9", "name": f"{CANARY} Testa"}, status="planned")
    indexed.once()
    page = client.page(ENCOUNTERS, method="post", data={"patient": CANARY, "status": ["planned"], "size": "25"})
    link = page.one(r'<a id="export" href="([^"]*)"')
    assert CANARY not in link
    head, rows = read(client.get(link.replace("&amp;", "&")))
    assert [row["patient_identifier"] for row in rows] == ["PT-9"]
    assert head["Filters"] == [f"Planned; “{CANARY}”"]


@pytest.mark.parametrize("source", ["index", "live"])
def test_a_limit_is_said(client, upstream, request, monkeypatch, source):
    if source == "index":
        request.getfixturevalue("indexed")
    monkeypatch.setattr(whole_lists, "MOST", 40)
    monkeypatch.setattr(whole_lists, "MOST_LIVE", 40)
    monkeypatch.setattr(whole_lists, "LIVE_PAGE", 20)
    head, rows = read(client.get(f"{ENCOUNTERS}export/"))
    assert [row["interaction_id"] for row in rows] == [row.id for row in every_row()[:40]]
    assert head["Rows"] == ["the first 40 of 130" if source == "index" else "the first 40, more exist"]


def test_live_pages_that_move_meanwhile_give_each_row_once(client, upstream, monkeypatch):
    monkeypatch.setattr(whole_lists, "LIVE_PAGE", 20)
    answer = whole_lists.plan.answer

    def moving(*args, **options):
        page = answer(*args, **options)
        upstream.add()
        return page

    monkeypatch.setattr(whole_lists.plan, "answer", moving)
    before = {row.id for row in every_row()}
    head, rows = read(client.get(f"{ENCOUNTERS}export/"))
    ids = [row["interaction_id"] for row in rows]
    assert len(ids) == len(set(ids))
    assert before <= set(ids)
    assert "Read page by page" in head["Note"][0]


def test_a_failure_is_a_page_and_no_half_file(client, upstream):
    upstream.faults().set("status", status=503)
    page = client.page(f"{ENCOUNTERS}export/")
    assert page.status >= 500
    assert page.state == ["failed"]
    assert "text/html" in page.response["Content-Type"]


def test_what_needs_an_index_says_so(client, upstream):
    assert client.page(f"{ENCOUNTERS}export/?type=emergency").state == ["needs-index"]
    assert client.page(f"{PATIENTS}export/").state == ["not-begun"]


def test_patients_are_all_in_the_file(client, indexed):
    page = client.page(PATIENTS)
    head, rows = read(client.get(page.one(r'<a id="export" href="([^"]*)"')))
    assert {row["patient_identifier"]: int(row["encounters"]) for row in rows} == {
        who: len(found) for who, found in people().items()
    }
    assert head["Rows"] == [f"all {len(rows)}"]


def test_without_the_role_there_is_neither_link_nor_file(page_client, indexed):
    for url in (ENCOUNTERS, PATIENTS):
        assert "Download as CSV" not in page_client.page(url).text
        page = page_client.page(f"{url}export/")
        assert page.status == 403
        assert "text/html" in page.response["Content-Type"]


def test_deleted_ones_are_not_in_the_file(client, indexed, upstream):
    upstream.add(patient={"identifier": "PT-9", "name": f"{CANARY} Testa"}, status="deleted")
    for _ in range(2):
        for url in (ENCOUNTERS, PATIENTS):
            assert CANARY not in client.get(f"{url}export/").content.decode()
        indexed.once()


@pytest.mark.parametrize(
    "start", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\0=1", " =1", "＝1", "'=1", "”=1", "1"]
)
@pytest.mark.parametrize("rest", ["", ',"quoted", "again"', "\nline", "é王\U0001f600"])
def test_no_cell_is_a_formula_and_each_comes_back(start, rest):
    cell = f"{start}{rest}"
    ((written,),) = csv.reader(io.StringIO(csv_text.write([(cell,)]), newline=""), strict=True)
    assert csv_text.as_it_was(written) == cell
    assert written.lstrip().lstrip("'")[:1] not in "=+-@＝" or written.lstrip().startswith("'")
