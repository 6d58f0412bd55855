"""Prints a sealed value: ``python -m benchmarks.seal SLUG PURPOSE TEXT``."""

import os
import sys

import django


def main(slug: str, purpose: str, text: str) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dashboard.settings")
    django.setup()
    from dashboard.listing.sealed import seal  # needs the settings

    print(seal(slug, purpose, text))


if __name__ == "__main__":
    main(*sys.argv[1:])
