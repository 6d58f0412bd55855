"""The access log on a disk that really fails, and under a process that is really killed (SR-26, SR-27)."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.dashboard.support import CANARY

ROOT = Path(__file__).resolve().parents[2]
WELL = {"page": 200, "shows": True, "says": False, "sign_in": 302, "signed_in": True, "trouble": ""}
ILL = {"page": 503, "shows": False, "says": True, "sign_in": 503, "signed_in": False, "trouble": ""}


def run(folder, what, **variables):
    """What the process told, line by line."""
    environment = variables | {
        "PATH": os.environ["PATH"], "ENV_FILE": "", "DJANGO_SETTINGS_MODULE": "tests.settings",
        "DATABASE_URL": f"sqlite:///{folder}/dashboard.sqlite3",
    }  # fmt: skip
    command = [sys.executable, "-m", "tests.audit.on_disk", what]
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    assert CANARY not in done.stdout + done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()], done.stderr


def test_a_page_that_a_failing_disk_does_not_log_is_not_shown(upstream, tmp_path):
    upstream.add(patient={"identifier": f"{CANARY}-1", "name": f"{CANARY} Testa"})
    told, errors = run(tmp_path, "trouble", SANDBOX_URL=upstream.sandbox.url.rstrip("/"))
    assert [one["kind"] for one in told] == ["disk_full", "locked", "read_only"]
    for one in told:
        assert one["before"].items() >= WELL.items(), one
        assert one["during"].items() >= ILL.items(), one
        assert one["during"]["entries"] == one["entries"], "nothing is half-written"
        assert one["after"].items() >= WELL.items(), one
        # The page, and beside it in the chain of no tenant the sign-in.
        assert one["after"]["entries"] == one["entries"] + 1
        assert one["after"]["rows"] == one["during"]["rows"] + 2
    assert errors.count("The access log could not be written: OperationalError") >= 6


def test_a_log_that_somebody_writes_to_is_whole_all_the_time(tmp_path):
    told, _ = run(tmp_path, "living")
    assert [one["trouble"] for one in told] == [""] * 8
    assert told[-1]["entries"] > told[0]["entries"]


@pytest.mark.slow
def test_a_process_that_is_killed_in_the_midst_of_writing_leaves_a_whole_chain(tmp_path):
    rounds, _ = run(tmp_path, "killed")
    assert len(rounds) == 25
    assert [one["trouble"] for one in rounds] == [""] * 25
    assert [one["lost"] for one in rounds] == [[]] * 25, "what was told as written is there"
    counts = [one["entries"] for one in rounds]
    assert counts == sorted(counts)
    assert sum(one["told"] for one in rounds) > 50
    # At most one entry a writer was written and could not be told any more.
    assert counts[-1] <= sum(one["told"] for one in rounds) + 2 * 25
