"""Names as initials, identifiers by their ends, and free text without the names in it.

Pure text to text, for :mod:`dashboard.listing.discretion`, which knows when. A name is looked for in a text as the
search looks for it: without case, accents and habits of spelling.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from dashboard.listing.names import APOSTROPHES, fold, is_dense

HIDDEN = "•"
_SHOWN = 4  # signs of an identifier
# A name's word of so many letters is found inside longer ones too (Berg in Bergs and in annaberg); a shorter one would
# be found everywhere (Ole in cholesterol).
_LONG = 4
# An identifier of fewer signs could be any number in a text, and numbers in a text are doses.
_TELLING = 4
# Vowels that stand before the letter they belong to, Thai and Lao: no initial of a name.
_LEADING = re.compile("[เ-ไເ-ໄ]")
_FIGURE = re.compile("[0-9]")
_RIGHT_TO_LEFT = "\u200f"
_MONTHS = ("jan", "feb", "m[aä]r", "apr", "ma[iyj]", "jun", "jul", "aug", "sep", "o[ck]t", "nov", "de[cz]")


def initials(name: str) -> str:
    """``A. M. B.`` for Anna Maria Berg-Holm: the first letter of each word, and never every letter there is."""
    words = [letters for word in unicodedata.normalize("NFC", name).split() if (letters := _letters(word))]
    firsts = [_capital(letters[0]) for letters in words]
    if len(firsts) == sum(map(len, words)):
        firsts = firsts[:1] if len(firsts) > 1 else []
    short = " ".join(f"{first}." for first in firsts) or HIDDEN
    # The last stop belongs to the letter before it, also where that is written from right to left.
    return f"{short}{_RIGHT_TO_LEFT}" if unicodedata.bidirectional(short[-2:-1] or HIDDEN) in {"R", "AL"} else short


def short_identifier(identifier: str) -> str:
    """``…1234``: the end of an identifier, never more than half of it. Many begin with the date of birth."""
    if not (signs := identifier.strip()):
        return ""
    shown = min(_SHOWN, len(signs) // 2)
    return f"…{signs[-shown:]}" if shown else HIDDEN


def masked(text: str, *, name: str = "", identifier: str = "", born: date | None = None) -> str:
    """A text with one patient's name as initials, the identifier by its end and the date of birth hidden in it."""
    return all_masked((text,), name=name, identifier=identifier, born=born)[0]


def all_masked(texts: Iterable[str], *, name: str = "", identifier: str = "", born: date | None = None) -> list[str]:
    """Each text masked. Thousands of sentences say the same words: each word is looked at once, and a text is taken
    apart only if it holds one that tells."""
    ready = [_without_figures(unicodedata.normalize("NFC", text), identifier, born) for text in texts]
    words = _words(name)
    # A line break is of no word, so these are the words of the texts themselves.
    told = {run: initials(run) for run in _said("\n".join(ready)) if words.tell(run)}
    return [
        "".join(told.get(run, run) for _, run in _runs(text)) if any(run in text for run in told) else text
        for text in ready
    ]


def _without_figures(text: str, identifier: str, born: date | None) -> str:
    if identifier and (spelled := _spelled(identifier)):
        text = spelled.sub(lambda _: short_identifier(identifier), text)
    # The day stands in figures in every way to write a date.
    return _dates(born).sub(HIDDEN, text) if born and _FIGURE.search(text) else text


@dataclass(frozen=True)
class _Words:
    """A name's words, folded: those that are looked for inside longer ones too, and those that stand alone."""

    inside: frozenset[str]
    alone: frozenset[str]

    def tell(self, run: str) -> bool:
        folded = fold(run)
        return folded in self.alone or any(word in folded for word in self.inside)


@lru_cache(maxsize=1024)
def _words(name: str) -> _Words:
    inside, alone = set(), set()
    for word in _written(name):
        folded = fold(word)
        if len(folded) >= _LONG or is_dense(word):
            inside.add(folded)
        elif folded:
            # With the s of “Bos” and “Bo's”.
            alone |= {folded, f"{folded}s"}
    return _Words(frozenset(inside), frozenset(alone))


def _written(name: str) -> Iterator[str]:
    """What stands for a person: each part of a name, what a hyphen joins in one word too, and of a name that is written
    without blanks what is left without a family name of one letter or two. A single letter stands for nobody."""
    for chunk in unicodedata.normalize("NFC", name).split():
        parts = [run for is_word, run in _runs(chunk) if is_word and _letters(run)]
        for word in (*parts, *(piece for part in parts for piece in _APOSTROPHE.split(part)), "".join(parts)):
            ends = (word, word[1:], word[2:]) if is_dense(word) else (word,)
            yield from (end for end in ends if len(_letters(end)) > 1)


_APOSTROPHE = re.compile(f"[{''.join(APOSTROPHES)}]")


def _runs(text: str) -> Iterator[tuple[bool, str]]:
    """The text in pieces, words and what is between them."""
    kinds = text.translate(_KINDS)
    return ((kinds[run.start()] == _WORD, text[run.start() : run.end()]) for run in _RUN.finditer(kinds))


def _said(text: str) -> set[str]:
    """The words of a text, each once."""
    kinds = text.translate(_KINDS)
    return {text[run.start() : run.end()] for run in _WORDS.finditer(kinds)}


def _is_of_a_word(sign: str) -> bool:
    # What shows nothing, as a soft hyphen, parts no word.
    return sign in APOSTROPHES or sign.isalnum() or unicodedata.category(sign) in {"Mn", "Mc", "Me", "Cf"}


class _Kinds(dict[int, str]):
    """Whether each character is of a word, found out when it first comes up; rare ones must not fill the memory."""

    def __missing__(self, code: int) -> str:
        kind = _WORD if _is_of_a_word(chr(code)) else _BETWEEN
        if len(self) < _REMEMBERED:
            self[code] = kind
        return kind


_WORD, _BETWEEN, _REMEMBERED = "w", "-", 8192
_KINDS = _Kinds()
_WORDS, _RUN = re.compile(f"{_WORD}+"), re.compile(f"{_WORD}+|{_BETWEEN}+")


def _letters(word: str) -> list[str]:
    """The letters that an initial can be made of: no marks, no digits, nothing that only changes another letter."""
    found = [sign for sign in word if unicodedata.category(sign) in {"Lu", "Ll", "Lt", "Lo"}]
    return [sign for sign in found if not _LEADING.match(sign)] or found


def _capital(letter: str) -> str:
    # Not upper(): Georgian has capitals for whole words only. Some letters have no capital of one letter.
    return title if len(title := letter.title()) == 1 else letter


@lru_cache(maxsize=1024)
def _spelled(identifier: str) -> re.Pattern[str] | None:
    """The identifier as people write it, with or without what parts its signs; None for one that says too little."""
    signs = [sign for sign in unicodedata.normalize("NFC", identifier) if sign.isalnum()]
    if len(signs) < _TELLING:
        return None
    return re.compile(r"[\W_]{0,2}".join(map(re.escape, signs)), re.IGNORECASE)


@lru_cache(maxsize=1024)
def _dates(born: date) -> re.Pattern[str]:
    """A date in the ways people write one: year, month or day first, short or long, in figures or with a word."""
    day, month, year = f"0?{born.day}", f"0?{born.month}", f"(?:{born.year:04}|{born.year % 100:02})"
    two, short = f"{born.day:02}", f"{born.month:02}"
    between = r"[-./,\s年月]{1,2}"
    name = rf"{_MONTHS[born.month - 1]}[^\W\d]*\.?"
    apart = (
        f"{year}{between}{month}{between}{day}日?",
        f"{day}{between}{month}{between}{year}",
        f"{month}{between}{day}{between}{year}",
        rf"{day}(?:\.|st|nd|rd|th)?[\s-]*{name}[\s,-]*{year}",
        rf"{name}\s*{day}(?:st|nd|rd|th)?[\s,]*{year}",
    )
    # Without anything between, as identifiers begin with it: more digits may follow.
    joined = (f"{year}{short}{two}", f"{two}{short}{year}", f"{short}{two}{year}")
    return re.compile(rf"(?<!\d)(?:(?:{'|'.join(apart)})(?!\d)|{'|'.join(joined)})", re.IGNORECASE)
