"""Every statement that a page sends to the index says whose rows it is about, and names no other tenant (SR-21)."""

import re
from contextlib import ExitStack, contextmanager

import pytest
from django.db import connections
from django.urls import reverse

from dashboard.index.models import TenantIndex
from dashboard.listing.controls import PATIENT, TEXT
from dashboard.listing.sealed import seal
from tests.dashboard.support import arguments_of
from tests.dashboard.test_isolation import HELD, MARKS, QUERY, SLUGS, fill
from tests.dashboard.test_permissions import MATRIX, is_of_a_tenant

# Numbers that stand for nothing else.
KEYS = {"nordhavn": 770_000_001, "riverside": 770_000_002}
TABLE = re.compile(r"\b(?:FROM|JOIN|INTO|UPDATE)\s+\"?(index_\w+)")
pytestmark = pytest.mark.django_db


@pytest.fixture
def sizes():
    return {"nordhavn": 20, "riverside": 20}


@pytest.fixture
def marked(upstream, following):
    for slug in SLUGS:
        TenantIndex.objects.create(pk=KEYS[slug], slug=slug)
    fill(upstream, following)


@contextmanager
def heard():
    """Every statement on every database, with its values."""
    statements = []

    def note(execute, sql, values, many, context):
        statements.append((sql, list(values or ())))
        return execute(sql, values, many, context)

    with ExitStack() as stack:
        for alias in connections:
            stack.enter_context(connections[alias].execute_wrapper(note))
        yield statements


def about_the_index(statements):
    return [(sql, values) for sql, values in statements if TABLE.search(sql)]


def names_its_tenant(sql, values, slug):
    """By the tenant's key, or by its slug where the table of tenants is asked for that."""
    tables = set(TABLE.findall(sql))
    is_named = KEYS[slug] in values or ("index_tenantindex" in tables and slug in values)
    return is_named and (tables == {"index_tenantindex"} or "tenant_id" in sql)


def check(statements, slug):
    (other,) = set(SLUGS) - {slug}
    for sql, values in about_the_index(statements):
        assert names_its_tenant(sql, values, slug), sql
        assert not {KEYS[other], other} & set(values), sql
        assert str(KEYS[other]) not in sql


def address(name, slug):
    """The page, of an encounter and a patient that are there."""
    key, recording = HELD[-1 if slug == SLUGS[-1] else 1]
    return reverse(
        name,
        kwargs={"tenant": slug}
        | arguments_of(name, sealed=seal(slug, PATIENT, "PT-1"), key=key, recording_key=recording),
    )


def asking(client, slug):
    """All pages of a tenant with all kinds of questions, and what is typed into its search boxes."""
    plain = [f"{key}={value}" for key, values in QUERY.items() for value in values]
    sealed = [f"{PATIENT}={seal(slug, PATIENT, 'PT-1')}", f"{TEXT}={seal(slug, TEXT, MARKS[slug])}"]
    for name in MATRIX:
        if is_of_a_tenant(name):
            for query in ["", *plain, *sealed, f"{sealed[1]}&status=completed&count=1&sort=patient"]:
                yield "get", f"{address(name, slug)}?{query}", {}
    for typed in ("testa", MARKS[slug], "PT-1", "E-2", "t"):
        for name in ("patients:suggest", "patients:list", "encounters:list"):
            yield "post", address(name, slug), {"patient": typed}


@pytest.mark.parametrize("slug", SLUGS)
def test_every_page_asks_for_the_rows_of_its_own_tenant(admin_client, marked, slug):
    asked = 0
    for method, url, form in asking(admin_client, slug):
        with heard() as statements:
            getattr(admin_client, method)(url, form, headers={"HX-Request": "true"} if form else {}, follow=bool(form))
        check(statements, slug)
        asked += len(about_the_index(statements))
    assert asked > 400


def test_the_check_finds_a_statement_without_its_tenant(marked):
    with heard() as statements, connections["default"].cursor() as cursor:
        cursor.execute("SELECT COUNT(*) FROM index_indexedinteraction WHERE status = %s", ["completed"])
    with pytest.raises(AssertionError, match="index_indexedinteraction"):
        check(statements, "nordhavn")
    with heard() as statements, connections["default"].cursor() as cursor:
        cursor.execute("SELECT axis FROM index_tally WHERE tenant_id = %s", [KEYS["riverside"]])
    with pytest.raises(AssertionError, match="index_tally"):
        check(statements, "nordhavn")
