"""Two people never overwrite each other: an act that rests on an older version of a case is refused, with a name."""

from collections.abc import Callable

from django.utils import timezone

from applications import assessing
from applications.models import Application, Event
from applications.permissions import ActionRefused
from applications.workflow import VERBS

# Acts that leave the version of a case as it is: nobody's page is old because of them.
ASIDE = (
    *("assign", "remind", "explain_delay", "set_due_day", "call_up", "seal", "order_seal", "mark_document"),
    *("object", "take_objection", "rule_on_objection"),  # what holds a grant is asked of the rows themselves
    *("record_payment", "confirm_payment", "reject_payment"),  # acts on an instalment, which has rules of its own
)


class Overtaken(ActionRefused):
    """Somebody has acted on the case since the page was read; the words name who, when and what."""


def refuse_if_overtaken(
    application: Application, version: int | None, *, words: Callable[[Event], str] | None = None
) -> None:
    """
    Lock the case and compare the version that a person saw with the one that stands. Raises Overtaken.

    None is not compared: a caller that shows no page has seen no version. Call it in the transaction of the act.
    `words` names an act; without it the table of verbs does.
    """
    if version is None:
        return
    cases = Application.objects.select_for_update(of=("self",)).select_related("policy", "clause")
    current = cases.get(pk=application.pk)
    if current.version != version:
        event = current.events.exclude(action__in=ASIDE).select_related("by").order_by("-sequence").first()
        raise Overtaken(overtaken_words(event, (words or act_words)(event) if event else ""))


def act_words(event: Event) -> str:
    """Return an act in words; one that is no verb of the table has none here."""
    if event.action == "check" and event.application is not None:
        labels = {field.name: field.label for field in assessing.fields_of(event.application)}
        fact = event.detail.get("fact", "")
        return f"核验{labels.get(fact, fact)}"
    return VERBS[event.action].label if event.action in VERBS else ""


def overtaken_words(event: Event | None, what: str) -> str:
    """Return the sentence for the person whose page is old."""
    if event is None:
        return "本件刚刚被他人办理，请刷新后再办。"
    moment = timezone.localtime(event.at)
    today = moment.date() == timezone.localdate()
    when = f"{moment:%H:%M}" if today else f"{moment.month}月{moment.day}日{moment:%H:%M}"
    who = event.by.name if event.by else "系统"
    return f"本件刚刚被{who}于{when}办理{f'（{what}）' if what else ''}，请刷新后再办。"
