"""The token endpoint and what the API makes of tokens."""

import base64
from typing import Any

import pytest
import requests

from corti_gateway.sandbox import Sandbox


def test_client_credentials_bring_a_token_with_the_documented_fields(north: Any) -> None:
    response = north.ask_token()
    content = response.json()
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "no-store"
    assert content["expires_in"] == 300
    assert content["refresh_expires_in"] == 0
    assert content["token_type"] == "Bearer"
    assert content["not-before-policy"] == 0
    assert set(content["scope"].split()) == {"openid", "email", "profile"}
    assert content["id_token"].count(".") == content["access_token"].count(".") == 2
    assert "refresh_token" not in content


def test_without_the_openid_scope_there_is_no_id_token(north: Any) -> None:
    assert "id_token" not in north.ask_token(scope="").json()


def test_credentials_may_come_in_a_basic_header(north: Any) -> None:
    basic = base64.b64encode(b"north-client:north%2Dsecret").decode()
    answers = [
        requests.post(
            north.token_url,
            data={"grant_type": "client_credentials"},
            headers={"Authorization": f"Basic {credentials}"},
            timeout=5,
        ).status_code
        for credentials in (basic, "bm9ydGg6eA==", "%%%")
    ]
    assert answers == [200, 401, 401]


@pytest.mark.parametrize(
    ("fields", "status", "error"),
    [
        ({"client_id": "nobody"}, 401, "invalid_client"),
        ({"client_secret": "wrong"}, 401, "unauthorized_client"),
        ({"client_secret": ""}, 401, "unauthorized_client"),
        ({"grant_type": "magic"}, 400, "unsupported_grant_type"),
        ({"grant_type": ""}, 400, "invalid_request"),
    ],
)
def test_wrong_token_requests_are_refused_in_oauth_words(
    north: Any, fields: dict[str, str], status: int, error: str
) -> None:
    response = north.ask_token(**fields)
    assert (response.status_code, response.json()["error"]) == (status, error)
    assert response.json()["error_description"]


def test_a_token_request_in_json_is_refused(north: Any) -> None:
    response = north.session.post(north.token_url, json={"grant_type": "client_credentials"}, timeout=5)
    assert response.status_code == 400


def test_an_unknown_realm_or_a_path_without_one_is_not_found(sandbox: Sandbox) -> None:
    for path in ("realms/nowhere/protocol/openid-connect/token", "oauth2/token", "realms/north/"):
        assert requests.post(sandbox.url + path, data={"grant_type": "x"}, timeout=5).status_code == 404


def test_a_client_of_another_realm_is_unknown(sandbox: Sandbox, north: Any) -> None:
    form = {"grant_type": "client_credentials", "client_id": "south-client", "client_secret": "south-secret"}
    assert requests.post(north.token_url, data=form, timeout=5).json()["error"] == "invalid_client"


@pytest.mark.parametrize("header", ["", "Bearer nonsense", "Basic abc", "Bearer"])
def test_a_call_without_a_good_token_gets_an_empty_401(north: Any, header: str) -> None:
    response = north.call("GET", "interactions/", headers={"Authorization": header})
    assert response.status_code == 401
    assert response.content == b""
    assert response.headers["WWW-Authenticate"].startswith("Bearer ")


def test_a_missing_or_foreign_tenant_name_is_forbidden(north: Any) -> None:
    for name in (None, "", "south", "North"):
        response = north.call("GET", "interactions/", headers={"Tenant-Name": name})
        assert response.status_code == 403
        assert response.headers["Content-Type"] == "application/problem+json"
        problem = response.json()
        assert problem.keys() == {"requestid", "status", "type", "detail"}
        assert problem["status"] == 403
        assert response.headers["X-Request-Id"] == problem["requestid"]


def test_a_token_of_another_realm_is_forbidden(callers: dict[str, Any]) -> None:
    bearer = f"Bearer {callers['south'].token}"
    assert callers["north"].call("GET", "interactions/", headers={"Authorization": bearer}).status_code == 403


def test_a_token_for_streaming_cannot_read(north: Any) -> None:
    bearer = f"Bearer {north.ask_token(scope='openid streams').json()['access_token']}"
    assert north.call("GET", "interactions/", headers={"Authorization": bearer}).status_code == 403


def test_two_clients_of_one_realm_see_their_own_data_only(callers: dict[str, Any]) -> None:
    first, second = callers["first"], callers["second"]
    ours = {row["id"] for row in first.rows(pageSize=100)}
    theirs = {row["id"] for row in second.rows(pageSize=100)}
    assert (len(ours), len(theirs)) == (30, 40)
    assert not ours & theirs
    assert first.call("GET", f"interactions/{min(theirs)}").status_code == 404
    assert second.call("GET", f"interactions/{min(theirs)}").status_code == 200


def test_tokens_end_when_the_clock_says_so(sandbox: Sandbox, north: Any) -> None:
    sandbox.advance(299)
    assert north.ask().status_code == 200
    sandbox.advance(2)
    assert north.ask().status_code == 401
    assert north.sign_in().ask().status_code == 200


def test_revoking_ends_the_tokens_of_one_client_only(sandbox: Sandbox, callers: dict[str, Any]) -> None:
    assert sandbox.revoke_tokens("first") > 0
    assert callers["first"].ask().status_code == 401
    assert callers["second"].ask().status_code == 200
    assert callers["first"].sign_in().ask().status_code == 200


def test_the_life_of_tokens_can_be_set_for_a_tenant(sandbox: Sandbox, callers: dict[str, Any]) -> None:
    south = callers["south"]
    south.tenant.token_life = 20
    assert south.ask_token().json()["expires_in"] == 20
    south.sign_in()
    sandbox.advance(21)
    assert south.ask().status_code == 401
    south.tenant.token_life = 300
