"""受理通知书, and the silence that counts as acceptance."""

from datetime import date, timedelta

import pytest
from django.conf import settings
from django.urls import reverse

from applications.actions import ActionRefused, filing, intake
from applications.actions.system import system_user
from applications.deadlines import accept_overdue, break_promises
from applications.invariants import count_all
from applications.models import Application, Document, Duty, Status, User
from tests.factories import NOON, agent_of, attach, legal_of, make_application, make_officer

pytestmark = pytest.mark.django_db

DUE = NOON.replace(day=8)  # five working days after 1 September 2026
OVER = NOON.replace(day=9)


def test_acceptance_issues_its_letter():
    application = make_application(Status.VERIFYING)

    letter = application.documents.get(kind=Document.Kind.ACCEPTANCE)
    assert letter.number == "师新数受〔2026〕1号"
    assert {name: letter.content[name] for name in ("accepted_on", "due_on", "received_on", "silent", "promises")} == {
        "accepted_on": "2026-09-01",
        "due_on": application.due_on.isoformat(),
        "received_on": "2026-09-01",
        "silent": False,
        "promises": [],
    }


def test_what_nobody_decided_in_time_is_accepted_by_the_system():
    application = make_application(Status.SUBMITTED)
    assert application.due_on == DUE.date()

    accept_overdue(DUE)
    application.refresh_from_db()
    assert application.status == Status.SUBMITTED
    accept_overdue(OVER)
    accept_overdue(OVER)

    application.refresh_from_db()
    duty = application.accepted_by
    assert (application.status, duty.duty, duty.user.username) == (Status.VERIFYING, Duty.INTAKE, "system")
    event = application.events.get(action="accept")
    assert event.note == "逾期未作出受理决定，自收到材料之日起即为受理"
    letter = application.documents.get(kind=Document.Kind.ACCEPTANCE)
    assert (letter.content["silent"], letter.content["accepted_on"]) == (True, "2026-09-01")
    assert set(count_all().values()) == {0}


def test_after_a_correction_the_answer_is_what_was_received():
    application = make_application(Status.SUBMITTED)
    items = [{"kind": "slot", "key": "pue_report", "label": "报告", "text": "缺附页"}]
    intake.correct(application, items=items, by=make_officer(Duty.INTAKE), at=NOON)
    later = NOON + timedelta(days=2)
    attach(application, "pue_report", at=later)
    filing.confirm(application, by=legal_of(application.applicant), at=later)
    filing.submit(application, by=agent_of(application.applicant), at=later)

    accept_overdue(NOON + timedelta(days=30))

    letter = application.documents.get(kind=Document.Kind.ACCEPTANCE)
    assert letter.content["accepted_on"] == "2026-09-03"


def test_a_day_that_is_not_known_never_lapses():
    application = make_application(Status.SUBMITTED)
    Application.objects.filter(pk=application.pk).update(due_on=None)

    accept_overdue(NOON + timedelta(days=365))
    with pytest.raises(ActionRefused, match="没有到期的受理期限"):
        intake.accept_by_silence(application, at=NOON + timedelta(days=365))

    application.refresh_from_db()
    assert application.status == Status.SUBMITTED


def test_an_officer_who_was_faster_wins_and_holds_up_nobody(monkeypatch):
    first, second = make_application(Status.SUBMITTED), make_application(Status.SUBMITTED)
    officer = make_officer(Duty.INTAKE)
    rows = [Application.objects.get(pk=first.pk), Application.objects.get(pk=second.pk)]
    intake.accept(first, by=officer, at=DUE)

    monkeypatch.setattr("applications.deadlines.Application.objects.filter", lambda **kw: Sliced(rows))
    accept_overdue(OVER)

    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.accepted_by.user, second.accepted_by.user.username) == (officer, "system")


class Sliced(list):
    """Rows read before somebody was faster."""

    def order_by(self, *names):
        return self


def test_open_promises_are_accepted_with_it():
    application = make_application(Status.SUBMITTED, promised=["operation_log"])

    accept_overdue(OVER)

    row = application.promises.get()
    assert row.accepted_by.user.username == "system"
    letter = application.documents.get(kind=Document.Kind.ACCEPTANCE)
    assert [line[0] for line in letter.content["promises"]] == ["连续稳定运行记录"]


def test_a_promise_nobody_could_keep_meanwhile_is_not_broken_at_once():
    application = make_application(Status.SUBMITTED, promised=["operation_log"])
    application.promises.update(due_on=date(2026, 9, 4))

    accept_overdue(OVER)
    break_promises(OVER)

    application.refresh_from_db()
    assert application.status == Status.VERIFYING
    assert application.promises.get().due_on == date(2026, 9, 30)


def test_officers_go_on_with_what_the_system_took_in():
    application = make_application(Status.SUBMITTED)
    accept_overdue(OVER)
    application.refresh_from_db()

    with pytest.raises(ActionRefused, match="不能受理"):
        intake.accept(application, by=make_officer(Duty.INTAKE), at=OVER)


def test_nobody_logs_in_as_the_system_or_takes_its_name(client):
    user = system_user()

    assert system_user() == user
    assert (user.is_active, user.has_usable_password()) == (False, False)
    assert user.username in settings.ACCOUNT_USERNAME_BLACKLIST
    client.post(reverse("account_login"), {"login": "system", "password": ""})
    assert "_auth_user_id" not in client.session


def test_an_account_of_that_name_is_never_taken_for_the_system():
    User.objects.create_user(username="system", password="test-Password-2026", name="假冒")

    with pytest.raises(AssertionError):
        system_user()
