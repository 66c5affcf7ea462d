"""
How gunicorn serves the portal: `gunicorn -c python:portal.gunicorn portal.wsgi`.

Threads, because a request mostly waits for its database; the application is loaded once and then forked.
"""

import os
from typing import Any

from django.core.checks import ERROR, run_checks
from django.core.management.base import SystemCheckError
from django.db import connections

# Read by portal/settings.py when the application is loaded: a request never waits long for a broker that hangs.
os.environ.setdefault("BROKER_TIMEOUT", "0.8")

bind = os.environ.get("BIND", "127.0.0.1:8000")
worker_class = "gthread"
workers = int(os.environ.get("WEB_WORKERS", "2"))
threads = int(os.environ.get("WEB_THREADS", "8"))
preload_app = True
worker_tmp_dir = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108 - the heartbeat must not wait for a disk
timeout = 60
graceful_timeout = 20
keepalive = 5
max_requests = 20_000  # a leak never grows old
max_requests_jitter = 2_000
limit_request_line = 4094
limit_request_fields = 100
limit_request_field_size = 8190
forwarded_allow_ips = os.environ.get("FORWARDED_ALLOW_IPS", "127.0.0.1,::1")
accesslog = None  # the portal writes its own line per request, without personal data
errorlog = "-"
control_socket_disable = True


def when_ready(server: Any) -> None:
    """Refuse to serve on a database that may forget what it answered; then leave no connection to be forked."""
    problems = [problem for problem in run_checks(databases=list(connections)) if problem.level >= ERROR]
    connections.close_all()
    if problems:
        raise SystemCheckError("\n".join(str(problem) for problem in problems))
