"""What people paste into the patient field."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.listing.patient_text import trimmed


@pytest.mark.parametrize(
    "pasted",
    [
        "PT-0042", "  PT-0042 ", "\tPT-0042\r\n", "\u00a0PT-0042\u00a0", "\u200bPT-0042\u200d", "\ufeffPT-0042",
        "\u202aPT-0042\u202c", "\u3000PT-0042\u2009", "\u00adPT-0042", "\x00PT-\x000042\x7f",
    ],
)  # fmt: skip
def test_blanks_and_invisible_signs_at_the_ends_do_not_count(pasted):
    assert trimmed(pasted) == "PT-0042"


@pytest.mark.parametrize(
    "identifier", ["pt-0042", "PT 0042", "PT  0042", "A/B+C&D=E", "患者-７", "a\u00a0b", "Ǻ\u030a"]
)
def test_case_and_inner_signs_count(identifier):
    assert trimmed(identifier) == identifier


@given(st.text())
def test_trimming_twice_changes_nothing_more(text):
    assert trimmed(trimmed(text)) == trimmed(text)
