"""Initials say no name, ends of identifiers say no date, and a text keeps all that is not the patient's."""

import re
import unicodedata
from datetime import date
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from corti_gateway.models import Patient
from dashboard.accounts.viewer import Viewer
from dashboard.listing import discretion
from dashboard.listing.initials import HIDDEN, all_masked, initials, masked, short_identifier
from dashboard.listing.names import fold
from tests.dashboard.support import NOW

LETTERS = st.characters(categories=["Lu", "Ll", "Lo"])
WORDS = st.text(LETTERS, min_size=1, max_size=12)
NAMES = st.lists(WORDS, min_size=1, max_size=5).map(" ".join)
WRITTEN = ["%Y-%m-%d", "%d.%m.%Y", "%d/%m/%y", "%m/%d/%Y", "%d %b %Y", "%B %d, %Y", "%Y%m%d", "%d%m%y"]
DATES = st.dates(date(1890, 1, 1), date(2026, 12, 31))


def letters(text):
    return "".join(sign for sign in unicodedata.normalize("NFC", text).casefold() if sign.isalpha())


# --- initials --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("Anna Maria Berg-Holm", "A. M. B."),
        ("anna  berg", "A. B."),
        ("Berg, Anna (Annie)", "B. A. A."),
        ("O’Brien", "O."),
        ("'t Hooft", "T. H."),
        ("ʻOlu", "O."),
        ("Ørsted", "Ø."),
        ("E\u0301mile Zola", "É. Z."),
        ("ßx ǆabc", "ß. ǅ."),
        ("ნინო ბერიძე", "ნ. ბ."),
        ("王芳", "王."),
        ("佐々木 希", "佐. 希."),
        ("김철수", "김."),
        ("سارة علي", "س. ع.\u200f"),
        ("שרה כהן", "ש. כ.\u200f"),
        ("प्रिया शर्मा", "प. श."),
        ("เอก สมชาย", "อ. ส."),
        ("😀 Anna 2", "A."),
        ("Anna 010180-1234", "A."),
        ("A Berg", "A. B."),
        ("王 芳", "王."),
        ("A N N A", "A."),
        ("A", HIDDEN),
        ("A 7", HIDDEN),
        ("😀", HIDDEN),
        ("010180-1234", HIDDEN),
        ("\u202e", HIDDEN),
        ("", HIDDEN),
    ],
)
def test_initials_of_many_kinds_of_names(name, short):
    assert initials(name) == short


@given(NAMES)
def test_initials_are_the_first_letters_and_never_all_letters_of_a_name(name):
    short = initials(name)
    assert letters(short) != letters(name)
    assert short == HIDDEN or re.fullmatch(r"\w\.( \w\.)*\u200f?", short)
    assert len(short.split()) <= len(name.split())


@given(st.text(max_size=60))
def test_initials_can_be_made_of_any_text(name):
    short = initials(name)
    assert short
    assert short == HIDDEN or all(len(part) == 2 and part[0].isalpha() for part in short.strip("\u200f").split())


# --- identifiers -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("identifier", "short"),
    [
        ("010180-1234", "…1234"),
        ("PT-0042", "…042"),
        (" 010180-1234 ", "…1234"),
        ("1234", "…34"),
        ("A7", "…7"),
        ("7", HIDDEN),
        ("", ""),
        ("  ", ""),
    ],
)
def test_an_identifier_is_shown_by_its_end(identifier, short):
    assert short_identifier(identifier) == short


@given(st.text(max_size=80))
def test_never_more_than_four_signs_nor_more_than_half_of_an_identifier_is_shown(identifier):
    shown = short_identifier(identifier).strip(HIDDEN).removeprefix("…")
    assert len(shown) <= min(4, len(identifier.strip()) / 2)
    assert identifier.strip().endswith(shown)


# --- free text -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Anna Berg: knee", "A. B.: knee"),
        ("ANNAS knee, berg’s hip", "A. knee, B. hip"),
        ("annaberg@example.org", "A.@example.org"),
        ("An\u00adna, A\u0301nna", "A., Á."),
        ("Ole has high cholesterol", "O. has high cholesterol"),
        ("Oles cholesterol", "O. cholesterol"),
        ("Mueller, MULLER, Mu\u0308ller", "M., M., M."),
        ("Berg-Holm, BergHolm, Holm", "B.-H., B., H."),
        ("O'Brien, OBrien, O Brien", "O., O., O B."),
        ("Q 3 times a day", "Q 3 times a day"),
        ("E-ANNA-7", "E-A.-7"),
        ("CPR 010180-1234, 0101801234", "CPR …1234, …1234"),
        ("born 01.01.1980, 1/1/80 or 1980-01-01", "born •, • or •"),
        ("1 Jan 1980, 1. januar 1980, January 1st, 1980", "•, •, •"),
        ("1980年1月1日", "•"),
        ("010180-9999", "•-9999"),
        ("2.01.1980, 11.01.1980, 1980", "2.01.1980, 11.01.1980, 1980"),
        ("80 mg, 1-1-0", "80 mg, 1-1-0"),
        ("", ""),
    ],
)
def test_a_text_is_told_without_the_patient(text, told):
    name = "Anna Q Ole Berg-Holm Müller O'Brien"
    assert masked(text, name=name, identifier="010180-1234", born=date(1980, 1, 1)) == told


@pytest.mark.parametrize(
    ("text", "told"), [("王芳肺炎", "王."), ("患者王芳 复诊", "患. 复诊"), ("复诊", "复诊"), ("李小明", "李小明")]
)
def test_a_name_without_blanks_is_found_inside_a_text_without_blanks(text, told):
    assert masked(text, name="王芳") == told


def test_the_given_name_alone_is_found_in_a_text_without_blanks():
    assert masked("小明 复诊", name="李小明") == "小. 复诊"


@pytest.mark.parametrize(("identifier", "text"), [("7", "7 days"), ("37", "37 weeks"), ("A-1", "A-1 ulcer")])
def test_an_identifier_that_could_be_any_number_changes_no_text(identifier, text):
    assert masked(text, identifier=identifier) == text


@given(NAMES, st.lists(st.sampled_from(["knee", "3 mg", "E-7", "，", "-", " "])), st.data())
def test_no_word_of_the_name_is_left_in_a_text(name, around, data):
    words = [word for word in name.split() if len(word) > 1 and fold(word)]
    assume(words)
    change = data.draw(st.sampled_from([str, str.upper, str.lower, lambda word: unicodedata.normalize("NFD", word)]))
    text = " ".join(data.draw(st.permutations([*map(change, words), *around])))
    left = re.findall(r"[^\W_]+", unicodedata.normalize("NFC", masked(text, name=name)))
    assert not {word.casefold() for word in words} & {word.casefold() for word in left}


@given(
    DATES,
    st.sampled_from(["%Y-%m-%d", "%d.%m.%Y", "%d/%m/%y", "%m/%d/%Y", "%d %b %Y", "%B %d, %Y", "%Y%m%d", "%d%m%y"]),
)
def test_no_date_of_birth_is_left_in_a_text(born, written):
    assert masked(f"born {born.strftime(written)}, well", born=born) == "born •, well"


@given(st.text(max_size=80))
def test_a_text_about_somebody_without_a_name_stays_as_it_is(text):
    assert masked(text) == unicodedata.normalize("NFC", text)


PIECES = (
    "Anna", "ANNAS", "\u0301na", "o\u0308", "Ole", "cholesterol", "Mueller", "O'Brien", "An\0na", "010180", "-1234",
    "1234", "1 Jan", "1980", "01.01.", "1/1/80", " ", "\n", "_",
)  # fmt: skip
SENTENCES = st.lists(st.one_of(st.text(max_size=30), st.lists(st.sampled_from(PIECES)).map("".join)), max_size=8)


@given(SENTENCES)
def test_many_texts_are_told_as_each_by_itself(texts):
    her = {"name": "Anna Q Ole Berg-Holm Müller O'Brien", "identifier": "010180-1234", "born": date(1980, 1, 1)}
    assert all_masked(texts, **her) == [masked(text, **her) for text in texts]


# --- who is shown what -----------------------------------------------------------------------------------------------
ANNA = Patient("010180-1234", "Anna Berg", "female", date(1980, 1, 1), None)


@pytest.mark.parametrize("patient", [ANNA, Patient(None, None, None, None, None), None])
def test_a_viewer_alone_is_shown_everything(patient):
    shown = discretion.of(patient, Viewer(ZoneInfo("UTC"), "UTC", NOW))
    assert shown.text("Anna Berg, 010180-1234") == "Anna Berg, 010180-1234"
    wanted = ("Anna Berg", "010180-1234", "1 Jan 1980") if patient is ANNA else ("", "", "")
    assert (shown.name, shown.identifier, shown.born) == wanted


def test_a_viewer_among_others_is_shown_neither_name_nor_date():
    viewer = Viewer(ZoneInfo("UTC"), "UTC", NOW, discreet=True)
    shown = discretion.of(ANNA, viewer)
    assert (shown.name, shown.identifier, shown.born) == ("A. B.", "…1234", "")
    assert shown.text("Anna Berg, 010180-1234") == "A. B., …1234"
    assert discretion.of(discretion.Named("2026-Anna", "Anna Berg"), viewer).identifier == "…A."
    assert discretion.of(discretion.Named(None, None), viewer).called == ""
    assert discretion.search("Anna", viewer) == "Search, hidden"
