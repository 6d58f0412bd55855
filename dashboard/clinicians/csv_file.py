"""The CSV file of clinicians: reading it so that every bad line is named, and writing it so that it can be read."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from dashboard.clinicians.models import LONGEST_ID, LONGEST_NAME, tidy_id, tidy_name
from dashboard.listing.csv_text import as_it_was

COLUMNS = ("assigned_user_id", "name", "username")
MOST_BYTES, MOST_LINES = 1_000_000, 5_000
_BROKEN = {
    "unexpected end of data": "a quotation mark is opened and never closed.",
    "field larger than": "a cell is far too long. Is a quotation mark never closed?",
}


@dataclass(frozen=True)
class Problem:
    """What is wrong in a line, counted from 1 as an editor does; 0 stands for the file as a whole."""

    line: int
    text: str


class Refused(Exception):
    """A file with something wrong in it: nothing of it was saved."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(f"{len(problems)} problems")
        self.problems = problems


@dataclass(frozen=True)
class Line:
    """One clinician. ``username`` is None where the file has no such column, "" where the cell is empty."""

    number: int
    assigned_user_id: str
    name: str
    username: str | None


def decode(content: bytes) -> str:
    """The text of a file in UTF-8, with or without a byte order mark."""
    check_size(len(content))
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise Refused([Problem(line, "is not UTF-8 text. Save the file as “CSV UTF-8”.")]) from None


def check_size(size: int) -> None:
    if size > MOST_BYTES:
        raise Refused([Problem(0, "This is more than 1 MB. Import it in parts.")])


def read(text: str, problems: list[Problem]) -> Iterator[Line]:
    """The lines that are right by themselves; what is wrong in the others is added to ``problems``."""
    text = text.removeprefix("\ufeff")
    check_size(len(text.encode(errors="replace")))
    records = _records(text, problems)
    number, head = next(records, (1, []))
    columns = [cell.strip().casefold() for cell in head]
    _check_columns(number, columns)
    first: dict[str, int] = {}
    for number, cells in records:
        if len(cells) != len(columns):
            problems.append(Problem(number, f"has {len(cells)} cells, but the first line names {len(columns)}."))
            continue
        values = {column: as_it_was(cell) for column, cell in zip(columns, cells, strict=True)}
        username = values["username"].strip() if "username" in values else None
        line = Line(number, tidy_id(values["assigned_user_id"]), tidy_name(values["name"]), username)
        wrong = list(_wrong(line, cells, first))
        problems += [Problem(number, text) for text in wrong]
        if not wrong:
            yield line


def table(lines: Iterable[tuple[str, str, str]]) -> Iterator[Sequence[str]]:
    """The rows of a file with a header; reading it gives the same texts."""
    yield COLUMNS
    yield from lines


def _records(text: str, problems: list[Problem]) -> Iterator[tuple[int, list[str]]]:
    """Every line with something in it, with its number. One that is no CSV does not hide those that follow."""
    head = re.split(r"[\r\n]", text.lstrip(), maxsplit=1)[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=head.count), strict=True)
    while True:
        number = reader.line_num + 1
        broken = ""
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            cells, broken = [], _words(error)
        if not broken and not any(cell.strip() for cell in cells):
            continue
        if number > MOST_LINES + 1:
            raise Refused([Problem(0, f"This has more than {MOST_LINES:,} lines. Import it in parts.")])
        if broken:
            problems.append(Problem(number, broken))
        else:
            yield number, cells


def _words(error: csv.Error) -> str:
    known = (words for start, words in _BROKEN.items() if str(error).startswith(start))
    return next(known, "text stands after a closing quotation mark.")


def _check_columns(number: int, columns: Sequence[str]) -> None:
    """Without a header that makes sense, no line does."""
    if not {"assigned_user_id", "name"} <= set(columns):
        words = "must name the columns: assigned_user_id,name or assigned_user_id,name,username."
        raise Refused([Problem(number, words)])
    problems = [f"“{_cut(column)}” is not a column." for column in columns if column not in COLUMNS]
    problems += [f"names the column {column} twice." for column in COLUMNS if columns.count(column) > 1]
    if problems:
        raise Refused([Problem(number, text) for text in problems])


def _wrong(line: Line, cells: Sequence[str], first: dict[str, int]) -> Iterator[str]:
    if any("\n" in cell.strip() or "\r" in cell.strip() for cell in cells):
        yield "a cell goes over several lines."
    if not line.assigned_user_id:
        yield "the id is empty."
    elif len(line.assigned_user_id) > LONGEST_ID:
        yield f"the id has more than {LONGEST_ID} signs."
    elif (before := first.setdefault(line.assigned_user_id, line.number)) != line.number:
        yield f"the id “{_cut(line.assigned_user_id)}” stands in line {before} already."
    if not line.name:
        yield "the name is empty."
    elif len(line.name) > LONGEST_NAME:
        yield f"the name has more than {LONGEST_NAME} signs."


def _cut(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:40]}…"
