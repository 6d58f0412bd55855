"""While a screen is shared, no answer holds a name, a birth date or a whole identifier, wherever one looks in it."""

from dataclasses import replace
from html import unescape

import pytest
from django.conf import settings as django_settings
from django.test import Client

from dashboard.audit import routing
from dashboard.audit.models import Entry
from dashboard.audit.writing import BEGUN
from dashboard.encounters.one.addresses import patient_url
from dashboard.listing.controls import PATIENT, TEXT
from dashboard.listing.sealed import seal
from dashboard.tenants.registry import registry
from dashboard.tenants.roles import Role
from tests.dashboard.support import PageClient, make_user

ENCOUNTERS, PATIENTS, LOG = "/nordhavn/encounters/", "/nordhavn/patients/", "/nordhavn/audit/"
ON, OFF = "/accounts/sharing/on/", "/accounts/sharing/off/"
# Her name in four words; her identifier, which begins with the date of birth; her namesake; one without a name.
NAME, BORN = "Canaria Testholm-Ørsted Zeidlitz", "1953-04-12T00:00:00Z"
HER, NAMESAKE, NAMELESS = "120453-7788", "120453-9911", "120453-5566"
MARKS = (
    "canaria", "testholm", "ørsted", "orsted", "zeidlitz", "120453", "1953-04-12", "12 apr 1953", "12.04.1953",
    "12/4/53", "april 12, 1953",
)  # fmt: skip


@pytest.fixture
def marked(upstream, following):
    """Patients whose every text is marked, in the list and in the index."""
    her = {"identifier": HER, "name": NAME, "birthDate": BORN, "pronouns": "she, or Canaria", "gender": "female"}
    upstream.add(patient=her, title="Canarias knee, ØRSTED: born 12.04.1953", identifier="E-CANARIA-12")
    upstream.add(patient=her, title="CPR 1204537788 (12/4/53, April 12, 1953)", status="in-progress")
    upstream.add(patient=her | {"identifier": NAMESAKE}, title="zeidlitz-orsted", identifier=f"E-{NAMESAKE}")
    upstream.add(patient={"identifier": NAMELESS, "birthDate": BORN}, title=f"About {NAMELESS}")
    for number in range(30):
        upstream.add(patient=her, title=f"Testholm {number}", identifier=f"Canaria-{number}")
    following.fill()
    return upstream


@pytest.fixture
def client(db, upstream):
    """Somebody who may do everything there is."""
    client = PageClient()
    client.force_login(make_user("everything", ["nordhavn"], roles=list(Role)))
    return client


def turn(client, url, **headers):
    answer = client.post(url, {"next": ENCOUNTERS}, headers=headers)
    assert (answer.status_code, answer["Location"]) == (302, ENCOUNTERS)


def found(response):
    """The marks in an answer, body and headers, whichever way they are written."""
    text = unescape(response.content.decode()) + "".join(f"{name}: {value}\n" for name, value in response.items())
    return {mark for mark in MARKS if mark in text.casefold()}


def get(url):
    return lambda client, upstream, htmx: client.page(url, htmx=htmx)


def post(url, **data):
    return lambda client, upstream, htmx: client.page(url, method="post", data=data, htmx=htmx)


def of(purpose, value):
    return f"{purpose}={seal('nordhavn', purpose, value)}"


def suggestions(text):
    data = {"patient": text}
    return lambda client, upstream, htmx: client.page(f"{PATIENTS}suggest/", method="post", data=data, htmx=True)


def without_index(client, upstream, htmx):
    # Those before are given up with their connections, and the new ones probe nothing while the sandbox ends.
    for tenant in registry().values():
        tenant.gateway.close()
    django_settings.TENANTS = tuple(replace(config, index=False) for config in django_settings.TENANTS)
    for tenant in registry().values():
        tenant.gateway.prove(wait=True)
    return client.page(patient_url("nordhavn", HER), htmx=htmx)


def refused_by_corti(client, upstream, htmx):
    upstream.faults().set("status", status=400, detail=f"{NAME}, {HER} is no patient")
    return client.page(f"{ENCOUNTERS}?{of(PATIENT, HER)}", htmx=htmx)


def patient_in_an_outage(client, upstream, htmx):
    upstream.faults().set("drop", endpoint="list")
    return client.page(patient_url("nordhavn", HER), htmx=htmx)


def the_log(client, upstream, htmx):
    client.page(f"{ENCOUNTERS}?{of(TEXT, NAME)}")
    client.page(f"{ENCOUNTERS}?{of(PATIENT, HER)}")
    return client.page(LOG, htmx=htmx)


def who_looked_at_her(client, upstream, htmx):
    client.page(patient_url("nordhavn", HER))
    return client.page(f"{LOG}?{of(PATIENT, HER)}", htmx=htmx)


def opened(part):
    """A part of an encounter of hers whose every text is marked."""

    def open_it(client, upstream, htmx):
        her = {"identifier": HER, "name": NAME, "birthDate": BORN}
        key = upstream.add(patient=her, title="Canarias knee", identifier="E-CANARIA-13")
        said = [f"Good morning, {NAME}.", "I am Canaria, born 12.04.1953.", "Zeidlitz speaking."]
        upstream.hold(key, transcripts=[said])
        transcript = upstream.tenant().contents.of(upstream.tenant().store.get(key)).transcripts[0]
        quote = {"type": "transcript", "reference": transcript["id"], "quote": said[1]}
        facts = [
            {
                "id": "f-1",
                "text": f"{NAME} has a knee",
                "group": "canaria-group",
                "source": "Testholm",
                "evidence": [quote],
            },
            {"id": "f-2", "text": "Ørsted, discarded", "isDiscarded": True},
        ]
        upstream.hold(
            key, transcripts=[said, said], facts=facts, documents=[f"Seen: {NAME}, {HER}"], guided=[f"Dear {NAME}"]
        )
        fact = "&fact=f-1" if part == "transcript" else ""
        query = f"?transcript={transcript['id']}{fact}" if part == "transcript" else "?with-transcript=1"
        return client.page(f"{ENCOUNTERS}{key}/{part}{'/' if part else ''}{query}", htmx=htmx or part == "headline")

    return open_it


SURFACES = {
    **{
        f"an opened encounter, {part or 'the panel'}": opened(part)
        for part in ("", "documents", "facts", "transcript", "print", "headline")
    },
    "encounters": get(f"{ENCOUNTERS}?size=10"),
    "encounters, oldest changed": get(f"{ENCOUNTERS}?sort=ended&size=100"),
    "encounters of a patient": get(f"{ENCOUNTERS}?{of(PATIENT, HER)}"),
    "encounters of a patient, chosen": post(ENCOUNTERS, patient=HER),
    "encounters, searched": post(ENCOUNTERS, patient="Canaria"),
    "encounters, searched for what nobody has": post(ENCOUNTERS, patient=f"{NAME} xyz"),
    "encounters of nobody": get(f"{ENCOUNTERS}?{of(PATIENT, '120453-0000')}"),
    "encounters, form with an error": post(ENCOUNTERS, patient=NAME * 20),
    "encounters, refused by Corti": refused_by_corti,
    "patients": get(PATIENTS),
    "patients, by birth": get(f"{PATIENTS}?sort=born&size=100"),
    "patients, searched": post(PATIENTS, patient="Ørsted"),
    "patients, searched for what nobody has": post(PATIENTS, patient=f"{NAME} xyz"),
    "patients, form with an error": post(PATIENTS, patient=NAME * 20),
    "suggestions": suggestions("canaria"),
    "suggestions by identifier": suggestions("120453"),
    "one patient": get(patient_url("nordhavn", HER)),
    "one patient, page 2": get(f"{patient_url('nordhavn', HER)}?page=2"),
    "one patient without a name": get(patient_url("nordhavn", NAMELESS)),
    "one patient whom nobody knows": get(patient_url("nordhavn", "120453-0000")),
    "one patient without an index": without_index,
    "one patient while Corti fails": patient_in_an_outage,
    "the access log": the_log,
    "who looked at a patient": who_looked_at_her,
}
FILES = (
    f"{ENCOUNTERS}export/?{of(PATIENT, HER)}", f"{PATIENTS}export/?{of(TEXT, 'Canaria')}",
    f"{LOG}export/?{of(PATIENT, HER)}", f"{LOG}export/?{of(PATIENT, HER)}&format=fhir",
)  # fmt: skip


@pytest.fixture(autouse=True)
def _of_this_test_only(settings):
    """What a surface changes in the settings ends with it."""
    settings.TENANTS = settings.TENANTS


# --- nothing is told -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("surface", SURFACES.values(), ids=SURFACES)
def test_no_answer_holds_a_mark_while_the_screen_is_shared(client, marked, surface, htmx):
    turn(client, ON)
    assert found(surface(client, marked, htmx).response) == set()


@pytest.mark.parametrize("surface", SURFACES.values(), ids=SURFACES)
def test_the_same_answer_holds_marks_otherwise(client, marked, surface, htmx):
    """So the test above looks where something is to be found."""
    assert found(surface(client, marked, htmx).response)


def test_a_crawl_finds_no_mark_on_any_page_that_a_page_leads_to(client, marked):
    turn(client, ON)
    seen, ahead = (
        set(),
        [ENCOUNTERS, PATIENTS, LOG, patient_url("nordhavn", HER), f"{ENCOUNTERS}?{of(TEXT, 'Canaria')}"],
    )
    while ahead and len(seen) < 60:
        url = ahead.pop(0)
        seen.add(url)
        page = client.page(url)
        assert found(page.response) == set(), url
        ahead += sorted(set(page.all(r'href="(/[^"#]*)"')) - seen - set(ahead) - {"/static/icons/icon.svg"})
    assert len(seen) == 60


def test_error_pages_hold_no_mark(client, marked):
    turn(client, ON)
    client.raise_request_exception = False
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = client.cookies
    for answer in (
        client.get(f"/nordhavn/patients/{HER}/"),
        client.get("/nowhere/"),
        client.get(f"/riverside/encounters/?{of(PATIENT, HER)}"),
        strict.post(ENCOUNTERS, {"patient": NAME}),
    ):
        assert answer.status_code in (403, 404)
        assert found(answer) == set()


@pytest.mark.parametrize("url", FILES)
def test_no_file_is_made_and_the_way_out_leads_to_its_list(client, marked, url):
    client.page(patient_url("nordhavn", HER))
    assert found(client.get(url)), "a file otherwise"
    turn(client, ON)
    page = client.page(url)
    assert (page.status, page.state) == (409, ["no-file"])
    assert "Content-Disposition" not in page.response
    assert found(page.response) == set()
    (back,) = set(page.all(r'<a href="([^"]*)">Back to the list'))
    assert set(page.all(r'<input type="hidden" name="next" value="([^"]*)"')) == {back}
    assert client.page(OFF, method="post", data={"next": back}).status == 200
    assert found(client.get(url))


# --- what is shown instead -------------------------------------------------------------------------------------------
def test_rows_show_initials_the_end_of_the_identifier_and_the_age(client, marked):
    turn(client, ON)
    page = client.page(f"{ENCOUNTERS}?{of(PATIENT, HER)}&size=100")
    assert {row[1] for row in page.rows} == {"C. T. Z. …7788"}
    assert {row[2] for row in page.rows} == {"F · 73"}
    assert "C. knee, Ø.: born • E-C.-12" in {row[3] for row in page.rows}
    assert "CPR …7788 (•, •) TEST-00002" in {row[3] for row in page.rows}
    assert page.all(r'aria-label="Remove the filter ([^"]*)"') == ["Patient …7788"]


def test_whoever_has_no_name_is_called_by_the_end_of_the_identifier(client, marked):
    turn(client, ON)
    page = client.page(patient_url("nordhavn", NAMELESS))
    assert page.one(r"<h1>(.*?)</h1>") == "…5566"
    assert "No name · Identifier …5566" in page.text


def test_the_page_of_a_patient_says_that_there_is_a_birth_date(client, marked):
    turn(client, ON)
    page = client.page(patient_url("nordhavn", HER))
    assert page.one(r"<h1>(.*?)</h1>") == "C. T. Z."
    assert "Born Hidden 73 years" in page.text
    assert "Another patient is called C. T. Z." in page.text
    assert "C. T. Z. 73 years …9911" in page.text


def test_people_of_similar_names_are_told_apart_by_their_identifiers(client, marked):
    turn(client, ON)
    page = client.page(f"{PATIENTS}?{of(TEXT, 'canaria')}")
    assert set(page.all(r'title="On this page too: ([^"]*)"')) == {"C. T. Z., …7788", "C. T. Z., …9911"}


# --- everything still works ------------------------------------------------------------------------------------------
def test_the_button_of_a_name_finds_that_very_patient(client, marked, htmx):
    turn(client, ON)
    values = client.page(f"{PATIENTS}?{of(TEXT, 'canaria')}").all(r'name="sealed" value="([^"]*)"')
    assert set(values) == {seal("nordhavn", PATIENT, identifier) for identifier in (HER, NAMESAKE)}
    value = seal("nordhavn", PATIENT, NAMESAKE)
    page = client.page(ENCOUNTERS, method="post", data={"sealed": value, "patient": "something else"}, htmx=htmx)
    assert [row[1] for row in page.rows] == ["C. T. Z. …9911"]
    answer = client.post(PATIENTS, {"sealed": value}, headers={"HX-Request": "true"} if htmx else {})
    assert (answer["HX-Redirect"] if htmx else answer["Location"]) == patient_url("nordhavn", NAMESAKE)


@pytest.mark.parametrize(("url", "purpose", "value"), [
    (ENCOUNTERS, PATIENT, HER), (ENCOUNTERS, TEXT, "canaria"), (PATIENTS, TEXT, "canaria"),
])  # fmt: skip
def test_another_filter_keeps_whom_an_empty_box_stands_for(client, marked, url, purpose, value):
    turn(client, ON)
    page = client.page(f"{url}?{of(purpose, value)}")
    assert page.one(r'id="patient"[^>]*value="([^"]*)"') == ""
    assert page.one(r'placeholder="([^"]*)"') == "Search hidden, type a new one"
    kept = page.one(r'name="kept" value="([^"]*)"')
    assert f"kept={kept.replace('=', '%3D')}" in page.one(r'data-form="([^"]*)"')
    data = {"patient": "", "kept": kept, "size": "50"}
    assert client.post(url, data)["Location"] == f"{url}?{of(purpose, value)}&size=50"
    assert client.post(url, data | {"patient": "nobody"})["Location"] == f"{url}?{of(TEXT, 'nobody')}&size=50"


def test_the_form_of_the_access_log_keeps_its_patient_too(client, marked):
    turn(client, ON)
    page = client.page(f"{LOG}?{of(PATIENT, HER)}")
    kept = page.one(r'name="kept" value="([^"]*)"')
    answer = client.post(LOG, {"who": "", "kept": kept, "kind": "patient"})
    assert answer["Location"] == f"{LOG}?kind=patient&{of(PATIENT, HER)}"


@pytest.mark.parametrize(
    "kept", ["patient", "patient=", "patient=AAAA", "other=x", f"q={seal('riverside', TEXT, 'a')}"]
)
@pytest.mark.parametrize("url", [ENCOUNTERS, PATIENTS])
def test_a_form_that_does_not_say_whom_any_more_shows_nobody(client, marked, url, kept):
    turn(client, ON)
    page = client.page(url, method="post", data={"kept": kept})
    assert (page.status, page.state, page.rows) == (404, ["unreadable-filter"], [])


# --- on and off ------------------------------------------------------------------------------------------------------
def test_it_is_said_on_every_page_and_turned_off_there(client, marked):
    for url in (ENCOUNTERS, PATIENTS, LOG, "/accounts/settings/", patient_url("nordhavn", HER), "/nowhere/"):
        assert "Screen sharing is on" not in client.page(url).html
        assert client.page(url).one(r'id="sharing" aria-pressed="([^"]*)"') == "false"
        turn(client, ON)
        page = client.page(url)
        assert "Screen sharing is on. Names are shown as initials, birth dates are hidden." in page.text
        assert page.one(r'id="sharing" aria-pressed="([^"]*)"') == "true"
        turn(client, OFF)


def test_paper_says_that_names_were_initials(client, marked):
    key = client.page(f"{ENCOUNTERS}?{of(PATIENT, NAMESAKE)}").one(r'id="e-.*?encounters/([0-9a-f-]{36})/')
    pages = [
        ENCOUNTERS,
        PATIENTS,
        LOG,
        patient_url("nordhavn", HER),
        f"{ENCOUNTERS}{key}/",
        f"{ENCOUNTERS}{key}/print/",
    ]
    for is_on in (False, True):
        for url in pages:
            printed = client.page(url).one(r'<p class="printed">(.*?)</p>')
            assert ("names as initials: screen sharing was on" in printed) is is_on, url
        turn(client, ON)


@pytest.mark.parametrize("url", [ON, OFF])
def test_it_takes_a_form_of_ours(client, url):
    assert client.get(url).status_code == 405
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = client.cookies
    assert strict.post(url, {"next": "/"}).status_code == 403
    for elsewhere in ("https://elsewhere.invalid/", "//elsewhere.invalid/", "javascript:alert(1)", ""):
        assert client.post(url, {"next": elsewhere})["Location"] == "/"


def test_turning_it_on_twice_leaves_it_on(client, marked):
    turn(client, ON)
    turn(client, ON)
    assert found(client.page(ENCOUNTERS).response) == set()
    turn(client, OFF)
    turn(client, OFF)
    assert found(client.page(ENCOUNTERS).response)


def test_other_sessions_and_the_next_sign_in_begin_without_it(client, marked):
    turn(client, ON)
    other = PageClient()
    other.force_login(make_user("other", ["nordhavn"]))
    again = PageClient()
    again.login(username="everything", password="a long enough password")
    for somebody in (other, again):
        assert found(somebody.page(ENCOUNTERS).response)
    assert found(client.page(ENCOUNTERS).response) == set()
    client.login(username="everything", password="a long enough password")
    assert found(client.page(ENCOUNTERS).response)


@pytest.mark.parametrize(("drawn", "now"), [("off", ON), ("on", OFF)])
def test_a_fragment_for_a_page_drawn_before_is_the_whole_page_instead(client, marked, drawn, now):
    turn(client, ON)
    turn(client, now)
    headers = {"HX-Request": "true", "X-Screen-Sharing": drawn}
    for answer in (client.get(ENCOUNTERS, headers=headers), client.post(ENCOUNTERS, {}, headers=headers)):
        assert (answer.status_code, answer["HX-Refresh"], answer.content) == (204, "true", b"")
    headers["X-Screen-Sharing"] = "on" if drawn == "off" else "off"
    assert client.get(ENCOUNTERS, headers=headers).status_code == 200


def test_the_access_log_knows_when_and_whom_all_the_same(client, marked):
    turn(client, ON)
    client.page(patient_url("nordhavn", HER))
    turn(client, OFF)
    entries = list(Entry.objects.using(routing.alias()).exclude(kind=BEGUN).order_by("pk"))
    assert [(entry.kind, entry.action) for entry in entries] == [
        ("sharing-on", "U"), ("patient", "R"), ("sharing-off", "U"),
    ]  # fmt: skip
    assert HER in entries[1].patients
    page = client.page(LOG)
    assert [row[2] for row in page.rows][:3] == ["Screen sharing, off", "One patient", "Screen sharing, on"]
