"""Names and identifiers as they are searched, compared and sorted: without case, accents and habits of spelling.

Every rule works on one character and, for spellings, on the letter before it. So the folding of a beginning is a
beginning of the folding, and a prefix of what is stored can be looked for while somebody still types.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from itertools import accumulate, chain, islice

LONGEST_WORD = 64
MOST_WORDS = 24
MOST_QUERY_WORDS = 8
LONGEST_SORT_KEY = 80
_LONGEST_TEXT = 512
_REMEMBERED = 8192  # characters, words; a visitor cannot fill the memory with rare ones

APOSTROPHES = frozenset("'＇`´‘’‛′ʹʺʻʼʽʾʿˈˮ՚׳״")
# Letters that lose their difference without Unicode saying so: Latin, Cyrillic, Arabic, Hebrew's final forms. The
# Greek iota below a letter stands beside it in capitals.
_ALIKE: dict[str, str] = {"æ": "ae", "œ": "oe", "þ": "th", "\u0345": "ι"} | dict(
    zip(
        "øłđðħŧıŋəɓɗɖƙƴɛɔ" + "ґ" + "ىیکةٱ" + "ךםןףץ",
        "olddhtineb" + "ddkyeo" + "г" + "ييكها" + "כמנפצ",
        strict=True,
    )
)
# Tatweel, the Hangul fillers, the grapheme joiner and variation selectors: letters and marks that show nothing.
_UNSEEN = re.compile("[\u0640\u115f\u1160\u034f\u180b-\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef]")
# Combining classes of marks that spell: kana voicing and virama, the vowel and tone signs of Telugu, Thai, Lao and
# Tibetan. Vowel signs of Devanagari and its kin are in class 0 and stay; its nukta goes, as many leave it out.
_SPELLING_MARKS = frozenset({0, 8, 9, *range(84, 133)})
# ae, oe, ue, aa and ss are one letter in another spelling; it is the second one that goes.
_SPELLINGS = re.compile("(?<=a)[ae]+|(?<=[ou])e+|(?<=s)s+")
_PARTS = re.compile("[^ '-]+")
_DIGIT = re.compile("[0-9]")
# Scripts written without blanks, Hangul as its parts: what a word may begin with, and what it may consist of.
_HAN_AND_KANA = "々〇ぁ-ゖァ-ヺㄅ-ㄯㇰ-ㇿ㐀-鿿豈-\ufaff\U00020000-\U0003fffd"
_BEGINNING = re.compile(f"[{_HAN_AND_KANA}\u1100-\u115e\ua960-\ua97cก-ฮเ-ไ]")
_DENSE = f"{_HAN_AND_KANA}\u3099\u309aゝゞー-ヾ\u1100-\u11ff\ua960-\ua97c\ud7b0-\ud7fbก-\u0e4e"
# A blank there says as little as one between groups of digits.
_IDLE_BLANK = re.compile(f" (?<=[{_DENSE}0-9] )(?=[{_DENSE}0-9])")


class _Signs(dict[int, str]):
    """What each character becomes, found out when it first comes up."""

    def __missing__(self, code: int) -> str:
        sign = _sign(chr(code))
        if len(self) < _REMEMBERED:
            self[code] = sign
        return sign


def _sign(sign: str) -> str:
    """Plain letters and digits, a blank, "'" or "-" for what parts letters, or nothing."""
    if sign in APOSTROPHES:
        return "'"
    if sign in _ALIKE:
        return _ALIKE[sign]
    if sign.isspace():
        return " "
    category = unicodedata.category(sign)
    if category in {"Cc", "Cf", "Cs", "Me"} or unicodedata.combining(sign) not in _SPELLING_MARKS:
        return ""
    if category[0] not in "LMN":
        return "-"
    if _UNSEEN.match(sign):
        return ""
    if category == "Nd":
        return str(unicodedata.decimal(sign))
    plain = unicodedata.normalize("NFKD", sign)
    if plain == sign:
        plain = sign.casefold()
    return sign if plain == sign else "".join(map(_sign, plain))


_SIGNS = _Signs()
_ASCII = bytes(ord(_sign(chr(code)) or " ") for code in range(128)) + bytes(128)
_ASCII_UNSEEN = bytes(code for code in range(128) if not _sign(chr(code)))


def _signs(text: str) -> str:
    if text.isascii():
        return text.encode("ascii").translate(_ASCII, _ASCII_UNSEEN).decode("ascii")
    return text.translate(_SIGNS)


def _plain(text: str) -> str:
    return " ".join(_signs(text).replace("'", "").replace("-", " ").split())


def fold(text: str) -> str:
    """The words of a text in their order, apart by one blank; names that are spelled alike become the same."""
    return _SPELLINGS.sub("", _plain(text))


def sort_key(name: str) -> str:
    """Sorts A to Z by code point. Spellings stay as they are, or Bauer would come after Baum."""
    return _plain(name[:_LONGEST_TEXT])[:LONGEST_SORT_KEY].rstrip()


def words(text: str) -> tuple[str, ...]:
    """What a name is found by: every part of it, running on to the next blank. So Karen-Margrethe is found by karen,
    margrethe and karenmargrethe in two words, and 王芳 by 芳. Looked for by prefix only."""
    found = [_name_words(chunk) for chunk in _chunks(text)]
    return tuple(dict.fromkeys(chain(*(parts for parts, _ in found), *(inner for _, inner in found))))[:MOST_WORDS]


def identifier_words(identifier: str) -> tuple[str, ...]:
    """What an identifier is found by: its whole and its parts, without separators and with every letter as it is."""
    parts = _PARTS.findall(_signs(identifier[:_LONGEST_TEXT]))
    whole = "".join(parts)
    return tuple(dict.fromkeys(whole[start : start + LONGEST_WORD] for start in _starts(parts)))


def is_dense(word: str) -> bool:
    """Whether a word is of a script without blanks, so that it may stand anywhere inside a longer one."""
    return bool(_BEGINNING.match(_signs(word)))


def query_words(text: str) -> tuple[tuple[str, ...], ...]:
    """What was typed, as words that must all be found; a word is found by any of its prefixes.

    O'Brien asks for (o or obrien) and (brien or obrien), which is: o and brien, or obrien. As nobody says whether
    a word is a name or an identifier, both spellings are looked for.
    """
    asked: dict[tuple[str, ...], None] = {}
    for chunk in _chunks(text):
        parts = _PARTS.findall(chunk)
        whole = "".join(parts)
        asked |= dict.fromkeys(_alternatives(part, whole) for part in parts[:MOST_QUERY_WORDS])
    return tuple(asked)[:MOST_QUERY_WORDS]


def _chunks(text: str) -> list[str]:
    return _IDLE_BLANK.sub("-", " ".join(_signs(text[:_LONGEST_TEXT]).split())).split()


@lru_cache(maxsize=_REMEMBERED)
def _name_words(chunk: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The words that begin with a part, and those that begin inside one in a script without blanks."""
    parts = _PARTS.findall(chunk)
    letters = "".join(parts)
    inner = islice((begin.start() for begin in _BEGINNING.finditer(letters)), MOST_WORDS)
    return _from(letters, _starts(parts)), _from(letters, inner)


def _starts(parts: list[str]) -> Iterable[int]:
    return islice(accumulate(map(len, parts), initial=0), min(len(parts), MOST_WORDS))


def _from(letters: str, starts: Iterable[int]) -> tuple[str, ...]:
    return tuple(_spelled(letters[start:])[:LONGEST_WORD] for start in starts)


def _spelled(letters: str) -> str:
    # A word with a digit is no name: 47b5ae must not be found by 47b5a and nothing more.
    return letters if _DIGIT.search(letters) else _SPELLINGS.sub("", letters)


def _alternatives(part: str, whole: str) -> tuple[str, ...]:
    asked = dict.fromkeys(word[:LONGEST_WORD] for word in (_spelled(part), part, _spelled(whole), whole))
    return tuple(word for word in asked if not any(word != other and word.startswith(other) for other in asked))
