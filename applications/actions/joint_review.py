"""会审: several departments say what they think of a case; closed with minutes, passed only if none objects."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from applications import history, permissions
from applications.actions import desk_file
from applications.actions.desk_file import Paper
from applications.actions.shared import changed, listed, lock, refuse_if, stop, take_duty
from applications.models import Application, DeskFile, JointReview, JointVote, User

FEWEST_UNITS = 2
UNIT_LENGTH = 60


@transaction.atomic
def call_joint_review(
    application: Application, *, held_on: date, units: Sequence[str], by: User, at: datetime
) -> JointReview:
    """
    Call departments together on a day, at least those the clause demands; one review at a time.

    Raises ActionRefused.
    """
    application, standing = lock(application, by, **permissions.demands())
    refuse_if(permissions.why_not_inquire(application, standing))
    units = list(dict.fromkeys(unit.strip() for unit in units if unit.strip()))
    if len(units) < FEWEST_UNITS:
        stop("会审至少有两个单位参加。")
    if any(len(unit) > UNIT_LENGTH for unit in units):
        stop(f"单位名称不超过{UNIT_LENGTH}个字。")
    if lacking := [unit for unit in permissions.demanded_units(application) if unit not in units]:
        stop(f"本条款的会审须有{listed(lacking)}参加。")
    if application.submitted_at and held_on < timezone.localdate(application.submitted_at):
        stop("会审日期不能早于提交申报的日期。")
    if application.joint_reviews.filter(closed_at=None).exists():
        stop("本件的会审正在进行，形成纪要后方可再次会审。")

    row = JointReview.objects.create(
        application=application,
        held_on=held_on,
        units=units,
        called_by=take_duty(application, standing, at),
        called_at=at,
    )
    detail = {"review": row.pk, "held_on": str(held_on), "units": units}
    changed(application)
    history.record(
        application, "call_joint_review", by=by, at=at, duty=standing.duty, note=listed(units), detail=detail
    )
    return row


@transaction.atomic
def vote(
    application: Application, *, unit: str, person: str, vote: str, opinion: str = "", by: User, at: datetime
) -> JointVote:
    """Enter what one unit said in the running review, once; other than agreement has words. Raises ActionRefused."""
    application, standing = lock(application, by)
    refuse_if(permissions.why_not_inquire(application, standing))
    review = _running(application, at)
    if unit not in review.units:
        stop("该单位不在本次会审单位之中。")
    if not person.strip():
        stop("请填写参加人。")
    if vote != JointVote.Vote.AGREE and not opinion.strip():
        stop("不同意或者保留意见的，请写明意见。")
    if review.votes.filter(unit=unit).exists():
        stop(f"{unit}已经表决，不能重复记录。")

    row = JointVote.objects.create(
        review=review,
        unit=unit,
        person=person.strip(),
        vote=vote,
        opinion=opinion.strip(),
        recorded_by=take_duty(application, standing, at),
        recorded_at=at,
    )
    detail = {"review": review.pk, "vote": row.pk, "unit": unit, "said": vote}
    said = f"{unit}：{row.get_vote_display()}"
    changed(application)
    history.record(application, "joint_vote", by=by, at=at, duty=standing.duty, note=said, detail=detail)
    return row


@transaction.atomic
def close_joint_review(
    application: Application, *, minutes_number: str, paper: Paper, by: User, at: datetime
) -> JointReview:
    """
    Close the running review with its minutes: passed when every unit voted and none objects, else not passed.

    Raises ActionRefused.
    """
    application, standing = lock(application, by)
    refuse_if(permissions.why_not_inquire(application, standing))
    review = _running(application, at)
    if not minutes_number.strip():
        stop("请填写会审纪要编号。")

    votes = dict(review.votes.values_list("unit", "vote"))
    review.passed = votes.keys() == set(review.units) and JointVote.Vote.OBJECT not in votes.values()
    review.minutes = desk_file.keep(application, DeskFile.Kind.MINUTES, paper, by=by, at=at)
    review.minutes_number = minutes_number.strip()
    review.closed_by, review.closed_at = take_duty(application, standing, at), at
    review.save(update_fields=["passed", "minutes", "minutes_number", "closed_by", "closed_at"], force_update=True)
    detail = {"review": review.pk, "passed": review.passed, "votes": votes, **desk_file.told(review.minutes)}
    said = f"{review.minutes_number}：{'通过' if review.passed else '未通过'}"
    changed(application)
    history.record(application, "close_joint_review", by=by, at=at, duty=standing.duty, note=said, detail=detail)
    return review


def _running(application: Application, at: datetime) -> JointReview:
    """Return the review that is under way, once its day has come. Raises ActionRefused."""
    review = application.joint_reviews.filter(closed_at=None).first()
    if review is None:
        stop("本件没有进行中的会审。")
    if review.held_on > timezone.localdate(at):
        stop(f"会审定于{review.held_on:%Y年%-m月%-d日}召开，届时再记录表决和纪要。")
    return review
