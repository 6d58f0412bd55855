"""Reading and hearing a transcript: the line that stays, what a press does, and what is said where it fails."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from corti_gateway.sandbox import HostedTenant
from tests.browser.conftest import Visit
from tests.browser.opened import SAID, at_the_list, opened, rows_of
from tests.browser.pages import Visitor
from tests.browser.test_browser_accessibility import NARROW, violations

NOWHERE = "5f1d7e9a-0b1c-4d2e-8f3a-9b8c7d6e5f40"
# Long enough for blocks that are laid out when they come near.
LONG = [text if number % 7 else f"{text} " * 30 for number, text in enumerate(SAID * 100)]
SPOKEN = [
    {"channel": 0, "speakerId": number % 2, "text": text, "start": number * 2000, "end": number * 2000 + 1900}
    for number, text in enumerate(SAID)
]


@pytest.fixture
def key(clinic: HostedTenant) -> Iterator[str]:
    """An encounter whose contents a test may replace."""
    row = rows_of(clinic)[0]
    yield row.id
    clinic.contents.put(row.id, transcripts=[SAID])


def open_part(visitor: Visitor, key: str, part: str = "") -> Page:
    visitor.open(f"/opened/encounters/{key}/{part}")
    if not part:
        opened(visitor.page)
    return visitor.page


def is_(page: Page, state: str) -> None:
    expect(page.locator(f"#said[data-state={state}]")).to_be_visible()


def sound(page: Page, what: str) -> Any:
    return page.evaluate(f"document.querySelector('#said').audio.{what}")


def place(page: Page, selector: str) -> dict[str, float]:
    box: dict[str, float] = page.evaluate(
        "(selector) => document.querySelector(selector).getBoundingClientRect().toJSON()", selector
    )
    return box


# --- Reading ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("where", "viewport"),
    [("panel", None), ("page", None), ("page", NARROW), ("part", None), ("part", NARROW)],
)
def test_search_stays_within_reach_in_a_long_transcript(
    clinic: HostedTenant, visit: Visit, key: str, where: str, viewport: Any
) -> None:
    clinic.contents.put(key, transcripts=[LONG])
    visitor = visit("ada", **({"viewport": viewport} if viewport else {}))
    page = visitor.page
    if where == "panel":
        at_the_list(visitor)
        page.locator(f"#e-{key[:8]} a.title").click()
        opened(page)
    else:
        open_part(visitor, key, "transcript/" if where == "part" else "")
    page.locator(".said p").nth(400).scroll_into_view_if_needed()
    above = place(page, ".whose")
    line = place(page, "#transcript .part-head")
    assert abs(line["top"] - above["bottom"]) < 1
    page.locator("#find").fill("knee")
    expect(page.locator("#found")).to_contain_text("1 of ")
    page.get_by_role("button", name="Next place").click()
    expect(page.locator("#found")).to_contain_text("2 of ")
    page.get_by_role("button", name="Previous place").click()
    page.get_by_role("button", name="Previous place").click()
    last, _, of = page.locator("#found").inner_text().partition(" of ")
    assert last == of
    page.wait_for_function(
        """() => {
            const here = [...CSS.highlights.get("here")][0].getBoundingClientRect();
            const line = document.querySelector("#transcript .part-head").getBoundingClientRect();
            return line.bottom <= here.top && here.bottom <= innerHeight;
        }"""
    )
    line = place(page, "#transcript .part-head")
    assert abs(line["top"] - above["bottom"]) < 1
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


HIGHLIGHTED = "[...CSS.highlights.get('here')].map(String)"


@pytest.mark.parametrize(
    ("wanted", "found", "highlighted"),
    [
        ("istanbul", "1 of 2", ["İSTANBUL"]),
        ("İstanbul", "1 of 2", ["İSTANBUL"]),
        ("dan beri", "1 of 1", ["DAN BERİ"]),
        ("since when? since march", "1 of 1", ["Since when?", "Since March"]),
        ("march. well, in istanbul. and", "1 of 1", ["March.", "Well, in İstanbul.", "And"]),
        ("0:0", "not found", []),
    ],
)
def test_a_search_finds_any_spelling_and_words_over_several_sentences(
    clinic: HostedTenant, ada: Visitor, key: str, wanted: str, found: str, highlighted: list[str]
) -> None:
    said = ["Since when?", "Since March.", "Well, in İstanbul.", "And before?", "İSTANBUL’DAN BERİ."]
    clinic.contents.put(key, transcripts=[said[-1:] + said[:-1]])
    page = open_part(ada, key, "transcript/")
    page.locator("#find").fill(wanted)
    expect(page.locator("#found")).to_have_text(found)
    assert page.evaluate(HIGHLIGHTED) == highlighted


def test_escape_clears_the_search_before_it_closes_the_panel(clinic: HostedTenant, ada: Visitor) -> None:
    page = at_the_list(ada)
    page.locator("a.title").nth(3).click()
    opened(page)
    page.locator("#find").fill("since")
    expect(page.locator("#found")).to_have_text("1 of 2")
    page.keyboard.press("Escape")
    expect(page.locator("#find")).to_have_value("")
    expect(page.locator("#found")).to_have_text("")
    expect(page.get_by_role("button", name="Next place")).to_be_disabled()
    expect(page.locator("#panel")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#panel")).to_be_hidden()


def test_a_sentence_reached_by_arrows_is_not_under_the_line(clinic: HostedTenant, ada: Visitor, key: str) -> None:
    clinic.contents.put(key, transcripts=[LONG])
    page = open_part(ada, key, "transcript/")
    page.locator("button.at").nth(60).focus()
    for _ in range(50):
        page.keyboard.press("ArrowUp")
    focused = page.evaluate("document.activeElement.getBoundingClientRect().top")
    assert focused >= place(page, "#transcript .part-head")["bottom"]


# Where a sentence's first and last sign stand, and its time, from the left of the sentence to its right (0 to 1).
SPREAD = """(sentence) => {
    const { left, width } = sentence.getBoundingClientRect();
    const text = document.createTreeWalker(sentence, NodeFilter.SHOW_TEXT);
    const said = [];
    while (text.nextNode()) if (!text.currentNode.parentElement.closest(".at")) said.push(text.currentNode);
    const at = (node, place) => {
        const range = new Range();
        range.setStart(node, place);
        range.setEnd(node, place + 1);
        const box = range.getBoundingClientRect();
        return ((box.left + box.right) / 2 - left) / width;
    };
    const last = said.at(-1);
    const first = last.data.length - last.data.trimStart().length;
    const time = sentence.querySelector(".at").getBoundingClientRect();
    return [at(last, first), at(last, last.data.length - 1), (time.right - left) / width];
}"""
MIXED = ["Good morning, Dr. שלום speaking.", "שלום, Dr. Smith, כואבת לי הברך.", "نعم، هذا صحيح."]


@pytest.mark.parametrize("path", ["transcript/", "print/?with-transcript=1"])
@pytest.mark.parametrize("viewport", [{"width": 1440, "height": 900}, NARROW])
def test_each_sentence_reads_in_the_direction_of_its_letters(
    clinic: HostedTenant, visit: Visit, key: str, path: str, viewport: Any
) -> None:
    clinic.contents.put(key, transcripts=[MIXED])
    visitor = visit("ada", viewport=viewport)
    page = visitor.page
    page.add_init_script("window.print = () => {}")
    visitor.open(f"/opened/encounters/{key}/{path}")
    if path.startswith("print"):
        page.emulate_media(media="print")
    for number, is_from_right in enumerate((False, True, True)):
        first, last, time = page.locator(".said p").nth(number).evaluate(SPREAD)
        assert time < min(first, last)
        assert (first > 0.93) if is_from_right else (first < time + 0.1)
        assert (last < first) is is_from_right


# --- Hearing ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("part", ["", "transcript/"])
def test_a_sentence_pressed_again_is_held_and_then_plays_from_its_beginning(
    clinic: HostedTenant, ada: Visitor, key: str, part: str
) -> None:
    clinic.contents.put(key, transcripts=[{"status": "completed", "transcripts": SPOKEN}])
    page = open_part(ada, key, part)
    third = page.locator(".said p").nth(2)
    at = third.locator("button.at")
    third.click()
    is_(page, "playing")
    expect(at).to_have_attribute("aria-label", "Pause, 0:04")
    page.wait_for_timeout(300)
    page.keyboard.press("Enter")
    is_(page, "paused")
    assert sound(page, "paused") is True
    assert sound(page, "currentTime") > 4.1
    expect(third).to_have_class("heard")
    expect(at).to_have_attribute("aria-label", "Play from 0:04")
    page.keyboard.press("Space")
    is_(page, "playing")
    assert 4 <= sound(page, "currentTime") < 4.3
    # Another sentence goes on there.
    page.locator(".said p").nth(4).click()
    page.wait_for_function("() => document.querySelector('#said').audio.currentTime >= 8")
    is_(page, "playing")
    expect(page.locator(".said p").nth(4)).to_have_class("heard")
    expect(at).to_have_attribute("aria-label", "Play from 0:04")


def test_every_time_is_a_button_that_says_what_it_does(clinic: HostedTenant, ada: Visitor, key: str) -> None:
    clinic.contents.put(key, transcripts=[SAID, SAID[:3]])
    page = open_part(ada, key)
    expect(page.get_by_role("button", name="Play from 0:")).to_have_count(len(SAID))
    page.locator(".samples a").nth(1).click()
    expect(page.get_by_role("button", name="Play from 0:")).to_have_count(3)


def test_the_line_holds_and_goes_on_where_it_was(clinic: HostedTenant, ada: Visitor, key: str) -> None:
    clinic.contents.put(key, transcripts=[{"status": "completed", "transcripts": SPOKEN}])
    page = open_part(ada, key)
    page.get_by_role("button", name="Play", exact=True).click()
    is_(page, "playing")
    expect(page.locator("#sounding-at")).to_contain_text(" / 0:1")
    page.locator(".said p").nth(3).click()
    page.wait_for_function("() => document.querySelector('#said').audio.currentTime > 6.3")
    page.get_by_role("button", name="Pause", exact=True).click()
    is_(page, "paused")
    held = sound(page, "currentTime")
    page.get_by_role("button", name="Play", exact=True).click()
    is_(page, "playing")
    assert held <= sound(page, "currentTime") < held + 0.5
    # The player of the recording is the same sound.
    page.evaluate("document.querySelector('#recordings audio').pause()")
    is_(page, "paused")


def test_of_sentences_said_at_the_same_time_the_pressed_one_is_the_one_heard(
    clinic: HostedTenant, ada: Visitor, key: str
) -> None:
    together = [dict(each, start=2000, end=4000) for each in SPOKEN]
    clinic.contents.put(key, transcripts=[{"status": "completed", "transcripts": together}])
    page = open_part(ada, key)
    page.locator(".said p").nth(1).click()
    is_(page, "playing")
    expect(page.locator(".said p").nth(1)).to_have_class("heard")
    page.locator(".said p").nth(1).click()
    is_(page, "paused")


def test_pressing_moves_nothing_on_the_transcripts_own_page(clinic: HostedTenant, ada: Visitor, key: str) -> None:
    page = open_part(ada, key, "transcript/")
    before = place(page, ".said p:last-child")
    page.locator(".said p").first.click()
    is_(page, "playing")
    assert place(page, ".said p:last-child") == before


def test_another_transcript_silences_the_one_that_left(clinic: HostedTenant, ada: Visitor, key: str) -> None:
    clinic.contents.put(key, transcripts=[SAID, SAID[::-1]])
    page = open_part(ada, key, "transcript/")
    page.locator(".said p").first.click()
    is_(page, "playing")
    page.evaluate("window.audio = document.querySelector('#said').audio")
    page.locator(".samples a").nth(1).click()
    expect(page.locator(".samples li").nth(1).locator("[aria-current]")).to_be_visible()
    page.wait_for_function("() => window.audio.paused")
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()


# --- A sound that fails, or is not there -----------------------------------------------------------------------------


def test_a_failure_is_told_beside_the_sentence_and_tried_again_there(
    clinic: HostedTenant, ada: Visitor, key: str
) -> None:
    ada.watch.expect_status(502)
    page = open_part(ada, key)
    clinic.faults.set("status", status=500, endpoint="recording")
    page.locator(".said p").nth(3).click()
    told = page.locator(".turn .beside[role=alert]")
    expect(told).to_contain_text("The sound could not be played.")
    assert told.evaluate("(told) => told.previousElementSibling.innerText").endswith(SAID[3])
    assert page.locator("[role=alert]:visible").count() == 1
    # Its words are not words of the transcript.
    page.locator("#find").fill("could not be played")
    expect(page.locator("#found")).to_have_text("not found")
    told.get_by_role("button", name="Try again").click()
    expect(told).to_be_visible()
    clinic.faults.clear()
    told.get_by_role("button", name="Try again").click()
    is_(page, "playing")
    assert sound(page, "currentTime") >= int(page.locator("button.at").nth(3).get_attribute("data-at") or 0) / 1000
    expect(page.locator(".beside, .trouble:visible")).to_have_count(0)
    assert page.evaluate("document.activeElement === document.querySelectorAll('button.at')[3]")


def test_what_the_line_began_and_failed_is_told_in_the_line(clinic: HostedTenant, ada: Visitor, key: str) -> None:
    ada.watch.expect_status(502)
    clinic.contents.put(key, transcripts=[LONG])
    page = open_part(ada, key, "transcript/")
    clinic.faults.set("status", status=500, endpoint="recording")
    page.mouse.wheel(0, 6000)
    page.wait_for_timeout(100)
    page.locator("#sound").click()
    expect(page.locator("#transcript .part-head .beside")).to_contain_text("could not be played")
    expect(page.locator(".beside")).to_be_in_viewport()
    expect(page.locator("#sound")).to_have_text("Play")


def test_sound_is_not_offered_where_its_recording_is_not_there(clinic: HostedTenant, ada: Visitor, key: str) -> None:
    ada.watch.expect_status(404)
    talk = {"status": "completed", "recordingId": NOWHERE, "transcripts": SPOKEN}
    clinic.contents.put(key, transcripts=[talk], recordings=[2])
    page = open_part(ada, key)
    expect(page.locator("#said-silent")).to_be_visible()
    expect(page.locator("#sound, #said-hint").filter(visible=True)).to_have_count(0)
    expect(page.locator("button.at").first).to_be_disabled()
    asked = ada.watch.asked_from_now()
    page.locator(".said p").nth(1).click()
    page.wait_for_timeout(200)
    assert asked == []
    # By itself the transcript cannot know; the failure says what it may be.
    open_part(ada, key, "transcript/")
    page.locator(".said p").nth(1).click()
    expect(page.locator(".beside")).to_contain_text("not have the recording")


def test_without_the_list_of_recordings_sound_is_offered(clinic: HostedTenant, ada: Visitor, key: str) -> None:
    ada.watch.expect_status(502)
    clinic.faults.set("status", status=500, endpoint="recordings")
    page = open_part(ada, key)
    page.locator(".said p").nth(1).click()
    is_(page, "playing")
    # Its list comes after all: what is heard goes on.
    clinic.faults.clear()
    page.locator("#recordings").get_by_role("link", name="Try again").click()
    expect(page.locator("#recordings audio")).to_be_visible()
    expect(page.locator("button.at").first).to_be_enabled()


# --- Which is which --------------------------------------------------------------------------------------------------


def test_a_transcript_says_which_recording_is_its_own_and_the_recording_whose(
    clinic: HostedTenant, ada: Visitor, key: str
) -> None:
    clinic.contents.put(key, transcripts=[SAID, ["Here I am again."]])
    page = open_part(ada, key)
    expect(page.locator("#said-in")).to_have_text("Recording 1")
    expect(page.locator(".samples a").nth(1)).to_have_text("2 Here I am again.")
    page.locator(".samples a").nth(1).click()
    expect(page.locator("#said-in")).to_have_text("Recording 2")
    # What was told of the first is still true.
    expect(page.locator("#recordings .of")).to_have_text(["of transcript 1", "of transcript 2"])


# --- While the screen is shared --------------------------------------------------------------------------------------


def test_sound_takes_one_more_press_while_the_screen_is_shared(clinic: HostedTenant, ada: Visitor, key: str) -> None:
    page = open_part(ada, key)
    ada.leaves(lambda: page.keyboard.press("s"))
    opened(page)
    expect(page.locator("#said-hint")).to_have_text("The sound is not masked while you share your screen.")
    expect(page.locator("#recordings audio")).to_be_hidden()
    asked = ada.watch.asked_from_now()
    page.locator(".said p").nth(1).click()
    told = page.locator(".turn .beside[role=alert]")
    expect(told).to_contain_text("not masked")
    page.locator("#sound").click()
    expect(page.locator(".part-head .beside")).to_contain_text("not masked")
    assert asked == []
    page.get_by_role("button", name="Play it all the same").click()
    is_(page, "playing")
    expect(page.locator(".beside")).to_have_count(0)
    # It was said: the next sentence plays at once.
    page.locator(".said p").nth(3).click()
    expect(page.locator(".beside")).to_have_count(0)
    is_(page, "playing")
    page.locator("#recordings summary").click()
    expect(page.locator("#recordings audio")).to_be_visible()


@pytest.mark.parametrize("viewport", [{"width": 1440, "height": 900}, NARROW])
def test_axe_finds_nothing_while_a_transcript_is_heard_or_fails(
    clinic: HostedTenant, visit: Visit, axe_source: str, key: str, viewport: Any
) -> None:
    visitor = visit("ada", viewport=viewport)
    visitor.watch.expect_status(502)
    clinic.contents.put(key, transcripts=[SAID, ["Here I am again."]])
    page = open_part(visitor, key)
    page.locator(".said p").nth(1).click()
    is_(page, "playing")
    page.locator("#sound").click()
    is_(page, "paused")
    assert violations(visitor, axe_source) == []
    clinic.faults.set("status", status=500, endpoint="recording")
    page.reload()
    opened(page)
    page.locator(".said p").nth(1).click()
    expect(page.locator(".beside")).to_be_visible()
    assert violations(visitor, axe_source) == []


def test_without_scripts_a_transcript_offers_nothing_that_needs_them(
    clinic: HostedTenant, visit: Visit, key: str
) -> None:
    clinic.contents.put(key, transcripts=[SAID, ["Here I am again."]])
    plain = visit("ada", java_script_enabled=False)
    page = open_part(plain, key, "transcript/")
    expect(page.locator("#find, #sound, [data-step], .hint").filter(visible=True)).to_have_count(0)
    plain.leaves(page.locator(".samples a").nth(1).click)
    expect(page.locator(".said")).to_contain_text("Here I am again.")
    name = page.locator("#said-in code").inner_text()
    open_part(plain, key, "recordings/")
    expect(page.locator("#recordings figcaption").nth(1)).to_contain_text(name)
