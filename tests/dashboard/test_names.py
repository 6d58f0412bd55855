"""How names and identifiers are folded, indexed, looked for and sorted."""

import sqlite3
import unicodedata

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from corti_gateway.sandbox.words import CULTURES
from dashboard.listing import names
from dashboard.listing.names import fold, identifier_words, query_words, sort_key, words

LAST = "\U0010ffff"


def found(query, stored):
    """What the index does: all words, in any order, each by one of its prefixes."""
    asked = query_words(query)
    return bool(asked) and all(any(word.startswith(prefix) for word in stored for prefix in word_) for word_ in asked)


def without_accents(text):
    marks = {*range(10, 37), *range(200, 241)} - {240}  # 240 is the iota below, a letter
    return "".join(sign for sign in unicodedata.normalize("NFD", text) if unicodedata.combining(sign) not in marks)


def nfd(text):
    return unicodedata.normalize("NFD", text)


TYPED = st.sampled_from([str, str.upper, str.lower, str.title, str.casefold, nfd, without_accents])
ANY_TEXT = st.text(
    st.one_of(
        st.sampled_from(
            "aAeEoOuUsSßæÆøØåÅüþđİıſςΣάᾳ'’-·. \u00a0\u200d\u0301\u0345\x0012٣王々さガｶﾞ김ᄀสุจี्क़ि\u064eةםﷺ½№ŀ🙂"
        ),
        st.characters(codec="utf-8"),
    ),
    max_size=24,
)


@st.composite
def full_names(draw):
    culture = draw(st.sampled_from(CULTURES))
    given_names, families = st.sampled_from(culture.women + culture.men), st.sampled_from(culture.families)
    family = draw(families) + draw(st.one_of(st.just(""), families.map("-{}".format), families.map(" {}".format)))
    name = draw(given_names) + draw(st.sampled_from([" ", "  ", ", ", "\u00a0", "-"]) if culture.joint else st.just(""))
    return name + family


REAL_OR_NOT = st.one_of(full_names(), ANY_TEXT)


@pytest.mark.parametrize(
    "spellings",
    [
        ["Müller", "Muller", "MUELLER", "Mueller", "mu\u0308ller", "Ｍüｌｌｅｒ",],
        ["Müller", "\u202eMül\u200bler\u202c", "Mül\xadler", "\x00Müll\x7fer\x00", "\ufeffMüller"],
        ["Sørensen", "Sorensen", "Soerensen", "SØRENSEN", "Sörensen"],
        ["Åge", "Aage", "åge", "A\u030age", "\u212bge", "Age"],
        ["Ærø", "Aeroe", "Aero", "Äro"],
        ["Weiß", "Weiss", "WEISS", "WEIẞ", "Weis"],
        ["Łucja", "Lucja", "ŁUCJA", "Ł\u20dducja"],
        ["Nguyễn", "Nguyen", "NGUYỄN", "Nguyê\u0303n"],
        ["Đặng", "Dang", "đặng"],
        ["İpek", "Ipek", "ipek", "ıpek", "IPEK", "i\u0307pek"],
        ["Yıldırım", "Yildirim", "YILDIRIM"],
        ["ΟΔΥΣΣΕΥΣ", "Οδυσσεύς", "οδυσσευσ", "ὀδυσσεύς"],
        ["O’Connor", "O'Connor", "OConnor", "Oʼconnor", "o`connor", "O＇Connor"],
        ["Ẹ̀bùn", "Ebun", "EBÙN"],
        ["فاطمة", "فاطمه", "فَاطِمَة", "فـاطـمة", "ﻓﺎﻃﻤﺔ"],
        ["أحمد", "احمد"],
        ["ליאור", "לִיאוֹר"],
        ["אברהם", "אברהמ"],
        ["Ярослава", "ЯРОСЛАВА"],
        ["Семён", "Семен"],
        ["फ़रहान", "फरहान", "फ\u093cरहान"],
        ["Þórarinn", "Thorarinn", "þorarinn"],
        ["Guðrún", "Gudrun"],
        ["ｶﾞｸﾄ", "ガクト", "カ\u3099クト"],
        ["김", "ᄀ\u1175\u11b7"],
        ["神\U000e0100田", "神田"],
        ["Ida Holm", "ida  holm ", "Ida-Holm", "Ida\u00a0Holm", "(Ida) «Holm»", "Ida_Holm", "Ida\tHolm"],
        ["٢٦١١", "2611", "２６１１"],
        ["", " ", "-'’", "🙂", "\x00", LAST, "\u0301"],
    ],
)  # fmt: skip
def test_one_name_in_many_spellings(spellings):
    assert len({fold(spelling) for spelling in spellings}) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Müller", "Miller"),
        ("प्रिया", "परया"),  # vowel signs and virama spell
        ("मीरा", "मोरा"),
        ("かき", "かぎ"),
        ("ขาว", "ข่าว"),  # so do Thai tones
        ("Ann Holm", "Annholm"),
        ("김", "기"),
    ],
)
def test_other_names_stay_apart(one, other):
    assert fold(one) != fold(other)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Karen-Margrethe Møller", ("karenmargrethe", "margrethe", "moller")),
        ("Siobhán O’Connor", ("siobhan", "oconnor", "connor")),
        ("Ó Briain", ("o", "briain")),
        ("王芳", ("王芳", "芳")),
        ("佐藤 さくら", ("佐藤さくら", "さくら", "藤さくら", "くら", "ら")),
        ("फ़ातिमा प्रिया", ("फातिमा", "प्रिया")),
        ("Anna-Ester", ("annaster", "ester")),  # spelled like Annaester
        ("Olivia Rahman Jr.", ("olivia", "rahman", "jr")),
        ("Ida Ida", ("ida",)),
        ("Ward 47b5ae", ("ward", "47b5ae")),
        (" -'🙂", ()),
        ("", ()),
    ],
)
def test_the_words_of_a_name(name, expected):
    assert words(name) == expected


@pytest.mark.parametrize(
    ("identifier", "expected"),
    [
        ("261121-6659", ("2611216659", "6659")),
        ("MRN-09364405", ("mrn09364405", "09364405")),
        ("955 124 9692", ("9551249692", "1249692", "9692")),
        ("PT/1984/123+A", ("pt1984123a", "1984123a", "123a", "a")),
        ("Ø-Nord & Syd/№123", ("onordsyd123", "nordsyd123", "syd123", "123")),
        ("47b5aeaass", ("47b5aeaass",)),
        ("f" * 70, ("f" * 64,)),
        ("№", ()),
    ],
)
def test_the_words_of_an_identifier(identifier, expected):
    assert identifier_words(identifier) == expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("Mueller", (("muller", "mueller"),)),
        ("müller", (("muller",),)),
        ("jensen ida", (("jensen",), ("ida",))),
        ("o'brien", (("o",), ("brien", "obrien"))),
        ("955 124", (("955",), ("124", "955124"))),
        ("47b5ae", (("47b5ae",),)),
        ("ida IDA Ída", (("ida",),)),
        ("100%_'\\\"*", (("100",),)),
        (" % _ ' \\ * \x00", ()),
        ("", ()),
    ],
)
def test_the_words_of_a_query(query, expected):
    assert query_words(query) == expected


@pytest.mark.parametrize(
    ("name", "queries"),
    [
        ("Siobhán O'Sullivan", ["osullivan", "o'sullivan", "O’Sulli", "sullivan siobhan", "o sullivan"]),
        ("Siobhan OSullivan", ["o'sullivan", "osullivan"]),
        ("Karen-Margrethe Holm", ["karen", "margr", "karenmargrethe", "Karen Margrethe", "karen-m", "holm, karen"]),
        ("Annaester", ["Anna-Ester", "annaester", "Annæs"]),
        ("Jürgen Mueller", ["mü", "Mue", "mull", "muell"]),
        ("王芳", ["王", "芳", "王芳", "王 芳", "芳 王"]),
        ("佐藤 さくら", ["佐藤さくら", "佐藤さ", "さくら", "さくら 佐藤", "佐藤\u3000さくら"]),
        ("マイケル・ジャクソン", ["マイケルジャク", "ｼﾞｬｸｿﾝ"]),
        ("김민수", ["민수", "김 민수", "김ㅁ", "기"]),
        ("สมชาย ใจดี", ["ใจดี", "ชาย"]),
        ("Ó Briain", ["o'briain", "Ó Briain", "briain"]),
    ],
)  # fmt: skip
def test_a_name_is_found(name, queries):
    assert [query for query in queries if not found(query, words(name))] == []


@pytest.mark.parametrize(
    ("identifier", "queries"),
    [
        ("261121-6659", ["2611216659", "261121-6659", "261121", "6659", "261121 6659", "261121-66", "26112"]),
        ("MRN-09364405", ["mrn09364405", "MRN-0936", "09364405", "mrn 09364405"]),
        ("955 124 9692", ["9551249692", "955 124", "955124", "9692", "1249692"]),
        ("9551249692", ["955 124 9692", "955-124"]),
        ("47b5aeaa99ss", ["47b5ae", "47b5aeaa", "47B5AEAA99SS"]),
        ("aessuee12", ["a", "ae", "aess", "aessuee", "aessuee1"]),
        ("Ø-Nord & Syd/№123", ["Ø-Nord & Syd/№123", "nord", "123", "Syd/№123", "o-nord"]),
        ("urn:oid:2.999.1#5?x=1", ["urn:oid:2.999.1#5?x=1", "2.999.1", "oid 2.999", "urn:oid"]),
    ],
)
def test_an_identifier_is_found(identifier, queries):
    assert [query for query in queries if not found(query, identifier_words(identifier))] == []


def test_an_identifier_is_not_found_by_another_spelling():
    assert not found("47b5a9", identifier_words("47b5ae9"))
    assert not found("47b5ae9", identifier_words("47b5a9"))


@given(full_names(), st.data(), TYPED)
def test_every_beginning_of_a_word_of_a_name_finds_it(name, data, typed):
    word = data.draw(st.sampled_from([*name.split(), *name.replace("-", " ").replace("’", "'").split()]))
    query = typed(word[: data.draw(st.integers(1, len(word)))])
    assert found(query, words(name)) or not query_words(query)


@given(ANY_TEXT, st.data())
def test_every_beginning_of_a_word_of_any_text_finds_it(text, data):
    chunks = text.split()
    assume(chunks)
    for stored in (words(text), identifier_words(text)):
        word = data.draw(st.sampled_from(chunks))
        query = word[: data.draw(st.integers(1, len(word)))]
        assert found(query, stored) or not query_words(query)


@given(full_names(), st.data(), TYPED)
def test_the_words_of_a_name_find_it_in_any_order(name, data, typed):
    query = typed(" ".join(data.draw(st.permutations(name.split()))))
    assert found(query, words(name))


@given(
    st.sampled_from([culture for culture in CULTURES if culture.joint == "" or "さくら" in culture.women]), st.data()
)
def test_a_name_without_blanks_is_found_from_every_letter_on(culture, data):
    name = data.draw(st.sampled_from(culture.families)) + data.draw(st.sampled_from(culture.women + culture.men))
    assert all(found(name[start:], words(name)) for start in range(len(name)))


@given(REAL_OR_NOT)
def test_folding_twice_changes_nothing_more(text):
    assert fold(fold(text)) == fold(text)
    assert sort_key(sort_key(text)) == sort_key(text)


@given(full_names(), TYPED)
def test_case_and_accents_of_a_name_do_not_matter(name, typed):
    assert fold(typed(name)) == fold(name)
    assert words(typed(name)) == words(name)
    assert sort_key(typed(name)) == sort_key(name)


def test_case_and_composition_of_no_character_matter():
    for code in (*range(0xD800), *range(0xF900, 0x20000)):
        sign = chr(code)
        others = {
            sign.upper(),
            sign.lower(),
            sign.casefold(),
            nfd(sign),
            unicodedata.normalize("NFC", sign),
            fold(sign),
        }
        assert {fold(other) for other in others} == {fold(sign)}, hex(code)


@given(REAL_OR_NOT, st.integers(1, 400))
def test_sizes_are_bounded(text, times):
    for stored in (words(text * times), identifier_words(text * times)):
        assert len(stored) <= names.MOST_WORDS
        assert len(set(stored)) == len(stored)
        assert all(0 < len(word) <= names.LONGEST_WORD for word in stored)
    asked = query_words(text * times)
    assert len(asked) <= names.MOST_QUERY_WORDS
    assert all(1 <= len(word) <= 4 and all(0 < len(prefix) <= names.LONGEST_WORD for prefix in word) for word in asked)
    assert len(sort_key(text * times)) <= names.LONGEST_SORT_KEY


def test_the_first_words_count_when_there_are_too_many():
    many = " ".join(f"kim{letter}" for letter in "abcdefghijklmnopqrstuvwxyz")
    assert words(many) == tuple(many.split()[:24])
    assert query_words(many) == tuple((word,) for word in many.split()[:8])
    assert words("王" * 30 + " Ida")[:2] == ("王" * 30, "ida")  # parts come before what begins inside them
    assert sort_key("a" * 79 + " holm") == "a" * 79


@given(ANY_TEXT)
def test_what_is_stored_is_letters_marks_and_digits(text):
    stored = "".join((*words(text), *identifier_words(text), *fold(text).split(" "), *sort_key(text).split(" ")))
    assert {unicodedata.category(sign)[0] for sign in stored} <= set("LMN")
    assert LAST not in stored


@given(st.lists(REAL_OR_NOT, min_size=1, max_size=8), st.data())
def test_a_range_of_words_is_a_prefix(texts, data):
    stored = sorted({word for text in texts for word in words(text)})
    assume(stored)
    word = data.draw(st.sampled_from(stored))
    prefix = word[: data.draw(st.integers(1, len(word)))]
    with sqlite3.connect(":memory:") as database:
        database.execute("CREATE TABLE word (word TEXT PRIMARY KEY)")
        database.executemany("INSERT INTO word VALUES (?)", [(word,) for word in stored])
        rows = database.execute(
            "SELECT word FROM word WHERE word >= ? AND word < ? ORDER BY word", [prefix, prefix + LAST]
        )
        in_range = [row for (row,) in rows]
    database.close()
    assert in_range == [word for word in stored if word.startswith(prefix)]
    assert stored == sorted(stored, key=str.encode)  # PostgreSQL's "C" compares bytes


def test_names_sort_as_in_a_telephone_book():
    ordered = ["Åse Holm", "Bauer", "Baum", "Ida Åberg", "Ida Holm", "Łucja", "Muller Ida", "Zoë", "Ωρίων", "王芳"]
    assert sorted(set(ordered), key=sort_key) == ordered


def test_memory_for_rare_characters_is_bounded():
    signs = names._Signs()
    rare = "".join(map(chr, range(0xA0, 0xD000)))
    assert rare.translate(signs) == rare.translate(signs)
    assert len(signs) == names._REMEMBERED
