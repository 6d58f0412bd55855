"""Where an account has signed in lately: there nobody keeps it out by guessing elsewhere (adapter.py).

In the database and not in the cache, which may be lost, and with it the promise.
"""

from datetime import timedelta

from allauth.core.internal.ratelimit import get_ip
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from dashboard.accounts.models import KnownAddress, User

KNOWN_FOR = timedelta(days=30)
# So many that are forgotten go with each sign-in.
TAKEN_AWAY = 100


def note(request: HttpRequest, user: User) -> None:
    """At a sign-in."""
    now = timezone.now()
    with transaction.atomic():
        # Not those that another process takes away at this moment.
        over = KnownAddress.objects.select_for_update(skip_locked=True).filter(seen__lte=now - KNOWN_FOR)
        KnownAddress.objects.filter(pk__in=[row.pk for row in over.only("pk")[:TAKEN_AWAY]]).delete()
    KnownAddress.objects.update_or_create(user=user, network=_network(request), defaults={"seen": now})


def is_known(request: HttpRequest, name: str) -> bool:
    """Whether the account of that name has signed in from here; one statement, also for a name that nobody has."""
    lately = KnownAddress.objects.filter(seen__gt=timezone.now() - KNOWN_FOR)
    return lately.filter(user__username__iexact=name, network=_network(request)).exists()


def _network(request: HttpRequest) -> str:
    # Of an IPv6 address allauth takes the network (/64): a single computer has all of it.
    return str(get_ip(request))[:64]
