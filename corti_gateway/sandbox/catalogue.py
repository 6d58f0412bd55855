"""Every fault there is, with its options. docs/sandbox.md shows them beside the fault matrix (a test compares)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from corti_gateway.vocabulary import SortField


@dataclass(frozen=True)
class Kind:
    """A sort of fault: its endpoint unless told otherwise, options with defaults, and the words an option may be."""

    endpoint: str
    text: str
    options: Mapping[str, Any] = field(default_factory=dict)
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


ENDPOINTS = _words("""
    any token list item create recordings recording transcripts transcript transcript_status facts factgroups
    documents document guided guided_document other
""")

ERROR_BODIES = ("rfc9457", "old", "empty", "html", "text", "oauth", "huge")

SORTS = tuple(sort.value for sort in SortField)
BODIES = _words("""
    malformed html html_as_json content_type no_content_type empty no_content null list object text wrong_key
    rows_object nan duplicate_keys big_number bom latin1 invalid_utf8 deep huge gzip_bomb bad_gzip
""")
DAMAGES = _words("""
    types missing nulls words dates extra patient_null patient_absent no_id odd_id not_a_row null_row
    surrogate nul markup long_text bidi
""")
TOKEN_ANSWERS = _words("""
    garbage html empty null list no_token null_token number_token header_token huge no_expires_in text_expires_in
    zero_expires_in negative_expires_in nan_expires_in forever
""")

CATALOGUE: dict[str, Kind] = {
    # How the answer travels.
    "latency": Kind("any", "waits before answering", {"ms": 100}),
    "drop": Kind("any", "closes the connection instead of answering"),
    "reset": Kind("any", "resets the connection (RST) after so many bytes of the answer", {"bytes": 300}),
    "hang": Kind("any", "sends nothing for so long, then closes", {"seconds": 60}),
    "drip": Kind(
        "any",
        "sends so many bytes at a time, with pauses",
        {"part": "body", "ms": 300, "bytes": 1},
        {"part": ("headers", "body")},
    ),
    "short": Kind(
        "any",
        "cuts the body after so many bytes (0: in the middle) and closes; length: a Content-Length promises all of it",
        {"length": True, "bytes": 0},
    ),
    # Another answer in place of the real one.
    "status": Kind(
        "any",
        "an error; retry_after is sent as it is given, and 'date:30' as the HTTP date 30 seconds ahead",
        {"status": 500, "body": "rfc9457", "retry_after": None, "detail": "Something went wrong on our side."},
        {"body": ERROR_BODIES},
    ),
    "balance": Kind("any", "429 that is about money", {"detail": "Insufficient balance: your trial has expired."}),
    "redirect": Kind("any", "to is 'same' (this host), 'other' (another host) or a URL", {"status": 302, "to": "same"}),
    "body": Kind("list", "a success with a wrong body", {"kind": "malformed", "mb": 64}, {"kind": BODIES}),
    # A list that is wrong.
    "nulls": Kind("list", "the list itself is null", {"when": "always"}, {"when": ("always", "empty")}),
    "damage": Kind(
        "list", "spoils rows, given by position or 'all'", {"kind": "types", "rows": [0]}, {"kind": DAMAGES}
    ),
    "duplicates": Kind(
        "list", "a row comes twice: on a page, or on two neighbours", {"where": "page"}, {"where": ("page", "pages")}
    ),
    "extra_rows": Kind("list", "more rows than asked for", {"count": 5}),
    "no_range": Kind("recording", "answers the whole recording, whatever range was asked for"),
    "page_cap": Kind(
        "list",
        "serves at most so many rows; a page starts where the asked or where the served size puts it",
        {"cap": 20, "offsets": "asked"},
        {"offsets": ("asked", "served")},
    ),
    "ignore_filter": Kind(
        "list", "does not filter (also for guided)", {"filter": "both"}, {"filter": ("status", "patient", "both")}
    ),
    "one_status": Kind("list", "of several statuses one counts", {"which": "first"}, {"which": ("first", "last")}),
    "refuse_statuses": Kind("list", "400 when several statuses are asked for"),
    "ignore_sort": Kind("list", "newest first, whatever was asked"),
    "refuse_sort": Kind("list", "400 for this sort", {"sort": "endedAt"}, {"sort": SORTS}),
    "shuffle": Kind(
        "list",
        "another order at every request for this sort; 'ties' mixes only equal values",
        {"sort": "patient"},
        {"sort": (*SORTS, "ties")},
    ),
    # Tokens and time.
    "refuse_tokens": Kind("any", "every token is refused, with 401 or 403", {"status": 401}),
    "token_life": Kind("token", "tokens live so long", {"seconds": 1}),
    "token_answer": Kind("token", "a success that is no good", {"kind": "garbage"}, {"kind": TOKEN_ANSWERS}),
    "clock_skew": Kind("any", "the clock of the service is ahead (negative: behind)", {"seconds": 300}),
}
