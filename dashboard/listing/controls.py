"""What the controls of every list are made of."""

from dataclasses import dataclass

from dashboard.listing.parameters import Parameters
from dashboard.listing.sealed import Unsealable, unseal

SIZES = (10, 25, 50, 100)
DEFAULT_SIZE = 25
LAST_PAGE = 1_000_000_000
# Purposes of sealed values, and their keys in an address: an exact identifier, and what was typed into a search box.
PATIENT, TEXT = "patient", "q"


@dataclass(frozen=True)
class Option:
    """A toggle or an entry of a menu; ``count`` in words where it is known."""

    value: str
    label: str
    chosen: bool
    count: str = ""


@dataclass(frozen=True)
class ActiveFilter:
    """A filter that narrows the list now, and the list without it."""

    label: str
    url: str


def size_options(chosen: int) -> list[Option]:
    return [Option(str(size), str(size), size == chosen) for size in SIZES]


def opened(values: Parameters, tenant: str, purpose: str) -> tuple[str, bool]:
    """A sealed value of a query string in clear, and whether there was one that cannot be opened."""
    if not (sealed := values.text(purpose)):
        return "", False
    try:
        return unseal(tenant, purpose, sealed), False
    except Unsealable:
        return "", True


def export_of(url: str) -> str:
    """The address of the file with the list of an address."""
    path, mark, query = url.partition("?")
    return f"{path}export/{mark}{query}"


def query_of(url: str) -> str:
    """The part of an address that says what a list shows."""
    return url.partition("?")[2]
