"""A patient's identifier in a URL without being in the URL."""

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from dashboard.listing.sealed import PERIOD, Unsealable, seal, unseal

TEXT = st.text(st.characters(codec="utf-8"), min_size=1, max_size=256)


@given(TEXT)
def test_what_was_sealed_comes_back(text):
    assert unseal("nordhavn", "patient", seal("nordhavn", "patient", text)) == text


@given(TEXT)
def test_a_seal_is_the_same_every_time_and_safe_in_a_url(text):
    token = seal("nordhavn", "patient", text)
    assert token == seal("nordhavn", "patient", text)
    assert set(token) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


def test_a_seal_says_nothing_about_the_value():
    assert "0101804321" not in seal("nordhavn", "patient", "0101804321")
    assert seal("nordhavn", "patient", "PT-0042")[:10] != seal("nordhavn", "patient", "PT-0043")[:10]


@pytest.mark.parametrize(("tenant", "purpose"), [("riverside", "patient"), ("nordhavn", "search")])
def test_a_seal_of_another_tenant_or_purpose_stays_shut(tenant, purpose):
    with pytest.raises(Unsealable):
        unseal(tenant, purpose, seal("nordhavn", "patient", "PT-0042"))


@given(st.data())
def test_an_altered_seal_stays_shut(data):
    token = seal("nordhavn", "patient", "PT-0042")
    at = data.draw(st.integers(0, len(token) - 1))
    sign = data.draw(st.sampled_from("ABCXYZabcxyz0189-_").filter(lambda other: other != token[at]))
    with pytest.raises(Unsealable):
        unseal("nordhavn", "patient", token[:at] + sign + token[at + 1 :])


@pytest.mark.parametrize("token", ["", "A", "PT-0042", "ø", "=" * 40, "A" * 5_000, "\x00", "AAAA AAAA" * 8])
def test_what_was_never_sealed_stays_shut(token):
    with pytest.raises(Unsealable):
        unseal("nordhavn", "patient", token)


def test_a_seal_outlives_a_rotated_key_as_long_as_the_old_one_is_a_fallback(settings):
    token, old = seal("nordhavn", "patient", "PT-0042"), settings.SECRET_KEY
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another secret of the tests, as long as the first", [old]
    assert unseal("nordhavn", "patient", token) == "PT-0042"
    settings.SECRET_KEY_FALLBACKS = []
    with pytest.raises(Unsealable):
        unseal("nordhavn", "patient", token)


def test_a_seal_dies_of_age_after_at_least_one_period():
    with time_machine.travel(1_800_000_000, tick=False) as clock:
        token = seal("nordhavn", "patient", "PT-0042")
        clock.shift(PERIOD)
        assert unseal("nordhavn", "patient", token) == "PT-0042"
        clock.shift(PERIOD)
        with pytest.raises(Unsealable):
            unseal("nordhavn", "patient", token)
