"""What a printer gets: a page made into a PDF, and each sheet of it read as text."""

import re
import subprocess
from pathlib import Path

from playwright.sync_api import Page

from tests.browser.conftest import needed

PDFTOTEXT = Path("/usr/bin/pdftotext")

# What is pressed and not read.
CONTROLS = (
    "Sign out", "Reading room", "Skip to", "Refresh", "Count them", "Previous", "Next", "Print", "Back to", "Find",
    "Clear all", "Copy", "Try again", "Search in", "Download", "Settings", "Show in encounters", "All patients",
)  # fmt: skip


def sheets(page: Page) -> list[str]:
    """The words on each sheet."""
    needed(PDFTOTEXT, "apt-get install poppler-utils")
    pdf = page.pdf(format="A4", prefer_css_page_size=True)
    read = subprocess.run([PDFTOTEXT, "-layout", "-", "-"], input=pdf, capture_output=True, check=True)
    *found, rest = read.stdout.decode().split("\f")
    assert rest == ""
    return [re.sub(r"\s+", " ", text) for text in found]


def on_every_sheet(found: list[str], *words: str) -> None:
    """Each sheet says this, and holds nothing that is only pressed."""
    for number, text in enumerate(found, 1):
        for word in words:
            assert word in text, f"{word!r} is not on sheet {number} of {len(found)}: {text[:400]}"
        for control in CONTROLS:
            assert control not in text, f"{control!r} is on sheet {number}"
