"""One line an event, whatever is in it; and nothing in it that a browser, a patient or Corti said."""

import io
import json
import logging

import pytest
from django.db import IntegrityError

from dashboard.logs import JsonLine, OneLine
from tests.dashboard.support import CANARY, PageClient

URL = "/nordhavn/encounters/"
HOSTILE = [
    "a\nb", "a\r\nb", "a\rb", "a\vb", "a\fb", "a\x1cb", "a\x1db", "a\x1eb", "a\x85b", "a\u2028b", "a\u2029b", "a\0b",
    "\x1b[2J", "\x1b]0;title\x07", "\x9b31m", "\x7f", "\b\b\b", '"}\n{"level":"ERROR"', '\\"', "\\n", "\ud800", "%s%n",
    "\u202ereversed", "\ufeff", "2026-11-20T12:00:00Z ERROR root forged",
]  # fmt: skip


@pytest.fixture(params=[JsonLine, OneLine])
def written(request):
    """Everything that is logged while the test runs, as a handler of ours writes it."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(request.param())
    names = ("", "django", "corti_gateway", "urllib3")
    before = [(logger, logger.level) for logger in map(logging.getLogger, names)]
    for logger, _ in before:
        logger.setLevel(logging.DEBUG)
    logging.getLogger().addHandler(handler)
    logging.getLogger("django").addHandler(handler)
    yield stream
    for logger, level in before:
        logger.removeHandler(handler)
        logger.setLevel(level)


def lines(stream):
    text = stream.getvalue()
    assert text.endswith("\n")
    return text[:-1].split("\n")


def test_there_are_25_hostile_values():
    assert len(set(HOSTILE)) == 25


@pytest.mark.parametrize("make", [JsonLine, OneLine])
@pytest.mark.parametrize("hostile", HOSTILE)
def test_a_hostile_value_makes_no_second_line(make, hostile):
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(make())
    logger = logging.Logger("test")
    logger.addHandler(handler)
    logger.error("said %s", hostile, extra={"tenant": hostile, "secret": CANARY})
    logger.error(hostile.replace("%", "%%"))
    found = stream.getvalue()
    assert len(found.splitlines()) == 2
    assert all(sign.isprintable() for line in found.splitlines() for sign in line if sign not in "\u202e\ufeff\ud800")
    assert CANARY not in found
    if make is JsonLine:
        first, second = (json.loads(line) for line in found.splitlines())
        assert first["message"] == f"said {hostile}"
        assert first["tenant"] == hostile
        assert {"time", "level", "logger", "message", "request_id"} <= set(second)


def test_events_and_lines_are_equally_many_over_hostile_requests(page_client, upstream, written, caplog):
    caplog.set_level(logging.DEBUG)
    for hostile in HOSTILE:
        text = hostile.encode("utf-8", "replace")
        safe = text.decode("latin-1")
        caplog.clear()
        before = written.tell()
        page_client.get(f"/{text.hex()}/{safe}", headers={"User-Agent": safe, "Referer": safe})
        page_client.generic("GE\nT", URL)
        page_client.get(URL, headers={"X-Request-ID": safe})
        upstream.faults().set("status", status=400, detail=text.decode())
        page_client.get(URL)
        upstream.faults().clear()
        found = written.getvalue()[before:].rstrip("\n").split("\n")
        # Those of Django's own loggers are no part of caplog.
        assert len(found) >= len(caplog.records) > 3
        assert all(len(line.splitlines()) == 1 for line in found)
        if found[0].startswith("{"):
            assert all(json.loads(line)["level"] for line in found)


def requests_of(written):
    parsed = [json.loads(line) for line in lines(written) if line.startswith("{")]
    return [line for line in parsed if line["logger"] == "dashboard.requests"]


@pytest.mark.parametrize("written", [JsonLine], indirect=True)
def test_a_request_is_one_line_with_route_tenant_status_time_and_user(page_client, clinician, written):
    answer = page_client.get(f"{URL}?status=planned&page=1")
    page_client.get(f"/nordhavn/patients/{CANARY}/")
    page_client.get("/riverside/encounters/")
    first, second, third = requests_of(written)
    (missing,) = [json.loads(line) for line in lines(written) if "Not Found: patients:one" in line]
    assert missing["request_id"] == second["request_id"]
    assert first.pop("elapsed_ms") > 0
    assert first.pop("time").endswith("Z")
    assert first.pop("message").startswith("GET encounters:list nordhavn 200 ")
    assert first == {
        "level": "INFO", "logger": "dashboard.requests", "request_id": answer["X-Request-ID"], "method": "GET",
        "route": "encounters:list", "tenant": "nordhavn", "status": 200, "user": clinician.pk,
    }  # fmt: skip
    assert (second["route"], second["status"]) == ("patients:one", 404)
    assert (third["status"], third.get("tenant")) == (404, None)


@pytest.mark.parametrize("written", [JsonLine], indirect=True)
def test_a_call_to_corti_says_which_request_it_was_for_and_cortis_own_reference(page_client, upstream, written):
    upstream.faults().set("status", status=500)
    answer = page_client.get(URL)
    calls = [json.loads(line) for line in lines(written) if '"list interactions"' in line]
    assert {call["request_id"] for call in calls} == {answer["X-Request-ID"]}
    assert {call["outcome"] for call in calls} == {"ServerFailed"}
    assert all(call["reference"] not in ("", call["request_id"]) for call in calls)


def test_no_level_writes_an_address_a_referrer_or_a_value(page_client, upstream, written, monkeypatch):
    page_client.raise_request_exception = False
    strict = PageClient(enforce_csrf_checks=True)
    page_client.get(f"/nordhavn/{CANARY}/")
    page_client.get(f"/nordhavn/patients/{CANARY}/?q={CANARY}", headers={"Referer": f"http://testserver/{CANARY}"})
    page_client.delete(f"/nordhavn/patients/{CANARY}/")
    page_client.get("/", headers={"Host": CANARY})
    origin = {"Referer": f"https://evil.example/{CANARY}", "Origin": f"https://{CANARY}.example"}
    strict.post("/accounts/theme/", {"name": CANARY}, headers=origin)
    strict.post("/accounts/theme/", {"name": CANARY}, secure=True, headers={"Referer": origin["Referer"]})

    def broken(*rows, **options):
        raise IntegrityError(f"Key (name)=({CANARY}) exists")

    monkeypatch.setattr("dashboard.encounters.views.present", broken)
    assert page_client.get(URL).status_code == 500
    found = written.getvalue()
    for said in ("Not Found: none", "Invalid HTTP_HOST header", "Origin checking failed", "IntegrityError", "broken"):
        assert said in found
    assert "Method Not Allowed (DELETE): patients:one" in found
    assert "Referer checking failed" in found
    assert CANARY.lower() not in found.lower()


def test_an_exception_is_told_by_kind_and_place_and_its_cause_too():
    try:
        try:
            int(CANARY)
        except ValueError as error:
            raise KeyError(CANARY) from error
    except KeyError as error:
        record = logging.LogRecord("x", logging.ERROR, "f", 1, "it failed", (), (KeyError, error, error.__traceback__))
    line = OneLine().format(record)
    assert "KeyError at " in line
    assert "; after ValueError at " in line
    assert "test_an_exception_is_told" in line
    assert CANARY not in line


def test_outside_of_a_request_there_is_no_id():
    line = json.loads(JsonLine().format(logging.LogRecord("x", logging.INFO, "f", 1, "hello", (), None)))
    assert line["request_id"] == ""
