"""Reading a list's state from a query string: unknown values are set aside and named, the rest applies."""

import re
from collections.abc import Collection, Mapping
from datetime import date
from typing import TypeVar

from django.http import QueryDict

from dashboard.listing.notices import Notice

Value = TypeVar("Value")
_SHOWN = 40  # characters of a foreign value that a notice repeats
_MOST_REPEATS = 50


class Parameters:
    """A query string read key by key. Where a key stands twice, its first value counts, as with ``status`` all do."""

    def __init__(self, query: QueryDict) -> None:
        self._query = query
        self.notices: list[Notice] = []

    def text(self, key: str) -> str:
        """The value as it came, or ""."""
        values = self._query.getlist(key)
        return str(values[0]) if values else ""

    def choice(self, key: str, words: Mapping[str, Value], default: Value, *, meaning: str) -> Value:
        """The value behind a known word; otherwise the default, with a notice."""
        word = self.text(key).strip()
        if word and word not in words:
            self._set_aside(word, meaning)
        return words.get(word, default)

    def choices(self, key: str, words: Collection[str], *, meaning: str) -> tuple[str, ...]:
        """The known words among all values, each once, in the order of the vocabulary."""
        given = {str(word) for word in self._query.getlist(key)[:_MOST_REPEATS]}
        for word in sorted(given - set(words)):
            if word.strip():
                self._set_aside(word, meaning)
        return tuple(word for word in words if word in given)

    def whole(self, key: str, *, most: int, meaning: str) -> int:
        """A whole number from 1, in plain digits; 1 where it is missing or odd."""
        word = self.text(key).strip()
        if not word:
            return 1
        if not (word.isascii() and word.isdigit()) or len(word) > 20 or int(word) < 1:
            self._set_aside(word, meaning)
            return 1
        return min(int(word), most)

    def day(self, key: str, *, earliest: date, latest: date, meaning: str) -> date | None:
        """A calendar day as ``2026-11-24``; None where it is missing or odd."""
        word = self.text(key).strip()
        if not word:
            return None
        try:
            found = date.fromisoformat(word) if len(word) == 10 else None
        except ValueError:
            found = None
        if found is None or not earliest <= found <= latest:
            self._set_aside(word, meaning)
            return None
        return found

    def identifier(self, key: str, *, longest: int, meaning: str) -> str:
        """An id as it came, if it is short and printable."""
        word = self.text(key).strip()
        if len(word) > longest or not word.isprintable():
            self._set_aside(word, meaning)
            return ""
        return word

    def matching(self, key: str, pattern: re.Pattern[str], *, meaning: str) -> str:
        """A value of a known form; "" where it is missing or odd."""
        word = self.text(key).strip()
        if word and not pattern.fullmatch(word):
            self._set_aside(word, meaning)
            return ""
        return word

    def _set_aside(self, word: str, meaning: str) -> None:
        shown = "".join(sign if sign.isprintable() else "�" for sign in word[:_SHOWN])
        self.notices.append(Notice(f"“{shown}” in the address is not {meaning}, so it was set aside."))
