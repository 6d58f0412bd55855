"""A clinic whose encounters hold a bit of everything, and how they are opened."""

from typing import Any

from playwright.sync_api import Page, expect

from corti_gateway.sandbox import HostedTenant
from corti_gateway.sandbox.store import Listing
from tests.browser.pages import Visitor

SAID = [
    "Good morning, what brings you in?",
    "My knee hurts when I run.",
    "Since when does it hurt?",
    "Since the first week of March.",
    "Does it swell?",
    "A little in the evening.",
]
PARTS = ("documents", "facts", "transcript", "recordings")


def rows_of(hosted: HostedTenant) -> list[Any]:
    return hosted.store.page(Listing(size=100))


def fact(hosted: HostedTenant, key: str) -> dict[str, Any]:
    transcript = hosted.contents.of(hosted.store.get(key)).transcripts[0]["id"]
    evidence = [{"type": "transcript", "reference": transcript, "quote": SAID[3]}]
    return {"id": "fct-1", "text": "Pain since March", "group": "history-of-present-illness", "evidence": evidence}


def at_the_list(visitor: Visitor, query: str = "") -> Page:
    visitor.open_list("opened", query)
    expect(visitor.page.locator("tbody a.title").first).to_be_visible()
    return visitor.page


def opened(page: Page, parts: tuple[str, ...] = PARTS, *, head: bool = True) -> None:
    """Wait until the panel stands with all its parts, and with its head, whose coming changes the address."""
    for part in parts:
        expect(page.locator(f"#{part}:not([aria-busy])")).to_be_visible()
    if head:
        expect(page.locator("#panel[aria-busy], #one-head[aria-busy]")).to_have_count(0)


def furnish(hosted: HostedTenant) -> None:
    """Let every encounter hold documents of both systems, a transcript with its sound, and a fact that rests on it."""
    for row in rows_of(hosted):
        hosted.contents.put(row.id, transcripts=[SAID])
        hosted.contents.put(
            row.id,
            transcripts=[SAID],
            facts=[fact(hosted, row.id)],
            documents=["Knee pain."],
            guided=["Dear colleague"],
        )
