"""What every test stands on: no network, an empty cache, and a readable summary of the house."""

import shutil
import socket

import pytest
from django.conf import settings
from django.core.cache import cache
from django.core.files.storage import storages
from django.db import connection
from django.test import TransactionTestCase

from applications.loading import load_policies
from tests import replay

LOCAL = {"127.0.0.1", "::1", "localhost"}


def pytest_configure():
    """Make this process's folder; whitenoise warns about a missing one for static files, and warnings are errors."""
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)


def pytest_unconfigure():
    """Remove it with all that the tests left."""
    shutil.rmtree(settings.VAR_DIR, ignore_errors=True)


def pytest_collection_modifyitems(config, items):
    """Leave out on PostgreSQL what asks no database: laws, letters and files give the same answer, and take long."""
    if connection.vendor == "sqlite":
        return
    asks = {"db", "transactional_db", "live_server"}
    idle = {item for item in items if not (item.get_closest_marker("django_db") or asks & set(item.fixturenames))}
    config.hook.pytest_deselected(items=list(idle))
    items[:] = [item for item in items if item not in idle]


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """
    Load the law once for each database: its rows are the same for every test and would be a third of the suite's time.

    A test with real transactions ends with the database set back to that.
    """
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch:
        load_policies()
        replay.BEGINNING.remember()
        connection.execute_wrappers.append(replay.RECORDER.hear)
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda case: replay.BEGINNING.set_back())
        yield


def pytest_runtest_setup():
    """Let the factories know that a test begins."""
    replay.RECORDER.began()


@pytest.fixture(autouse=True)
def _no_network(monkeypatch):
    """Refuse connections to other machines; unix sockets and this machine's own addresses stay open."""
    connect = socket.socket.connect
    replay.RECORDER.patched = lambda: _patched(monkeypatch)

    def guarded(self, address):
        if self.family != socket.AF_UNIX and address[0] not in LOCAL:
            raise AssertionError(f"a test asked for the network: {address}")
        return connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


def _patched(monkeypatch):
    """Return what a test has changed in the program, beside the refusal above."""
    names = [(getattr(thing, "__name__", repr(thing)), name) for thing, name, _ in monkeypatch._setattr[1:]]
    return names + [("an item", str(name)) for _, name, _ in monkeypatch._setitem]


@pytest.fixture(autouse=True)
def _empty_cache():
    """Counts and rate limits of one test must not reach the next."""
    cache.clear()


@pytest.fixture(autouse=True)
def _empty_storage():
    """Files of one test must not be found as orphans by the next."""
    yield
    _clear(storages["private"], "")


def _clear(storage, folder):
    folders, files = storage.listdir(folder)
    for name in files:
        storage.delete(f"{folder}{name}")
    for inner in folders:
        _clear(storage, f"{folder}{inner}/")
