"""The real processes of the portal, killed and started again: broker, worker, beat, gunicorn."""

import contextlib
import http.client
import os
import random
import secrets
import signal
import socket
import time
import urllib.parse
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path

import machine
import serve
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

from applications.models import User

serve.QUICK_DEATH = 0.0  # who is killed on purpose is not waited for longer each time

PATIENCE = 180.0  # seconds that a request may be sent again and again
ANSWER = 60.0


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Fleet:
    """What runs, at which port, and how often something of it was killed."""

    worker_app: str = "fire.worker_app"
    web: bool = True
    extra: Mapping[str, str] = field(default_factory=dict)
    kills: int = 0

    def __enter__(self) -> "Fleet":
        self.port = free_port()
        environment = {name: text for name, text in os.environ.items() if name != "REDIS_URL"} | self.extra
        environment |= {"PUBLIC_BASE_URL": f"http://127.0.0.1:{self.port}", "WEB_WORKERS": "2", "WEB_THREADS": "8"}
        self.services: dict[str, serve.Service] = {}
        for service in serve.services("127.0.0.1", self.port, environment):
            if service.name in ("worker", "beat"):
                service.command[service.command.index("portal")] = self.worker_app
            if service.name == "web" and not self.web:
                continue
            service.start()
            self.services[service.name] = service
            if service.name == "broker":
                serve._wait_for_socket(serve.broker_socket(Path(environment["VAR_DIR"])), service)
                settings.CELERY_BROKER_URL = environment["REDIS_URL"]
        if self.web:
            self._until_it_answers()
        return self

    def __exit__(self, *error: object) -> None:
        for service in reversed(self.services.values()):
            with contextlib.suppress(ProcessLookupError):
                service.stop()

    def _until_it_answers(self) -> None:
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            if self.is_up():
                return
            time.sleep(0.1)
        raise machine.CannotSetUp(serve._tail(self.services["web"].environment, "web"))

    def is_up(self) -> bool:
        """Whether the web answers."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), 5) as line:
                line.sendall(b"GET /static/ HTTP/1.0\r\n\r\n")
                return bool(line.recv(1))
        except OSError:
            return False

    def revive(self) -> None:
        """Start what has died."""
        for service in self.services.values():
            service.revive()

    def kill(self, name: str, chance: random.Random) -> None:
        """Kill one process of a service with SIGKILL: its first one or one of its children."""
        service = self.services[name]
        if not service.alive():
            return
        assert service.process
        family = [pid for pid in _processes() if _group(pid) == service.process.pid]
        if family:
            with contextlib.suppress(ProcessLookupError):
                os.kill(chance.choice(family), signal.SIGKILL)
                self.kills += 1


def _processes() -> list[int]:
    return sorted(int(place.name) for place in Path("/proc").iterdir() if place.name.isdigit())


def _group(pid: int) -> int:
    try:
        return os.getpgid(pid)
    except ProcessLookupError:
        return 0


def browser_of(user: User) -> dict[str, str]:
    """Log somebody in without a password, as a browser that is logged in already; return its cookies."""
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[-1]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return {settings.SESSION_COOKIE_NAME: session.session_key, settings.CSRF_COOKIE_NAME: secrets.token_hex(16)}


def form_of(cookies: Mapping[str, str], words: Mapping[str, str], key: str) -> tuple[bytes, dict[str, str]]:
    """Return body and headers of a form as such a browser sends it."""
    token = cookies[settings.CSRF_COOKIE_NAME]
    body = urllib.parse.urlencode({**words, "csrfmiddlewaretoken": token, "idempotency_key": key}).encode()
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "Content-Length": str(len(body)),
        "Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items()),
    }
    return body, headers


def post(port: int, url: str, cookies: Mapping[str, str], words: Mapping[str, str], key: str) -> tuple[int, int]:
    """
    Send a form until it is answered by the portal itself; return the status and how often it was sent.

    Who gets no answer, or one of a server that is about to die, sends the same again with the same key.
    """
    body, headers = form_of(cookies, words, key)
    deadline, sent = time.monotonic() + PATIENCE, 0
    while time.monotonic() < deadline:
        sent += 1
        client = http.client.HTTPConnection("127.0.0.1", port, timeout=ANSWER)
        try:
            client.request("POST", url, body, headers)
            answer = client.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException):
            time.sleep(0.3)
            continue
        finally:
            client.close()
        if answer.status < 500:
            return answer.status, sent
        time.sleep(0.3)
    return 0, sent
