"""An encounter within its list: opened from a row, next and previous, and from its patient's page."""

from urllib.parse import urlsplit

import pytest
from django.urls import reverse

from corti_gateway.deadline import Deadline
from dashboard.listing.controls import PATIENT
from dashboard.listing.sealed import seal
from dashboard.sources import plan
from tests.dashboard.opened import PERSON, keys_of, url_of


def test_every_row_opens_within_its_list(upstream, page_client, htmx):
    page = page_client.page("/nordhavn/encounters/?status=completed&sort=-updated&size=10&page=2", htmx=htmx)
    for key, url in zip(keys_of(page), page.all(r'<a class="title" href="([^"]*)"'), strict=True):
        assert url == url_of(key, query="?status=completed&sort=-updated&size=10&page=2")


@pytest.mark.parametrize(
    "query", ["?size=10", "?size=10&status=completed", "?size=10&sort=created&status=completed&status=cancelled"]
)
def test_next_goes_through_the_whole_list_and_previous_back(upstream, page_client, query):
    pages = [page_client.page(f"/nordhavn/encounters/{query}&page={number}") for number in (1, 2, 3)]
    expected = [key for page in pages for key in keys_of(page)]
    assert len(expected) == 30
    url = pages[0].all(r'<a class="title" href="([^"]*)"')[0]
    walked = []
    for _ in expected[1:]:
        page = page_client.page(url)
        walked.append(page.one(r'data-key="([^"]*)"'))
        url = page_client.get(page.link_of("one-next")).headers["Location"]
    assert [*walked, urlsplit(url).path.split("/")[3]] == expected
    assert "page=3" in url
    for key in reversed(expected[:-1]):
        url = page_client.get(page_client.page(url).link_of("one-previous")).headers["Location"]
        assert urlsplit(url).path.split("/")[3] == key


def test_the_ends_of_the_list_say_so(upstream, page_client):
    query = "?status=completed&size=100"
    keys = keys_of(page_client.page(f"/nordhavn/encounters/{query}"))
    first = page_client.page(url_of(keys[0], "previous", query))
    assert "first encounter of the list" in first.text
    total = keys_of(page_client.page(f"/nordhavn/encounters/{query}&page=2"))
    last = page_client.page(url_of(total[-1], "next", f"{query}&page=2"))
    assert "last encounter of the list" in last.text
    assert last.one(r'data-key="([^"]*)"') == total[-1]


def test_an_encounter_that_left_its_list_says_so(upstream, page_client):
    key = upstream.add(patient=PERSON, status="planned")
    page = page_client.page(url_of(key, "next", "?status=completed"))
    assert page.status == 200
    assert "neither on this page of the list nor on those beside it" in page.text


def test_all_pages_of_a_step_share_one_deadline_that_leaves_time_for_the_encounter(upstream, page_client, monkeypatch):
    asked = []
    real = plan.answer

    def answer(*given, deadline=None, **options):
        asked.append(deadline)
        return real(*given, deadline=deadline, **options)

    monkeypatch.setattr(plan, "answer", answer)
    key = upstream.add(patient=PERSON, status="planned")
    page = page_client.page(url_of(key, "next", "?status=completed&size=10&page=2"))
    assert "neither on this page of the list nor on those beside it" in page.text
    assert len(asked) == 3
    assert len({deadline.at for deadline in asked}) == 1


def test_a_slow_list_is_not_walked_on_when_no_time_is_left(upstream, page_client, monkeypatch):
    real = plan.answer
    asked = []

    def slow(*given, deadline, **options):
        asked.append(deadline)
        page = real(*given, **options)
        monkeypatch.setattr(Deadline, "remaining", lambda self: 0.1 if self.at == deadline.at else 2.0)
        return page

    monkeypatch.setattr(plan, "answer", slow)
    key = upstream.add(patient=PERSON, status="planned")
    page = page_client.page(url_of(key, "next", "?status=completed&size=10&page=2"))
    assert "The list could not be read: Corti took too long to answer." in page.text
    assert page.one(r'data-key="([^"]*)"') == key
    assert len(asked) == 1


@pytest.mark.parametrize("way", ["next", "previous"])
def test_pages_without_an_encounter_to_open_are_called_by_where_they_are(upstream, page_client, monkeypatch, way):
    keys = keys_of(page_client.page("/nordhavn/encounters/?size=10&page=7"))
    place = -1 if way == "next" else 0
    monkeypatch.setattr("dashboard.encounters.one.steps.can_be_opened", lambda row: row.id == keys[place])
    page = page_client.page(url_of(keys[place], way, "?size=10&page=7"))
    assert f"The {way} pages of the list hold no encounter that can be opened." in page.text


def test_going_on_does_not_show_what_the_viewer_must_not_see(upstream, page_client, indexed):
    keys = [upstream.add(patient=PERSON, status=status) for status in ("completed", "deleted", "completed")]
    indexed.once("nordhavn")
    patient = seal("nordhavn", PATIENT, "PT-77")
    shown = keys_of(page_client.page(f"/nordhavn/encounters/?patient={patient}"))
    assert set(shown) == {keys[0], keys[2]}
    location = page_client.get(url_of(shown[0], "next", f"?patient={patient}")).headers["Location"]
    assert urlsplit(location).path == url_of(shown[1])


def test_a_seal_of_another_tenant_in_the_address_loses_the_list_not_the_encounter(key, page_client):
    page = page_client.page(url_of(key, query=f"?patient={seal('riverside', PATIENT, 'PT-77')}"))
    assert page.status == 200
    assert page.link_of("one-close") == f"/nordhavn/encounters/#e-{key[:8]}"


def test_a_patients_page_opens_its_encounters_and_asks_for_their_headlines(key, page_client, indexed):
    page = page_client.page(reverse("patients:one", args=["nordhavn", seal("nordhavn", PATIENT, "PT-77")]))
    url = page.all(rf'<a class="title" href="([^"]*{key}/[^"]*)"')[0]
    assert "patient=" in url
    assert page.all(r'hx-get="([^"]*)" hx-trigger="intersect once, wanted"')[0].startswith(url_of(key, "headline"))
