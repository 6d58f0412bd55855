"""Which base addresses credentials and patient data may be sent to (security.md SR-37)."""

import ipaddress
import re
from urllib.parse import urlsplit

HOST_NAME = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)(\.(?!-)[a-z0-9-]{1,63}(?<!-))*")
PATH = re.compile(r"(/[A-Za-z0-9._~-]+)*/?")


def base_address(text: str) -> str:
    """A base address to join paths to, ending in a slash; :class:`ValueError` says what is odd, never the address.

    https only, except to this machine. No user, query or fragment, no number that another program would read as an
    address (``127.1``, ``0x7f000001``), no link-local, unspecified or multicast address, no name beyond ASCII.
    """
    if not text.isascii() or not text.isprintable() or " " in text or "\\" in text:
        raise ValueError("has a sign that does not belong into an address")
    try:
        parts = urlsplit(text)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        raise ValueError("is no address") from None
    if parts.scheme not in ("http", "https"):
        raise ValueError("must begin with https://")
    if "@" in parts.netloc:
        raise ValueError("must hold no user name or password")
    # An empty "?" or "#" leaves no trace in the parts.
    if "?" in text or "#" in text:
        raise ValueError("must hold no query and no fragment")
    if parts.netloc.endswith(":") or port == 0:
        raise ValueError("has an odd port")
    if not PATH.fullmatch(parts.path) or any(step in (".", "..") for step in parts.path.split("/")):
        raise ValueError("has an odd path")
    is_here = _is_loopback(host)
    if parts.scheme == "http" and not is_here:
        raise ValueError("must begin with https:// (plain http is for this machine only)")
    shown_host = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{shown_host}{f':{port}' if port else ''}{parts.path.rstrip('/')}/"


def _is_loopback(host: str) -> bool:
    """Whether the host is this machine; refuses hosts that nobody should name."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        if not HOST_NAME.fullmatch(host) or len(host) > 253:
            raise ValueError("has an odd host name") from None
        # "127.1" and "0x7f000001" are read as addresses by the C library, so the last label must be a word.
        last = host.rpartition(".")[2]
        if last.isdigit() or re.fullmatch(r"0x[0-9a-f]*", last):
            raise ValueError("has an odd host name") from None
        return host == "localhost"
    if isinstance(address, ipaddress.IPv6Address) and (address.ipv4_mapped or address.scope_id):
        raise ValueError("has an odd host address")
    # Asked first: ::1 lies in a block that ipaddress calls reserved.
    if address.is_loopback:
        return True
    if _is_no_server(address):
        raise ValueError("has a host address that is no server")
    return False


def may_be_at(host: str, found: str) -> bool:
    """Whether a host of a configuration may have the address that its name was resolved to: only ``localhost`` is this
    machine, and nobody is at addresses that no server has, such as those where clouds hand out credentials."""
    address = ipaddress.ip_address(found.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    if host == "localhost" or address.is_loopback:
        return host == "localhost" and address.is_loopback
    return not _is_no_server(address)


def _is_no_server(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    return address.is_link_local or address.is_unspecified or address.is_multicast or address.is_reserved
