"""The pages fit every screen: no sideways scrolling, targets large enough, nothing lost at 400 % zoom."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from corti_gateway.sandbox import Sandbox
from tests.browser.conftest import Visit
from tests.browser.pages import Visitor
from tests.browser.tenants import LONG_IDENTIFIER, LONG_NAME, TENANTS

WIDTHS = (1440, 768, 390, 320)

# Elements that stick out of the page; what sticks out of a box that scrolls by itself does not count.
STICKING_OUT = """() => document.documentElement.scrollWidth <= innerWidth ? [] : [
    `${document.documentElement.scrollWidth} > ${innerWidth}`,
    ...[...document.body.querySelectorAll("*")].filter((one) => one.getBoundingClientRect().right > innerWidth + 1)
        .slice(0, 5).map((one) => one.outerHTML.slice(0, 120))]"""

# WCAG 2.5.8: a target has 24 x 24 px, or a circle of that diameter round its middle meets no other target and no
# such circle of another small one.
SMALL_TARGETS = """() => {
    scrollTo(0, 0);
    const shown = (one) => !one || one.getBoundingClientRect().width > 1 && shown(one.parentElement);
    // An open menu lies over the page.
    const page = document.querySelector(":popover-open") ?? document;
    const targets = [...page.querySelectorAll("a, button, select, input:not([type=hidden])")]
        .filter((one) => shown(one) && one.checkVisibility({visibilityProperty: true}) && !one.matches(".skip"))
        .map((one) => [one, one.getBoundingClientRect()]);
    const small = (box) => box.width < 24 || box.height < 24;
    const middle = (box) => [box.left + box.width / 2, box.top + box.height / 2];
    const away = ([x, y], box) =>
        Math.hypot(Math.max(box.left - x, 0, x - box.right), Math.max(box.top - y, 0, y - box.bottom));
    const neighbour = ([one, box]) => small(box) && targets.find(([other, its]) => {
        if (other === one || other.contains(one) || one.contains(other)) return false;
        const [x, y] = middle(its);
        return away(middle(box), its) < 12 || small(its) && away(middle(box), new DOMRect(x, y, 0, 0)) < 24;
    });
    return targets.filter(neighbour).map((target) =>
        [target, neighbour(target)].map(([one, box]) => `${box.width} x ${box.height} ${one.outerHTML.slice(0, 120)}`));
}"""
FOCUS = """() => {
    const one = document.activeElement;
    const box = (one.closest(".toggle") ?? one).getBoundingClientRect();
    const clipped = (part) => part && (getComputedStyle(part).clipPath !== "none" || clipped(part.parentElement));
    return {name: one.outerHTML.slice(0, 90), last: one === document.body,
        hidden: Boolean(clipped(one)) || box.width < 8 || box.height < 8 || box.bottom <= 0 || box.top >= innerHeight
            || box.right <= 0 || box.left >= innerWidth};
}"""

Prepare = Callable[[Visitor, Sandbox], None]


def _list(ada: Visitor, _: Sandbox) -> None:
    ada.open_list(query="?status=completed&status=planned&page=2", rows=25)


def _long_texts(ada: Visitor, _: Sandbox) -> None:
    ada.open_list("crafted", "?sort=id", rows=8)
    assert LONG_NAME in ada.names.all_inner_texts()
    assert LONG_IDENTIFIER in ada.identifiers


def _long_chip(ada: Visitor, _: Sandbox) -> None:
    ada.open_list("crafted", rows=8)
    ada.find("W" * 64)
    assert ada.rows.count() == 1


def _no_match(ada: Visitor, _: Sandbox) -> None:
    ada.open_list(rows=25)
    ada.find("x" * 256)
    assert ada.panel == "no-match"


def _failed(ada: Visitor, sandbox: Sandbox) -> None:
    ada.watch.expect_status(502)
    sandbox.tenant("nordhavn").faults.set("status", status=400, detail="x" * 400)
    ada.open_list(query="?status=completed", rows=0)
    assert ada.panel == "failed"


def _menus(ada: Visitor, _: Sandbox) -> None:
    ada.open_list(rows=25)
    ada.page.get_by_role("button", name="Account and settings").click()
    expect(ada.page.locator("#account")).to_be_visible()


def _choose(ada: Visitor, _: Sandbox) -> None:
    ada.open("/")
    expect(ada.page.locator(".choices a")).to_have_count(len(TENANTS))


def _settings(ada: Visitor, _: Sandbox) -> None:
    ada.open("/accounts/settings/")
    expect(ada.page.get_by_label("Time zone")).to_be_visible()


def _password(ada: Visitor, _: Sandbox) -> None:
    ada.open("/accounts/password/")
    expect(ada.page.get_by_label("Old password")).to_be_visible()


PAGES: list[Prepare] = [_list, _long_texts, _long_chip, _no_match, _failed, _menus, _choose, _settings, _password]


@pytest.mark.parametrize("prepare", PAGES)
def test_no_page_scrolls_sideways_and_every_target_can_be_hit(ada: Visitor, sandbox: Sandbox, prepare: Prepare) -> None:
    prepare(ada, sandbox)
    for width in WIDTHS:
        ada.page.set_viewport_size({"width": width, "height": 800})
        assert (width, ada.page.evaluate(STICKING_OUT)) == (width, [])
        assert (width, ada.page.evaluate(SMALL_TARGETS)) == (width, [])


def test_the_sign_in_fits_the_smallest_screen(visit: Visit) -> None:
    stranger = visit("", viewport={"width": 320, "height": 256})
    stranger.open("/")
    expect(stranger.page.get_by_label("Username")).to_be_visible()
    assert stranger.page.evaluate(STICKING_OUT) == []
    assert stranger.page.evaluate(SMALL_TARGETS) == []


def test_at_four_hundred_percent_zoom_every_cell_and_control_is_still_there(ada: Visitor) -> None:
    ada.open_list("crafted", "?sort=-ended", rows=8)
    wide = [cells.split() for cells in ada.rows.all_inner_texts()]
    controls = ada.page.locator("a:visible, button:visible, select:visible, input:visible").count()
    heads = ada.page.locator("thead a").count()

    # 1280 x 1024 at 400 %.
    ada.page.set_viewport_size({"width": 320, "height": 256})
    for words, row in zip(wide, ada.rows.all(), strict=True):
        narrow = row.inner_text().split()
        assert [word for word in words if word not in narrow] == []
    outside = ada.page.locator("tbody td, tbody th").evaluate_all(
        "cells => cells.filter(cell => { const box = cell.getBoundingClientRect();"
        " return box.left < 0 || box.right > innerWidth || (cell.innerText && !box.height) })"
        ".map(cell => cell.outerHTML.slice(0, 200))"
    )
    assert outside == []
    # The headers' links stay for screen readers; the menu sorts by the same.
    assert ada.page.locator("a:visible, button:visible, select:visible, input:visible").count() >= controls - heads
    for text in ("Encounters", "Crafted Clinic", "Find", "Completed", "Refresh"):
        expect(ada.page.get_by_text(text, exact=True).first).to_be_visible()


@pytest.mark.parametrize("width", [1440, 390])
def test_every_stop_of_the_tab_key_can_be_seen(ada: Visitor, width: int) -> None:
    ada.open_list("crafted", "?status=completed&size=10", rows=8)
    ada.page.set_viewport_size({"width": width, "height": 700})
    stops = []
    for _ in range(60):
        ada.page.keyboard.press("Tab")
        stop = ada.page.evaluate(FOCUS)
        if stop["last"]:
            break
        stops.append(stop)
    assert len(stops) > 30
    assert [stop["name"] for stop in stops if stop["hidden"]] == []


def test_the_identity_comes_first_in_the_cards_of_a_phone(visit: Visit) -> None:
    ada = visit("ada", viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    ada.open_list("crafted", rows=8)
    tops = ada.rows.first.locator("td, th").evaluate_all(
        "cells => cells.map(cell => [cell.getBoundingClientRect().top, cell.getBoundingClientRect().left,"
        " cell.className]).sort((a, b) => a[0] - b[0] || a[1] - b[1]).map(cell => cell[2])"
    )
    assert tops[0] == "c-patient"
    boxes = [row.bounding_box() for row in ada.rows.all()]
    assert all(box and box["x"] >= 0 and box["x"] + box["width"] <= 390 for box in boxes)


def test_the_checks_would_see_a_wide_box_and_crowded_targets(ada: Visitor) -> None:
    ada.open_list(rows=25)
    ada.page.evaluate(
        "() => { const box = document.createElement('div'); box.style.width = '2000px';"
        " for (const name of 'ab') { const one = document.createElement('button'); one.textContent = name;"
        " one.style.minHeight = one.style.height = '10px'; one.style.padding = 0; box.append(one); }"
        " document.querySelector('main').append(box); }"
    )
    assert ada.page.evaluate(STICKING_OUT)
    assert len(ada.page.evaluate(SMALL_TARGETS)) == 2
