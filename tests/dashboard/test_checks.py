"""``manage.py check``: a wrong configuration is found before the start, in words that say what to do."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import SystemCheckError

from tests.dashboard.test_settings import REAL

ROOT = Path(__file__).resolve().parents[2]
GOOD = REAL | {"CACHE_URL": "redis://127.0.0.1:6379/0"}


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "data"
    made.mkdir(mode=0o700)
    return made


def check(folder, variables, *options):
    environment = {"PATH": os.environ["PATH"], "ENV_FILE": "", "VAR_DIR": str(folder)} | GOOD | variables
    return subprocess.run(
        [sys.executable, "manage.py", "check", "--fail-level", "WARNING", *options],
        env=environment,
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=60,
    )


def test_a_right_configuration_passes_and_so_does_the_deployment_check(folder):
    done = check(folder, {"SECRET_KEY": "aB3-" + "xyz0123456789_KLMNOPQ" * 3}, "--deploy")
    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"ALLOWED_HOSTS": "*"}, "E001) ALLOWED_HOSTS: *"),
        ({"ALLOWED_HOSTS": ".example.org"}, "E001) ALLOWED_HOSTS: .example.org"),
        ({"HTTPS": "off"}, "E002) HTTPS is off"),
        ({"HTTPS": "off", "ALLOWED_HOSTS": "localhost", "BEHIND_PROXY": "on"}, "E003) BEHIND_PROXY"),
        ({"CSRF_TRUSTED_ORIGINS": "http://dashboard.example.org"}, "E004) CSRF_TRUSTED_ORIGINS"),
        ({"CSRF_TRUSTED_ORIGINS": "https://dashboard.example.org/path"}, "E004) CSRF_TRUSTED_ORIGINS"),
        ({"CSRF_TRUSTED_ORIGINS": "https://*.example.org"}, "E004) CSRF_TRUSTED_ORIGINS"),
        ({"VAR_DIR": "/proc/nowhere"}, "E005) VAR_DIR: /proc/nowhere cannot be written to"),
        ({"CACHE_URL": "locmemcache://"}, "W001) CACHE_URL: 2 web processes"),
        ({"CORTI_API_URL": "http://127.0.0.1:9100/v2/"}, "W002) The API of tenant base"),
    ],
)
def test_a_wrong_configuration_is_told_in_words(folder, changed, said):
    done = check(folder, changed)
    assert done.returncode == 1
    assert f"dashboard.{said}" in done.stderr
    assert "shh-very-secret" not in done.stderr


def test_two_names_for_one_tenant_are_told(folder):
    client = {"TENANT_NAME": "base", "ENVIRONMENT": "eu", "CLIENT_ID": "same", "CLIENT_SECRET": "shh"}
    variables = dict.fromkeys([name for name in REAL if name.startswith("CORTI_")], "")
    for slug in ("ONE", "TWO"):
        variables |= {f"CORTI_{slug}_{name}": value for name, value in client.items()}
    done = check(folder, variables | {"CORTI_TENANTS": "one,two"})
    assert "W003) The tenants one and two are the same API client" in done.stderr


@pytest.mark.parametrize("path", ["", "dashboard.sqlite3", "dashboard.sqlite3-wal", "audit.sqlite3"])
@pytest.mark.parametrize("bits", [0o040, 0o004])
def test_data_open_to_others_is_refused(folder, path, bits):
    (folder / "dashboard.sqlite3-wal").touch(mode=0o600)
    (folder / "dashboard.sqlite3").touch(mode=0o600)
    (folder / "audit.sqlite3").touch(mode=0o600)
    opened = folder / path
    opened.chmod((0o700 if opened.is_dir() else 0o600) | bits)
    done = check(folder, {})
    assert done.returncode == 1
    assert f"E006) {opened} is open to other users" in done.stderr
    assert f"chmod {'700' if opened.is_dir() else '600'} {opened}" in done.stderr


def test_variables_may_be_for_a_group_and_not_for_everybody(folder):
    file = folder / "variables"
    file.write_text("")
    file.chmod(0o640)
    assert check(folder, {"ENV_FILE": str(file)}).returncode == 0
    file.chmod(0o644)
    assert f"E006) {file} is open" in check(folder, {"ENV_FILE": str(file)}).stderr


def test_a_new_installation_can_be_migrated_and_started_again(tmp_path):
    folder = tmp_path / "data"
    environment = {"PATH": os.environ["PATH"], "ENV_FILE": "", "VAR_DIR": str(folder)} | GOOD
    for _ in range(2):
        migrate = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
        done = subprocess.run(migrate, env=environment, capture_output=True, text=True, cwd=ROOT, timeout=120)
        assert done.returncode == 0, done.stderr
    made = {path.name: path.stat().st_mode & 0o777 for path in folder.glob("*.sqlite3*")}
    assert {"dashboard.sqlite3", "audit.sqlite3"} <= set(made)
    assert set(made.values()) == {0o600}


def test_what_the_dashboard_makes_itself_is_for_its_owner_only(tmp_path):
    """Under a umask that would give it to everybody."""
    folder = tmp_path / "made"
    environment = {"PATH": os.environ["PATH"], "ENV_FILE": "", "VAR_DIR": str(folder)} | GOOD
    subprocess.run(
        ["sh", "-c", f"umask 0 && exec {sys.executable} manage.py migrate tenants --verbosity 0"],
        env=environment,
        cwd=ROOT,
        check=True,
        timeout=120,
    )
    assert folder.stat().st_mode & 0o777 == 0o700
    files = list(folder.iterdir())
    assert (folder / "dashboard.sqlite3") in files
    assert {file.stat().st_mode & 0o077 for file in files} == {0}


def test_a_database_that_does_not_answer_or_is_not_migrated_is_told(folder):
    unreachable = {"DATABASE_URL": "postgres://me:pass-canary@127.0.0.1:1/nothing"}
    pytest.importorskip("psycopg")
    done = check(folder, unreachable, "--database", "default")
    assert "E007) The database of DATABASE_URL does not answer" in done.stderr
    assert "pass-canary" not in done.stderr + done.stdout
    told = check(folder, {}, "--database", "default").stderr
    for which in ("DATABASE_URL", f"the access log ({folder / 'audit.sqlite3'})"):
        assert re.search(rf"W004\) \d+ migrations are not applied to the database of {re.escape(which)}\.", told)


def test_an_access_log_that_does_not_answer_is_told_apart_from_the_database(folder):
    environment = {"PATH": os.environ["PATH"], "ENV_FILE": "", "VAR_DIR": str(folder)} | GOOD
    migrate = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
    subprocess.run(migrate, env=environment, cwd=ROOT, check=True, timeout=120)
    assert check(folder, {}, "--database", "default").returncode == 0
    for file in folder.glob("audit.sqlite3*"):
        file.write_bytes(b"not a database " * 1_000)
    done = check(folder, {}, "--database", "default")
    assert done.returncode == 1
    which = f"the access log ({folder / 'audit.sqlite3'})"
    assert f"E007) The database of {which} does not answer: file is not a database" in done.stderr
    assert "DATABASE_URL" not in done.stderr


def test_the_demo_is_left_alone(settings, tmp_path):
    settings.DEMO = True
    settings.ALLOWED_HOSTS = ["*"]
    tmp_path.chmod(0o755)
    settings.VAR_DIR = tmp_path
    call_command("check")
    settings.DEMO = False
    with pytest.raises(SystemCheckError, match="E006"):
        call_command("check")
