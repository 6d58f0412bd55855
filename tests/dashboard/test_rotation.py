"""A new key: what the old one sealed and signed works while it stands in SECRET_KEY_FALLBACKS, and no longer."""

import re

import pytest

from dashboard.encounters.one.addresses import patient_url
from tests.dashboard.support import PageClient

URL = "/nordhavn/encounters/"
NEW = "the key after the rotation, fifty characters long..."


@pytest.fixture
def before(page_client, upstream):
    """A link to a patient's encounters and one to the patient's page, made under the old key."""
    upstream.add(patient={"identifier": "PT-77", "name": "Testa Example"})
    page = page_client.page(URL, method="post", data={"patient": "PT-77"})
    link = page.response.redirect_chain[-1][0]
    assert "patient=" in link
    return link, patient_url("nordhavn", "PT-77")


@pytest.fixture
def rotate(settings):
    def rotated(*, keep):
        settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY] if keep else []
        settings.SECRET_KEY = NEW

    return rotated


def test_sessions_links_and_open_forms_survive_a_rotation(page_client, before, rotate):
    link, patient = before
    form = PageClient(enforce_csrf_checks=True)
    form.cookies = page_client.cookies
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', form.get(URL).content.decode())[1]
    rotate(keep=True)
    assert len(page_client.page(link).rows) == 1
    assert "Testa Example" in page_client.page(patient).text
    assert form.post("/accounts/theme/", {"theme": "dark", "csrfmiddlewaretoken": token})["Location"] == "/"


def test_a_session_moves_to_the_new_key_so_that_the_old_one_can_go(page_client, before, rotate, settings):
    rotate(keep=True)
    assert page_client.get(URL).status_code == 200
    settings.SECRET_KEY_FALLBACKS = []
    assert page_client.get(URL).status_code == 200
    page = page_client.page(before[0])
    assert (page.status, page.state) == (404, ["unreadable-filter"])


def test_a_rotation_without_the_old_key_ends_sessions_and_links_at_once(page_client, before, rotate, clinician):
    rotate(keep=False)
    assert page_client.get(URL).status_code == 302
    page_client.force_login(clinician)
    assert page_client.page(before[0]).status == 404
    assert page_client.page(before[1]).status == 404
