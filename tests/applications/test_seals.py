"""A letter on its way to the seal: by the house or by an officer, tried again, sealed once, kept as it is."""

import hashlib

import pytest
from django.db import IntegrityError, transaction
from django.db.utils import DatabaseError

from applications import papers, seals, tasks
from applications.actions import ActionRefused, campaign, inspection, sealing
from applications.actions.funds import arrange
from applications.documents import render
from applications.models import Delivery, Document, Duty, Event, Job, Status
from applications.sealing import base
from applications.sealing.signatures import signatures_of
from tests import reviews
from tests.factories import NOON, make_application, make_officer, make_policy
from tests.seals import SIGNER, Recorder, configure, small_pdf

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _small_letters(monkeypatch):
    """Letters of one page that say whether they wait: setting the real ones is tested elsewhere and takes long."""
    monkeypatch.setattr(render, "pdf", lambda letter: small_pdf(f"{letter.verify_code} signed={letter.signed}"))


@pytest.fixture
def seal(settings, tmp_path):
    settings.SEALING = "officer"
    use(settings, "applications.sealing.pkcs12.Pkcs12Sealer")
    configure(settings, tmp_path)
    yield settings
    base._made.cache_clear()


def use(settings, name):
    settings.SEALER = name
    base._made.cache_clear()
    Recorder.asked, Recorder.away, Recorder.cheats = [], False, False


def a_letter(kind=Document.Kind.ACCEPTANCE):
    """Return a paper of a claim that was taken in, not made yet."""
    return make_application(Status.VERIFYING).documents.get(kind=kind)


def bytes_of(document):
    with Document.objects.get(pk=document.pk).file.open("rb") as file:
        return file.read()


def run(job):
    tasks.run_job(job.pk)
    job.refresh_from_db()
    return job


# ---- sealed by the house


def test_house_seals_a_letter_as_it_is_made(seal):
    seal.SEALING = "automatic"
    letter = a_letter()

    run(letter.jobs.get(kind="document"))

    letter.refresh_from_db()
    data = bytes_of(letter)
    (found,) = signatures_of(data)
    assert letter.sha256 == hashlib.sha256(data).hexdigest()
    assert (letter.signer, letter.certificate, letter.sealer) == (SIGNER, found.certificate, "PAdES B-B")
    assert (letter.draft_sha256, letter.awaits_seal) == ("", False)
    assert b"signed=True" in data
    event = letter.application.events.get(action="seal")
    assert (event.by, event.detail["sha256"]) == (None, letter.sha256)


def test_receipt_is_made_without_seal_and_without_the_mark(seal):
    seal.SEALING = "automatic"
    receipt = a_letter(Document.Kind.RECEIPT)

    run(receipt.jobs.get(kind="document"))

    receipt.refresh_from_db()
    assert (receipt.signed_at, receipt.awaits_seal) == (None, False)
    assert b"signed=True" in bytes_of(receipt)


def test_without_a_certificate_letters_wait_and_no_job_fails(seal):
    seal.SEALING, seal.SEALS = "automatic", {}
    letter = a_letter()

    job = run(letter.jobs.get(kind="document"))

    letter.refresh_from_db()
    assert (job.state, letter.awaits_seal, letter.jobs.count()) == ("done", True, 1)
    assert b"signed=False" in bytes_of(letter)


def test_failed_seal_is_tried_again_and_the_reason_is_kept_in_chinese(seal):
    seal.SEALING = "automatic"
    use(seal, "tests.seals.Recorder")
    Recorder.away = True
    letter = a_letter()

    run(letter.jobs.get(kind="document"))
    job = letter.jobs.get(kind="seal")
    words = "印章服务没有应答，系统将自动重试。"
    assert (job.state, job.error) == ("queued", words)
    with pytest.raises(Exception, match="印章服务"):
        tasks.run_job(job.pk)
    job.refresh_from_db()
    assert (job.state, job.error, job.attempts) == ("queued", words, 1)
    letter.refresh_from_db()
    draft, waiting = letter.sha256, letter.file.name
    assert b"signed=False" in bytes_of(letter)

    Recorder.away = False
    with transaction.atomic():
        run(job)

    letter.refresh_from_db()
    assert (job.state, letter.draft_sha256, letter.awaits_seal) == ("done", draft, False)
    assert letter.sha256 != draft
    assert letter.file.name != waiting
    assert Recorder.asked[0][0] == "xinxing"


@pytest.mark.django_db(transaction=True)
def test_paper_from_before_the_seal_is_not_kept(seal):
    letter = papers.make(a_letter(), at=NOON)
    storage, waiting = letter.file.storage, letter.file.name

    seals.seal(letter, by=None, at=NOON)

    assert not storage.exists(waiting)
    assert storage.exists(Document.objects.get(pk=letter.pk).file.name)


def test_seal_that_is_not_what_it_says_is_refused(seal):
    use(seal, "tests.seals.Recorder")
    Recorder.cheats = True
    letter = papers.make(a_letter(), at=NOON)

    with pytest.raises(base.SealFailed, match="未通过核验"):
        seals.seal(letter, by=None, at=NOON)

    assert Document.objects.get(pk=letter.pk).awaits_seal


def test_a_letter_is_sealed_once(seal):
    letter = papers.make(a_letter(), at=NOON)
    first = seals.seal(letter, by=None, at=NOON)
    second = seals.seal(letter, by=None, at=NOON)  # who had read it before the first was through

    assert second.sha256 == first.sha256
    assert letter.application.events.filter(action="seal").count() == 1


def test_house_asks_again_for_what_it_owes(seal):
    letter, receipt = papers.make(a_letter(), at=NOON), a_letter(Document.Kind.RECEIPT)
    papers.make(receipt, at=NOON)
    assert seals.catch_up(NOON) == 0, "an officer decides"

    seal.SEALING = "automatic"

    assert seals.catch_up(NOON) == 1
    assert seals.catch_up(NOON) == 0, "it is asked for already"
    run(letter.jobs.get(kind="seal"))
    assert not Document.objects.get(pk=letter.pk).awaits_seal


# ---- sealed by an officer


def test_officer_decides_and_a_worker_seals(seal):
    letter = papers.make(a_letter(), at=NOON)
    approver = make_officer(Duty.APPROVE)

    job = sealing.order_seal(letter, by=approver, at=NOON)

    assert Document.objects.get(pk=letter.pk).awaits_seal
    assert letter.application.events.get(action="order_seal").by == approver
    run(job)
    assert not Document.objects.get(pk=letter.pk).awaits_seal
    event = letter.application.events.get(action="seal")
    assert (event.by, event.duty) == (approver, Duty.APPROVE)
    assert Delivery.objects.filter(event=event, channel="site").exists(), "the applicant is told"


def test_who_may_not_order_a_seal(seal):
    letter = papers.make(a_letter(), at=NOON)
    unmade, receipt = a_letter(), papers.make(a_letter(Document.Kind.RECEIPT), at=NOON)
    approver = make_officer(Duty.APPROVE)

    def why(document, by):
        with pytest.raises(ActionRefused) as refusal:
            sealing.order_seal(document, by=by, at=NOON)
        return str(refusal.value)

    assert why(letter, make_officer(Duty.INTAKE)) == "只有审批岗位可以办理此事项。"
    assert why(letter, make_officer(Duty.APPROVE, "shihezi")) == "只有审批岗位可以办理此事项。"
    assert why(receipt, approver) == "收件回执不加盖印章。"
    assert why(unmade, approver) == "该文书正在生成，请稍后再签章。"
    sealing.order_seal(letter, by=approver, at=NOON)
    assert why(letter, approver) == "该文书正在签章，请稍后刷新页面。"
    run(letter.jobs.get(kind="seal"))
    assert why(letter, approver) == "该文书已经签章。"
    seal.SEALS = {}
    assert "尚未配置" in why(papers.make(a_letter(), at=NOON), approver)


def test_many_are_ordered_together_and_each_refusal_names_its_letter(seal):
    letters = [papers.make(a_letter(), at=NOON) for _ in range(2)]
    receipt = papers.make(a_letter(Document.Kind.RECEIPT), at=NOON)

    jobs, refusals = sealing.order_seals([*letters, receipt], by=make_officer(Duty.APPROVE), at=NOON)

    assert [job.document for job in jobs] == letters
    assert refusals == [f"{receipt.number}：收件回执不加盖印章。"]
    with pytest.raises(ActionRefused, match="先勾选"):
        sealing.order_seals([], by=make_officer(Duty.APPROVE), at=NOON)


# ---- papers of many cases


def a_public_notice():
    """Return the batch of a case in public notice, not made yet."""
    make_policy(notice_days=5)
    return make_application(Status.NOTICED).notices.get().batch


def a_table():
    """Return a table of funds over one award, not made yet."""
    part = make_application(Status.GRANTED).awards.get().instalments.get()
    return arrange(part.award.authority, [part.pk], title="测试资金安排", by=make_officer(Duty.PAY), at=NOON)


def a_report():
    """Return the report of a review that is closed, not made yet."""
    case = make_application(Status.PAID)
    officer = make_officer(Duty.INSPECT)
    row = reviews.start(year=case.awards.get().year)
    task = reviews.task_of(case, officer)
    reviews.look(task)
    inspection.conclude(task, result="qualified", summary="仍成立。", by=officer, at=reviews.LATER)
    return campaign.close(row, by=officer, at=reviews.LATER)


@pytest.mark.parametrize(("made", "job"), [(a_public_notice, "batch"), (a_table, "funds"), (a_report, "review")])
def test_a_paper_of_many_cases_is_sealed_as_it_is_made(seal, made, job):
    seal.SEALING = "automatic"
    paper = made()

    run(Job.objects.get(kind=job))

    paper.refresh_from_db()
    with paper.file.open("rb") as file:
        data = file.read()
    assert (paper.awaits_seal, paper.sha256) == (False, hashlib.sha256(data).hexdigest())
    assert b"signed=True" in data or signatures_of(data)[0].whole
    events = Event.objects.filter(chain=f"authority:{paper.authority_id}", action="seal")
    assert events.get().detail["certificate"] == paper.certificate


@pytest.mark.parametrize("made", [a_public_notice, a_table, a_report])
def test_a_paper_of_many_cases_waits_for_an_officer_of_approval(seal, made):
    paper = seals.unsealed(made(), at=NOON)
    assert seals.catch_up(NOON) == 0
    draft = paper.sha256

    with pytest.raises(ActionRefused, match="审批岗位"):
        sealing.order_seal_of_many(paper, by=make_officer(Duty.VERIFY), at=NOON)
    with pytest.raises(ActionRefused, match="审批岗位"):
        sealing.order_seal_of_many(paper, by=make_officer(Duty.APPROVE, "shihezi"), at=NOON)
    officer = make_officer(Duty.APPROVE)
    job = sealing.order_seal_of_many(paper, by=officer, at=NOON)
    with pytest.raises(ActionRefused, match="正在签章"):
        sealing.order_seal_of_many(paper, by=officer, at=NOON)
    run(job)

    paper.refresh_from_db()
    assert (paper.draft_sha256, paper.signer) == (draft, SIGNER)
    assert Event.objects.get(action="seal").by == officer
    with pytest.raises(ActionRefused, match="已经签章"):
        sealing.order_seal_of_many(paper, by=officer, at=NOON)
    with pytest.raises(DatabaseError), transaction.atomic():
        type(paper).objects.filter(pk=paper.pk).update(sha256="0" * 64)


def test_the_house_comes_back_to_papers_of_many_that_a_service_left_unsealed(seal):
    paper = seals.unsealed(a_table(), at=NOON)
    seal.SEALING = "automatic"

    asked = seals.catch_up(NOON)

    assert Job.objects.filter(kind="seal", payload__funds=paper.pk).count() == 1
    assert asked >= 1


# ---- how a paper stands


def test_a_paper_is_replaced_once_by_a_later_one_of_its_kind(seal):
    letter = a_letter()
    application = letter.application
    new = papers.issue(application, letter.kind, _content(letter), by=make_officer(Duty.INTAKE), at=NOON)

    papers.supersede(letter, by=new, officer=None, at=NOON)

    letter.refresh_from_db()
    assert (letter.standing, letter.replaced_by) == ("superseded", new)
    event = application.events.get(action="mark_document")
    assert event.note == f"受理通知书{letter.number}：已被替代（由{new.number}替代）"
    with pytest.raises(AssertionError):
        papers.supersede(letter, by=new, officer=None, at=NOON)


def _content(letter):
    common = {"authority_name", "letter_number", "applicant_name", "decided_on", "verify_code", "verify_url", "demo",
              "case_number", "policy_title", "clause_article", "clause_title"}  # fmt: skip
    said = vars(papers.letter_of(letter, final=False))
    return {key: value for key, value in said.items() if key not in common}


def test_a_paper_out_of_force_does_not_come_back(seal):
    letter = a_letter()
    papers.mark(letter, "revoked", by=None, at=NOON, note="撤销决定")
    papers.mark(letter, "recovered", by=None, at=NOON, note="已追回")

    with pytest.raises(AssertionError):
        papers.mark(letter, "valid", by=None, at=NOON, note="")
    assert letter.application.events.filter(action="mark_document").count() == 2


# ---- what the database keeps


@pytest.mark.parametrize(
    "change",
    [
        {"sha256": "0" * 64},
        {"sha256": None, "made_at": None},
        {"file": "documents/other.pdf"},
        {"signed_at": None, "signer": None, "certificate": None, "sealer": None},
        {"signer": "另一人"},
        {"certificate": "0" * 64},
        {"draft_sha256": "0" * 64},
    ],
)
def test_sealed_bytes_and_who_sealed_never_change(seal, change):
    letter = seals.seal(papers.make(a_letter(), at=NOON), by=None, at=NOON)

    with pytest.raises(DatabaseError), transaction.atomic():
        Document.objects.filter(pk=letter.pk).update(**change)


def test_bytes_change_only_with_the_seal_and_leave_their_hash(seal):
    letter = papers.make(a_letter(), at=NOON)
    sealed = {"sha256": "1" * 64, "signed_at": NOON, "signer": "某", "certificate": "2" * 64, "sealer": "x"}

    for change in ({"sha256": "1" * 64}, sealed):
        with pytest.raises(DatabaseError), transaction.atomic():
            Document.objects.filter(pk=letter.pk).update(**change)
    Document.objects.filter(pk=letter.pk).update(**sealed, draft_sha256=letter.sha256)


@pytest.mark.parametrize("standing", ["superseded", "recovered"])
def test_no_paper_comes_back_into_force_in_the_database(seal, standing):
    letter = a_letter()
    Document.objects.filter(pk=letter.pk).update(standing=standing)

    with pytest.raises(DatabaseError), transaction.atomic():
        Document.objects.filter(pk=letter.pk).update(standing="valid")


def test_half_a_seal_a_sealed_receipt_and_two_open_jobs_are_refused(seal):
    letter, receipt = papers.make(a_letter(), at=NOON), papers.make(a_letter(Document.Kind.RECEIPT), at=NOON)
    whole = {"signed_at": NOON, "signer": "某", "certificate": "2" * 64, "sealer": "x"}
    unmade = a_letter()

    for row, change in (
        (letter, {"signed_at": NOON}),
        (receipt, whole),
        (unmade, whole),
        (letter, {"replaces": letter}),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Document.objects.filter(pk=row.pk).update(**change)
    job = seals.ask(letter, by=make_officer(Duty.APPROVE), at=NOON)
    with pytest.raises(IntegrityError), transaction.atomic():
        Job.objects.create(kind="seal", document=letter, requested_by=job.requested_by, requested_at=NOON)
