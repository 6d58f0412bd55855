"""Printing: every sheet says whose it is, who printed it, from where and as of when, and holds no controls."""

from corti_gateway.sandbox import HostedTenant
from tests.browser.conftest import Visit
from tests.browser.opened import at_the_list, opened, rows_of
from tests.browser.pages import Visitor
from tests.browser.paper import on_every_sheet, sheets


def test_a_list_says_on_every_sheet_whose_it_is_and_that_more_exist(karen: Visitor) -> None:
    karen.open_list(query="?status=completed&size=100", rows=100)
    found = sheets(karen.page)
    assert len(found) > 2
    on_every_sheet(
        found, "Nordhavn Clinic", "printed by Karen Holm (karen)", "more exist", "Completed", "Read from Corti at 20",
        "Patient", "Status",
    )  # fmt: skip


def long_letter(clinic: HostedTenant) -> str:
    """An encounter with more than fits on a sheet; its path."""
    key = rows_of(clinic)[0].id
    clinic.contents.put(key, documents=["Knee pain.\n" * 150], facts=[f"Fact {number}" for number in range(60)])
    return f"/opened/encounters/{key}/"


def test_a_sheet_says_on_every_page_whose_it_is_and_who_printed_it(clinic: HostedTenant, visit: Visit) -> None:
    ada = visit()
    ada.page.add_init_script("window.print = () => {}")
    ada.open(f"{long_letter(clinic)}print/")
    found = sheets(ada.page)
    assert len(found) > 2
    on_every_sheet(
        found, "Opened Clinic", "printed by Ada Weiss (ada)", "read 20", "times in UTC",
        "Test Person", "born 1 Jan 1980", "P-0",
    )  # fmt: skip


def test_an_encounter_over_its_list_prints_alone_and_says_the_same(clinic: HostedTenant, ada: Visitor) -> None:
    long_letter(clinic)
    page = at_the_list(ada)
    page.locator("a.title").first.click()
    opened(page)
    found = sheets(page)
    assert len(found) > 2
    on_every_sheet(found, "Opened Clinic", "printed by Ada Weiss (ada)", "Test Person", "born 1 Jan 1980", "P-0")
    assert "more exist" not in "".join(found)
    assert "".join(found).count("printed by") == len(found)


def test_paper_printed_while_the_screen_is_shared_says_so(clinic: HostedTenant, visit: Visit) -> None:
    ada = visit()
    ada.page.add_init_script("window.print = () => {}")
    path = long_letter(clinic)
    ada.open_list("opened")
    ada.leaves(lambda: ada.page.keyboard.press("s"))
    for url in ("/opened/encounters/", f"{path}print/"):
        ada.open(url)
        on_every_sheet(sheets(ada.page), "names as initials: screen sharing was on", "Opened Clinic")
