"""Which passwords are taken."""

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from dashboard.accounts.models import User

GOOD = [
    "correct horse battery staple", "x7#kQ!29bLmz", "zwölf Zeichen", "パスワードは十二文字以上です",
    "a" * 6 + "bc" * 30,
    "tall grass near the corti office window", "n" + "o9" * 63 + "w", "  leading and trailing  ",
]  # fmt: skip
BAD = [
    "", "short", "elevenchars", "123456789012", "password1234", "qwertyuiop12", "karen.holm12",
    "KarenHolm2026", "corti-corti-corti", "CortiHospital1", "ReadingRoom2026", "reading room!!!", "hospitalhospital",
    "WelcomeClinic12", "password password", "clinic-clinic-12",
]  # fmt: skip


@pytest.fixture
def karen_holm():
    return User(username="karen.holm", first_name="Karen", last_name="Holm", email="karen.holm@example.org")


@pytest.mark.parametrize("password", GOOD)
def test_a_good_password_is_taken(karen_holm, password):
    assert 12 <= len(password) <= 128
    validate_password(password, karen_holm)


@pytest.mark.parametrize("password", BAD)
def test_a_weak_password_is_refused(karen_holm, password):
    with pytest.raises(ValidationError):
        validate_password(password, karen_holm)


def test_a_password_of_128_characters_signs_in(client, karen, sign_in):
    karen.set_password(GOOD[6])
    karen.save()
    assert sign_in(password=GOOD[6])["Location"] == "/"
