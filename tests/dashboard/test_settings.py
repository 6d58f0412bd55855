"""The start: every variable documented, a missing or odd one stops it and names itself."""

import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
REAL = {
    "CORTI_ENVIRONMENT": "eu",
    "CORTI_TENANT_NAME": "base",
    "CORTI_CLIENT_ID": "client",
    "CORTI_CLIENT_SECRET": "shh-very-secret",
    "SECRET_KEY": "s" * 50,
    "ALLOWED_HOSTS": "dashboard.example.org",
}
OIDC = {
    "OIDC_ISSUER": "https://id.example.org",
    "OIDC_CLIENT_ID": "dashboard",
    "OIDC_CLIENT_SECRET": "shh-very-secret",
}


def start(variables, code="", folder=None):
    """Load the settings in a process of their own; answers its exit code, output and errors."""
    environment = {"PATH": os.environ["PATH"], "ENV_FILE": "", "VAR_DIR": str(folder)} | variables
    program = f"from django.conf import settings; settings.DEBUG; {code}"
    return subprocess.run(
        [sys.executable, "-c", program],
        env=environment | {"DJANGO_SETTINGS_MODULE": "dashboard.settings", "PYTHONWARNINGS": "error"},
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=60,
    )


def test_four_variables_and_two_of_the_dashboard_are_enough_for_a_real_tenant(tmp_path):
    done = start(REAL, "print(settings.TENANTS[0].api_url, settings.HTTPS, settings.DEMO)", tmp_path)
    assert done.stdout.strip() == "https://api.eu.corti.app/v2/ True False", done.stderr


def test_nothing_at_all_is_the_demo_on_this_machine_only(tmp_path):
    code = "print([t.slug for t in settings.TENANTS], settings.ALLOWED_HOSTS, settings.DEMO)"
    done = start({}, code, tmp_path)
    assert done.stdout.strip() == "['nordhavn', 'riverside'] ['127.0.0.1', 'localhost'] True", done.stderr
    assert (tmp_path / "demo-secret-key").stat().st_mode & 0o077 == 0
    assert start({}, "print(len(settings.SECRET_KEY) > 32)", tmp_path).stdout.strip() == "True"


def test_tenants_that_are_but_blanks_are_none_so_no_public_host_shows_the_sandbox(tmp_path):
    blank = {"CORTI_TENANTS": " ", "CORTI_TENANT_NAME": " "}
    assert start(blank, "print(settings.DEMO)", tmp_path).stdout.strip() == "True"
    refused = start(blank | {"ALLOWED_HOSTS": "dashboard.example.org", "SECRET_KEY": "s" * 50}, "", tmp_path)
    assert "CORTI_TENANTS is not set, so the sandbox would be shown" in refused.stderr


def test_a_redis_that_hangs_is_waited_for_a_second(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"redis://127.0.0.1:{silent.getsockname()[1]}/0"
        code = (
            "import django; django.setup(); from dashboard import remembering;"
            "print(remembering.recall('x'), remembering.count('y', 5))"
        )
        done = start(REAL | {"CACHE_URL": url}, code, tmp_path)
    assert done.stdout.strip() == "None 1", done.stderr
    assert "The cache does not answer: TimeoutError" in done.stderr


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY"),
        ({"SECRET_KEY": "", "SECRET_KEY_FILE": "/nowhere/key"}, "SECRET_KEY_FILE"),
        ({"ALLOWED_HOSTS": ""}, "ALLOWED_HOSTS"),
        ({"WEB_WORKERS": "many"}, "WEB_WORKERS"),
        ({"HTTPS": "perhaps"}, "HTTPS"),
        ({"DEBUG": "maybe"}, "DEBUG"),
        ({"DEBUG": "on"}, "DEBUG"),
        ({"DATABASE_URL": "nonsense"}, "DATABASE_URL"),
        ({"DATABASE_URL": "foo://bar"}, "DATABASE_URL"),
        ({"CACHE_URL": "foo://bar"}, "CACHE_URL"),
        ({"ENV_FILE": "/nowhere/variables"}, "ENV_FILE"),
        ({"SECRET_KEY": "", "SECRET_KEY_FILE": sys.executable}, "SECRET_KEY_FILE"),
        ({**dict.fromkeys([n for n in REAL if n.startswith("CORTI_")], ""), "SANDBOX_URL": "nonsense"}, "SANDBOX_URL"),
        ({"BEHIND_PROXY": "sometimes"}, "BEHIND_PROXY"),
        ({"DISPLAY_TIME_ZONE": "Mars/Olympus"}, "DISPLAY_TIME_ZONE"),
        ({"LOG_LEVEL": "LOUD"}, "LOG_LEVEL"),
        ({"LOG_FORMAT": "xml"}, "LOG_FORMAT"),
        ({"LIMIT_COUNTS": "0"}, "LIMIT_COUNTS"),
        ({"LIMIT_COUNTS": "many"}, "LIMIT_COUNTS"),
        ({"METRICS_TOKEN": "guessable"}, "METRICS_TOKEN"),
        ({"SESSION_IDLE_MINUTES": "never"}, "SESSION_IDLE_MINUTES"),
        ({"SESSION_IDLE_MINUTES": "2"}, "SESSION_IDLE_MINUTES"),
        ({"SESSION_HOURS": "25"}, "SESSION_HOURS"),
        ({"CORTI_CLIENT_SECRET": ""}, "CORTI_CLIENT_SECRET"),
        ({"CORTI_ENVIRONMENT": "eu/../us"}, "CORTI_ENVIRONMENT"),
        ({"CORTI_API_URL": "http://api.example.org/v2/"}, "CORTI_API_URL"),
        ({"CORTI_INDEX_CALLS": "many"}, "CORTI_INDEX_CALLS"),
        ({"CORTI_TENANTS": "nordhavn"}, "CORTI_TENANTS"),
        ({name: "" for name in REAL if name.startswith("CORTI_")}, "CORTI_TENANTS"),
        ({"MFA_REQUIRED": "clinician,janitor"}, "MFA_REQUIRED"),
        ({"OIDC_ISSUER": "http://id.example.org"}, "OIDC_ISSUER"),
        ({"OIDC_ISSUER": "https://id.example.org"}, "OIDC_CLIENT_ID"),
        (OIDC | {"OIDC_MAX_AGE": "soon"}, "OIDC_MAX_AGE"),
        (OIDC | {"OIDC_GROUPS": "ward"}, "OIDC_GROUPS"),
        (OIDC | {"OIDC_GROUPS": "ward=elsewhere:clinician"}, "OIDC_GROUPS"),
        (OIDC | {"OIDC_GROUPS": "ward=corti:janitor"}, "OIDC_GROUPS"),
    ],
    ids=lambda value: value if isinstance(value, str) else "-".join(value)[:60],
)
def test_a_missing_or_odd_variable_stops_the_start_and_is_named(tmp_path, changed, named):
    done = start(REAL | changed, folder=tmp_path)
    assert done.returncode != 0
    assert named in done.stderr.strip().splitlines()[-1]
    assert "shh-very-secret" not in done.stderr


def test_a_secret_can_come_from_a_file(tmp_path):
    (tmp_path / "key").write_text("k" * 50 + "\n")
    variables = REAL | {"SECRET_KEY": "", "SECRET_KEY_FILE": str(tmp_path / "key")}
    assert start(variables, "print(settings.SECRET_KEY)", tmp_path).stdout.strip() == "k" * 50


def test_variables_can_come_from_a_file_and_the_environment_wins(tmp_path):
    file = tmp_path / "variables"
    file.write_text("\n".join(f"{name}={value}" for name, value in REAL.items()))
    done = start({"ENV_FILE": str(file), "CORTI_ENVIRONMENT": "us"}, "print(settings.TENANTS[0].api_url)", tmp_path)
    assert done.stdout.strip() == "https://api.us.corti.app/v2/", done.stderr


def test_over_https_every_cookie_is_bound_to_this_host(tmp_path):
    code = (
        "print(settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME, settings.SESSION_COOKIE_SECURE,"
        " settings.CSRF_COOKIE_SECURE, settings.SESSION_COOKIE_HTTPONLY, settings.SECURE_HSTS_SECONDS > 31_000_000)"
    )
    assert start(REAL, code, tmp_path).stdout.split() == ["__Host-session", "__Host-csrf", *["True"] * 4]


SECRETS = (
    "SECRET_KEY", "SECRET_KEY_FALLBACKS", "DATABASE_URL", "CACHE_URL", "METRICS_TOKEN", "OIDC_CLIENT_SECRET",
)  # fmt: skip


def variables_read():
    """Every variable that the code asks for, by its name in the source."""
    sources = ["dashboard/settings.py", "dashboard/environment.py", "gunicorn.conf.py"]
    text = "\n".join((ROOT / source).read_text() for source in sources)
    names = set(re.findall(r'(?:env\.\w+|environ\.get)\(\s*"([A-Z_]+)"', text))
    names |= set(re.findall(r'(?:environment\.|= )?\b\w+\(\s*env(?:\.\w+)?, "([A-Z_]+)"', text))
    names |= {
        f"{name}_FILE"
        for name in (
            "SECRET_KEY",
            "SECRET_KEY_FALLBACKS",
            "DATABASE_URL",
            "CACHE_URL",
            "METRICS_TOKEN",
            "OIDC_CLIENT_SECRET",
        )
    }
    names |= set(re.findall(r'text\("(OIDC_[A-Z_]+)"', (ROOT / "dashboard/accounts/oidc.py").read_text()))
    config = (ROOT / "corti_gateway/config.py").read_text()
    tenant = set(re.findall(r'(?:text|needed|secret|address|switch|whole)\("([A-Z_]+)"', config)) - {"TENANTS"}
    names |= {f"CORTI_{name}" for name in tenant} | {f"CORTI_NORDHAVN_{name}" for name in tenant}
    return names | {"CORTI_TENANTS", "CORTI_CLIENT_SECRET_FILE", "CORTI_NORDHAVN_CLIENT_SECRET_FILE"}


def test_env_example_has_every_variable_and_no_other():
    example = (ROOT / ".env.example").read_text()
    written = set(re.findall(r"^(?:# )?([A-Z][A-Z_]+)=", example, re.MULTILINE))
    assert written == variables_read()


def test_docs_configuration_explains_every_variable():
    text = (ROOT / "docs/configuration.md").read_text().replace("<NAME>", "NORDHAVN")
    assert {name for name in variables_read() if f"`{name}`" not in text} == set()
