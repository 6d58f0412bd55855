"""Tables as CSV (RFC 4180) that no spreadsheet can take for formulas."""

import csv
import io
import re
from collections.abc import Iterable, Sequence

from django.http import HttpResponse

# What a spreadsheet could take for a formula, also after blanks or in full width; an apostrophe before it says "text".
_FORMULA = re.compile(r"'*\s*[=+\-@\t\r\x00＝＋－＠]")


def write(rows: Iterable[Sequence[str]]) -> str:
    """The rows as text; :func:`as_it_was` makes of each cell what it was."""
    file = io.StringIO()
    csv.writer(file).writerows([f"'{cell}" if _FORMULA.match(cell) else cell for cell in row] for row in rows)
    return file.getvalue()


def as_it_was(cell: str) -> str:
    """A cell before :func:`write` made text of it."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


def attachment(rows: Iterable[Sequence[str]], name: str) -> HttpResponse:
    """The rows as a file to keep; ``name`` is one of ours."""
    # The byte order mark is for spreadsheets, which take a file without one for another encoding.
    response = HttpResponse("\ufeff" + write(rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
