"""The dossier: whole, readable without the portal, and proven by the program inside it, which finds every change."""

import hashlib
import io
import json
import re
import subprocess
import sys
import zipfile
from datetime import timedelta

import pytest
from django.apps import apps
from django.core.files.base import ContentFile
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from applications import dossier, guards, tasks
from applications.actions import ActionRefused
from applications.actions import dossier as actions
from applications.dossier import parts
from applications.dossier.parts import NOT_IN_A_DOSSIER, PARTS
from applications.models import (
    Applicant,
    Application,
    DeskFile,
    Duty,
    Event,
    Evidence,
    FactCheck,
    Job,
    Membership,
    Posting,
    Status,
)
from tests.factories import NOON, agent_of, make_applicant, make_application, make_officer

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(monkeypatch):
    """Return a paid case whose letters are made, by a printer that leaves a trace."""
    monkeypatch.setattr("applications.papers.render.pdf", lambda letter: b"%PDF-1.7 " + letter.letter_number.encode())
    application = make_application(Status.PAID)
    for job in Job.objects.filter(kind=Job.Kind.DOCUMENT):
        tasks.run_job(job.pk)
    return Application.objects.select_related("authority", "policy", "clause__policy", "applicant").get(
        pk=application.pk
    )


def zipped(application, **more):
    """Return the bytes of a dossier."""
    out = io.BytesIO()
    dossier.write(application, out, by="测试审计", at=NOON, **more)
    return out.getvalue()


def unpacked(data, folder):
    """Unpack a dossier into a folder and return it."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        archive.extractall(folder)
    return folder


def verify(folder, *arguments):
    """Run the program inside a dossier as its reader does: alone, isolated, without our packages."""
    command = [sys.executable, "-I", str(folder / "verify.py"), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.stderr == ""
    return done.returncode, done.stdout.splitlines()[0]


@pytest.fixture
def folder(case, tmp_path):
    """Return an unpacked dossier."""
    return unpacked(zipped(case), tmp_path / "dossier")


def changed(folder, name, change):
    """Change the JSON of one file and keep the list of files right, as a careful forger would."""
    place = folder / name
    content = json.loads(place.read_text())
    change(content)
    place.write_text(json.dumps(content, ensure_ascii=False))


# ---- whole


def test_dossier_is_complete_in_its_folder_and_as_a_zip(case, folder, tmp_path):
    file = tmp_path / "卷宗.zip"
    file.write_bytes(zipped(case))
    listed = len(json.loads((folder / "manifest.json").read_text())["files"])
    sentence = f"完整：卷宗 {case.number}，{listed}个文件、{case.events.count()}条办理记录全部相符。"

    assert verify(folder) == (0, sentence)
    assert verify(folder, folder) == (0, sentence)
    assert verify(folder, file) == (0, sentence)


def test_verifier_needs_nothing_but_the_standard_library(folder):
    source = (folder / "verify.py").read_text()

    imported = set(re.findall(r"^(?:from|import) (\w+)", source, re.MULTILINE))
    assert imported <= set(sys.stdlib_module_names)


def test_every_stored_file_is_in_it_with_its_hash(case, folder):
    files = json.loads((folder / "manifest.json").read_text())["files"]

    assert {f"evidence/{row.pk}.pdf": row.sha256 for row in case.evidence.all()} == {
        name: said["sha256"] for name, said in files.items() if name.startswith("evidence/")
    }
    assert {f"letters/{row.pk}.pdf": row.sha256 for row in case.documents.all()} == {
        name: said["sha256"] for name, said in files.items() if name.startswith("letters/")
    }


def test_every_table_of_a_case_has_a_part():
    """A new table that points to a case needs a part, or a reason in NOT_IN_A_DOSSIER."""
    source = "".join(name.__doc__ or "" for name in PARTS)
    assert source  # every part says what it holds
    told = {
        model._meta.model_name
        for model in vars(parts).values()
        if isinstance(model, type) and hasattr(model, "_meta") and model is not Application
    }
    of_a_case = {
        model._meta.model_name
        for model in apps.get_app_config("applications").get_models()
        for field in model._meta.concrete_fields
        if field.is_relation and field.related_model is Application
    }

    assert of_a_case - told == NOT_IN_A_DOSSIER


def test_rows_carry_what_was_decided(case, folder):
    def rows(name):
        return json.loads((folder / f"parts/{name}.json").read_text())

    award = case.awards.get()
    assert [row["amount_fen"] for row in rows("money") if "computed_fen" in row] == [award.amount_fen]
    assert len(rows("checks")) == FactCheck.objects.filter(application=case).count()
    assert rows("assessments")[-1]["result"]["trace"] == award.assessment.result["trace"]
    assert rows("facts")[0]["declared"] == case.facts
    assert {row["duty"] for row in rows("duties")} == set(case.duties.values_list("duty", flat=True))


def test_desk_papers_are_in_it(case, tmp_path):
    data = b"minutes"

    paper = DeskFile(
        application=case,
        kind=DeskFile.Kind.MINUTES,
        original_name="纪要.pdf",
        content_type="application/pdf",
        size=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        uploaded_by=make_officer(Duty.VERIFY),
        uploaded_at=NOON,
    )
    paper.file.save("纪要.pdf", ContentFile(data))
    folder = unpacked(zipped(case), tmp_path / "with-paper")

    assert (folder / f"desk/{paper.pk}.pdf").read_bytes() == data
    assert verify(folder)[0] == 0


def test_personal_numbers_are_masked(case, tmp_path):
    Applicant.objects.filter(pk=case.applicant_id).update(contact_phone="13800138000", email="someone@example.org")
    case.refresh_from_db()
    folder = unpacked(zipped(case), tmp_path / "masked")

    text = "".join(file.read_text() for file in folder.rglob("*") if file.suffix in {".json", ".html"})

    assert "13800138000" not in text
    assert "someone@example.org" not in text
    assert "6200000000000000" not in text
    assert "138****8000" in text
    assert "s***@example.org" in text


def test_page_reads_without_a_portal(case, folder):
    page = (folder / "index.html").read_text()

    assert case.number in page
    assert "计算过程" in page
    assert "http://" not in page
    assert "https://" not in page
    assert "<script" not in page
    linked = set(re.findall(r'href="([^"#]+)"', page))
    assert all((folder / name).is_file() for name in linked)
    labels = re.findall(r"<dt>([^<]+)</dt>", page)
    assert [label for label in labels if not re.search(r"[\u4e00-\u9fff]", label)] == ["PUE"]  # its own Chinese word


def test_page_escapes_what_people_typed(case, tmp_path):
    Application.objects.filter(pk=case.pk).update(subject="<b>粗</b>")
    case.refresh_from_db()

    page = (unpacked(zipped(case), tmp_path / "escaped") / "index.html").read_text()

    assert "<b>粗" not in page
    assert "&lt;b&gt;粗" in page


def test_acts_are_named_by_the_words_that_came_with_the_order(case, tmp_path):
    page = (unpacked(zipped(case, words={"check": "核验一项"}), tmp_path / "words") / "index.html").read_text()

    assert "核验一项" in page
    assert "批准兑现" in page


# ---- every change is found


def test_changed_file_is_named(folder):
    victim = next((folder / "evidence").iterdir())
    victim.write_bytes(victim.read_bytes()[:-1] + b"?")

    assert verify(folder) == (1, f"不完整：文件与清单不符：evidence/{victim.name}。")


@pytest.mark.parametrize("name", ["events.json", "parts/money.json", "index.html", "verify.py", "dossier.css"])
def test_missing_file_is_named(folder, name, tmp_path):
    program = tmp_path / "verify.py"
    program.write_text((folder / "verify.py").read_text())
    (folder / name).unlink()

    assert verify(tmp_path, folder) == (1, f"不完整：缺失文件：{name}。")


def test_missing_list_is_named(folder):
    (folder / "manifest.json").unlink()

    assert verify(folder) == (1, "不完整：缺失文件：manifest.json。")


def test_file_that_is_not_listed_is_named(folder):
    (folder / "evidence" / "extra.pdf").write_bytes(b"%PDF")
    assert verify(folder) == (1, "不完整：清单之外的文件：evidence/extra.pdf。")


def test_what_a_desktop_leaves_behind_is_no_change(folder):
    (folder / ".DS_Store").write_bytes(b"x")
    (folder / "evidence" / "Thumbs.db").write_bytes(b"x")

    assert verify(folder)[0] == 0


def with_list_put_right(folder, name):
    """Write the new hash of a changed file into the list."""

    digest = hashlib.sha256((folder / name).read_bytes()).hexdigest()
    changed(folder, "manifest.json", lambda manifest: manifest["files"][name].update(sha256=digest))


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda events: events[4].update(note="改过"), "不完整：办理记录第5条：内容与摘要不符。"),
        (lambda events: events[4]["detail"].update(sum=1), "不完整：办理记录第5条：内容与摘要不符。"),
        (lambda events: events[4].update(hash="0" * 64), "不完整：办理记录第5条：内容与摘要不符。"),
        (lambda events: events[4].update(previous="0" * 64), "不完整：办理记录第5条：与前一条的摘要衔接不上。"),
        (lambda events: events.pop(4), "不完整：办理记录第5条：序号不连续。"),
        (lambda events: events.insert(4, events.pop(5)), "不完整：办理记录第5条：序号不连续。"),
        (lambda events: events.pop(), "不完整：办理记录的末条与清单所载不符。"),
    ],
)
def test_forged_history_with_its_list_put_right_is_named(folder, change, sentence):
    changed(folder, "events.json", lambda record: change(record["events"]))
    with_list_put_right(folder, "events.json")

    assert verify(folder) == (1, sentence)


def test_exchanged_evidence_is_named_by_the_history(case, folder):
    evidence = case.evidence.first()
    name = f"evidence/{evidence.pk}.pdf"
    (folder / name).write_bytes(b"%PDF another")
    with_list_put_right(folder, name)

    assert verify(folder) == (1, f"不完整：佐证材料与办理记录所载摘要不符：{name}。")

    digest = json.loads((folder / "manifest.json").read_text())["files"][name]["sha256"]
    rows = "parts/evidence.json"
    changed(folder, rows, lambda all_rows: [row.update(sha256=digest) for row in all_rows if row["path"] == name])
    with_list_put_right(folder, rows)
    assert verify(folder) == (1, f"不完整：佐证材料与办理记录所载摘要不符：{name}。")


def test_path_out_of_the_folder_is_refused(folder):
    changed(folder, "manifest.json", lambda manifest: manifest["files"].update({"../x": {"sha256": "0", "size": 1}}))

    assert verify(folder) == (1, "不完整：清单中的路径不安全：../x。")


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"problems": []}'])
def test_list_that_makes_no_sense_is_said(folder, content):
    (folder / "manifest.json").write_text(content)

    status, sentence = verify(folder)
    assert status == 1
    assert sentence.startswith("不完整：")


def test_file_that_is_no_zip_is_said(folder, tmp_path):
    (tmp_path / "x.zip").write_bytes(b"no zip")

    status, sentence = verify(folder, tmp_path / "x.zip")
    assert (status, sentence.startswith("不完整：")) == (1, True)


# ---- a store that is not whole


def test_file_lost_before_is_said_and_does_not_stop_the_dossier(case, tmp_path):
    evidence = case.evidence.first()
    evidence.file.storage.delete(evidence.file.name)

    folder = unpacked(zipped(case), tmp_path / "lost")

    status, sentence = verify(folder)
    assert status == 1
    assert sentence.startswith(f"不完整：制作卷宗时已有问题：平台上的文件已不存在（evidence/{evidence.pk}.pdf")
    assert "制作时发现的问题" in (folder / "index.html").read_text()


def test_file_changed_before_is_said(case, tmp_path):
    evidence = case.evidence.first()
    with evidence.file.storage.open(evidence.file.name, "wb") as file:
        file.write(b"another")

    status, sentence = verify(unpacked(zipped(case), tmp_path / "changed"))

    assert status == 1
    assert "平台上的文件与登记的摘要不符" in sentence


def test_history_broken_in_the_portal_is_broken_in_the_dossier(case, tmp_path):
    guards.remove(connection)
    Event.objects.filter(application=case, sequence=3).update(note="改过")
    guards.install(connection)

    assert verify(unpacked(zipped(case), tmp_path / "broken")) == (1, "不完整：办理记录第3条：内容与摘要不符。")


# ---- ordering


def order(case, by):
    return actions.order(case, words={}, by=by, at=NOON)


@pytest.mark.parametrize("duty", [Duty.AUDIT, Duty.INSPECT, Duty.LEGAL])
def test_oversight_orders_and_the_authoritys_history_says_so(case, duty):
    officer = make_officer(duty)
    before = case.events.count()

    job = order(case, officer)

    event = Event.objects.get(action="order_dossier")
    assert (event.application, event.authority, event.by, event.note) == (None, case.authority, officer, case.number)
    assert event.detail == {"application": case.pk, "number": case.number, "job": job.pk, "duty": duty}
    assert case.events.count() == before  # who dealt with the case does not learn of it there


def test_officer_of_the_case_may_and_a_colleague_may_not(case):
    verifier = case.duties.get(duty=Duty.VERIFY).user

    assert order(case, verifier).requested_by == verifier
    for duty in (Duty.VERIFY, Duty.POLICY, Duty.SYSTEM, Duty.EXPERT):
        with pytest.raises(ActionRefused, match="只有审计、稽核、法制审核岗位和本件的经办人员"):
            order(case, make_officer(duty))


def test_officer_who_left_may_not(case):
    verifier = case.duties.get(duty=Duty.VERIFY).user
    Posting.objects.filter(user=verifier).update(until=timezone.localdate() - timedelta(days=1))

    with pytest.raises(ActionRefused):
        order(case, verifier)


def test_auditor_of_another_authority_may_not(case):
    with pytest.raises(ActionRefused):
        order(case, make_officer(Duty.AUDIT, "shihezi"))


def test_auditor_who_acts_for_the_applicant_stays_away(case):
    auditor = make_officer(Duty.AUDIT)
    role = Membership.Role.AGENT
    Membership.objects.create(applicant=case.applicant, user=auditor, role=role, joined_at=NOON)

    with pytest.raises(ActionRefused, match="应当回避"):
        order(case, auditor)


def test_one_person_waits_for_one_dossier_at_a_time(case):
    auditor = make_officer(Duty.AUDIT)

    assert order(case, auditor) == order(case, auditor)
    assert order(case, make_officer(Duty.AUDIT)) != order(case, auditor)
    assert Event.objects.filter(action="order_dossier").count() == 2


def test_worker_makes_it_once_with_its_hash(case, tmp_path):

    job = order(case, make_officer(Duty.AUDIT))
    tasks.run_job(job.pk)
    job.refresh_from_db()
    data = job.file.read()
    tasks.run_job(job.pk)

    last = case.events.order_by("-sequence").first()
    assert (job.state, job.payload["sha256"]) == (Job.State.DONE, hashlib.sha256(data).hexdigest())
    assert job.payload["head"] == {"sequence": last.sequence, "hash": last.hash}
    assert verify(unpacked(data, tmp_path / "made"))[0] == 0
    assert Job.objects.get(pk=job.pk).file.name == job.file.name


def test_files_of_old_dossiers_are_dropped(case):
    job = order(case, make_officer(Duty.AUDIT))
    tasks.run_job(job.pk)
    job.refresh_from_db()
    storage, name = job.file.storage, job.file.name

    assert dossier.drop_old(job.finished_at + dossier.KEPT) == 0
    assert dossier.drop_old(job.finished_at + dossier.KEPT + timedelta(seconds=1)) == 1

    job.refresh_from_db()
    assert (job.file.name, storage.exists(name), job.state) == ("", False, Job.State.DONE)
    assert Evidence.objects.filter(application=case).count() == case.evidence.count()


def test_dossier_names_its_case_says_the_database(case):
    with pytest.raises(IntegrityError, match="dossier_names_its_case"), transaction.atomic():
        Job.objects.create(kind=Job.Kind.DOSSIER, requested_by=agent_of(make_applicant()), requested_at=NOON)
