"""Two tenants on a sandbox of their own, and their members."""

import zoneinfo

import pytest
from django.core.cache import caches

from corti_gateway.capabilities import Capabilities
from corti_gateway.queries import InteractionQuery
from corti_gateway.sandbox import Sandbox, SandboxTenant
from dashboard.accounts.viewer import Viewer
from dashboard.tenants.registry import Tenant, registry
from dashboard.tenants.roles import Role
from tests.dashboard.following import Following
from tests.dashboard.opened import PERSON
from tests.dashboard.support import NOW, PageClient, Upstream, make_user
from tests.tenants import config_of

# What the API honours, by tenant and size: the same for the same list, and dozens of calls to find out.
_known: dict[tuple[str, int], tuple[Capabilities, int, bool]] = {}


def prove(tenant: Tenant, size: int) -> None:
    """Find out what the tenant's API honours, the first time that a test has such a list; else remember it."""
    gateway, key = tenant.gateway, (tenant.slug, size)
    if key not in _known:
        gateway.prove(wait=True)
        assert gateway.capabilities
        _known[key] = (gateway.capabilities, gateway.sizes.proven, gateway.null_rule.lists_are_empty)
    else:
        capabilities, rows, gateway.null_rule.lists_are_empty = _known[key]
        gateway.sizes.saw(rows)
        # With a token and a connection, as after a probe.
        gateway.list_interactions(InteractionQuery(page_size=1))
        verdicts = gateway.verdicts
        probe, verdicts._probe = verdicts._probe, lambda deadline: capabilities
        verdicts.prove(wait=True)
        verdicts._probe = probe


@pytest.fixture
def sizes():
    """How many generated interactions the two tenants have."""
    return {"nordhavn": 130, "riverside": 40}


@pytest.fixture
def upstream(settings, sizes):
    tenants = [
        SandboxTenant("nordhavn", "Nordhavn Clinic", size=sizes["nordhavn"], seed=1),
        SandboxTenant("riverside", "Riverside Hospital", size=sizes["riverside"], seed=2),
    ]
    with Sandbox(tenants, now=NOW) as sandbox:
        settings.TENANTS = tuple(config_of(tenant, sandbox, deadline=3.0, read_timeout=1.0) for tenant in tenants)
        caches["totals"].clear()
        for tenant in registry().values():
            # What the API honours is known from the start: no probe in the background disturbs a count of calls.
            prove(tenant, sizes[tenant.slug])
            sandbox.tenant(tenant.slug).stats.reset()
        yield Upstream(sandbox)
        for tenant in registry().values():
            tenant.gateway.close()


@pytest.fixture
def following(db, upstream):
    """The means to fill and follow the indexes; nothing is in them yet."""
    return Following()


@pytest.fixture
def indexed(following, upstream):
    """Both tenants' indexes, complete and fresh."""
    for tenant in registry().values():
        following.fill(tenant.slug)
        upstream.tenant(tenant.slug).stats.reset()
    return following


@pytest.fixture
def clinician(db, upstream):
    return make_user("clinician", ["nordhavn"])


@pytest.fixture
def admin(db, upstream):
    return make_user("admin", ["nordhavn", "riverside"], roles=list(Role), is_staff=True, is_superuser=True)


@pytest.fixture
def page_client(clinician):
    client = PageClient()
    client.force_login(clinician)
    return client


@pytest.fixture
def admin_client(admin):
    client = PageClient()
    client.force_login(admin)
    return client


@pytest.fixture
def viewer():
    return Viewer(zoneinfo.ZoneInfo("Europe/Copenhagen"), "Europe/Copenhagen", NOW)


@pytest.fixture(params=[False, True], ids=["page", "fragment"])
def htmx(request):
    """Whether the whole page or its fragment is asked for: both hold the same promises."""
    return request.param


@pytest.fixture
def key(upstream):
    """An encounter of a known person that holds a bit of everything."""
    key = upstream.add(patient=PERSON, title="Knee pain", identifier="ENC-77")
    said = ["Good morning, what brings you in?", "My knee hurts when I run.", "Since when?", "Since March."]
    upstream.hold(key, transcripts=[said])
    transcript = upstream.tenant().contents.of(upstream.tenant().store.get(key)).transcripts[0]["id"]
    facts = [
        {
            "id": "fct-1",
            "text": "Knee pain when running",
            "group": "chief-complaint",
            "source": "core",
            "isDiscarded": False,
            "evidence": [{"type": "transcript", "reference": transcript, "quote": "My knee hurts when I run."}],
        },
        {"id": "fct-2", "text": "Hip pain", "group": "chief-complaint", "isDiscarded": True, "source": "user"},
        {"text": "Rest for two weeks"},
    ]
    return upstream.hold(
        key, transcripts=[said], facts=facts, documents=["Knee pain since March."], guided=["Dear colleague"]
    )
