"""How a person stands to a case, and the refusals that every desk shares."""

from dataclasses import dataclass
from typing import Any

from django.db.models import CharField, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from applications.kept import Kept
from applications.models import Application, CaseDuty, Duty, Mandate, Membership, Posting, User
from applications.workflow import VERBS

# The part of the officer who fills and files a claim on a mandate (窗口代办); beside the roles of members.
COUNTER = "counter"


class ActionRefused(Exception):
    """What a person can cause: refused, with a sentence worded for that person."""


@dataclass(frozen=True)
class Standing:
    """
    How one user stands to one case: member in a role, officer with a duty, and the duty already held on the case.

    The officer of 窗口代办 stands on the applicant's side of that case in the role `counter`.
    """

    user: User
    role: str
    duty: str
    held: str

    @property
    def is_member(self) -> bool:
        return bool(self.role)


def role_of(user: User, of: str = "") -> Coalesce:
    """
    Read with a case on whose side of it a user stands: as a member in a role, or as the officer of its mandate.

    `of` leads to the case from rows of something else: "application__".
    """
    memberships = Membership.objects.filter(user=user, applicant=OuterRef(f"{of}applicant")).values("role")[:1]
    mandates = Mandate.objects.filter(officer=user, application=OuterRef(f"{of}pk"))
    counter = mandates.annotate(role=Value(COUNTER, output_field=CharField())).values("role")[:1]
    return Coalesce(Subquery(memberships), Subquery(counter), output_field=CharField())


def with_standing(cases: QuerySet[Any], user: User, of: str = "") -> QuerySet[Any]:
    """Read with cases, or rows that lead to one, how a user stands to it; `standing_in` takes it from the row."""
    postings = Posting.objects.current().filter(user=user, authority=OuterRef(f"{of}authority"))
    duties = CaseDuty.objects.filter(user=user, application=OuterRef(f"{of}pk"))
    return cases.annotate(
        asker_role=role_of(user, of),
        asker_duty=Subquery(postings.values("duty")[:1]),
        asker_held=Subquery(duties.values("duty")[:1]),
    )


def standing_in(case: Any, user: User) -> Standing:
    """Return the standing that was read with a case; an officer of another authority stands nowhere."""
    return Standing(user=user, role=case.asker_role or "", duty=case.asker_duty or "", held=case.asker_held or "")


def standing_of(user: User, application: Application) -> Standing:
    """Return how a user stands to a case (one query)."""
    return standing_in(_STANDING.get(user.pk, application.pk, today=timezone.localdate()), user)


_STANDING: Kept[Application] = Kept(
    lambda user, case, today: with_standing(Application.objects.only("pk"), User(pk=user)).filter(pk=case)
)


def posted_as(user: User, *duties: str) -> Posting | None:
    """Return the user's open posting if it is one of these duties."""
    return Posting.objects.current().select_related("authority").filter(user=user, duty__in=duties).first()


def why_not_status(verb: str, application: Application) -> str:
    """Return why a verb does not start from where the case stands."""
    if application.status not in VERBS[verb].sources:
        return f"本件目前为“{application.get_status_display()}”，不能{VERBS[verb].label}。"
    return ""


def why_not_officer(application: Application, standing: Standing, *duties: str) -> str:
    """Return why an officer may not act in one of these duties: posting, own applicant, second duty on the case."""
    names = "、".join(Duty(duty).label for duty in duties)
    if standing.duty not in duties:
        return f"只有{names}岗位可以办理此事项。"
    if standing.role == COUNTER:
        return "本件由您在窗口代办，应当回避。"
    if standing.is_member:
        return "您是申报单位的成员，应当回避。"
    if standing.held and standing.held != standing.duty:
        return f"您已在本件担任{Duty(standing.held).label}，不能再担任{Duty(standing.duty).label}。"
    return ""


def why_not_duty(verb: str, application: Application, standing: Standing) -> str:
    """Return why an officer may not do a verb of the table: duty, own applicant, second duty, status."""
    duties = sorted(who for who in VERBS[verb].who if who in Duty.values)
    return why_not_officer(application, standing, *duties) or why_not_status(verb, application)


def why_not_member(application: Application, standing: Standing) -> str:
    """Return why somebody may not act for the applicant; 代办 ends with the officer's posting to the counter."""
    if standing.role == COUNTER and standing.duty != Duty.INTAKE:
        return "您已不在受理岗位，不能继续代办本件。"
    return "" if standing.is_member else "只有申报单位的成员可以办理此事项。"
