"""The desk's own clock: pages are opened an hour after the factories have made their cases, so that none is late."""

from datetime import timedelta

import pytest
import time_machine

from tests.factories import NOON


@pytest.fixture(scope="package", autouse=True)
def _an_hour_later():
    """Stop nothing: the clock goes on from there, and a test may travel on or set its own moment."""
    with time_machine.travel(NOON + timedelta(hours=1)):
        yield
