"""What an opened encounter says, without a network: quotes in a transcript, groups of facts, bytes of a recording."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corti_gateway.contents import Evidence, Fact, FactGroup, Segment, Transcript
from corti_gateway.vocabulary import FactSource, TranscriptStatus
from dashboard.encounters.one.addresses import Addresses
from dashboard.encounters.one.documents import DocumentSheet
from dashboard.encounters.one.facts import grouped
from dashboard.encounters.one.marks import Marks, places
from dashboard.encounters.one.recordings import PIECE, Wanted, answer
from dashboard.encounters.one.transcripts import LONGEST_TURN, TranscriptSheet
from dashboard.encounters.state import EncounterListState
from dashboard.listing.discretion import NOBODY
from dashboard.listing.formatting import clock, words_of
from tests.dashboard.support import NOW

# An answer that is closed ends a request, for which Django looks after its connections.
pytestmark = pytest.mark.django_db
KEY = "6b1f0c1e-7a55-4a0e-9d0c-2f6f3f0a9b11"
TALK = "0f0e0d0c-0b0a-4909-8807-060504030201"
WHERE = Addresses(EncounterListState("nordhavn"), KEY)


def segment(text, start=0, speaker=1, channel=0):
    return Segment(channel, 0, speaker, text, start, start + 900)


def transcript(*segments, roles=None):
    return Transcript("t", TranscriptStatus.COMPLETED, None, roles or {}, tuple(segments), 0, NOW, ())


def fact(text, group="plan", *, discarded=False, evidence=(), source=FactSource.CORE, key="fct-1"):
    return Fact(key, text, group, None, discarded, source, evidence, None, None, ())


WORDS = st.lists(
    st.sampled_from(["knee", "My", "hurts", "since", "March", "no", "yes", "yesterday"]), min_size=1, max_size=5
)
MARK = st.sampled_from(["", ".", "?", "…"])
SAID = st.lists(st.builds(lambda words, mark: " ".join(words) + mark, WORDS, MARK), min_size=1, max_size=8)


def places_of(texts, quote):
    (found,) = places([segment(text) for text in texts], [quote])
    return found


def plain(text):
    return " ".join(text.split()).casefold()


@given(SAID, st.data())
def test_a_quote_of_whole_segments_is_found_in_every_run_that_says_just_that(texts, data):
    begin = data.draw(st.integers(0, len(texts) - 1))
    end = data.draw(st.integers(begin, len(texts) - 1))
    quote = "  ".join(texts[begin : end + 1]).upper()
    found = places_of(texts, quote)
    assert range(begin, end + 1) in found
    for run in found:
        said = plain(" ".join(texts[number] for number in run))
        assert said.rstrip(".?…") == plain(quote).rstrip(".?…")


@given(SAID, WORDS)
def test_words_are_found_in_all_segments_that_hold_them_unless_some_hold_nothing_else(texts, words):
    quote = " ".join(words)
    alone = [number for number, text in enumerate(texts) if plain(text).rstrip(".?…") == plain(quote)]
    holding = [number for number, text in enumerate(texts) if re.search(rf"\b{quote}\b", text)]
    over_one = {run.start for run in places_of(texts, quote) if len(run) == 1}
    assert over_one <= set(holding)
    if alone:
        assert over_one == set(alone)
    elif all(len(run) == 1 for run in places_of(texts, quote)):
        assert over_one == set(holding)


@pytest.mark.parametrize(
    ("quote", "texts", "numbers"),
    [
        ("Yes", ["Since yesterday.", "Yes, since March.", "Yes."], [2]),
        ("Yes", ["Since yesterday.", "Yes, since March."], [1]),
        ("Yes", ["Since yesterday."], []),
        ("No.", ["Any fever?", "No.", "Any cough?", "No.", "Bruno."], [1, 3]),
        ("5 mg", ["You take 15 mg.", "And 1.5 mg here.", "And 2,5 mg.", "Now 5 mg."], [3]),
        ("take 5", ["You take 5.5 mg.", "You take 5."], [1]),
        ("5", ["15, 55, 5th", "It is 5, I think."], [1]),
        ("no no", ["No no no."], [0]),
        ("نعم", ["نعم، هذا صحيح.", "نعم."], [1]),
        ("头痛", ["我昨天头痛得厉害。", "发烧。"], [0]),
        ("MRI", ["做MRI扫描吧。", "primri"], [0]),
        ("5毫克", ["15毫克。", "吃5毫克药。"], [1]),
        ("…and then", ["Well…and then it stopped."], [0]),
    ],
)
def test_short_quotes_are_whole_answers_before_words_and_never_parts_of_words(quote, texts, numbers):
    assert [run.start for run in places_of(texts, quote)] == numbers


def test_segments_without_words_do_not_part_a_quote():
    assert places_of(["My knee", " ", "hurts."], "My knee hurts.") == [range(3)]


def test_places_that_fit_equally_well_are_all_marked_and_said_to_be_several():
    said = [segment(text) for text in ("Fever?", "No.", "My knee hurts.", "No.")]
    assert Marks.of(said, {"1": "No."}) == Marks(frozenset((1, 3)), repeated=True, first=1)
    quotes = {"1": "My knee", "3": "Fever", "4": "My hip"}
    both = frozenset((0, 2))
    assert Marks.of(said, quotes) == Marks(both, first=2)
    assert Marks.of(said, quotes, "3") == Marks(both, first=0)
    assert Marks.of(said, quotes, "4") == Marks.of(said, quotes, "2") == Marks(both)
    assert Marks.of(said, {}) == Marks()


@pytest.mark.parametrize(
    ("language", "direction"),
    [
        ("en", "ltr"),
        ("en-GB", "ltr"),
        ("AR", "rtl"),
        ("he-IL", "rtl"),
        ("ps", "rtl"),
        ("ku-Arab", "rtl"),
        ("ar-Latn", "ltr"),
        ("", "auto"),
        ("English, mostly", "auto"),
    ],
)
def test_a_document_reads_in_the_direction_of_its_language(language, direction):
    sheet = DocumentSheet("document-1", "Letter", "Document", language, (), "", "", (), "")
    assert sheet.direction == direction


def test_a_quote_that_nobody_said_is_found_nowhere():
    assert places([segment("My knee hurts."), segment("Since when?")], ["My hip hurts.", ""]) == [[], []]


def test_a_part_of_a_sentence_is_found():
    assert places_of(["Good morning.", "Well, my knee hurts when I run."], "knee hurts") == [range(1, 2)]


def test_speakers_are_called_by_role_where_a_channel_has_one_and_by_number_else():
    sheet = TranscriptSheet.of(
        transcript(
            segment("a", channel=0),
            segment("b", channel=1),
            segment("c", channel=1, speaker=2),
            roles={0: "doctor", 1: "multiple"},
        ),
        NOBODY,
    )
    assert [turn["speaker"] for turn in sheet.turns] == ["Doctor", "Speaker 2", "Speaker 3"]


def test_what_one_speaker_says_on_end_is_one_turn_of_a_bearable_length():
    sheet = TranscriptSheet.of(transcript(*(segment(str(number)) for number in range(100))), NOBODY)
    assert [len(turn["said"]) for turn in sheet.turns] == [LONGEST_TURN, LONGEST_TURN, 100 - 2 * LONGEST_TURN]
    assert [said["text"] for turn in sheet.turns for said in turn["said"]] == [str(number) for number in range(100)]
    assert {turn["voice"] for turn in sheet.turns} == {1}


def test_facts_stand_in_the_order_of_the_groups_and_unknown_groups_after_them():
    groups = [
        FactGroup("1", "plan", {"da": "Plan da", "en": "The plan"}),
        FactGroup("2", "allergies", {"de": "Allergien"}),
    ]
    facts = [
        fact("a", "own-heading"),
        fact("b", None),
        fact("c", "allergies"),
        fact("d", "plan"),
        fact("e", "plan", discarded=True),
    ]
    shown = grouped(facts, groups, WHERE, NOBODY)
    assert [group.heading for group in shown] == ["The plan", "Allergien", "Own heading", "Without a group"]
    assert [line.text for line in shown[0].kept] == ["d"]
    assert [line.text for line in shown[0].discarded] == ["e"]


def test_only_evidence_of_a_transcript_leads_there_and_never_by_its_words():
    evidence = (
        Evidence("transcript", TALK, "My knee"),
        Evidence("document", "d-1", "A letter"),
        Evidence(None, None, None),
    )
    (group,) = grouped([fact("a", evidence=evidence)], [], WHERE, NOBODY)
    leads, stands = group.kept[0].quotes
    assert leads.url == f"/nordhavn/encounters/{KEY}/transcript/?transcript={TALK}&fact=fct-1"
    assert stands.url == ""


def test_a_fact_without_an_id_has_no_place_to_lead_to():
    (group,) = grouped([fact("a", key=None, evidence=(Evidence("transcript", TALK, "My knee"),))], [], WHERE, NOBODY)
    assert group.kept[0].quotes[0].url == ""


@pytest.mark.parametrize(
    ("milliseconds", "words"), [(0, "0:00"), (7_900, "0:07"), (725_000, "12:05"), (3_753_000, "1:02:33")]
)
def test_a_place_in_a_recording_reads_like_a_clock(milliseconds, words):
    assert clock(milliseconds) == words


def test_keys_become_words():
    assert words_of("history-of-present-illness") == "History of present illness"
    assert words_of("") == ""


class Stream:
    """A recording as the gateway gives it: its bytes begin at ``first`` and end before ``end``."""

    def __init__(self, data, first=0, total=None, content_type="audio/wav", length=..., end=None):
        self.data, self.first, self.total, self.content_type = data[first:end], first, total, content_type
        self.length = len(self.data) if length is ... else length
        self.closed = False

    def chunks(self):
        for at in range(0, len(self.data), 1000):
            yield self.data[at : at + 1000]

    def close(self):
        self.closed = True


def asked_for(header, stream):
    response = answer(stream, Wanted.read(header))
    body = b"".join(response)
    response.close()
    assert stream.closed
    return response, body


SOUND = b"RIFF" + bytes(range(256)) * 20


@given(st.integers(0, len(SOUND) - 1), st.integers(0, 6000), st.booleans(), st.booleans())
def test_any_range_is_the_bytes_of_that_range_whether_the_api_takes_ranges_or_not(first, more, open_end, ranges):
    last = None if open_end else first + more
    header = f"bytes={first}-{'' if last is None else last}"
    stream = Stream(SOUND, first if ranges else 0, len(SOUND))
    response, body = asked_for(header, stream)
    wanted = SOUND[first:] if last is None else SOUND[first : last + 1]
    assert response.status_code == 206
    assert body == wanted
    assert response["Content-Range"] == f"bytes {first}-{first + len(wanted) - 1}/{len(SOUND)}"
    assert response["Content-Length"] == str(len(wanted))


@pytest.mark.parametrize(
    "header", ["", "bytes=5-2", "bytes=-100", "bytes=0-1,4-5", "lines=0-1", "bytes=x-", "bytes=1-2x"]
)
def test_without_one_range_of_bytes_the_whole_is_given(header):
    response, body = asked_for(header, Stream(SOUND, 0, len(SOUND)))
    assert (response.status_code, body) == (200, SOUND)
    assert response["Accept-Ranges"] == "bytes"


def test_a_range_beyond_the_end_is_refused_with_the_length():
    response, body = asked_for(f"bytes={len(SOUND)}-", Stream(SOUND, 0, len(SOUND)))
    assert (response.status_code, body) == (416, b"")
    assert response["Content-Range"] == f"bytes */{len(SOUND)}"


@given(st.integers(0, len(SOUND) - 1), st.integers(1, 6000), st.booleans())
def test_a_piece_that_ends_earlier_than_asked_says_where_and_of_how_much_if_known(first, size, is_known):
    end = min(first + size, len(SOUND))
    stream = Stream(SOUND, first, len(SOUND) if is_known else None, end=end)
    response, body = asked_for(f"bytes={first}-", stream)
    assert (response.status_code, body) == (206, SOUND[first:end])
    assert response["Content-Range"] == f"bytes {first}-{end - 1}/{len(SOUND) if is_known else '*'}"
    assert response["Content-Length"] == str(end - first)


@pytest.mark.parametrize("first", [0, 1, PIECE, PIECE + 4000])
def test_of_the_whole_no_more_than_a_piece_is_passed_on(first):
    long = bytes(PIECE + 5000)
    response, body = asked_for(f"bytes={first}-", Stream(long, 0, len(long)))
    end = min(first + PIECE, len(long))
    assert (response.status_code, len(body)) == (206, end - first)
    assert response["Content-Range"] == f"bytes {first}-{end - 1}/{len(long)}"


def test_an_empty_recording_is_nothing_and_no_error():
    response, body = asked_for("", Stream(b"", 0, 0))
    assert (response.status_code, body, response["Content-Length"]) == (200, b"", "0")
    response, body = asked_for("bytes=0-", Stream(b"", 0, 0))
    assert (response.status_code, response["Content-Range"]) == (416, "bytes */0")


def test_a_recording_of_unknown_length_is_given_from_the_beginning():
    response, body = asked_for("bytes=0-", Stream(SOUND, 0, None, length=None))
    assert (response.status_code, body) == (200, SOUND)


def test_no_more_than_a_piece_is_asked_of_the_api():
    assert Wanted.read("bytes=0-").piece == PIECE - 1
    assert Wanted.read("bytes=10-19").piece == 19
    assert Wanted.read(f"bytes=5-{10**9}").piece == 5 + PIECE - 1
    assert Wanted.read("").piece is None


@pytest.mark.parametrize(
    ("head", "said", "kind"),
    [
        (b"RIFFxxxx", "text/html", "audio/wav"),
        (b"\x1aE\xdf\xa3", "", "audio/webm"),
        (b"\0\0\0\x20ftypM4A", "", "audio/mp4"),
        (b"<script>", "text/html", "application/octet-stream"),
        (b"........", "audio/x-own", "audio/x-own"),
        (b"........", "image/svg+xml", "application/octet-stream"),
    ],
)
def test_only_sound_is_passed_on_as_what_it_is(head, said, kind):
    response, _ = asked_for("", Stream(head, 0, len(head), said))
    assert response["Content-Type"] == kind


def test_an_answer_that_nobody_reads_is_closed_too():
    stream = Stream(SOUND, 0, len(SOUND))
    answer(stream, Wanted.read("")).close()
    assert stream.closed


def test_the_list_travels_along(rf):
    state = EncounterListState.read(rf.get("/", {"status": "completed", "page": "3"}).GET, "nordhavn")
    where = Addresses(state, KEY)
    assert where.one == f"/nordhavn/encounters/{KEY}/?status=completed&page=3"
    assert where.list == f"/nordhavn/encounters/?status=completed&page=3#e-{KEY[:8]}"
    assert where.next == f"/nordhavn/encounters/{KEY}/next/?status=completed&page=3"
    assert where.recording("r") == f"/nordhavn/encounters/{KEY}/recordings/r"


@pytest.mark.parametrize(
    ("channels", "roles", "words"),
    [
        ((0, 1, 0), {0: "doctor", 1: "patient"}, "Doctor, Patient"),
        ((0, 1), {0: "doctor", 1: "multiple"}, "Doctor, Speaker 2"),
        ((0, 1), {}, "2 speakers"),
        ((0, 1, 2, 3), {0: "doctor"}, "4 speakers"),
        ((0,), {}, ""),
        ((), {}, ""),
    ],
)
def test_a_transcript_says_who_speaks_as_far_as_anybody_knows(channels, roles, words):
    sheet = TranscriptSheet.of(
        transcript(*(segment("a", channel=channel, speaker=None) for channel in channels), roles=roles), NOBODY
    )
    assert sheet.speakers == words


def test_a_transcript_is_as_long_as_its_times_go():
    assert TranscriptSheet.of(transcript(segment("a", 0), segment("b", 3_600_000)), NOBODY).length == "1:00:00"
    assert TranscriptSheet.of(transcript(segment("a", 4000), segment("b", 1000)), NOBODY).length == "0:04"
    timeless = Segment(0, 0, 1, "a", None, None)
    assert TranscriptSheet.of(transcript(timeless), NOBODY).length == ""
