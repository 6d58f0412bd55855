"""Who gets in, and who sees which tenant."""

import re
from urllib.parse import parse_qs, urljoin, urlsplit

import pytest
from django.urls import get_resolver, reverse

from corti_gateway.config import RESERVED
from dashboard.tenants.models import Membership
from tests.dashboard.support import PageClient, arguments_of, make_user

URL = "/nordhavn/encounters/"
# What anybody may see without signing in; a page that joins this list does so here, in sight.
PUBLIC = {
    "account_login", "accounts:provider", "accounts:provider-callback", "accounts:refused", "accounts:sign-in",
    "accounts:signed-out", "accounts:start-over", "accounts:theme", "healthz", "metrics", "readyz",
}  # fmt: skip


def url_names(resolver=None, prefix="", of_a_tenant=False):
    """Every name of the URL map but Django's admin site, and whether it is a page of a tenant."""
    for pattern in (resolver or get_resolver()).url_patterns:
        here = of_a_tenant or "tenant" in str(pattern.pattern)
        if hasattr(pattern, "url_patterns"):
            space = f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix
            if space != "admin:":
                yield from url_names(pattern, space, here)
        else:
            yield prefix + pattern.name, here


def addresses():
    for name, of_a_tenant in url_names():
        try:
            yield name, reverse(name)
        except Exception:
            tenant = {"tenant": "nordhavn"} if of_a_tenant else {}
            yield name, reverse(name, kwargs=tenant | arguments_of(name))


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "url"), list(addresses()))
def test_every_page_asks_for_a_sign_in_but_the_listed_ones(upstream, name, url):
    answer = PageClient().get(url)
    asked = answer.status_code == 302 and answer["Location"].startswith("/accounts/sign-in/")
    assert asked != (name in PUBLIC)


@pytest.mark.parametrize("slug", ["riverside", "nowhere", "NORDHAVN", "nordhavn.", "n" * 500])
def test_a_tenant_of_others_does_not_exist(page_client, slug, htmx):
    page = page_client.page(f"/{slug}/encounters/", htmx=htmx)
    assert page.status == 404
    assert "Riverside" not in page.html


def test_a_foreign_and_a_missing_tenant_answer_the_same(page_client):
    foreign, missing = (page_client.page(f"/{slug}/encounters/").html for slug in ("riverside", "nowhere"))

    def without(html, slug):
        html = re.sub(r"Reference <code>\w+", "Reference", html.replace(slug, "…"))
        return re.sub(r'(name="csrfmiddlewaretoken" value)="\w+"', r"\1", html)

    assert without(foreign, "riverside") == without(missing, "nowhere")


def test_a_membership_taken_away_ends_with_the_next_click(page_client, clinician):
    assert page_client.page(URL).status == 200
    Membership.objects.filter(user=clinician).delete()
    assert page_client.page(f"{URL}?page=2", htmx=True).status == 404


def test_a_disabled_account_ends_with_the_next_click(page_client, clinician):
    assert page_client.page(URL).status == 200
    clinician.is_active = False
    clinician.save()
    assert "Sign in" in page_client.page(URL).title


def test_one_tenant_goes_straight_in_and_several_are_offered(page_client, admin_client):
    assert page_client.get("/")["Location"] == URL
    page = admin_client.page("/")
    assert "Nordhavn Clinic" in page.text
    assert "Riverside Hospital" in page.text


def test_no_tenant_is_said_in_words(upstream, db):
    client = PageClient()
    client.force_login(make_user("newcomer", []))
    assert "has no role in any tenant" in client.page("/").text


def test_the_tenant_is_in_path_title_and_band(admin_client):
    for slug, label, other in [
        ("nordhavn", "Nordhavn Clinic", "Riverside Hospital"),
        ("riverside", "Riverside Hospital", "Nordhavn Clinic"),
    ]:
        page = admin_client.page(f"/{slug}/encounters/")
        assert page.title.endswith(label)
        assert page.one(r'aria-label="Tenant: ([^.]*)\. Change tenant"') == label
        assert other in page.one(r'<nav class="menu menu-tenants"[^>]*>(.*?)</nav>')


def test_two_tabs_do_not_mix(admin_client, upstream):
    upstream.add("nordhavn", title="Only in Nordhavn")
    upstream.add("riverside", title="Only in Riverside")
    for _ in range(3):
        here, there = (admin_client.page(f"/{slug}/encounters/", htmx=True) for slug in ("nordhavn", "riverside"))
        assert "Only in Nordhavn" in here.text
        assert "Only in Riverside" not in here.text
        assert "Only in Riverside" in there.text
        assert "Only in Nordhavn" not in there.text


def test_a_session_that_is_over_moves_the_whole_page_to_the_sign_in(page_client):
    page_client.session.flush()
    answer = page_client.get(f"{URL}?page=2", headers={"HX-Request": "true"})
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer["HX-Redirect"] == f"/accounts/sign-in/?next={URL}%3Fpage%3D2&ended=1"
    assert "Your session is over" in page_client.page(answer["HX-Redirect"]).text


@pytest.mark.parametrize(
    ("page", "target"),
    [
        (f"http://testserver{URL}?status=planned&page=2", f"{URL}?status=planned&page=2"),
        ("http://[::1", URL),
        ("http://testserver//evil.example/x", URL),
        ("https://evil.example/", URL),
        ("javascript:alert(1)", URL),
    ],
)
def test_a_form_without_a_session_leads_back_to_the_page_it_was_on(upstream, db, page, target):
    headers = {"HX-Request": "true", "HX-Current-URL": page}
    answer = PageClient().post(URL, {"status": "completed"}, headers=headers)
    assert answer.status_code == 204
    assert parse_qs(urlsplit(answer["HX-Redirect"]).query)["next"] == [target]


def test_a_wrong_host_is_refused_and_nothing_about_it_is_kept(page_client):
    answer = page_client.get(URL, headers={"Host": "evil.example"})
    assert answer.status_code == 400
    assert answer["Cache-Control"] == "no-store"
    assert "default-src 'none'" in answer["Content-Security-Policy"]


def test_sign_in_returns_to_the_list_that_was_asked_for(clinician):
    client = PageClient()
    page = client.page(f"{URL}?status=planned")
    assert "Sign in to see this page" in page.text
    data = {"username": "clinician", "password": "a long enough password", "next": f"{URL}?status=planned"}
    page = client.page("/accounts/sign-in/", method="post", data=data)
    assert page.response.redirect_chain == [(f"{URL}?status=planned", 302)]


@pytest.mark.parametrize(
    "target",
    ["//evil.example", "https://evil.example", r"\\evil.example", "https:evil.example", "javascript:alert(1)",
     "/\t/evil.example", "http:///evil.example", "%2F%2Fevil.example", "\r\nLocation: //evil.example",
     " //evil.example"],
)  # fmt: skip
@pytest.mark.parametrize("form", ["sign-in", "theme"])
def test_no_form_sends_anybody_to_another_host(clinician, target, form):
    client = PageClient()
    data = {"username": "clinician", "password": "a long enough password", "next": target, "theme": "dark"}
    answer = client.post(reverse(f"accounts:{form}"), data)
    assert answer.status_code == 302
    resolved = urljoin("http://testserver/accounts/", answer["Location"].replace("\\", "/"))
    assert urlsplit(resolved).netloc == "testserver"


def test_a_wrong_password_and_an_unknown_name_look_the_same(clinician):
    texts = []
    for username in ("clinician", "nobody"):
        data = {"username": username, "password": "wrong"}
        page = PageClient().page("/accounts/sign-in/", method="post", data=data)
        texts.append(page.one(r'<ul class="errorlist[^"]*"[^>]*>(.*?)</ul>'))
    assert texts[0] == texts[1]


def test_sign_out_ends_the_session_on_the_server(page_client):
    assert page_client.get("/accounts/sign-out/").status_code == 405
    cookie = page_client.cookies["session"].value
    answer = page_client.post("/accounts/sign-out/")
    assert answer["Clear-Site-Data"] == '"cache", "storage"'
    old = PageClient()
    old.cookies["session"] = cookie
    assert old.get(URL).status_code == 302


def test_a_new_session_begins_at_sign_in(clinician):
    client = PageClient()
    client.cookies["session"] = "planted-by-somebody-else-0000000"
    client.post("/accounts/sign-in/", {"username": "clinician", "password": "a long enough password"})
    assert client.cookies["session"].value != "planted-by-somebody-else-0000000"


def test_a_password_can_be_changed(page_client, clinician):
    new = "correct horse battery staple"
    data = {"old_password": "a long enough password", "new_password1": new, "new_password2": new}
    page = page_client.page("/accounts/password/", method="post", data=data)
    assert "Your password is changed" in page.text
    clinician.refresh_from_db()
    assert clinician.check_password(new)
    short = data | {"old_password": new, "new_password1": "short", "new_password2": "short"}
    assert "at least 12 characters" in page_client.page("/accounts/password/", method="post", data=short).text


def test_an_odd_time_zone_is_refused_and_named(page_client):
    page = page_client.page("/accounts/settings/", method="post", data={"time_zone": "Mars/Olympus"})
    assert page.status == 422
    assert "Mars/Olympus" in page.text


@pytest.mark.parametrize("theme", ["light", "dark", "system"])
def test_the_theme_is_kept_and_the_list_with_it(page_client, theme):
    page = page_client.page("/accounts/theme/", method="post", data={"theme": theme, "next": f"{URL}?status=planned"})
    assert page.response.redirect_chain == [(f"{URL}?status=planned", 302)]
    assert page.one(r'<html lang="en" data-theme="(\w+)"') == theme


def test_an_odd_theme_changes_nothing(page_client):
    page_client.post("/accounts/theme/", {"theme": '"><script>', "next": "/"})
    page_client.cookies["theme"] = "odd"
    assert page_client.page(URL).one(r'data-theme="(\w+)"') == "system"


def test_admins_manage_memberships_and_only_of_configured_tenants(admin_client, clinician):
    url = reverse("admin:accounts_user_change", args=[clinician.pk])
    assert admin_client.get(url).status_code == 200
    form = {
        "username": "clinician", "date_joined_0": "2026-01-01", "date_joined_1": "10:00:00", "shortcuts": "on",
        "memberships-TOTAL_FORMS": "1", "memberships-INITIAL_FORMS": "0", "is_active": "on",
        "memberships-0-tenant": "nowhere", "memberships-0-user": clinician.pk,
    }  # fmt: skip
    assert "No tenant “nowhere” is configured" in admin_client.post(url, form).content.decode()
    assert admin_client.post(url, form | {"memberships-0-tenant": "riverside"}).status_code == 302
    assert Membership.objects.filter(user=clinician, tenant="riverside").exists()


def test_the_admin_site_is_for_admins(page_client):
    assert page_client.get("/admin/").status_code == 302


def test_a_membership_of_a_tenant_no_longer_configured_is_passed_over(page_client, clinician):
    Membership.objects.create(user=clinician, tenant="closed")
    assert page_client.get("/")["Location"] == URL
    assert page_client.page("/closed/encounters/").status == 404


def test_no_tenant_can_be_named_like_a_page_of_the_dashboard(settings):
    firsts = {str(pattern.pattern).partition("/")[0] for pattern in get_resolver().url_patterns}
    assert firsts - {"", "<slug:tenant>"} | {settings.STATIC_URL.strip("/")} == RESERVED
