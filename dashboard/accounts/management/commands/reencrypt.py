"""``manage.py reencrypt``: after a change of SECRET_KEY, so that the former key can go."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from dashboard.accounts import encryption


class Command(BaseCommand):
    help = "Encrypts second factors with the present SECRET_KEY; exits with 1 where no key opens some."

    def handle(self, *args: Any, **options: Any) -> None:
        before = encryption.standing()
        encryption.reencrypt()
        after = encryption.standing()
        moved = before[encryption.FORMER] - after[encryption.FORMER]
        self.stdout.write(f"{moved} secrets of second factors are encrypted anew.")
        if left := after[encryption.FORMER]:
            raise CommandError(f"{left} still need a former key, as they were used just now: run this once more.")
        if lost := after[encryption.LOST]:
            raise CommandError(
                f"{lost} are opened by no key: put the former one into SECRET_KEY_FALLBACKS, and run this once more."
            )
        self.stdout.write("No second factor needs SECRET_KEY_FALLBACKS any more.")
