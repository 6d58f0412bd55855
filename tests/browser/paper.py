"""What a printer gets: a page made into a PDF, and each sheet of it read as text."""

import re
import subprocess
from pathlib import Path

from playwright.sync_api import Page

from tests.browser.conftest import needed

PDFTOTEXT = Path("/usr/bin/pdftotext")


def sheets(page: Page) -> list[str]:
    """The words on each sheet."""
    needed(PDFTOTEXT, "apt-get install poppler-utils")
    pdf = page.pdf(format="A4", prefer_css_page_size=True)
    read = subprocess.run([PDFTOTEXT, "-layout", "-", "-"], input=pdf, capture_output=True, check=True)
    *found, rest = read.stdout.decode().split("\f")
    assert rest == ""
    return [re.sub(r"\s+", " ", text) for text in found]
