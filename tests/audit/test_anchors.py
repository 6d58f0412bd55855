"""Heads are told to the log of the program, and what was told is missed in a database that was put back."""

import io
import json
import logging
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from dashboard.audit import anchors, retention, routing, triggers
from dashboard.audit.models import Entry, Head, Subject
from dashboard.audit.retention import purge
from dashboard.audit.verifying import verify
from dashboard.audit.writing import Event, append
from dashboard.logs import JsonLine, OneLine

pytestmark = pytest.mark.django_db
SEEN = Event("list", "R", "shown", tenant="nordhavn", patients=["PT-1"])


@pytest.fixture
def seen(django_capture_on_commit_callbacks):
    """Writes entries, each as if its own minute had come."""

    def write(*events):
        for event in events:
            anchors._told.clear()
            with django_capture_on_commit_callbacks(using=routing.alias(), execute=True):
                append(event)

    return write


@pytest.fixture(params=[JsonLine, OneLine])
def kept(request):
    """What a collector has kept, with what it puts before each line."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(request.param())
    anchors.logger.addHandler(handler)
    yield lambda: [f"Nov 27 20:00:00 host web[1]: {line}\n" for line in stream.getvalue().splitlines()]
    anchors.logger.removeHandler(handler)


def rows(model):
    return model.objects.using(routing.alias())


def verified(tmp_path, lines, *words):
    """What the command says about a file of lines, its error at the end."""
    file = tmp_path / "noted"
    file.write_text("".join(lines))
    out = StringIO()
    try:
        call_command("audit", "verify", *words, "--noted", str(file), stdout=out, no_color=True)
    except CommandError as error:
        out.write(str(error))
    return out.getvalue()


@pytest.fixture(autouse=True)
def with_triggers(monkeypatch):
    monkeypatch.setattr(triggers, "missing", lambda connection: [])


def test_each_chain_is_told_once_a_minute(caplog, monkeypatch, django_capture_on_commit_callbacks):
    caplog.set_level(logging.INFO, "dashboard.audit.heads")
    monkeypatch.setattr(anchors, "_told", {})
    for now in (1000, 1001, 1059, 1060, 1061):
        monkeypatch.setattr("dashboard.audit.anchors.time.monotonic", lambda now=now: now)
        with django_capture_on_commit_callbacks(using=routing.alias(), execute=True):
            append(SEEN)
    told = [(head.tenant, head.number) for head in anchors.read(caplog.messages)]
    assert told == [("", 1), ("nordhavn", 1), ("nordhavn", 4)]


def test_nothing_is_told_that_was_not_written(caplog):
    caplog.set_level(logging.INFO, "dashboard.audit.heads")
    anchors._told.clear()
    append(SEEN)
    assert not caplog.messages, "this test's transaction has not ended"


def test_a_line_is_told_at_every_level_and_has_its_fields(seen):
    assert settings.LOGGING["loggers"]["dashboard.audit.heads"] == {"level": "INFO"}
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLine())
    anchors.logger.addHandler(handler)
    seen(SEEN)
    anchors.logger.removeHandler(handler)
    line = json.loads(stream.getvalue().splitlines()[-1])
    entry = rows(Entry).get(tenant="nordhavn")
    assert (line["logger"], line["level"]) == ("dashboard.audit.heads", "INFO")
    assert (line["tenant"], line["number"], line["hash"]) == ("nordhavn", 1, entry.hash)


def test_what_was_told_is_found_again(seen, kept, tmp_path):
    seen(SEEN, SEEN, Event("sign-in", "E", "done"), SEEN)
    said = verified(tmp_path, ["another line\n", *kept()])
    assert "5 noted heads were looked for" in said
    assert "not as it was written" not in said
    assert "3 noted heads were looked for" in verified(tmp_path, kept(), "nordhavn")
    # What verify has said can be noted as well.
    assert "2 noted heads were looked for" in verified(tmp_path, said.splitlines(keepends=True))


def test_an_older_state_of_the_whole_is_found_by_what_was_told(seen, kept, tmp_path):
    """As a backup puts it back: signed, and whole by itself."""
    seen(SEEN, SEEN)
    (before,) = rows(Head).filter(tenant="nordhavn").values()
    seen(SEEN)
    rows(Entry).filter(tenant="nordhavn", number=3).delete()
    rows(Subject).filter(tenant="nordhavn", number=3).delete()
    rows(Head).filter(tenant="nordhavn").update(**before)
    assert verify("nordhavn").trouble == ""
    taken_back = "nordhavn: Entry 3 was noted and is not there: the log was taken back to an older state."
    assert taken_back in verified(tmp_path, kept())
    # It goes on, and other entries get the numbers.
    append(SEEN)
    assert "nordhavn: Entry 3 is not the one that was noted" in verified(tmp_path, kept())


def test_a_log_that_was_dropped_is_found_by_what_was_told(seen, kept, tmp_path):
    seen(SEEN)
    for model in (Entry, Subject, Head):
        rows(model).all().delete()
    said = verified(tmp_path, kept())
    assert "(no tenant): Entry 1 was noted and is not there" in said
    assert "nordhavn: Entry 1 was noted and is not there" in said


def test_what_was_purged_since_it_was_told_is_not_missed(seen, kept, tmp_path, monkeypatch):
    monkeypatch.setattr(retention, "PAUSE", 0)
    seen(SEEN, SEEN, SEEN, SEEN)
    purge("nordhavn", rows(Entry).get(tenant="nordhavn", number=3).at)
    assert "not as it was written" not in verified(tmp_path, kept())
    forged = "head tenant=nordhavn number=2 hash=" + "0" * 64
    assert "Entry 2 is not the one that was noted" in verified(tmp_path, [forged])


def test_a_file_without_a_head_proves_nothing(seen, tmp_path):
    seen(SEEN)
    assert "No line tells a head." in verified(tmp_path, ["something else\n"])
    assert "not as it was written" in verified(tmp_path, [])


def test_an_end_that_is_not_signed_is_told_as_critical(seen, caplog):
    seen(SEEN)
    rows(Head).filter(tenant="nordhavn").update(signature="")
    caplog.clear()
    seen(SEEN)
    (record,) = caplog.records
    assert (record.levelname, record.tenant) == ("CRITICAL", "nordhavn")
    assert not list(anchors.read(caplog.messages))
