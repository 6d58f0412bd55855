"""How gunicorn serves the dashboard (``make run``, ``make demo``)."""

import ctypes
import gc
import os
from pathlib import Path

from dashboard import environment
from dashboard.server_log import server_log

# The variables of .env count here too.
env = environment.load(Path(__file__).parent)

bind = os.environ.get("BIND", "127.0.0.1:8000")
workers = environment.web_workers(env)
worker_class = "gthread"
# Threads mostly wait for Corti: 32 clients at 100 ms upstream are served at 95 % of what is possible.
threads = environment.whole(env, "WEB_THREADS", default=32, most=1_000)
timeout = 30
graceful_timeout = 20
max_requests = 20_000
max_requests_jitter = 2_000
# No control socket in the home directory.
control_socket_disable = True
# What a proxy says about a request is read by Django, with BEHIND_PROXY only; gunicorn itself would believe anybody on
# this machine.
secure_scheme_headers: dict[str, str] = {}
forwarder_headers = ""
# One line a request is written by dashboard/request_log.py, which knows route and tenant and says no address.
accesslog = None
loglevel = env.str("LOG_LEVEL", default="info").lower()
logger_class = server_log(environment.log_format(env, demo=not environment.configured_tenants(os.environ)))

# glibc would give the megabyte that a page takes back to the system after each page and fetch it anew for the next, at
# 150 to 350 page faults a page. It keeps up to 4 MB instead, in two arenas for all threads (names of malloc.h).
if mallopt := getattr(ctypes.CDLL(None), "mallopt", None):
    M_TRIM_THRESHOLD, M_MMAP_THRESHOLD, M_ARENA_MAX = -1, -3, -8
    mallopt(M_TRIM_THRESHOLD, 4 * 1024 * 1024)
    mallopt(M_MMAP_THRESHOLD, 1024 * 1024)
    mallopt(M_ARENA_MAX, 2)


# The processes measure into files of one folder; who is asked for /metrics adds them up.
if env.str("METRICS_TOKEN", default=""):
    measured = environment.var_dir(env, Path(__file__).parent) / "metrics"
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(measured)

    def on_starting(server: object) -> None:
        """Count from zero: who is counted anew after a restart is told apart by Prometheus itself."""
        measured.mkdir(mode=0o700, parents=True, exist_ok=True)
        for file in measured.glob("*.db"):
            file.unlink()


def post_worker_init(worker: object) -> None:
    """What is loaded by now stays, so the collector need not look at it; and once in some requests is often enough."""
    gc.freeze()
    gc.set_threshold(5_000)
