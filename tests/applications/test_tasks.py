"""Papers and mail come from rows: made once, found again when a message or a worker is lost."""

import smtplib
from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from applications import tasks
from applications.documents import fonts_ready
from applications.models import Application, Delivery, Document, Job, Status, User
from applications.previews import page_count, page_text
from tests.factories import agent_of, make_applicant, make_application

pytestmark = pytest.mark.django_db

needs_fonts = pytest.mark.skipif(bool(fonts_ready()), reason="this machine has no fonts for letters")


@pytest.fixture
def printer(monkeypatch):
    """Replace the renderer, which has tests of its own, by one that leaves a trace."""
    printed = []

    def pdf(letter):
        printed.append(letter.letter_number)
        return b"%PDF-1.7 " + letter.letter_number.encode()

    monkeypatch.setattr("applications.papers.render.pdf", pdf)
    return printed


def test_receipt_is_made_once(printer):
    make_application(Status.SUBMITTED)
    job = Job.objects.get()

    tasks.run_job(job.pk)
    tasks.run_job(job.pk)

    document = Document.objects.get()
    assert printed_of(document) == "师新数收〔2026〕1号"
    assert printer == ["师新数收〔2026〕1号"]
    job.refresh_from_db()
    assert (job.state, job.current) == (Job.State.DONE, 1)


def printed_of(document):
    """Return what the stored file says."""
    return document.file.read().decode().removeprefix("%PDF-1.7 ")


def test_letter_is_made_again_word_for_word():
    make_application(Status.GRANTED)

    from_store = Document.objects.get(kind=Document.Kind.NOTICE)

    assert from_store.content["amount_fen"] == 300_0000_00
    assert from_store.content["letter_number"] == "师新数兑〔2026〕1号"


def test_failing_job_is_tried_again_and_then_given_up(monkeypatch):
    make_application(Status.SUBMITTED)
    job = Job.objects.get()

    def broken(letter):
        raise RuntimeError("printer on fire")

    monkeypatch.setattr("applications.papers.render.pdf", broken)
    for _ in range(tasks.MAX_ATTEMPTS):
        with pytest.raises(RuntimeError):
            tasks.run_job(job.pk)

    job.refresh_from_db()
    assert (job.state, job.attempts) == (Job.State.FAILED, tasks.MAX_ATTEMPTS)
    assert "printer on fire" in job.error


def test_job_of_a_silent_worker_is_taken_over(printer):
    make_application(Status.SUBMITTED)
    Job.objects.update(state=Job.State.RUNNING, heartbeat_at=timezone.now() - tasks.STALE - timedelta(seconds=1))

    tasks.run_job(Job.objects.get().pk)

    assert Job.objects.get().state == Job.State.DONE


def test_job_of_a_living_worker_is_left_alone(printer):
    make_application(Status.SUBMITTED)
    Job.objects.update(state=Job.State.RUNNING, heartbeat_at=timezone.now())

    tasks.run_job(Job.objects.get().pk)

    assert printer == []


def waiting(**more):
    """Return a claim whose due day is 待定, so that the sweep leaves it alone whatever the day is."""
    application = make_application(Status.SUBMITTED, **more)
    Application.objects.filter(pk=application.pk).update(due_on=None)
    return application


def test_sweep_wakes_what_was_never_woken(monkeypatch):
    waiting()
    woken = []
    monkeypatch.setattr(tasks.run_job, "delay", woken.append)

    tasks.sweep()

    assert woken == [Job.objects.get().pk]


def with_mail():
    """Return an applicant whose 经办人 has an address."""
    applicant = make_applicant()
    User.objects.filter(pk=agent_of(applicant).pk).update(email="agent@example.org")
    return applicant


def test_mail_is_sent_once_with_a_stable_id(monkeypatch):
    monkeypatch.setattr(tasks.run_job, "delay", lambda job: None)
    waiting(applicant=with_mail())

    tasks.sweep()
    tasks.sweep()

    delivery = Delivery.objects.get(channel=Delivery.Channel.MAIL)
    assert [message.extra_headers["Message-ID"].split("@")[0] for message in mail.outbox] == [
        f"<delivery-{delivery.pk}"
    ]


def test_mail_that_fails_is_tried_again(monkeypatch):
    monkeypatch.setattr(tasks.run_job, "delay", lambda job: None)
    waiting(applicant=with_mail())

    def down(self):
        raise smtplib.SMTPServerDisconnected

    with monkeypatch.context() as broken:
        broken.setattr("django.core.mail.EmailMessage.send", down)
        tasks.sweep()
    failed = Delivery.objects.get(channel=Delivery.Channel.MAIL)
    assert (failed.sent_at, failed.attempts, failed.error) == (None, 1, "SMTPServerDisconnected")
    assert failed.retry_at > timezone.now()
    tasks.sweep()  # its time has not come
    assert mail.outbox == []
    Delivery.objects.update(retry_at=timezone.now())
    tasks.sweep()

    assert Delivery.objects.get(channel=Delivery.Channel.MAIL).attempts == 2
    assert len(mail.outbox) == 1


@needs_fonts
@pytest.mark.slow
def test_notice_says_the_sum_in_words():
    make_application(Status.GRANTED)
    document = Document.objects.get(kind=Document.Kind.NOTICE)

    tasks.run_job(document.jobs.get().pk)

    document.refresh_from_db()
    with document.file.open() as file:
        text = "".join(page_text(file, page) for page in range(1, page_count(file) + 1))
    flat = "".join(text.split())
    assert "人民币叁佰万元整" in flat
    assert "¥3,000,000.00" in flat
    assert document.code in flat


def test_the_sweep_does_not_wait_behind_letters():
    app = tasks.run_job.app
    queues = {queue.name for queue in app.conf.task_queues}
    own = app.conf.beat_schedule["sweep"]["options"]["queue"]

    assert own in queues
    assert app.amqp.router.route({}, tasks.run_job.name)["queue"].name in queues - {own}
