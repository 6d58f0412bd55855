"""Where a request comes from: read in one way for the limits of the sign-in, for sessions and for the access log."""

from allauth.core.internal.httpkit import get_client_ip
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str:
    """The address of the client, behind a trusted proxy as that proxy has seen it; empty where there is none to read.

    This is what allauth's adapter answers too, but that it refuses a request whose address it cannot read.
    """
    return get_client_ip(request) or ""
