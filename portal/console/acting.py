"""How every act of the case page is sent: in one transaction, and only on the version of the case that was seen."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction

from applications.actions.overtaking import act_words, refuse_if_overtaken
from applications.models import Application, Event
from portal.console.case_record import event_words
from portal.requests import Request


@contextmanager
def acting_on(request: Request, application: Application) -> Iterator[None]:
    """
    Do an act on the case as it was seen; refuse it where somebody else has acted since. Raises ActionRefused.

    Every form of the page carries the version that it shows; a caller that sends none has seen no page and is not
    compared. The case stays locked from the comparison to the end of the act.
    """
    seen = request.POST.get("version", "")
    version = int(seen[:9]) if seen.isascii() and seen.isdecimal() else None
    with transaction.atomic():
        refuse_if_overtaken(application, version, words=_words)
        yield


def _words(event: Event) -> str:
    return act_words(event) or event_words(event.action)
