"""An opened encounter never passes off what could not be read, or asked for, as nothing."""

from urllib.parse import parse_qs, urlsplit

import pytest

from dashboard.encounters.one.parts import PARTS
from dashboard.tenants.registry import registry
from tests.dashboard.opened import PERSON, keys_of, url_of
from tests.dashboard.support import PageClient


@pytest.fixture
def holding(upstream, page_client):
    """Opens a part of an encounter that holds what is given."""

    def opened(part, **contents):
        key = upstream.hold(upstream.add(patient=PERSON), **contents)
        return page_client.page(url_of(key, part), htmx=True)

    return opened


# --- What came, but could not be read --------------------------------------------------------------------------------


@pytest.mark.parametrize("sections", [None, "a text", [7]])
def test_a_document_whose_sections_are_unreadable_is_not_called_empty(holding, sections):
    page = holding("documents", documents=[{"name": "Note", "sections": sections}])
    assert "Unreadable as it came from Corti: sections." in page.text
    assert "This document is empty" not in page.text


def test_a_document_without_sections_is_empty(holding):
    page = holding("documents", documents=[{"name": "Note", "sections": []}])
    assert "This document is empty" in page.text
    assert "Unreadable" not in page.text


def test_a_fact_of_which_nobody_knows_whether_it_was_discarded_says_so(holding):
    page = holding("facts", facts=[{"text": "Hip pain", "isDiscarded": "yes"}, {"text": "Knee pain"}])
    assert page.text.count("Unreadable as it came from Corti: isDiscarded.") == 1
    assert page.text.index("Hip pain") < page.text.index("Unreadable") < page.text.index("Knee pain")


@pytest.mark.parametrize(
    ("transcript", "words"),
    [
        ({"status": "completed", "transcripts": "a text"}, "Unreadable as it came from Corti: transcripts."),
        ({"status": "completed", "transcripts": [{"text": 7}]}, "1 of its sentences could not be read."),
        ({"status": "queued", "transcripts": None}, "does not say that this transcript is complete"),
        ({"transcripts": []}, "does not say that this transcript is complete"),
        ({"status": 7, "transcripts": []}, "Unreadable as it came from Corti: status."),
    ],
)
def test_a_transcript_that_is_not_whole_does_not_say_that_nothing_was_said(holding, transcript, words):
    page = holding("transcript", transcripts=[transcript])
    assert words in page.text
    assert "Nothing was said" not in page.text
    assert page.state == []


@pytest.mark.parametrize("said", [None, []])
def test_a_complete_transcript_without_words_says_that_nothing_was_said(holding, said):
    page = holding("transcript", transcripts=[{"status": "completed", "transcripts": said}])
    assert "Nothing was said in this transcript." in page.text
    assert page.state == ["none"]


@pytest.mark.parametrize(
    "facts", [["Knee pain", 7], [7], [{"group": "plan"}], [{"text": 7}], [{"text": "Hip pain", "isDiscarded": "yes"}]]
)
def test_a_headline_without_all_facts_says_so(holding, facts):
    page = holding("headline", facts=facts)
    assert "could be read" in page.text or "could not be read" in page.text
    assert "Nothing" not in page.text


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ([], "Nothing found or written yet"),
        ([{"text": "Hip pain", "isDiscarded": True}], "Nothing written, and what was found was discarded"),
    ],
)
def test_only_a_headline_of_which_all_is_known_says_that_there_is_nothing(holding, facts, words):
    page = holding("headline", facts=facts)
    assert words in page.text
    assert page.state == []


@pytest.mark.parametrize(
    ("facts", "words"),
    [([7], "1 fact that Corti sent could not be read."), ([7, None, "Hip pain"], "2 facts that Corti sent could not")],
)
def test_what_could_not_be_read_is_called_by_what_it_is(holding, facts, words):
    assert words in holding("facts", facts=facts).text


def test_a_part_that_corti_is_too_busy_for_says_when_to_come_back(upstream, page_client):
    key = upstream.hold(upstream.add(patient=PERSON), facts=["Hip pain"])
    upstream.faults().set("status", status=429, retry_after="30", endpoint="facts")
    page = page_client.page(url_of(key, "facts"), htmx=True)
    assert "Only this part is affected. Try again in 30 s." in page.text


# --- The words that a fact rests on ----------------------------------------------------------------------------------


@pytest.fixture
def quoted(upstream):
    """An encounter with a fact that quotes its transcript, and the address of the quote."""
    said = [["Good morning.", "My knee hurts."]]
    key = upstream.hold(upstream.add(patient=PERSON), transcripts=said)
    transcript = upstream.tenant().contents.of(upstream.tenant().store.get(key)).transcripts[0]["id"]
    evidence = [{"type": "transcript", "reference": transcript, "quote": "My knee hurts."}]
    upstream.hold(key, transcripts=said, facts=[{"id": "fct-1", "text": "Knee pain", "evidence": evidence}])
    return key, url_of(key, "transcript", f"?transcript={transcript}&fact=fct-1"), said


def test_quoted_words_that_are_there_need_no_excuse(quoted, page_client):
    page = page_client.page(quoted[1], htmx=True)
    assert page.all(r"<mark>(.*?)</mark>") == ["My knee hurts."]
    assert page.notices == []


def test_words_that_are_said_more_than_once_are_marked_each_time_and_nobody_says_which(quoted, upstream, page_client):
    key, url, said = quoted
    said = [[*said[0], "Fever?", "My knee hurts."]]
    facts = upstream.tenant().contents.of(upstream.tenant().store.get(key)).facts
    upstream.hold(key, transcripts=said, facts=facts)
    page = page_client.page(url, htmx=True)
    assert page.all(r"<mark>(.*?)</mark>") == ["My knee hurts."] * 2
    assert "are said at several places. All are marked" in page.text


def test_each_quote_of_a_fact_leads_to_its_own_words(quoted, upstream, page_client, htmx):
    key, _, said = quoted
    (fact,) = upstream.tenant().contents.of(upstream.tenant().store.get(key)).facts
    (first,) = fact["evidence"]
    quotes = [first | {"quote": words} for words in ("My knee hurts.", "Good morning.", "My hip hurts.")]
    upstream.hold(key, transcripts=said, facts=[fact | {"evidence": quotes}])
    facts = page_client.page(url_of(key, "facts"), htmx=htmx)
    links = facts.all(r'<a class="quote" href="([^"#]*)#evidence"')
    for url, words in zip(links, ("My knee hurts.", "Good morning."), strict=False):
        page = page_client.page(url, htmx=htmx)
        assert page.one(r'<p id="evidence"[^>]*>.*?<mark>(.*?)</mark>') == words
        assert page.all(r"<mark>(.*?)</mark>") == ["Good morning.", "My knee hurts."]
        assert page.html.count('id="evidence"') == 1
    page = page_client.page(links[2], htmx=htmx)
    assert "not in this transcript as they are quoted. What is marked are other words" in page.text
    assert page.html.count('id="evidence"') == 1


def test_without_the_facts_nobody_claims_that_the_words_were_not_said(quoted, upstream, page_client):
    upstream.faults().set("status", status=500, endpoint="facts")
    page = page_client.page(quoted[1], htmx=True)
    assert "could not be looked up now" in page.text
    assert "are not in this transcript" not in page.text
    assert "My knee hurts." in page.text


@pytest.mark.parametrize(("facts", "words"), [([], "not among the facts"), ([7], "could not be looked up now")])
def test_a_fact_that_is_gone_is_told_from_words_that_are(quoted, upstream, page_client, facts, words):
    key, url, said = quoted
    upstream.hold(key, transcripts=said, facts=facts)
    page = page_client.page(url, htmx=True)
    assert words in page.text
    assert "as they are quoted" not in page.text


GONE = "0f0e0d0c-0b0a-4909-8807-060504030201"


@pytest.mark.parametrize(("query", "which"), [("&fact=fct-1", "that this fact rests on"), ("", "that was asked for")])
def test_of_a_transcript_that_is_gone_another_is_shown_and_nobody_blamed(quoted, page_client, query, which, htmx):
    page = page_client.page(url_of(quoted[0], "transcript", f"?transcript={GONE}{query}"), htmx=htmx)
    assert page.status == 200
    assert page.one(r'<p class="notice notice-warning" id="evidence"[^>]*>(.*?)</p>') == (
        f"The transcript {which} is not there any more. Another one of this encounter is shown."
    )
    assert "My knee hurts." in page.text
    assert "<mark>" not in page.html
    assert page.state == []


def test_a_transcript_that_may_be_there_unread_is_not_called_gone(quoted, upstream, page_client):
    upstream.faults().set("damage", kind="odd_id", rows=[0], endpoint="transcripts")
    page = page_client.page(quoted[1], htmx=True)
    assert "is not among those that could be read" in page.text
    assert "any more" not in page.text


def test_without_any_transcript_a_quote_says_so_and_why(quoted, upstream, page_client):
    key, url, _ = quoted
    upstream.hold(key, transcripts=[])
    page = page_client.page(url, htmx=True)
    assert "The transcript that this fact rests on is not there any more." in page.text
    assert "Another" not in page.text
    assert page.state == ["none"]


def test_a_document_without_a_date_stands_after_those_that_have_one(holding):
    dates = ["2026-11-01T09:00:00Z", None, "2026-11-03T09:00:00Z"]
    names = ["Old", "Undated", "New"]
    documents = [{"name": name, "createdAt": date, "sections": []} for name, date in zip(names, dates, strict=True)]
    page = holding("documents", documents=documents)
    assert page.all(r"<h4[^>]*>(.*?)</h4>") == ["New", "Old", "Undated"]


# --- Next and previous in a list that changes ------------------------------------------------------------------------


def list_of(page_client, number=1):
    return keys_of(page_client.page(f"/nordhavn/encounters/?size=10&page={number}"))


def test_what_new_encounters_pushed_to_the_next_page_still_has_neighbours(upstream, page_client):
    first, second = list_of(page_client), list_of(page_client, 2)
    upstream.add(patient=PERSON)
    found = page_client.get(url_of(first[-1], "next", "?size=10"))
    assert found["Location"] == url_of(second[0], query="?size=10&page=2")
    found = page_client.get(url_of(first[-1], "previous", "?size=10"))
    assert found["Location"] == url_of(first[-2], query="?size=10")


def test_what_was_pulled_to_the_page_before_still_has_neighbours(upstream, page_client):
    first, second = list_of(page_client), list_of(page_client, 2)
    found = page_client.get(url_of(first[-1], "next", "?size=10&page=2"))
    assert found["Location"] == url_of(second[0], query="?size=10&page=2")


def test_a_neighbour_without_an_id_to_ask_for_is_passed_over(upstream, page_client):
    rows = list_of(page_client) + list_of(page_client, 2)
    upstream.faults().set("damage", kind="odd_id", rows=[9], endpoint="list")
    assert len(list_of(page_client)) == 9
    found = page_client.get(url_of(rows[8], "next", "?size=10"))
    assert found["Location"] == url_of(rows[10], query="?size=10&page=2")
    found = page_client.get(url_of(rows[10], "previous", "?size=10&page=2"))
    assert found["Location"] == url_of(rows[8], query="?size=10")


# --- Ids in whatever spelling ----------------------------------------------------------------------------------------

TALK, SOUND = "0f0e0d0c-0b0a-4909-8807-060504030201", "5f1d7e9a-0b1c-4d2e-8f3a-9b8c7d6e5f40"


def spoken(recording):
    segment = {"channel": 0, "speakerId": 1, "text": "My knee hurts.", "start": 0, "end": 900}
    return {"id": TALK, "recordingId": recording, "status": "completed", "transcripts": [segment]}


def test_ids_in_capitals_are_the_same_ids(upstream, page_client):
    evidence = [{"type": "transcript", "reference": TALK.upper(), "quote": "My knee hurts."}]
    facts = [{"id": "fct-1", "text": "Knee pain", "evidence": evidence}]
    key = upstream.hold(upstream.add(patient=PERSON), transcripts=[spoken(SOUND.upper())], facts=facts)
    url = page_client.page(url_of(key, "facts"), htmx=True).one(r'<a class="quote" href="([^"#]*)#evidence"')
    assert TALK in url
    for address in (url, url.replace(TALK, TALK.upper())):
        page = page_client.page(address, htmx=True)
        assert page.all(r"<mark>(.*?)</mark>") == ["My knee hurts."]
        assert page.one(r'data-sound="([^"]*)"').endswith(f"/{SOUND}")
        assert page.one(r'data-recording="([^"]*)"') == f"recording-{SOUND}"
    recordings = page_client.page(url_of(key, "recordings"), htmx=True)
    assert recordings.one(r'<audio [^>]*id="([^"]*)"') == f"recording-{SOUND}"


def test_a_recording_that_cannot_be_asked_for_has_no_button(holding):
    page = holding("transcript", transcripts=[spoken("sound-1")])
    assert "My knee hurts." in page.text
    assert 'class="at" data-at' not in page.html
    assert 'id="sound"' not in page.html
    assert "data-sound" not in page.html
    assert "names no recording" in page.text
    page = holding("recordings", transcripts=[spoken("sound-1")])
    assert "<audio" not in page.html
    assert "sound-1" in page.text
    assert "cannot be asked for" in page.text


def test_transcripts_that_cannot_be_asked_for_have_no_link(upstream, page_client):
    key = upstream.hold(upstream.add(patient=PERSON), transcripts=[["One."], spoken(SOUND)])
    upstream.faults().set("damage", kind="odd_id", rows=[0], endpoint="transcripts")
    page = page_client.page(url_of(key, "transcript"), htmx=True)
    assert len(page.all(r'<a href="([^"]*)" data-part="transcript"')) == 1
    assert page.one(r'<div class="said"[^>]*>.*?<p>.*?</button>\s*(.*?)</p>') == "My knee hurts."


# --- Which is which --------------------------------------------------------------------------------------------------


def test_of_several_transcripts_each_is_told_by_its_words_and_the_open_one_by_more(upstream, page_client):
    key = upstream.hold(upstream.add(patient=PERSON), transcripts=[["My knee hurts."], ["Here I am again.", "Yes."]])
    first = page_client.page(url_of(key, "transcript"), htmx=True)
    assert first.all(r"<b>(\d)</b> <span[^>]*>(.*?)</span>") == [
        ("1", "My knee hurts."),
        ("2", "Here I am again. Yes."),
    ]
    assert "Transcript 1 of 2" in first.text
    second = page_client.page(first.all(r'<a href="([^"]*)" data-part="transcript"')[1], htmx=True)
    assert "Transcript 2 of 2" in second.text
    assert "2 speakers" in second.text
    # Without a script the same short name stands in both parts.
    short = second.one(r'<code title="[^"]*">(.*?)</code>')
    recordings = page_client.page(url_of(key, "recordings"), htmx=True)
    assert recordings.one(rf"<b>(Recording \d)</b> <code[^>]*>{short}</code>") == "Recording 2"


def test_a_single_transcript_has_no_number(holding):
    assert "Transcript 1 of" not in holding("transcript", transcripts=[["My knee hurts."]]).text


def test_only_a_list_of_recordings_that_could_be_read_says_which_there_are(upstream, page_client):
    key = upstream.hold(upstream.add(patient=PERSON), kind="none")
    assert "data-whole" in page_client.page(url_of(key, "recordings"), htmx=True).html
    upstream.hold(key, transcripts=[["One."], ["Two."]])
    assert "data-whole" in page_client.page(url_of(key, "recordings"), htmx=True).html
    upstream.faults().set("damage", kind="types", rows=[0], endpoint="recordings")
    page = page_client.page(url_of(key, "recordings"), htmx=True)
    assert "could not be read" in page.text
    assert "data-whole" not in page.html
    upstream.faults().set("status", status=500, endpoint="recordings")
    assert "data-whole" not in page_client.page(url_of(key, "recordings"), htmx=True).html


def test_sound_is_said_to_be_not_masked_and_asks_first_only_while_the_screen_is_shared(upstream, page_client):
    key = upstream.hold(upstream.add(patient=PERSON), transcripts=[["My knee hurts."]])

    def parts():
        return [page_client.page(url_of(key, part), htmx=True) for part in ("transcript", "recordings")]

    for page in parts():
        assert "masked" not in page.text
        assert "data-asks" not in page.html
    page_client.post("/accounts/sharing/on/")
    transcript, recordings = parts()
    assert "data-asks" in transcript.html
    assert "The sound is not masked" in transcript.text
    assert "<summary>The sound is not masked" in recordings.html
    assert recordings.html.index("<details") < recordings.html.index("<audio") < recordings.html.index("</details>")


# --- A session that ends ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("part", [*(kind.name for kind in PARTS), "headline"])
def test_a_part_without_a_session_leads_back_to_the_page_it_was_on(upstream, db, part):
    key = upstream.add(patient=PERSON)
    page = url_of(key, query="?status=completed")
    headers = {"HX-Request": "true", "HX-Current-URL": f"http://testserver{page}"}
    answer = PageClient().get(url_of(key, part), headers=headers)
    assert answer.status_code == 204
    assert parse_qs(urlsplit(answer["HX-Redirect"]).query)["next"] == [page]


@pytest.mark.parametrize("opened", [True, False])
def test_a_list_or_an_encounter_without_a_session_leads_to_itself(upstream, db, opened):
    key = upstream.add(patient=PERSON)
    url = url_of(key) if opened else "/nordhavn/encounters/?status=planned"
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/nordhavn/encounters/"}
    answer = PageClient().get(url, headers=headers)
    assert parse_qs(urlsplit(answer["HX-Redirect"]).query)["next"] == [url]


# --- On paper --------------------------------------------------------------------------------------------------------


def printed(page_client, key):
    return page_client.page(url_of(key, "print", "?with-transcript=1"))


def test_all_transcripts_are_printed_each_under_its_number(upstream, page_client):
    key = upstream.hold(upstream.add(patient=PERSON), transcripts=[["Canaria one."], ["Canaria two."]])
    page = printed(page_client, key)
    assert page.all(r"<h4>(Transcript .*?)</h4>") == ["Transcript 1 of 2", "Transcript 2 of 2"]
    order = [page.text.index(words) for words in ("1 of 2", "Canaria one.", "2 of 2", "Canaria two.")]
    assert order == sorted(order)
    ids = page.all(r' id="([^"]*)"')
    assert len(ids) == len(set(ids))


def test_a_transcript_that_cannot_be_had_is_said_to_be_missing_on_paper(upstream, page_client):
    key = upstream.hold(upstream.add(patient=PERSON), transcripts=[["Canaria one."], ["Canaria two."]])
    upstream.faults().set("damage", kind="odd_id", rows=[0], endpoint="transcripts")
    page = printed(page_client, key)
    assert page.state == ["none", "none", "failed"]
    assert page.text.index("1 of 2") < page.text.index("Only this part") < page.text.index("2 of 2")
    assert "Canaria two." in page.text


def test_without_the_list_of_transcripts_the_paper_says_so(upstream, page_client):
    key = upstream.hold(upstream.add(patient=PERSON), transcripts=[["Canaria one."]])
    upstream.faults().set("status", status=500, endpoint="transcripts")
    assert printed(page_client, key).state == ["none", "none", "failed"]


def test_a_heading_with_discarded_facts_only_is_not_printed(upstream, page_client):
    facts = [{"text": "Hip pain", "group": "plan", "isDiscarded": True}, {"text": "Knee pain", "group": "other"}]
    key = upstream.hold(upstream.add(patient=PERSON), facts=facts)
    assert page_client.page(url_of(key, "print")).all(r"<h4>(.*?)</h4>") == ["Other"]
    upstream.hold(key, facts=facts[:1])
    page = page_client.page(url_of(key, "print"))
    assert page.all(r"<h4>(.*?)</h4>") == []
    assert "All facts of this encounter were discarded." in page.text


# --- Sound -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def streams(upstream, monkeypatch):
    """The recordings that Corti was asked for, as they arrive."""
    arrived = []
    gateway = registry()["nordhavn"].gateway
    real = gateway.open_recording

    def noted(*args, **options):
        arrived.append(real(*args, **options))
        return arrived[-1]

    monkeypatch.setattr(gateway, "open_recording", noted)
    return arrived


@pytest.mark.parametrize("reason", ["deleted", "nobody can tell", "not there"])
def test_a_recording_is_asked_for_beside_whose_it_is_and_given_back_if_refused(upstream, page_client, streams, reason):
    status = "deleted" if reason == "deleted" else "completed"
    key = upstream.hold(upstream.add(patient=PERSON, status=status), transcripts=[["Good morning."]])
    sound = f"{url_of(key, 'recordings')}{upstream.recording_of(key)}"
    if reason != "deleted":
        upstream.faults().set("status", status=500 if reason == "nobody can tell" else 404, endpoint="item")
    upstream.tenant().stats.reset()
    answer = page_client.get(sound)
    assert answer.status_code == (502 if reason == "nobody can tell" else 404)
    assert b"RIFF" not in answer.getvalue()
    assert {call.endpoint for call in upstream.tenant().stats.log} == {"item", "recording"}
    (stream,) = streams
    with pytest.raises(ValueError, match="closed"):
        next(stream.chunks())


def test_a_recording_that_may_be_heard_is_not_given_back_before(upstream, page_client, streams):
    key = upstream.hold(upstream.add(patient=PERSON), transcripts=[["Good morning."]])
    answer = page_client.get(f"{url_of(key, 'recordings')}{upstream.recording_of(key)}")
    assert answer.getvalue()[:4] == b"RIFF"
    assert len(streams) == 1
