"""What a password must not be, besides Django's own rules, and how it is kept."""

from typing import Any

from django.contrib.auth.hashers import Argon2PasswordHasher
from django.core.exceptions import ValidationError

# The first words that somebody tries who knows where he is.
WORDS = ("corti", "reading room", "readingroom", "hospital", "clinic", "password", "passwort", "welcome")
FEW = 8  # characters that must be left without these words


class WordsOfThisPlace:
    """Refuses passwords that are little more than a word of this place, such as “CortiHospital1”."""

    def validate(self, password: str, user: Any = None) -> None:
        left = password.casefold()
        for word in WORDS:
            left = left.replace(word, "")
        if left != password.casefold() and len(left) < FEW:
            raise ValidationError(
                "This password is little more than a word of this place.", code="password_of_this_place"
            )

    def get_help_text(self) -> str:
        return "Your password can’t be little more than a word of this place, such as its name."


class Argon2(Argon2PasswordHasher):
    """Argon2id by the first of OWASP's recommendations, and a pass more. Django's own 100 MB a sign-in would let 64
    threads ask for more memory than a small machine has."""

    memory_cost = 19 * 1024  # KiB
    time_cost = 3
    parallelism = 1
