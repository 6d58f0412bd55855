"""An encounter opened: its page, its panel, its parts, each against the sandbox."""

import re
import zoneinfo
from datetime import UTC, datetime

import pytest
from django.conf import settings
from django.db import connections

from corti_gateway.sandbox.faults import CATALOGUE
from dashboard.accounts.viewer import Viewer
from dashboard.audit.models import Entry
from dashboard.listing.formatting import exact
from tests.dashboard.opened import PARTS, PERSON, url_of
from tests.dashboard.support import NOBODY, PageClient, make_user


def test_the_page_says_who_first_and_what(key, page_client, htmx):
    page = page_client.page(url_of(key), htmx=htmx)
    assert page.status == 200
    text = page.text
    assert text.index("Canaria Testa") < text.index("29 Feb 1980") < text.index("Knee pain") < text.index("Documents")
    for word in ("46 years", "Female", "she/her", "PT-77", "ENC-77", "Completed", "Consultation", "20 min"):
        assert word in text
    assert len(page.all(r"<dt>(.*?) <span>")) == 6
    assert "wss://" not in page.html
    assert "websocket" not in page.html.lower()


def test_each_part_of_the_page_is_asked_for_by_itself(key, upstream, page_client):
    upstream.tenant().stats.reset()
    page = page_client.page(url_of(key))
    assert page.all(r'hx-get="([^"]*)" hx-trigger="load') == [url_of(key, part) for part in PARTS]
    assert [call.endpoint for call in upstream.tenant().stats.log] == ["item"]


def test_documents_of_both_systems_stand_together(key, page_client, htmx):
    page = page_client.page(url_of(key, "documents"), htmx=htmx)
    assert "Knee pain since March." in page.text
    assert "Dear colleague" in page.text
    assert page.one(r'id="documents-heading"[^>]*>Documents <small>(\d+)') == "2"


def test_facts_stand_by_group_with_what_was_discarded_folded_and_struck(key, page_client, htmx):
    page = page_client.page(url_of(key, "facts"), htmx=htmx)
    assert page.all(r"<h4>(.*?)</h4>") == ["Chief complaint", "Without a group"]
    assert page.one(r"<del[^>]*>(.*?)</del>") == "Hip pain"
    assert "1 discarded" in page.text
    assert "found by Corti" in page.text
    assert page.one(r"Facts <small>(\d+)") == "2"


def test_evidence_leads_to_the_sentence_without_a_word_of_it_in_the_address(key, page_client):
    page = page_client.page(url_of(key, "facts"), htmx=True)
    url = page.one(r'<a class="quote" href="([^"#]*)#evidence"')
    assert "knee" not in url.lower()
    there = page_client.page(url, htmx=True)
    assert there.one(r'<p id="evidence"[^>]*>.*?<mark>(.*?)</mark>') == "My knee hurts when I run."


def test_words_that_were_never_said_are_reported_missing(key, upstream, page_client):
    held = upstream.tenant().contents.of(upstream.tenant().store.get(key))
    fact = held.facts[0] | {"evidence": [held.facts[0]["evidence"][0] | {"quote": "My elbow hurts."}]}
    upstream.hold(key, transcripts=[["My knee hurts."]], facts=[fact])
    url = page_client.page(url_of(key, "facts"), htmx=True).one(r'<a class="quote" href="([^"#]*)#evidence"')
    page = page_client.page(url, htmx=True)
    assert "are not in this transcript" in page.text
    assert "<mark>" not in page.html


def test_the_transcript_plays_its_recording(key, page_client, htmx):
    page = page_client.page(url_of(key, "transcript"), htmx=htmx)
    sound = page.one(r'data-sound="([^"]*)"')
    assert len(page.all(r'data-at="(\d+)"')) == 4
    answer = page_client.get(sound)
    assert answer.status_code == 200
    assert answer["Content-Type"] == "audio/wav"
    assert b"".join(answer)[:4] == b"RIFF"
    assert (
        page.one(r'data-recording="recording-([^"]*)"') in page_client.page(url_of(key, "recordings"), htmx=True).html
    )


@pytest.mark.parametrize("ranges", [True, False])
def test_a_player_gets_the_bytes_it_asks_for(key, upstream, page_client, ranges):
    if not ranges:
        upstream.faults().set("no_range")
    sound = page_client.page(url_of(key, "recordings"), htmx=True).one(r'<audio [^>]*src="([^"]*)"')
    whole = b"".join(page_client.get(sound))
    answer = page_client.get(sound, headers={"Range": "bytes=100-299"})
    assert answer.status_code == 206
    assert b"".join(answer) == whole[100:300]
    assert answer["Content-Range"] == f"bytes 100-299/{len(whole)}"
    assert answer["Cache-Control"] == "no-store"
    assert page_client.get(sound, headers={"Range": f"bytes={len(whole)}-"}).status_code == 416


@pytest.mark.parametrize("part", PARTS)
def test_a_part_that_is_not_there_says_so(upstream, page_client, part, htmx):
    key = upstream.hold(upstream.add(patient=PERSON), kind="none")
    page = page_client.page(url_of(key, part), htmx=htmx)
    assert page.status == 200
    assert "none" in page.state
    assert "Asking" not in page.text


ENDPOINTS = {
    "documents": ("documents", "guided"),
    "facts": ("facts",),
    "transcript": ("transcripts",),
    "recordings": ("recordings",),
}
FAULTS = [
    {"name": "status", "status": 500},
    {"name": "status", "status": 504},
    {"name": "status", "status": 429},
    {"name": "status", "status": 403},
    {"name": "status", "status": 404},
    {"name": "body", "kind": "malformed"},
    {"name": "drop"},
    {"name": "redirect", "to": "other"},
]


@pytest.mark.slow
@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: "-".join(map(str, fault.values())))
def test_with_any_fault_on_one_part_that_part_says_so_and_the_others_stand(key, upstream, page_client, part, fault):
    for endpoint in ENDPOINTS[part]:
        upstream.faults().add(**fault, endpoint=endpoint)
    for other in PARTS:
        page = page_client.page(url_of(key, other), htmx=True)
        if other == part:
            assert page.state == ["failed"]
            assert page.status in (502, 503, 504)
            assert "Try again" in page.text
            assert "none" not in page.state
        else:
            assert page.status == 200
            assert page.state == []
    assert page_client.page(url_of(key)).status == 200
    assert page_client.page("/nordhavn/encounters/").state == []


def every_fault():
    """Each kind of fault that can meet a call for contents, with each of its choices."""
    own_to_the_list = {
        "one_status",
        "refuse_statuses",
        "ignore_sort",
        "refuse_sort",
        "shuffle",
        "page_cap",
        "extra_rows",
    }
    about_tokens = {"refuse_tokens", "token_life", "token_answer", "clock_skew"}
    for name, kind in CATALOGUE.items():
        if name in own_to_the_list | about_tokens:
            continue
        choices = [{option: value} for option, values in kind.choices.items() for value in values] or [{}]
        yield from (pytest.param(name, choice, id="-".join([name, *map(str, choice.values())])) for choice in choices)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "options"), [*every_fault()])
def test_no_fault_at_all_breaks_the_panel_or_looks_like_emptiness(key, upstream, page_client, name, options):
    for endpoint in (
        "documents",
        "guided",
        "facts",
        "factgroups",
        "transcripts",
        "transcript",
        "recordings",
        "recording",
    ):
        upstream.faults().add(name, endpoint=endpoint, **options)
    assert page_client.page(url_of(key)).status == 200
    for part in PARTS:
        page = page_client.page(url_of(key, part), htmx=True)
        assert page.status in (200, 502, 503, 504)
        if page.status != 200:
            assert page.state == ["failed"]
        if "none" in page.state:
            # Null is how the API says that there are no transcripts (facts 3.2).
            assert "could be read" in page.text or (name, part) == ("nulls", "transcript")
    # So much can come at once that even whose it is does not come in time; that is said, too.
    printed = page_client.page(url_of(key, "print"))
    assert printed.status == 200 or "failed" in printed.state
    headline = page_client.page(url_of(key, "headline"), htmx=True)
    assert headline.status == 200 or "failed" in headline.state
    assert "Nothing" not in headline.text


def test_nothing_that_an_encounter_holds_is_stored(key, upstream, page_client, indexed):
    upstream.hold(
        key,
        facts=["Canaria fact"],
        documents=["Canaria letter"],
        guided=["Canaria guided"],
        transcripts=[["Canaria said"]],
    )
    for part in ("", *PARTS, "print", "headline"):
        page_client.page(url_of(key, part), htmx=part != "print")
    for alias in connections:
        with connections[alias].cursor() as cursor:
            for table in connections[alias].introspection.table_names(cursor):
                cursor.execute(f'SELECT * FROM "{table}"')
                kept = str(cursor.fetchall())
                for word in ("fact", "letter", "guided", "said"):
                    assert f"Canaria {word}" not in kept, table


def test_no_token_and_no_websocket_reaches_the_browser(key, upstream, page_client):
    tokens = list(upstream.sandbox.api.tokens._known)
    assert tokens
    for part in ("", *PARTS, "print"):
        html = page_client.page(url_of(key, part)).html
        assert "wss:" not in html
        assert "Bearer" not in html
        assert not any(token in html for token in tokens)


def test_one_of_two_document_systems_is_enough_and_said_to_be_not_all(key, upstream, page_client):
    upstream.faults().set("status", status=500, endpoint="guided")
    page = page_client.page(url_of(key, "documents"), htmx=True)
    assert page.status == 200
    assert "Knee pain since March." in page.text
    assert page.state == ["failed"]
    assert "No documents" not in page.text


def test_facts_without_their_groups_keep_their_keys_as_headings(key, upstream, page_client):
    upstream.faults().set("status", status=500, endpoint="factgroups")
    page = page_client.page(url_of(key, "facts"), htmx=True)
    assert page.status == 200
    assert page.all(r"<h4>(.*?)</h4>") == ["Chief complaint", "Without a group"]


def test_documents_of_other_interactions_are_never_shown(key, upstream, page_client):
    other = upstream.hold(upstream.add(patient=PERSON | {"identifier": "PT-78"}), guided=["Canaria of another"])
    assert other
    upstream.faults().set("ignore_filter", endpoint="guided")
    page = page_client.page(url_of(key, "documents"), htmx=True)
    assert "Dear colleague" in page.text
    assert "of another" not in page.text


def test_an_encounter_that_corti_does_not_have_is_not_found(upstream, page_client, htmx):
    for part in ("", *PARTS, "print", "headline"):
        assert page_client.page(url_of(NOBODY, part), htmx=htmx).status == 404
    assert page_client.get(f"{url_of(NOBODY, 'recordings')}{NOBODY}").status_code == 404


def test_an_encounter_of_another_tenant_is_not_found(upstream, page_client, htmx):
    theirs = upstream.add("riverside", patient=PERSON)
    for part in ("", *PARTS, "print", "headline"):
        assert page_client.page(url_of(theirs, part), htmx=htmx).status == 404
        assert page_client.page(url_of(theirs, part, tenant="riverside"), htmx=htmx).status == 404


@pytest.mark.parametrize("part", ["", *PARTS, "print", "headline"])
def test_a_deleted_encounter_is_opened_by_admins_only(upstream, page_client, admin_client, part):
    key = upstream.hold(upstream.add(patient=PERSON, status="deleted"), kind="usual")
    assert page_client.page(url_of(key, part), htmx=True).status == 404
    assert admin_client.page(url_of(key, part), htmx=True).status == 200


def test_with_corti_down_the_index_says_who(key, upstream, indexed, page_client):
    upstream.faults().set("status", status=503, endpoint="any")
    page = page_client.page(url_of(key))
    assert page.status == 200
    assert "Canaria Testa" in page.text
    assert "as the index knows it" in page.text
    for part in PARTS:
        assert page_client.page(url_of(key, part), htmx=True).state == ["failed"]


@pytest.mark.parametrize("part", ["", *PARTS, "print"])
def test_what_an_old_index_says_is_never_shown_as_of_now(key, upstream, indexed, page_client, part):
    indexed.age(3 * 86400)
    as_of = exact(indexed.state().as_of, page_viewer())
    assert "as the index knows it" not in page_client.page(url_of(key, part)).text
    upstream.faults().set("status", status=503, endpoint="item")
    page = page_client.page(url_of(key, part))
    assert page.status == 200
    assert "Canaria Testa" in page.text
    assert f"This is the encounter as the index knows it, as of {as_of}." in page.text
    assert as_of not in page.one(r'<p class="printed">(.*?)</p>')


def test_while_corti_is_left_alone_paper_says_how_old_it_is(key, upstream, indexed, page_client):
    indexed.age(3 * 86400)
    upstream.faults().set("status", status=503, endpoint="any")
    page_client.page("/nordhavn/encounters/")
    page = page_client.page(url_of(key, "print"))
    assert "as the index knows it" in page.text
    assert page.state == ["failed", "failed"]


def test_an_index_that_is_being_filled_knows_an_encounter_as_of_its_beginning(key, upstream, following, page_client):
    following.begin(10, 130)
    upstream.faults().set("status", status=503, endpoint="any")
    as_of = exact(following.state().fill_started, page_viewer())
    for part in ("", "print"):
        assert f"as of {as_of}" in page_client.page(url_of(key, part)).text


def page_viewer():
    """Whoever asks without having chosen a time zone."""
    return Viewer(zoneinfo.ZoneInfo(settings.DISPLAY_TIME_ZONE), settings.DISPLAY_TIME_ZONE, datetime.now(UTC))


def test_without_an_index_a_failure_is_a_failure(key, upstream, page_client, htmx):
    upstream.faults().set("status", status=503, endpoint="any")
    page = page_client.page(url_of(key), htmx=htmx)
    assert page.status == 502
    assert page.state == ["failed"]
    assert "Try again" in page.text


def test_a_fresh_index_saves_asking_whose_it_is(key, upstream, indexed, page_client):
    page_client.page(url_of(key, "facts"), htmx=True)
    assert sorted(call.endpoint for call in upstream.tenant().stats.log) == ["factgroups", "facts"]


def test_each_part_is_an_entry_of_the_access_log(key, page_client):
    for part in ("", *PARTS, "print", "headline"):
        page_client.page(url_of(key, part), htmx=part != "print")
    sound = page_client.page(url_of(key, "recordings"), htmx=True).one(r'<audio [^>]*src="([^"]*)"')
    b"".join(page_client.get(sound))
    entries = list(Entry.objects.filter(tenant="nordhavn").order_by("number"))
    kinds = [entry.kind for entry in entries]
    assert kinds == ["encounter", *PARTS, "print", "headline", "recordings", "sound"]
    for entry in entries:
        assert key in str(entry.interactions)


def test_the_print_has_who_when_and_from_where(key, page_client, clinician):
    page = page_client.page(url_of(key, "print"))
    for words in (
        "Nordhavn Clinic",
        "printed by",
        clinician.username,
        "Canaria Testa",
        "Knee pain since March.",
        "Rest for two weeks",
    ):
        assert words in page.text
    assert "Hip pain" not in page.text
    assert "My knee hurts" not in re.sub(r"<q .*?</q>", "", page.html)
    with_transcript = page_client.page(page.one(r'<a class="button" href="([^"]*)">With the transcript'))
    assert "Since March." in with_transcript.text


def test_every_time_on_paper_has_its_date_and_the_sheet_its_zone(upstream, page_client):
    today = f"{datetime.now(UTC):%Y-%m-%d}"
    key = upstream.add(patient=PERSON, period={"startedAt": f"{today}T00:01:00Z", "endedAt": f"{today}T00:02:00Z"})
    upstream.hold(key, documents=["Knee pain since March."])
    page = page_client.page(url_of(key, "print"))
    times = page.all(r"<time [^>]*>([^<]*)</time>")
    # The end of a period on its own day is the only one without.
    assert sum(not re.search(r"\d+ [A-Z][a-z]{2} 20\d\d|20\d\d-\d\d-\d\d", text) for text in times) == 1
    assert f"times in {settings.DISPLAY_TIME_ZONE}" in page.one(r'<p class="printed">(.*?)</p>')


def test_the_headline_has_main_facts_and_documents_each_one_click_away(key, page_client):
    page = page_client.page(url_of(key, "headline"), htmx=True)
    assert "Knee pain when running" in page.text
    assert "Hip pain" not in page.text
    assert len(page.all(r'<a class="written" href="[^"]*#documents"')) == 2


def test_a_stranger_gets_nothing_of_an_encounter(db, key, upstream):
    client = PageClient()
    client.force_login(make_user("stranger", ["riverside"]))
    for part in ("", *PARTS, "print", "headline", "next", "previous"):
        answer = client.get(url_of(key, part))
        assert answer.status_code == 404
        assert b"Canaria" not in answer.content
