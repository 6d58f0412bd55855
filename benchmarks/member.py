"""Makes the member of the measurements, and an admin: ``python -m benchmarks.member NAME PASSWORD SLUG …``."""

import os
import sys

import django


def main(name: str, password: str, *slugs: str) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dashboard.settings")
    django.setup()
    from dashboard.accounts.models import User  # models need django.setup()
    from dashboard.tenants.models import Membership

    user = User.objects.create_user(name, password=password, first_name="Karen", last_name="Holm")
    User.objects.create_superuser(f"{name}-admin", password=password)
    for slug in slugs:
        Membership.objects.create(user=user, tenant=slug, auditor=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
