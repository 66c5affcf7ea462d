"""What every page shows around its content: the ways this person may go, and whether this is a demonstration."""

from dataclasses import dataclass
from functools import partial

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from applications.models import Duty, Posting

FINANCE = frozenset({Duty.PAY, Duty.COUNTERSIGN})
FINANCE_READERS = FINANCE | {Duty.AUDIT}


@dataclass(frozen=True)
class Way:
    """One entry of the navigation; `here` is true on every page below its address."""

    label: str
    url: str
    here: bool


def desks(request: HttpRequest) -> dict[str, object]:
    """Give the templates `ways` (asked of the database once, and only when a page shows them) and `demo`."""
    return {"ways": SimpleLazyObject(partial(ways, request)), "demo": settings.DEMO}


def ways(request: HttpRequest) -> list[Way]:
    """List the entries of the navigation for whoever asks: the public pages, then the desks of this person."""
    entries = [("政策与测算", "/policies/"), ("公示", "/notices/"), ("文书核验", "/verify/"), *desks_of(request.user)]
    return [Way(label, url, request.path.startswith(url)) for label, url in entries]


def desks_of(user) -> list[tuple[str, str]]:
    """Officers see the desk of their duty; whoever holds no posting files claims or is about to."""
    if not user.is_authenticated:
        return []
    duties = set(Posting.objects.current().filter(user=user).values_list("duty", flat=True))
    if not duties and not user.is_superuser:
        return [("我的申报", "/my/")]
    entries = [("财政台", "/finance/")] if duties & FINANCE_READERS else []
    if user.is_superuser or duties - FINANCE:
        entries.append(("审核台", "/console/"))
    return entries
