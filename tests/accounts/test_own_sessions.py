"""Users see where they are signed in, and end what is not theirs any more."""

import pytest

from dashboard.accounts.own_sessions import device
from tests.dashboard.support import PageClient, make_user

SECURITY, END = "/accounts/security/", "/accounts/sign-out/one/"
PASSWORD = "a long enough password"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0"
SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 Version/18.1 Mobile Safari/604.1"
EDGE = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0 Safari/537.36 Edg/142.0"


def signed_in(username, agent, address):
    client = PageClient()
    form = {"username": username, "password": PASSWORD}
    answer = client.post("/accounts/sign-in/", form, headers={"User-Agent": agent}, REMOTE_ADDR=address)
    assert answer.status_code == 302
    return client


@pytest.fixture
def here(karen):
    return signed_in("karen", FIREFOX, "192.0.2.1")


@pytest.fixture
def there(karen):
    return signed_in("karen", SAFARI, "192.0.2.2")


def devices(page):
    return page.all(r"<li><div><b>([^<]* on [^<]*)</b>")


def test_every_session_of_the_user_is_listed_this_one_first(here, there):
    make_user("mette", ["nordhavn"])
    signed_in("mette", EDGE, "192.0.2.3")
    page = here.page(SECURITY)
    assert devices(page) == ["Firefox on Windows", "Safari on iPhone"]
    assert "from 192.0.2.2" in page.text
    assert "192.0.2.3" not in page.text


def test_one_other_session_is_ended(here, there):
    handle = here.page(SECURITY).one(r'name="session" value="(\w+)"')
    assert there.cookies["session"].value not in here.page(SECURITY).html
    assert "That device is signed out" in here.page(END, method="post", data={"session": handle}).text
    assert there.get(SECURITY).status_code == 302
    assert devices(here.page(SECURITY)) == ["Firefox on Windows"]


def test_nobody_ends_the_session_of_somebody_else(here, there):
    handle = here.page(SECURITY).one(r'name="session" value="(\w+)"')
    make_user("mette", ["nordhavn"])
    mette = signed_in("mette", EDGE, "192.0.2.3")
    for wanted in (handle, there.cookies["session"].value, "", "x"):
        assert mette.post(END, {"session": wanted}).status_code == 302
    assert there.get(SECURITY).status_code == 200


def test_what_was_ended_everywhere_is_not_listed(here, there):
    here.post("/accounts/sign-out/everywhere-else/")
    assert devices(here.page(SECURITY)) == ["Firefox on Windows"]


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (FIREFOX, "Firefox on Windows"), (SAFARI, "Safari on iPhone"), (EDGE, "Edge on Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64) Chrome/142.0 Safari/537.36", "Chrome on Linux"), ("", "Unknown browser"),
        ("<script>", "Unknown browser"),
    ],
)  # fmt: skip
def test_a_device_is_said_in_words(agent, words):
    assert device(agent) == words
