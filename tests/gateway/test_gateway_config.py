"""The configured tenants, and which addresses may get credentials."""

from typing import Any

import pytest
from gateway_fakes import SECRET

from corti_gateway.addresses import base_address
from corti_gateway.config import RESERVED, tenants_from_env
from corti_gateway.errors import ConfigurationError

SINGLE = {
    "CORTI_ENVIRONMENT": "eu",
    "CORTI_TENANT_NAME": "base",
    "CORTI_CLIENT_ID": "me",
    "CORTI_CLIENT_SECRET": SECRET,
}
SEVERAL = {
    "CORTI_TENANTS": "nordhavn, river-side",
    "CORTI_NORDHAVN_LABEL": "Nordhavn Clinic",
    "CORTI_NORDHAVN_ENVIRONMENT": "eu",
    "CORTI_NORDHAVN_TENANT_NAME": "base",
    "CORTI_NORDHAVN_CLIENT_ID": "me",
    "CORTI_NORDHAVN_CLIENT_SECRET": SECRET,
    "CORTI_NORDHAVN_INDEX": "off",
    "CORTI_NORDHAVN_INDEX_CALLS": "1200",
    "CORTI_RIVER_SIDE_API_URL": "http://127.0.0.1:9100/v2",
    "CORTI_RIVER_SIDE_AUTH_URL": "http://localhost:9100/realms/",
    "CORTI_RIVER_SIDE_TENANT_NAME": "river",
    "CORTI_RIVER_SIDE_CLIENT_ID": "you",
    "CORTI_RIVER_SIDE_CLIENT_SECRET": "other",
}


def test_nothing_set_means_no_tenant() -> None:
    assert tenants_from_env({}) == ()
    assert tenants_from_env({"CORTI_TENANTS": " ", "CORTI_TENANT_NAME": "", "PATH": "/bin"}) == ()


def test_the_names_of_cortis_samples_make_one_tenant() -> None:
    (tenant,) = tenants_from_env(SINGLE)
    assert (tenant.slug, tenant.label, tenant.index, tenant.index_calls) == ("base", "Base", True, 600)
    assert tenant.api_url == "https://api.eu.corti.app/v2/"
    assert tenant.token_url == "https://auth.eu.corti.app/realms/base/protocol/openid-connect/token"


def test_several_tenants_come_in_their_order() -> None:
    first, second = tenants_from_env(SEVERAL)
    assert (first.slug, first.label, first.index, first.index_calls) == ("nordhavn", "Nordhavn Clinic", False, 1200)
    assert (second.slug, second.label) == ("river-side", "River Side")
    assert (second.api_url, second.auth_url) == ("http://127.0.0.1:9100/v2/", "http://localhost:9100/realms/")


def test_the_secret_is_in_no_repr() -> None:
    assert SECRET not in repr(tenants_from_env(SEVERAL))


def test_a_secret_comes_from_a_file(tmp_path: Any) -> None:
    (tmp_path / "secret").write_text("from-file\n")
    variables = {**SINGLE, "CORTI_CLIENT_SECRET": "", "CORTI_CLIENT_SECRET_FILE": str(tmp_path / "secret")}
    assert tenants_from_env(variables)[0].client_secret == "from-file"


@pytest.mark.parametrize("missing", list(SINGLE))
def test_a_missing_variable_is_named(missing: str) -> None:
    with pytest.raises(ConfigurationError, match=rf"^{missing}: ") as caught:
        tenants_from_env({**SINGLE, missing: ""})
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"CORTI_TENANTS": "a,a"}, "CORTI_TENANTS"),
        ({"CORTI_TENANTS": "Nordhavn"}, "CORTI_TENANTS"),
        ({"CORTI_TENANTS": "-a"}, "CORTI_TENANTS"),
        ({"CORTI_TENANTS": "a" * 40}, "CORTI_TENANTS"),
        ({"CORTI_TENANTS": "a/b"}, "CORTI_TENANTS"),
        ({"CORTI_CLIENT_ID": "me"}, "CORTI_TENANTS"),
        ({"CORTI_NORDHAVN_ENVIRONMENT": "eu.evil.example/"}, "CORTI_NORDHAVN_ENVIRONMENT"),
        ({"CORTI_NORDHAVN_ENVIRONMENT": "EU"}, "CORTI_NORDHAVN_ENVIRONMENT"),
        ({"CORTI_NORDHAVN_TENANT_NAME": "../master"}, "CORTI_NORDHAVN_TENANT_NAME"),
        ({"CORTI_NORDHAVN_TENANT_NAME": "a\r\nX: y"}, "CORTI_NORDHAVN_TENANT_NAME"),
        ({"CORTI_NORDHAVN_CLIENT_SECRET": "a\nb"}, "CORTI_NORDHAVN_CLIENT_SECRET"),
        ({"CORTI_NORDHAVN_CLIENT_SECRET_FILE": "/x"}, "CORTI_NORDHAVN_CLIENT_SECRET"),
        (
            {"CORTI_NORDHAVN_CLIENT_SECRET": "", "CORTI_NORDHAVN_CLIENT_SECRET_FILE": "/no/such"},
            "CORTI_NORDHAVN_CLIENT_SECRET_FILE",
        ),
        ({"CORTI_NORDHAVN_INDEX": "maybe"}, "CORTI_NORDHAVN_INDEX"),
        ({"CORTI_NORDHAVN_INDEX_CALLS": "9"}, "CORTI_NORDHAVN_INDEX_CALLS"),
        ({"CORTI_NORDHAVN_INDEX_CALLS": "100001"}, "CORTI_NORDHAVN_INDEX_CALLS"),
        ({"CORTI_NORDHAVN_INDEX_CALLS": "6e2"}, "CORTI_NORDHAVN_INDEX_CALLS"),
        ({"CORTI_NORDHAVN_INDEX_CALLS": "٦٠٠"}, "CORTI_NORDHAVN_INDEX_CALLS"),
        ({"CORTI_NORDHAVN_LABEL": "a\x00b"}, "CORTI_NORDHAVN_LABEL"),
        ({"CORTI_NORDHAVN_API_URL": "http://api.example/"}, "CORTI_NORDHAVN_API_URL"),
        ({"CORTI_RIVER_SIDE_AUTH_URL": ""}, "CORTI_RIVER_SIDE_ENVIRONMENT"),
    ],
)
def test_an_odd_variable_is_named(changed: dict[str, str], named: str) -> None:
    with pytest.raises(ConfigurationError, match=rf"^{named}: "):
        tenants_from_env({**SEVERAL, **changed})


@pytest.mark.parametrize("slug", sorted(RESERVED))
def test_a_tenant_cannot_hide_behind_a_page_of_the_dashboard(slug: str) -> None:
    with pytest.raises(ConfigurationError, match=slug):
        tenants_from_env({**SEVERAL, "CORTI_TENANTS": slug})
    with pytest.raises(ConfigurationError, match="CORTI_TENANT_NAME"):
        tenants_from_env({**SINGLE, "CORTI_TENANT_NAME": slug})


@pytest.mark.parametrize(
    ("variables", "named"),
    [
        ({"CORTI_NORDHAVN_CLIENT_ID": "me"}, "CORTI_NORDHAVN_CLIENT_ID"),
        ({"CORTI_TENANT": "nordhavn"}, "CORTI_TENANT"),
        ({"CORTI_LABEL": "Clinic"}, "CORTI_LABEL"),
        ({**SEVERAL, "CORTI_NORTHAVN_INDEX": "off"}, "CORTI_NORTHAVN_INDEX"),
        ({**SEVERAL, "CORTI_NORDHAVN_CLIENTID": "me"}, "CORTI_NORDHAVN_CLIENTID"),
        ({**SEVERAL, "CORTI_LABEL": "Clinic"}, "CORTI_LABEL"),
        ({**SINGLE, "CORTI_ENVIROMENT": "us"}, "CORTI_ENVIROMENT"),
        ({**SINGLE, "CORTI_NORDHAVN_CLIENT_ID": "me"}, "CORTI_NORDHAVN_CLIENT_ID"),
    ],
)
def test_a_variable_of_no_tenant_stops_the_start(variables: dict[str, str], named: str) -> None:
    with pytest.raises(ConfigurationError, match=rf"^{named}: "):
        tenants_from_env(variables)


def test_empty_variables_of_no_tenant_are_passed_over() -> None:
    assert len(tenants_from_env({**SEVERAL, "CORTI_LABEL": "", "CORTI_OLD_CLIENT_ID": " "})) == 2


HOSTILE = [
    "",
    "api.eu.corti.app",
    "//api.eu.corti.app/",
    "ftp://api.example/",
    "file:///etc/passwd",
    "javascript:alert(1)",
    "gopher://127.0.0.1/",
    "http://api.eu.corti.app/v2/",
    "http://10.0.0.5/",
    "http://192.168.1.1/",
    "http://evil.test/",
    "http://localhost.evil.test/",
    "http://127.0.0.1.evil.test/",
    "http://127.1/",
    "http://2130706433/",
    "http://0x7f000001/",
    "http://0x7f.1/",
    "http://0177.0.0.1/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:7f00:1]/",
    "https://169.254.169.254/latest/",
    "https://[fe80::1]/",
    "https://[fe80::1%25eth0]/",
    "https://0.0.0.0/",
    "https://[::]/",
    "https://224.0.0.1/",
    "https://user@api.example/",
    "https://user:word@api.example/",
    "https://api.eu.corti.app@evil.test/",
    "https://api.example/?a=b",
    "https://api.example/?",
    "https://api.example/#x",
    "https://api.example/#",
    "https://api.example:0/",
    "https://api.example:99999/",
    "https://api.example:abc/",
    "https://api.example:/",
    "https://api.example./",
    "https://äpi.example/",
    "https://api.example/ü/",
    "https://api.example\\@evil.test/",
    "https://api .example/",
    "https://api.example/a b/",
    "https://api.example/../x/",
    "https://api.example/%2e%2e/",
    "https://api.example//x/",
    "https://-api.example/",
    "https://api..example/",
    "https://api.example\r\n/",
    "https://api.example/\x00",
    "https:///v2/",
    "https://[::1/",
    "https://1.2.3/",
    "http://[fd00::1]/",
    "https://[::ffff:169.254.169.254]/",
    "https://255.255.255.255/",
    "https://0x7f000001/",
    "https://xn--/../",
    "https://api.example:-1/",
    "https://api%2eexample/",
    "https://api.example;evil.test/",
    "data:text/plain,x",
    "unix:///var/run/docker.sock",
    "HTTP://EVIL.TEST/",
    "https:api.example",
    "https:/api.example/",
]


def test_there_are_more_than_forty_hostile_addresses() -> None:
    assert len(set(HOSTILE)) > 60


@pytest.mark.parametrize("address", HOSTILE)
def test_a_hostile_base_address_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match=r"^(must|has|is) "):
        base_address(address)


@pytest.mark.parametrize(
    ("address", "read"),
    [
        ("https://api.eu.corti.app/v2/", "https://api.eu.corti.app/v2/"),
        ("https://api.eu.corti.app/v2", "https://api.eu.corti.app/v2/"),
        ("https://API.example:8443", "https://api.example:8443/"),
        ("https://10.0.0.5/corti/v2", "https://10.0.0.5/corti/v2/"),
        ("http://127.0.0.1:9100/v2/", "http://127.0.0.1:9100/v2/"),
        ("http://localhost/", "http://localhost/"),
        ("http://[::1]:9100/v2", "http://[::1]:9100/v2/"),
    ],
)
def test_a_good_base_address_is_read(address: str, read: str) -> None:
    assert base_address(address) == read
