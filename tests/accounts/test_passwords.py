"""Which passwords are taken, and how they are kept."""

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher, identify_hasher
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from dashboard import settings as configured
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


@pytest.fixture
def real_hashers(settings):
    """Those of the dashboard; the other tests have a fast one."""
    settings.PASSWORD_HASHERS = configured.PASSWORD_HASHERS


def kept(user):
    user.refresh_from_db()
    return user.password


def test_a_new_password_is_kept_with_argon2id_at_the_cost_that_is_meant(karen, real_hashers):
    karen.set_password(GOOD[0])
    karen.save()
    assert kept(karen).startswith("argon2$argon2id$v=19$m=19456,t=3,p=1$")
    assert karen.check_password(GOOD[0])
    assert not karen.check_password(GOOD[1])


def test_an_older_password_signs_in_once_and_is_kept_with_argon2_from_then_on(karen, client, sign_in, real_hashers):
    karen.password = PBKDF2PasswordHasher().encode(GOOD[0], "a salt of former times", 1_000)
    karen.save()
    sign_in(password="wrong")
    assert identify_hasher(kept(karen)).algorithm == "pbkdf2_sha256"
    for _ in range(2):
        assert sign_in(password=GOOD[0])["Location"] == "/"
        assert kept(karen).startswith("argon2$argon2id$v=19$m=19456,t=3,p=1$")
        client.post("/accounts/sign-out/")


def test_nobody_is_signed_out_by_the_change_of_how_the_password_is_kept(karen, client, sign_in, real_hashers):
    karen.password = PBKDF2PasswordHasher().encode(GOOD[0], "a salt of former times", 1_000)
    karen.save()
    sign_in(password=GOOD[0])
    assert client.get("/accounts/settings/").status_code == 200
