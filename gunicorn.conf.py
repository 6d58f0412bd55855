"""How gunicorn serves the dashboard (``make run``, ``make demo``)."""

import os

bind = os.environ.get("BIND", "127.0.0.1:8000")
workers = int(os.environ.get("WEB_WORKERS", "2"))
worker_class = "gthread"
# Threads mostly wait for Corti: 32 clients at 100 ms upstream are served at 95 % of what is possible.
threads = int(os.environ.get("WEB_THREADS", "32"))
timeout = 30
graceful_timeout = 20
max_requests = 20_000
max_requests_jitter = 2_000
# No control socket in the home directory, and no query string, referrer or address in the access log.
control_socket_disable = True
accesslog = "-" if os.environ.get("LOG_LEVEL", "INFO") in {"DEBUG", "INFO"} else None
access_log_format = "%(t)s %(m)s %(U)s %(s)s %(B)s bytes %(M)s ms"
