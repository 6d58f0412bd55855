"""/metrics: for who has the token, complete over processes, without a value of anybody."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from corti_gateway.errors import TimedOut
from dashboard import metrics
from dashboard.tenants import circuit
from tests.dashboard.support import CANARY, PageClient

ROOT = Path(__file__).resolve().parents[2]
URL = "/nordhavn/encounters/"
TOKEN = "a token of the tests"


@pytest.fixture
def scrape(settings, upstream, db):
    """Reads /metrics as Prometheus does; answers samples by name and labels."""
    settings.METRICS_TOKEN = TOKEN

    def scraped():
        answer = PageClient().get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
        assert answer.status_code == 200
        assert answer["Cache-Control"] == "no-store"
        samples = {}
        for family in text_string_to_metric_families(answer.content.decode()):
            assert family.documentation
            for sample in family.samples:
                samples[sample.name, *sorted(sample.labels.items())] = sample.value
        return samples

    return scraped


def labelled(name, **labels):
    return (name, *sorted(labels.items()))


def test_without_a_token_in_the_settings_there_is_no_such_page(client, upstream, db, settings):
    settings.METRICS_TOKEN = ""
    assert client.get("/metrics").status_code == 404
    assert client.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404


@pytest.mark.parametrize(
    "header", [None, "", "Bearer", "Bearer ", "Bearer wrong", f"Basic {TOKEN}", TOKEN, f"Bearer {TOKEN}x", "Bearer ü"]
)
def test_without_the_right_token_nothing_is_told(client, settings, upstream, db, header):
    settings.METRICS_TOKEN = TOKEN
    answer = client.get("/metrics", headers={"Authorization": header} if header is not None else {})
    assert (answer.status_code, answer.content, answer["WWW-Authenticate"]) == (401, b"", "Bearer")


def test_requests_and_calls_are_counted_and_timed(scrape, page_client, upstream):
    before = scrape()
    for _ in range(3):
        page_client.get(URL)
    page_client.get("/riverside/encounters/")
    upstream.faults().set("status", status=500)
    page_client.get(URL)
    after = scrape()

    def more(name, **labels):
        return after.get(labelled(name, **labels), 0) - before.get(labelled(name, **labels), 0)

    of_list = {"tenant": "nordhavn", "operation": "list interactions"}
    assert more("dashboard_requests_total", route="encounters:list", status="200") == 3
    assert more("dashboard_requests_total", route="encounters:list", status="404") == 1
    assert more("dashboard_requests_total", route="encounters:list", status="502") == 1
    assert more("dashboard_request_seconds_count", route="encounters:list") == 5
    assert more("dashboard_request_seconds_sum", route="encounters:list") > 0
    assert more("corti_calls_total", outcome="ok", **of_list) >= 3
    assert more("corti_calls_total", outcome="ServerFailed", **of_list) >= 1
    assert more("corti_call_seconds_count", **of_list) >= 4


def test_how_each_tenant_stands_is_read_at_the_moment_of_asking(scrape, following):
    assert not scrape().get(labelled("index_rows", tenant="nordhavn"))
    following.fill("nordhavn")
    circuit.failed("riverside", TimedOut("too slow"))
    found = scrape()
    assert found[labelled("index_rows", tenant="nordhavn")] == 130
    assert found[labelled("index_share", tenant="nordhavn")] == 1
    assert found[labelled("index_patients", tenant="nordhavn")] > 0
    assert labelled("index_calls_total", tenant="nordhavn") in found
    assert found[labelled("index_failures", tenant="nordhavn")] == 0
    assert labelled("index_age_seconds", tenant="nordhavn") in found
    assert found[labelled("corti_circuit_open", tenant="nordhavn")] == 0
    assert found[labelled("corti_circuit_open", tenant="riverside")] == 1


def test_nothing_that_somebody_typed_is_a_label(scrape, page_client, upstream):
    upstream.add(patient={"identifier": f"{CANARY}-1", "name": CANARY})
    page_client.page(URL, method="post", data={"patient": f"{CANARY}-1"})
    page_client.get(f"/{CANARY}/encounters/?q={CANARY}")
    page_client.get(f"/{CANARY}/", headers={"Host": CANARY})
    page_client.generic(CANARY, URL)
    assert CANARY.lower() not in str(scrape()).lower()


def test_switched_off_nothing_is_measured(scrape, page_client, settings):
    before = scrape()
    settings.METRICS_TOKEN = ""
    page_client.get(URL)
    settings.METRICS_TOKEN = TOKEN
    key = labelled("dashboard_requests_total", route="encounters:list", status="200")
    assert scrape().get(key) == before.get(key)


def test_measuring_costs_a_page_less_than_fifty_microseconds(settings):
    settings.METRICS_TOKEN = TOKEN
    metrics.observe_request("encounters:list", 200, 0.01)

    def cost():
        began = time.perf_counter()
        for _ in range(1_000):
            metrics.observe_request("encounters:list", 200, 0.01)
        return (time.perf_counter() - began) / 1_000

    assert min(cost() for _ in range(5)) < 50e-6


MEASURE = """
import os, sys, django
django.setup()
from dashboard import metrics
for _ in range(int(sys.argv[1])):
    metrics.observe_request("encounters:list", 200, 0.01)
"""
READ = f"""{MEASURE}
from dashboard.monitoring import exposition
print(exposition.generate_latest(exposition._measured()).decode())
"""


def test_what_several_processes_measured_is_added_up(tmp_path):
    variables = {
        "PATH": os.environ["PATH"], "ENV_FILE": "", "VAR_DIR": str(tmp_path), "METRICS_TOKEN": TOKEN,
        "PROMETHEUS_MULTIPROC_DIR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "dashboard.settings",
    }  # fmt: skip
    for number in (2, 3):
        subprocess.run([sys.executable, "-c", MEASURE, str(number)], env=variables, cwd=ROOT, check=True, timeout=60)
    done = subprocess.run(
        [sys.executable, "-c", READ, "1"],
        env=variables,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert 'dashboard_requests_total{route="encounters:list",status="200"} 6.0' in done.stdout
