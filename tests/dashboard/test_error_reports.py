"""An error tells kind and place: no log line, mail or page holds its text, a variable or what was asked."""

import io
import logging
import sys

import pytest
from django.test import RequestFactory
from django.utils.log import AdminEmailHandler
from django.views.debug import technical_500_response

from dashboard.logs import JsonLine
from tests.dashboard.support import CANARY

LIST, PATIENTS = "/nordhavn/encounters/", "/nordhavn/patients/"
# Where it fails, and what somebody asks for then: with rows at hand, in files, in what is shared by every page.
PLACES = {
    "dashboard.encounters.views.present": LIST,
    "dashboard.sources.plan.answer": LIST,
    "dashboard.encounters.views.table": f"{LIST}export/",
    "dashboard.patients.views.present": PATIENTS,
    "dashboard.patients.views.table": f"{PATIENTS}export/",
    "dashboard.index.reading.patients.find": PATIENTS,
    "dashboard.tenants.access.memberships_of": LIST,
    "dashboard.audit.middleware.events_of": LIST,
}


class Broken(Exception):
    """Tells a patient's name, as a database's error does."""


def fail(*rows, **options):
    patient = {"name": f"{CANARY} Testa"}
    try:
        int(patient["name"])
    except ValueError as error:
        error.add_note(patient["name"])
        raise Broken(f"Key (name)=({patient['name']}) already exists.") from error


@pytest.fixture
def marked(upstream, following):
    upstream.add(patient={"identifier": f"{CANARY}-1", "name": f"{CANARY} Testa"}, title=f"{CANARY} case")
    following.fill("nordhavn")


@pytest.fixture
def heard():
    """What the log holds at every level, and what a mail to administrators would."""
    stream = io.StringIO()
    lines, mail = logging.StreamHandler(stream), AdminEmailHandler(include_html=True)
    lines.setFormatter(JsonLine())
    mail.setLevel(logging.ERROR)
    loggers = [logging.getLogger(name) for name in ("", "django", "corti_gateway", "dashboard")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.DEBUG)
    for logger in loggers[:2]:
        logger.addHandler(lines)
    loggers[1].addHandler(mail)
    yield stream
    for logger, level in zip(loggers, levels, strict=True):
        logger.setLevel(level)
        logger.removeHandler(lines)
        logger.removeHandler(mail)


@pytest.mark.parametrize("place", PLACES)
def test_page_log_and_mail_hold_no_mark_wherever_it_fails(
    admin_client, marked, heard, mailoutbox, settings, monkeypatch, place
):
    settings.ADMINS = [("Operator", "operator@example.org")]
    admin_client.raise_request_exception = False
    url = admin_client.post(LIST, {"patient": f"{CANARY}-1"}).url if PLACES[place] == LIST else PLACES[place]
    monkeypatch.setattr(place, fail)
    page = admin_client.get(url)
    assert page.status_code == 500
    (mail,) = mailoutbox
    report = mail.message().as_string()
    for text in (heard.getvalue(), report):
        assert "Broken at" in text
        assert "after ValueError at" in text
        assert "test_error_reports.py" in text
    for text in (page.content.decode(), heard.getvalue(), report, str(page.headers)):
        assert CANARY.lower() not in text.lower()


def _report():
    request = RequestFactory().post(f"/{CANARY}/", {"patient": CANARY}, headers={"Referer": CANARY})
    try:
        fail()
    except Broken:
        return technical_500_response(request, *sys.exc_info()).content.decode()


def test_a_form_that_fails_tells_nothing_of_what_was_typed(admin_client, heard, mailoutbox, settings, monkeypatch):
    settings.ADMINS = [("Operator", "operator@example.org")]
    admin_client.raise_request_exception = False
    monkeypatch.setattr("dashboard.encounters.views.FilterForm", fail)
    assert admin_client.post(LIST, {"patient": f"{CANARY}-1"}).status_code == 500
    (mail,) = mailoutbox
    assert CANARY.lower() not in (heard.getvalue() + mail.message().as_string()).lower()


def test_the_page_of_a_developer_holds_no_mark_either():
    report = _report()
    assert "Broken at" in report
    assert CANARY.lower() not in report.lower()


def test_the_demo_may_show_all_of_it(settings):
    settings.DEBUG = True
    assert f"Key (name)=({CANARY} Testa)" in _report()


def test_a_mail_about_a_line_without_an_error_is_that_line(heard, mailoutbox, settings):
    settings.ADMINS = [("Operator", "operator@example.org")]
    logging.getLogger("django.request").error("Something is odd")
    (mail,) = mailoutbox
    assert mail.body.strip() == "Something is odd"
