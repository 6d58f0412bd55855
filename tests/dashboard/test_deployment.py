"""The image and the compose file: they name what exists, and give no process more than it needs."""

import re
from pathlib import Path

import pytest
import yaml

from tests.dashboard.test_settings import variables_read

ROOT = Path(__file__).resolve().parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text()
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text())
OPERATIONS = (ROOT / "docs" / "operations.md").read_text()
OURS = ["migrate", "web", "follower"]
# Of Python, the proxy's and the database's images, and of the probe.
OTHERS = {
    "PATH",
    "PYTHONUNBUFFERED",
    "PYTHONDONTWRITEBYTECODE",
    "DASHBOARD_HOST",
    "POSTGRES_DB",
    "POSTGRES_PASSWORD_FILE",
}


def copied():
    lines = re.findall(r"^COPY (?!--from)(.+)$", DOCKERFILE, re.MULTILINE)
    return [source for line in lines for source in line.split()[:-1]]


def test_the_image_copies_what_exists_and_nothing_else_reaches_the_builder():
    allowed = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert all((ROOT / source).exists() for source in copied())
    assert allowed == set(copied())
    assert "*" in (ROOT / ".dockerignore").read_text().splitlines()


def test_the_final_image_has_no_compiler_and_a_user_of_its_own():
    final = DOCKERFILE.rpartition("\nFROM ")[2]
    assert "USER dashboard" in final
    assert "apt-get" not in DOCKERFILE
    assert "pip install" not in final
    assert "--only-binary :all:" in DOCKERFILE


@pytest.mark.parametrize("name", list(COMPOSE["services"]))
def test_no_service_has_a_root_to_write_to_or_a_right_beyond_its_user_s(name):
    service = COMPOSE["services"][name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "cap_add" not in service
    assert service["security_opt"] == ["no-new-privileges:true"]
    own = {"proxy": ROOT / "deploy" / "proxy.Dockerfile", **dict.fromkeys(OURS, ROOT / "Dockerfile")}
    assert "\nUSER " in own[name].read_text() if name in own else service["user"] in ("postgres", "valkey")


@pytest.mark.parametrize("name", OURS)
def test_our_services_may_write_nothing_but_their_data(name):
    service = COMPOSE["services"][name]
    assert service["tmpfs"] == ["/tmp"]
    assert [volume.partition(":")[2] for volume in service["volumes"]] == ["/data"]
    assert "ports" not in service


def test_only_the_proxy_is_reached_from_outside():
    assert [name for name, service in COMPOSE["services"].items() if "ports" in service] == ["proxy"]
    assert COMPOSE["services"]["proxy"]["ports"] == ["80:80", "443:443", "127.0.0.1:8001:8001"]
    assert COMPOSE["networks"]["inside"] == {"internal": True}
    for name in ("database", "cache"):
        assert COMPOSE["services"][name]["networks"] == ["inside"]


@pytest.mark.parametrize("name", list(COMPOSE["services"]))
def test_a_service_names_what_is_defined(name):
    service = COMPOSE["services"][name]
    assert set(service.get("secrets", [])) <= set(COMPOSE["secrets"])
    assert set(service["networks"]) <= set(COMPOSE["networks"])
    assert set(service.get("depends_on", [])) <= set(COMPOSE["services"])
    for volume in service.get("volumes", []):
        source = volume.partition(":")[0]
        assert (ROOT / source).exists() if source.startswith(".") else source in COMPOSE["volumes"]
    for variable, value in service.get("environment", {}).items():
        assert variable in variables_read() | OTHERS
        if variable.endswith("_FILE"):
            assert value.removeprefix("/run/secrets/") in service["secrets"]


def test_the_image_sets_variables_that_exist():
    names = re.findall(r"\b([A-Z][A-Z_]+)=", DOCKERFILE.partition("\nFROM ")[2])
    assert {"VAR_DIR", "BIND", "STATIC_ROOT"} <= set(names) <= variables_read() | OTHERS


def test_only_the_migration_and_the_database_itself_know_the_owner_of_the_tables():
    of_owner = {"owner_url", "owner_password", "postgres_password"}
    knowing = [name for name, service in COMPOSE["services"].items() if of_owner & set(service.get("secrets", []))]
    assert knowing == ["migrate", "database"]
    assert COMPOSE["services"]["migrate"]["command"][-1].endswith("migrate && python manage.py grant dashboard")
    roles = (ROOT / "deploy" / "roles.sql").read_text()
    assert re.findall(r"/run/secrets/(\w+)", roles) == ["owner_password", "dashboard_password"]
    assert not re.search("SUPERUSER|BYPASSRLS|CREATEROLE|GRANT (?!CONNECT)", roles)


def test_the_services_wait_for_the_migration():
    for name in ("web", "follower"):
        waits = COMPOSE["services"][name]["depends_on"]["migrate"]
        assert waits == {"condition": "service_completed_successfully"}


def test_the_manual_names_what_compose_makes():
    for command, service in re.findall(r"docker compose (exec|run)(?: --?[-\w]+)* (\w+)", OPERATIONS):
        assert service in COMPOSE["services"], command
    for volume in re.findall(r"docker volume rm (\S+)", OPERATIONS):
        project, _, name = volume.partition("_")
        assert (project, name in COMPOSE["volumes"]) == (COMPOSE["name"], True)
    made = re.findall(
        r"> (\w+)(?: |$)", OPERATIONS.partition("mkdir -m 700 secrets")[2].partition("chmod")[0], re.MULTILINE
    )
    passwords = [f"{name}_password" for name in ("postgres", "owner", "dashboard")]
    assert {*made, *passwords} >= set(COMPOSE["secrets"])
    assert {"audit verify", "audit purge"} <= set(re.findall(r"\* .*manage\.py (audit \w+)", OPERATIONS))


def test_what_compose_cannot_do_without_stands_in_a_file_that_each_of_its_commands_reads():
    """Compose reads .env beside its file; what one shell exports is not there for timers."""
    needed = re.findall(r"\$\{(\w+):\?", (ROOT / "compose.yaml").read_text())
    begun = OPERATIONS.partition("### With compose")[2].partition("docker compose up")[0]
    assert needed
    assert set(needed) == set(re.findall(r"echo (\w+)=\S+ >>? \.env$", begun, re.MULTILINE))
    assert "export" not in begun
    assert re.search(r"^ENV .*(?:\\\n.*)*\bENV_FILE= ", DOCKERFILE, re.MULTILINE), "the dashboard does not read it"


def test_what_only_the_owner_of_the_tables_may_is_in_no_crontab_of_the_dashboard_s_user():
    timers = OPERATIONS.partition("## Every day and every month")[2].partition("\n## ")[0]
    ours, _, owners = timers.partition("With two roles in PostgreSQL")
    assert "of the user that the dashboard runs as" in ours
    assert "owner_url" not in ours
    assert re.search(r"^ {4}\S.*DATABASE_URL_FILE=owner_url .* audit purge$", owners, re.MULTILINE)


def test_secrets_are_kept_out_of_git_and_of_the_image():
    ignored = (ROOT / ".gitignore").read_text().splitlines()
    assert {"/secrets/", "/dashboard.env"} <= set(ignored)
    assert not re.search(r"(PASSWORD|SECRET|TOKEN)[A-Z_]*=", DOCKERFILE)
