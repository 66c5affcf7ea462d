"""Many letters in one file: complete, in order, once, whatever stops the worker on the way."""

import zipfile
from datetime import timedelta
from io import BytesIO

import pytest
from django.core.files.storage import storages
from django.db import IntegrityError, transaction
from django.utils import timezone
from pypdf import PdfReader

from applications import packing, tasks
from applications.actions import ActionRefused
from applications.actions import packing as actions
from applications.documents import fonts_ready
from applications.models import Document, Duty, Event, Job, Status
from tests import samples
from tests.factories import NOON, make_application, make_officer

pytestmark = pytest.mark.django_db


class Killed(BaseException):
    """A worker that dies says nothing."""


@pytest.fixture
def letters(monkeypatch):
    """Five letters of an authority, of two pages each; two letters are a piece."""
    monkeypatch.setattr("applications.papers.render.pdf", lambda letter: samples.pdf(_serial(letter), pages=2))
    monkeypatch.setattr("applications.packing.render.sheet", lambda template, context: samples.pdf("contents"))
    monkeypatch.setattr(packing, "PIECE", 2)
    monkeypatch.setattr(tasks, "BEAT", 0.0)
    first = make_application(Status.SUBMITTED).documents.get()
    content = first.content["letter_number"]
    for sequence in range(2, 6):  # rows of the same case: only their numbers matter here
        number = first.number.replace("1号", f"{sequence}号")
        said = first.content | {"letter_number": content.replace("1号", f"{sequence}号")}
        code = f"TEST-TEST-000{sequence}"
        Document.objects.create(
            **{name: getattr(first, name) for name in ("application", "authority", "kind", "year", "issued_at")},
            sequence=sequence,
            number=number,
            code=code,
            content=said,
        )
    return list(Document.objects.order_by("sequence"))


def _serial(letter):
    return f"letter {letter.letter_number.rpartition('〕')[2].removesuffix('号')}"


def order(letters, kind=Job.Kind.ARCHIVE, by=None):
    by = by or make_officer(Duty.PAY)
    return actions.order(letters[0].authority, [row.pk for row in letters], kind=kind, by=by, at=NOON)


def names(job):
    """Return the entries of a finished ZIP, whose checksums are right."""
    job.refresh_from_db()
    with job.file.open() as file, zipfile.ZipFile(file) as archive:
        assert archive.testzip() is None
        assert {entry.compress_type for entry in archive.infolist()} == {zipfile.ZIP_STORED}
        return archive.namelist()


def expected(letters):
    return [f"{row.number} {row.application.applicant.name}.pdf" for row in letters]


def pieces():
    """Return what is kept of unfinished packages."""
    folders, _ = storages["private"].listdir("results")
    return storages["private"].listdir("results/pieces")[1] if "pieces" in folders else []


def test_zip_holds_each_letter_once_in_the_order_of_numbers(letters):
    job = order(list(reversed(letters)))

    tasks.run_job(job.pk)

    assert names(job) == expected(letters)
    assert (job.state, job.current, job.total) == ("done", 5, 5)
    assert pieces() == []
    assert [event.detail["letters"] for event in Event.objects.filter(action="pack_letters")] == [5]


def test_entries_are_the_bytes_of_the_letters(letters):
    job = order(letters)

    tasks.run_job(job.pk)

    job.refresh_from_db()
    with job.file.open() as file, zipfile.ZipFile(file) as archive:
        for row in letters:
            row.refresh_from_db()
            assert archive.read(expected([row])[0]) == row.file.read()


def test_merged_letters_have_contents_bookmarks_and_their_own_page_numbers(letters):
    job = order(letters, Job.Kind.MERGED)

    tasks.run_job(job.pk)

    job.refresh_from_db()
    reader = PdfReader(BytesIO(job.file.read()), strict=True)
    said = ["contents", *(f"letter {n}" for n in range(1, 6) for _ in range(2))]
    assert [page.extract_text().strip() for page in reader.pages] == said
    marks = [(mark.title, reader.get_destination_page_number(mark)) for mark in reader.outline]
    wanted = [f"{row.number}　{row.application.applicant.name}" for row in letters]
    assert marks == list(zip(wanted, [1, 3, 5, 7, 9], strict=True))
    assert reader.page_labels == ["i", *map(str, range(1, 11))]


@pytest.mark.parametrize("kind", [Job.Kind.ARCHIVE, Job.Kind.MERGED])
def test_killed_worker_is_followed_by_one_that_goes_on_behind_the_last_piece(letters, monkeypatch, kind):
    job = order(letters, kind)
    make, printed = packing.papers.make, []

    def dying(document, *, at):
        if len(printed) == 3:  # in the middle of the second piece
            raise Killed
        printed.append(document.number)
        return make(document, at=at)

    with monkeypatch.context() as dead:
        dead.setattr("applications.packing.papers.make", dying)
        with pytest.raises(Killed):
            tasks.run_job(job.pk)
    job.refresh_from_db()
    assert (job.state, job.payload["pieces"], len(pieces())) == ("running", 1, 1)
    tasks.run_job(job.pk)  # the dead worker's heart may still be thought to beat
    assert Job.objects.get(pk=job.pk).state == "running"

    Job.objects.filter(pk=job.pk).update(heartbeat_at=timezone.now() - tasks.STALE - timedelta(seconds=1))
    again = []
    monkeypatch.setattr(
        "applications.packing.papers.make", lambda row, *, at: again.append(row.number) or make(row, at=at)
    )
    tasks.run_job(job.pk)

    assert again == [row.number for row in letters[2:]]
    job.refresh_from_db()
    assert (job.state, job.current, job.attempts, pieces()) == ("done", 5, 2, [])
    if kind == Job.Kind.ARCHIVE:
        assert names(job) == expected(letters)
    else:
        assert len(PdfReader(BytesIO(job.file.read())).pages) == 11


def test_worker_that_lost_its_job_leaves_nothing_behind(letters, monkeypatch):
    """The other one may already have finished: the late worker must not write over it."""
    job = order(letters)
    join = packing._join_zip

    def overtaken(out, row, beat):
        join(out, row, lambda: None)
        Job.objects.filter(pk=row.pk).update(attempts=2)

    monkeypatch.setattr(packing, "_join_zip", overtaken)

    tasks.run_job(job.pk)

    job.refresh_from_db()
    assert (job.state, job.file.name, job.attempts) == ("running", "", 2)
    assert storages["private"].listdir("results")[1] == []


def test_cancelled_package_stops_at_the_next_letter_and_goes_on_later(letters, monkeypatch):
    officer = make_officer(Duty.PAY)
    job = order(letters, by=officer)
    make, printed = packing.papers.make, []

    def cancelling(document, *, at):
        printed.append(document.number)
        if len(printed) == 3:
            actions.cancel(job, by=officer, at=NOON)
        return make(document, at=at)

    with monkeypatch.context() as during:
        during.setattr("applications.packing.papers.make", cancelling)
        tasks.run_job(job.pk)

    job.refresh_from_db()
    assert (job.state, job.finished_at, job.file.name, len(printed)) == ("cancelled", NOON, "", 3)
    tasks.run_job(job.pk)  # nobody's
    assert Job.objects.get(pk=job.pk).state == "cancelled"
    actions.go_on(job, by=officer)
    tasks.run_job(job.pk)
    assert names(job) == expected(letters)


def test_failed_package_says_why_and_may_go_on(letters, monkeypatch):
    officer = make_officer(Duty.PAY)
    job = order(letters, by=officer)

    def broken(document, *, at):
        raise RuntimeError("printer on fire")

    with monkeypatch.context() as failing:
        failing.setattr("applications.packing.papers.make", broken)
        for _ in range(tasks.MAX_ATTEMPTS):
            with pytest.raises(RuntimeError):
                tasks.run_job(job.pk)
    job.refresh_from_db()
    assert (job.state, "printer on fire" in job.error) == ("failed", True)

    actions.go_on(job, by=officer)
    tasks.run_job(job.pk)

    assert names(job) == expected(letters)
    assert job.error == ""


def test_only_who_asked_stops_or_goes_on(letters):
    job, other = order(letters), make_officer(Duty.PAY)

    with pytest.raises(ActionRefused, match="只有提交人可以取消"):
        actions.cancel(job, by=other, at=NOON)
    with pytest.raises(ActionRefused, match="只有提交人可以继续"):
        actions.go_on(job, by=other)
    with pytest.raises(ActionRefused, match="排队中，不需要继续"):
        actions.go_on(job, by=job.requested_by)
    tasks.run_job(job.pk)
    with pytest.raises(ActionRefused, match="已完成，不能取消"):
        actions.cancel(job, by=job.requested_by, at=NOON)
    assert Job.objects.get(pk=job.pk).state == "done"


def test_limits_are_said_and_nothing_is_ordered(letters, monkeypatch):
    officer = make_officer(Duty.PAY)
    with pytest.raises(ActionRefused, match="请先选择"):
        actions.order(letters[0].authority, [], kind="archive", by=officer, at=NOON)
    with pytest.raises(ActionRefused, match="一次最多合并1000份"):
        actions.order(letters[0].authority, range(1001), kind="merged", by=officer, at=NOON)
    with pytest.raises(ActionRefused, match="一次最多打包5000份"):
        actions.order(letters[0].authority, range(5001), kind="archive", by=officer, at=NOON)
    for _ in range(3):
        order(letters, by=officer)
    with pytest.raises(ActionRefused, match="您已有3项下载正在制作"):
        order(letters, by=officer)

    assert Job.objects.filter(kind__in=packing.PACKAGES).count() == 3


def test_old_packages_are_dropped_with_what_was_packed_of_them(letters, monkeypatch):
    officer = make_officer(Duty.PAY)
    done, stopped, young = (order(letters, by=officer) for _ in range(3))
    tasks.run_job(done.pk)
    monkeypatch.setattr("applications.packing._join_zip", lambda *rest: actions.cancel(stopped, by=officer, at=NOON))
    tasks.run_job(stopped.pk)
    assert len(pieces()) == 3
    Job.objects.filter(pk=done.pk).update(finished_at=NOON)
    Job.objects.filter(pk=young.pk).update(state="done", finished_at=NOON + timedelta(days=1), file="results/x.zip")

    assert packing.drop_old(NOON + packing.KEPT) == 0
    assert packing.drop_old(NOON + packing.KEPT + timedelta(seconds=1)) == 2
    assert packing.drop_old(NOON + packing.KEPT + timedelta(seconds=1)) == 0

    assert pieces() == []
    for job in (done, stopped):
        job.refresh_from_db()
        assert (job.file.name, job.payload["dropped"]) == ("", True)
    assert Job.objects.get(pk=young.pk).file.name == "results/x.zip"
    with pytest.raises(ActionRefused, match="已超过保存期限"):
        actions.go_on(stopped, by=officer)


def test_two_letters_of_one_plain_name_keep_both(letters):
    letters[0].application.applicant.__class__.objects.update(name="甲/乙")
    # Numbers are unique for each kind; two kinds may in principle share one.
    number = letters[0].number
    content = letters[1].content
    twin = Document.objects.create(
        application=letters[0].application, authority=letters[0].authority, kind="decline", year=2026, sequence=1,
        number=number, code="AAAA-BBBB-CCCC", content=content, issued_at=NOON,
    )  # fmt: skip
    job = Job(kind="archive", payload={"documents": [letters[0].pk, twin.pk]})

    plain = f"{number} 甲_乙"
    assert [row.name for row in packing.letters_of(job)] == [f"{plain}.pdf", f"{plain} AAAA-BBBB-CCCC.pdf"]


def test_database_knows_the_states_of_a_job(letters):
    """The column is as long as its longest word, so that PostgreSQL refuses none of them."""
    field = Job._meta.get_field("state")
    assert max(map(len, Job.State.values)) <= field.max_length
    job = order(letters)
    with pytest.raises(IntegrityError), transaction.atomic():
        Job.objects.filter(pk=job.pk).update(state=None)


@pytest.mark.slow
@pytest.mark.skipif(bool(fonts_ready()), reason="this machine has no fonts for letters")
def test_contents_list_every_letter_with_its_page():
    lines = [{"position": n, "title": f"师新数兑〔2026〕{n}号　演示企业", "page": 2 * n - 1} for n in range(1, 101)]

    made = packing.render.sheet("contents.html", {"lines": lines, "first": True, "count": 100, "pages": 200})

    said = "".join("".join(page.extract_text() for page in PdfReader(BytesIO(made)).pages).split())
    assert "共100份，200页" in said
    assert "师新数兑〔2026〕100号演示企业199" in said
