"""Clinicians have the names that admins gave them, and no others."""

import csv
import io
from dataclasses import replace
from urllib.parse import quote, urlencode

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from dashboard.accounts.models import User
from dashboard.clinicians import directory
from dashboard.clinicians.models import Clinician
from dashboard.clinicians.seen import seen
from dashboard.listing import csv_text
from dashboard.tenants.registry import registry
from dashboard.tenants.roles import Role
from tests.dashboard.support import PageClient, make_user

URL = "/nordhavn/clinicians/"
HOLM, LANG, WEISS = (
    f"{sign * 8}-0000-4000-8000-00000000{number}" for sign, number in (("a", 1111), ("b", 2222), ("c", 3333))
)
FOREIGN = "ffffffff-0000-4000-8000-000000009999"
FORM = "application/x-www-form-urlencoded"


@pytest.fixture(autouse=True)
def encounters(monkeypatch):
    """How many encounters the index has by tenant and id: set by a test."""
    counted = {"nordhavn": {HOLM: 3, LANG: 1250}, "riverside": {FOREIGN: 7}}
    monkeypatch.setattr(
        "dashboard.clinicians.seen.seen", lambda tenant: counted[tenant.slug] if tenant.config.index else {}
    )
    return counted


def named(identifier, name, tenant="nordhavn", user=None):
    return Clinician.objects.create(tenant=tenant, assigned_user_id=identifier, name=name, user=user)


def everybody(tenant="nordhavn"):
    clinicians = Clinician.objects.filter(tenant=tenant).order_by("assigned_user_id")
    return list(clinicians.values_list("assigned_user_id", "name", "user__username"))


def save(client, **data):
    return client.page(f"{URL}edit/", method="post", data={"assigned_user_id": HOLM, "name": "Dr. Holm"} | data)


def paste(client, text):
    return client.page(f"{URL}import/", method="post", data=urlencode({"text": text}), content_type=FORM)


def upload(client, content, follow=True):
    file = SimpleUploadedFile("clinicians.csv", content, content_type="text/csv")
    return client.page(f"{URL}import/", method="post", data={"file": file}, follow=follow)


def said(page):
    """What the page confirms."""
    return page.all(r'<p class="notice notice-info" role="status">(.*?)</p>')


def problems(page):
    return [" ".join(item.split()) for item in page.all(r"<li>(<b>Line.*?|[^<]*)</li>")]


# --- The directory -----------------------------------------------------------------------------------------------


def test_a_known_id_has_its_name_and_an_unknown_one_has_none(db):
    named(HOLM, "Dr. Holm")
    assert directory.names("nordhavn") == {HOLM: "Dr. Holm"}
    assert directory.unknown(LANG) == "Unknown clinician bbbb…2222"


@pytest.mark.parametrize("same", ["Dr. Holm", "dr. holm"])
def test_two_clinicians_of_one_name_are_told_apart_by_a_short_id(db, same):
    named(HOLM, "Dr. Holm")
    named(LANG, same)
    named(WEISS, "Dr. Weiss")
    assert directory.names("nordhavn") == {
        HOLM: "Dr. Holm (aaaa…1111)",
        LANG: f"{same} (bbbb…2222)",
        WEISS: "Dr. Weiss",
    }


def test_ids_that_look_the_same_when_shortened_are_shown_whole(db):
    twins = ["7f3a-one-and-c21e", "7f3a-two-and-c21e"]
    for twin in twins:
        named(twin, "Dr. Holm")
    assert list(directory.names("nordhavn").values()) == [f"Dr. Holm ({twin})" for twin in twins]


def test_a_name_that_looks_like_one_told_apart_is_told_apart_from_it():
    given = {HOLM: "Dr. Holm", LANG: "Dr. Holm", WEISS: "Dr. Holm (aaaa…1111)"}
    assert len(set(directory.told_apart(given).values())) == 3


def test_the_same_name_in_another_tenant_is_no_namesake(db):
    named(HOLM, "Dr. Holm")
    named(FOREIGN, "Dr. Holm", "riverside")
    assert directory.names("nordhavn") == {HOLM: "Dr. Holm"}


def test_a_user_has_all_ids_that_are_tied_to_them_in_this_tenant(db):
    karen = make_user("karen", ["nordhavn", "riverside"])
    for identifier, tenant, user in (
        (LANG, "nordhavn", karen),
        (HOLM, "nordhavn", karen),
        (FOREIGN, "riverside", karen),
    ):
        named(identifier, "Dr. Holm", tenant, user)
    named(WEISS, "Dr. Weiss")
    assert directory.mine("nordhavn", karen) == (HOLM, LANG)
    assert directory.mine("nordhavn", make_user("other", ["nordhavn"])) == ()


def test_a_question_to_the_directory_is_one_query(db, django_assert_num_queries):
    user = make_user("karen", ["nordhavn"])
    for identifier in (HOLM, LANG, WEISS):
        named(identifier, "Dr. Holm", user=user)
    with django_assert_num_queries(1):
        assert len(directory.names("nordhavn")) == 3
    with django_assert_num_queries(1):
        assert len(directory.mine("nordhavn", user)) == 3


def test_a_user_who_is_deleted_leaves_the_name(db):
    named(HOLM, "Dr. Holm", user=make_user("karen", ["nordhavn"]))
    User.objects.all().delete()
    assert everybody() == [(HOLM, "Dr. Holm", None)]


def test_ids_are_seen_where_the_index_has_encounters_of_theirs(upstream, settings, monkeypatch):
    monkeypatch.setattr(
        "dashboard.clinicians.seen.encounters_by_clinician",
        lambda slug: {"": 5, HOLM: 3, LANG: 0} if slug == "nordhavn" else {},
    )
    assert seen(registry()["nordhavn"]) == {HOLM: 3}
    assert seen(registry()["riverside"]) == {}
    settings.TENANTS = tuple(replace(config, index=False) for config in settings.TENANTS)
    assert seen(registry()["nordhavn"]) == {}


# --- Who may see it ----------------------------------------------------------------------------------------------

PATHS = ["", "edit/", "import/", "export/"]


@pytest.mark.parametrize("path", PATHS)
def test_a_member_who_is_no_admin_is_told_so(page_client, path):
    named(HOLM, "Dr. Holm")
    page = page_client.page(URL + path)
    assert page.status == 403
    assert "Nordhavn Clinic, but has no role that allows this" in page.text
    assert "Holm" not in page.html
    Clinician.objects.all().delete()
    assert page_client.page(URL + path, method="post", data={"assigned_user_id": HOLM, "name": "x"}).status == 403
    assert everybody() == []


def test_an_admin_of_another_tenant_does_not_get_in(upstream, db):
    client = PageClient()
    client.force_login(make_user("elsewhere", ["riverside"], list(Role), is_staff=True))
    assert [client.page(URL + path).status for path in PATHS] == [404] * 4


@pytest.mark.parametrize("path", PATHS)
def test_a_stranger_is_asked_to_sign_in(upstream, db, path):
    answer = PageClient().get(URL + path)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/sign-in/")


def test_only_admins_have_the_link_and_only_inside_a_tenant(admin_client, page_client):
    link = f'<a href="{URL}">Clinicians</a>'
    assert link in admin_client.page("/nordhavn/encounters/").html
    assert link not in page_client.page("/nordhavn/encounters/").html
    assert ">Clinicians</a>" not in admin_client.page("/").html


@pytest.mark.parametrize("path", ["edit/", "import/"])
@pytest.mark.parametrize("content_type", [FORM, "multipart/form-data; boundary=x"])
def test_nothing_is_saved_without_the_token_of_the_form(admin, path, content_type):
    client = PageClient(enforce_csrf_checks=True)
    client.force_login(admin)
    data = urlencode({"assigned_user_id": HOLM, "name": "x", "text": f"assigned_user_id,name\n{HOLM},x"})
    answer = client.post(URL + path, data, content_type=content_type)
    assert answer.status_code == 403
    assert everybody() == []


# --- The table ---------------------------------------------------------------------------------------------------


def test_ids_without_a_name_come_first_and_then_everybody_by_name(admin_client, encounters):
    named(HOLM, "dr. Holm", user=User.objects.get(username="admin"))
    named("x-unseen", "Dr. Ade")
    encounters["nordhavn"][WEISS] = 2000
    page = admin_client.page(URL)
    assert page.title == "Clinicians · Nordhavn Clinic"
    assert page.rows == [
        ["Unknown clinician", WEISS, "–", "2,000", "Name"],
        ["Unknown clinician", LANG, "–", "1,250", "Name"],
        ["Dr. Ade", "x-unseen", "–", "0", "Edit"],
        ["dr. Holm", HOLM, "admin", "3", "Edit"],
    ]
    assert "2 without a name" in page.text


def test_namesakes_are_listed_with_how_they_are_shown(admin_client):
    named(HOLM, "Dr. Holm")
    named(LANG, "Dr. Holm")
    assert "Dr. Holm shown as Dr. Holm (aaaa…1111)" in [row[0] for row in admin_client.page(URL).rows]


def test_nothing_of_another_tenant_is_ever_shown(admin_client):
    stranger = make_user("strangerson", ["riverside"], first_name="Strange", last_name="Strangerson")
    named(FOREIGN, "Dr. Foreign", "riverside", stranger)
    paths = [URL, f"{URL}edit/?id={HOLM}", f"{URL}edit/", f"{URL}import/"]
    for page in (admin_client.page(path) for path in paths):
        assert page.status == 200
        assert not any(text in page.html for text in (FOREIGN, "Foreign", "trangerson"))
    for query in ("", "?unnamed"):
        assert FOREIGN not in admin_client.get(f"{URL}export/{query}").content.decode()
    assert FOREIGN not in admin_client.page(f"{URL}edit/?id={FOREIGN}").rows[1]


def test_a_user_who_left_the_tenant_is_not_named_any_more(admin_client):
    named(HOLM, "Dr. Holm", user=make_user("gone-elsewhere", ["riverside"]))
    assert admin_client.page(URL).rows[1][2] == "No longer a member"
    form = admin_client.page(f"{URL}edit/?id={HOLM}")
    assert "no longer a member: saving ends that" in form.text
    assert "gone-elsewhere" not in form.html + admin_client.get(f"{URL}export/").content.decode()


def test_without_an_index_the_page_says_why_ids_are_missing(admin_client, settings):
    settings.TENANTS = tuple(replace(config, index=False) for config in settings.TENANTS)
    page = admin_client.page(URL)
    assert "ids appear here only once they are entered" in page.notices[0]
    assert page.state == ["nothing-yet"]
    named(HOLM, "Dr. Holm")
    assert admin_client.page(URL).rows == [["Dr. Holm", HOLM, "–", "–", "Edit"]]


def test_many_clinicians_come_in_pages_and_the_edited_one_is_always_there(admin_client, encounters):
    encounters["nordhavn"] = {}
    Clinician.objects.bulk_create(
        Clinician(tenant="nordhavn", assigned_user_id=f"id-{number:03}", name=f"Dr. {number:03}")
        for number in range(205)
    )
    pages = [admin_client.page(f"{URL}?page={number}") for number in (1, 2, 3, 9)]
    assert [len(page.rows) for page in pages] == [100, 100, 5, 5]
    assert pages[0].link("next") == f"{URL}?page=2"
    assert pages[2].link("next") is None
    assert "Page 3 of 3" in admin_client.page(f"{URL}edit/?id=id-204").text
    assert "“x” in the address is not a page" in admin_client.page(f"{URL}?page=x").notices[0]


@pytest.mark.parametrize("odd", ["a/b?c=d&e#f", "<script>", "ø %2F", "'\""])
def test_an_id_of_odd_signs_is_shown_and_edited_like_any_other(admin_client, encounters, odd):
    encounters["nordhavn"] = {odd: 1}
    page = admin_client.page(URL)
    link = page.one(r'<td class="c-edit"><a href="([^"]*)"')
    assert link == f"{URL}edit/?id={quote(odd, safe='')}"
    assert page.rows[0][1] == " ".join(odd.split()) or "<" in odd
    assert (
        save(
            admin_client, assigned_user_id=admin_client.page(link).one(r'name="assigned_user_id" value="([^"]*)"')
        ).status
        == 200
    )
    assert directory.names("nordhavn") == {odd: "Dr. Holm"}


# --- One row -----------------------------------------------------------------------------------------------------


def test_a_name_is_given_changed_and_taken_away(admin_client, clinician):
    page = save(admin_client, name="  Dr.\u00a0 Holm\t", user=clinician.pk)
    assert page.response.redirect_chain == [(URL, 302)]
    assert said(page) == ["The name is saved."]
    assert everybody() == [(HOLM, "Dr. Holm", "clinician")]
    form = admin_client.page(f"{URL}edit/?id={HOLM}")
    assert form.one(r'name="name" value="([^"]*)"') == "Dr. Holm"
    assert form.one(r"<option[^>]* selected>([^<]*)") == "clinician"
    save(admin_client, name="Dr. K. Holm")
    assert everybody() == [(HOLM, "Dr. K. Holm", None)]
    page = save(admin_client, name="", remove="yes")
    assert "The name is removed" in said(page)[0]
    assert everybody() == []


def test_saving_leads_to_the_next_id_without_a_name_if_asked_to(admin_client):
    form = admin_client.page(f"{URL}edit/?id={LANG}")
    following = form.one(r'<button name="next" value="([^"]*)"')
    assert following == HOLM
    page = save(admin_client, assigned_user_id=LANG, next=following)
    assert page.response.redirect_chain == [(f"{URL}edit/?id={HOLM}", 302)]
    assert page.all(r'<button name="next"') == []


def test_an_error_stands_beside_its_field_and_what_was_typed_stays(admin_client):
    page = save(admin_client, name="x" * 121)
    assert page.status == 422
    assert "at most 120 characters" in page.one(r'<ul class="errorlist" id="id_name_error">(.*?)</ul>')
    assert page.one(r'name="name" value="([^"]*)"') == "x" * 121
    assert save(admin_client, name=" \u200b ").status == 422
    assert everybody() == []


@pytest.mark.parametrize("index", [0, 1])
def test_a_user_who_is_no_member_cannot_be_tied(admin_client, index):
    pk = [make_user("stranger", ["riverside"]).pk, 999_999][index]
    page = save(admin_client, user=pk)
    assert page.status == 422
    assert "Choose a member of this tenant." in page.one(r'<ul class="errorlist" id="id_user_error">(.*?)</ul>')
    assert everybody() == []


def test_an_id_can_be_added_before_any_encounter_has_it(admin_client, encounters):
    encounters["nordhavn"] = {}
    assert "Add a clinician" in admin_client.page(f"{URL}edit/").one(r'aria-label="(Add [^"]*)"')
    save(admin_client, adding="True", assigned_user_id=f" {WEISS}\u200b")
    assert everybody() == [(WEISS, "Dr. Holm", None)]
    page = save(admin_client, adding="True", assigned_user_id=WEISS, name="Another")
    assert page.status == 422
    assert "has a name already" in page.one(r'<ul class="errorlist" id="id_assigned_user_id_error">(.*?)</ul>')
    assert everybody() == [(WEISS, "Dr. Holm", None)]


@pytest.mark.parametrize("identifier", ["", " \u200b", "x" * 201])
def test_an_id_that_is_empty_or_too_long_is_refused(admin_client, identifier):
    page = save(admin_client, adding="True", assigned_user_id=identifier)
    assert page.status == 422
    assert page.all(r'id="id_assigned_user_id_error"')


def test_the_same_id_is_another_clinician_in_another_tenant(admin_client):
    save(admin_client)
    data = {"assigned_user_id": HOLM, "name": "Somebody else"}
    admin_client.page("/riverside/clinicians/edit/", method="post", data=data)
    admin_client.page("/riverside/clinicians/edit/", method="post", data=data | {"remove": "yes"})
    assert everybody() == [(HOLM, "Dr. Holm", None)]
    assert everybody("riverside") == []


def test_no_name_of_a_person_is_kept_in_a_cookie(admin_client):
    answer = admin_client.post(f"{URL}edit/", {"assigned_user_id": HOLM, "name": "Dr. Holm"})
    assert answer.cookies["messages"].value
    assert "Holm" not in answer.cookies["messages"].value


# --- A file ------------------------------------------------------------------------------------------------------

GOOD = f"assigned_user_id,name,username\n{HOLM},Dr. Holm,clinician\n{LANG},Nurse Lang,\n"


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_a_file_is_imported_however_a_spreadsheet_wrote_it(admin_client, clinician, separator, newline, encoding):
    text = GOOD.replace("Lang", "Läng").replace(",", separator).replace("\n", newline)
    page = upload(admin_client, text.encode(encoding))
    assert said(page) == ["Imported: 2 added, 0 changed, 0 unchanged."]
    assert everybody() == [(HOLM, "Dr. Holm", "clinician"), (LANG, "Nurse Läng", None)]


def test_pasted_text_is_imported_and_counted(admin_client, clinician):
    named(HOLM, "Dr. Holm", user=clinician)
    named(LANG, "Nurse Lang", user=clinician)
    named(WEISS, "Dr. Weiss")
    page = paste(admin_client, f"\ufeff\n{GOOD},,\nnew,Dr. New,\n")
    assert said(page) == ["Imported: 1 added, 1 changed, 1 unchanged."]
    assert page.response.redirect_chain == [(URL, 302)]
    assert everybody() == [
        (HOLM, "Dr. Holm", "clinician"),
        (LANG, "Nurse Lang", None),
        (WEISS, "Dr. Weiss", None),
        ("new", "Dr. New", None),
    ]


def test_without_the_column_username_no_tie_changes(admin_client, clinician):
    named(HOLM, "Dr. Holm", user=clinician)
    paste(admin_client, f"NAME;assigned_user_id\nDr. K. Holm;{HOLM}\n")
    assert everybody() == [(HOLM, "Dr. K. Holm", "clinician")]


def test_every_bad_line_is_named_and_nothing_is_imported_or_lost(admin_client):
    make_user("stranger", ["riverside"])
    lines = [
        "assigned_user_id,name,username",
        f"{HOLM},Dr. Holm,",
        f"{LANG},,",
        ",Dr. Nobody,",
        f"{HOLM},Dr. Holm again,",
        f"{WEISS},{'x' * 121},",
        f"{'y' * 201},Dr. Long,",
        "one,Dr. One,stranger",
        "two,Dr. Two,nobody",
        "three,Dr. Three",
        '"four"x,Dr. Four,',
        '"five',
        'more",Dr. Five,',
        "six,Dr. Six,,",
        '"seven,Dr. Seven,',
    ]
    text = "\n".join(lines)
    page = paste(admin_client, text)
    assert page.status == 422
    assert problems(page) == [
        "<b>Line 3:</b> the name is empty.",
        "<b>Line 4:</b> the id is empty.",
        f"<b>Line 5:</b> the id “{HOLM}” stands in line 2 already.",
        "<b>Line 6:</b> the name has more than 120 signs.",
        "<b>Line 7:</b> the id has more than 200 signs.",
        "<b>Line 8:</b> no member of Nordhavn Clinic has the username “stranger”.",
        "<b>Line 9:</b> no member of Nordhavn Clinic has the username “nobody”.",
        "<b>Line 10:</b> has 2 cells, but the first line names 3.",
        "<b>Line 11:</b> text stands after a closing quotation mark.",
        "<b>Line 12:</b> a cell goes over several lines.",
        "<b>Line 14:</b> has 4 cells, but the first line names 3.",
        "<b>Line 15:</b> a quotation mark is opened and never closed.",
    ]
    assert "Nothing was imported: 12 things to mend" in page.text
    assert page.one(r"<textarea[^>]*>\n(.*?)</textarea>") == text
    assert everybody() == []


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "<b>Line 1:</b> must name the columns"),
        (f"{HOLM},Dr. Holm", "<b>Line 1:</b> must name the columns"),
        ("name,username\nDr. Holm,", "<b>Line 1:</b> must name the columns"),
        (f"assigned_user_id,name,colour\n{HOLM},Dr. Holm,red", "<b>Line 1:</b> “colour” is not a column."),
        (f"assigned_user_id,name,name\n{HOLM},Dr. Holm,x", "<b>Line 1:</b> names the column name twice."),
        ("assigned_user_id,name\n\n,\n", "There is no line below the header."),
        ("assigned_user_id,name\n" + "x,y\n" * 5001, "This has more than 5,000 lines."),
        ("assigned_user_id,name\n" + '"a"b,y\n' * 5001, "This has more than 5,000 lines."),
        ("assigned_user_id,name\n" + "ø" * 500_001, "This is more than 1 MB."),
        (f"assigned_user_id,name\n{HOLM},{'x' * 200_000}", "<b>Line 2:</b> a cell is far too long."),
    ],
)
def test_a_text_that_is_no_list_of_clinicians_is_refused_in_words(admin_client, text, problem):
    page = paste(admin_client, text)
    assert page.status == 422
    (found,) = problems(page)
    assert found.startswith(problem)
    assert page.one(r"<textarea[^>]*>\n(.*?)</textarea>") == text
    assert everybody() == []


def test_five_thousand_lines_are_imported_even_pasted(admin_client):
    lines = [f"{number:08}-0000-4000-8000-000000000000,Clinician number {number}" for number in range(5000)]
    text = "\r\n".join(["assigned_user_id,name", *lines, "", ""])
    # More than DATA_UPLOAD_MAX_MEMORY_SIZE, which every other form keeps to.
    assert len(text) > 250_000
    assert said(paste(admin_client, text)) == ["Imported: 5,000 added, 0 changed, 0 unchanged."]
    assert said(upload(admin_client, text.encode())) == ["Imported: 0 added, 0 changed, 5,000 unchanged."]
    assert admin_client.post(f"{URL}edit/", urlencode({"name": text}), content_type=FORM).status_code == 400


def test_a_form_far_beyond_the_limit_is_refused_unread_and_in_words(admin_client):
    page = paste(admin_client, "x" * 4_000_000)
    assert page.status == 413
    assert problems(page) == ["This is much more than 1 MB, too much to be read at all. Import it in parts."]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"assigned_user_id,name\n1,Dr. Holm\n2,J\xf8rgen\n", "<b>Line 3:</b> is not UTF-8 text."),
        (b"x" * 1_000_001, "This is more than 1 MB."),
        ("assigned_user_id,name\n1,Dr. Holm\n".encode("utf-16"), "<b>Line 1:</b> is not UTF-8 text."),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_in_words(admin_client, content, problem):
    page = upload(admin_client, content)
    assert page.status == 422
    assert problems(page)[0].startswith(problem)


def test_an_import_without_a_file_says_so(admin_client):
    page = admin_client.page(f"{URL}import/", method="post", data={})
    assert (page.status, problems(page)) == (422, ["Choose a file, or paste its text."])


def test_hostile_text_comes_back_as_text(admin_client):
    page = paste(admin_client, "</textarea><script>alert(1)</script>,name\n")
    assert page.status == 422
    assert "<script>alert" not in page.html


def test_an_import_changes_its_own_tenant_only(admin_client):
    named(HOLM, "Dr. Foreign", "riverside")
    assert said(paste(admin_client, f"assigned_user_id,name\n{HOLM},Dr. Holm"))[0].startswith("Imported: 1 added")
    assert everybody("riverside") == [(HOLM, "Dr. Foreign", None)]


ODD_NAMES = ["=1+1", "+49", "-x", "@x", "'=x", "''@x", "'t Hooft", 'Dr. "Q", MD; PhD', "＝x", "Sørensen", "' =x"]


def test_a_download_holds_no_formula_and_is_imported_unchanged(admin_client, clinician):
    for number, name in enumerate(ODD_NAMES):
        named(f"id-{number:02}", name, user=clinician if number % 2 else None)
    named("=cmd", "Dr. Holm")
    before = everybody()
    answer = admin_client.get(f"{URL}export/")
    assert answer["Content-Disposition"] == 'attachment; filename="clinicians-nordhavn.csv"'
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Cache-Control"] == "no-store"
    cells = [cell for row in csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))) for cell in row]
    assert len(cells) == 3 * (len(before) + 1)
    assert not [cell for cell in cells if cell.strip()[:1] in tuple("=+-@＝＋－＠")]
    assert said(upload(admin_client, answer.content)) == [f"Imported: 0 added, 0 changed, {len(before)} unchanged."]
    assert everybody() == before


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r", "\0", "＝", " =", "\n="])
def test_no_sign_that_starts_a_formula_is_written_first(sign):
    (row,) = csv.reader(io.StringIO(csv_text.write([(f"{sign}x", f"{sign}y", "z")]), newline=""))
    assert row == [f"'{sign}x", f"'{sign}y", "z"]


def test_ids_without_a_name_can_be_downloaded_filled_in_and_imported(admin_client):
    text = admin_client.get(f"{URL}export/?unnamed").content.decode("utf-8-sig")
    assert text.splitlines() == ["assigned_user_id,name,username", f"{LANG},,", f"{HOLM},,"]
    filled = text.replace(",,", ",Dr. Somebody,")
    assert said(paste(admin_client, filled)) == ["Imported: 2 added, 0 changed, 0 unchanged."]
