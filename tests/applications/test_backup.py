"""Backup and restore: nothing answered is lost, nothing in place is overwritten, and every proof is 0 afterwards."""

import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections, transaction
from django.utils import timezone

from applications import backup, digests
from applications.backup import manifest as manifests
from applications.backup import postgres
from applications.models import Counter, DailyDigest, Event, Evidence, Job, Status
from tests.factories import make_application

ROOT = Path(__file__).resolve().parents[2]

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

on_sqlite = pytest.mark.skipif(connection.vendor != "sqlite", reason="a file that can be looked into")


@pytest.fixture(autouse=True)
def _needs_programs():
    """Skip where PostgreSQL's programs are older than its server; the sentence for that has a test of its own."""
    if connection.vendor == "postgresql":
        try:
            postgres.find("pg_dump", postgres.server_major(connection))
        except backup.Refused as reason:
            pytest.skip(str(reason))


@pytest.fixture
def case():
    """Return a granted case with its digests."""
    application = make_application(Status.GRANTED)
    digests.catch_up(timezone.now())
    return application


@pytest.fixture
def empty(tmp_path):
    """Return the environment of a machine with an empty database and no files."""
    inherited = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ}
    machine = {
        **inherited,
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "SECRET_KEY": "only-for-this-test-" + "0123456789abcdef" * 4,
        "VAR_DIR": str(tmp_path / "machine"),
    }
    if connection.vendor == "sqlite":
        yield machine
        return
    name = f"restored_{os.getpid()}"
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {name}")
        cursor.execute(f"CREATE DATABASE {name} TEMPLATE template0")
    settings = connection.settings_dict
    yield {**machine, "DATABASE_URL": f"postgres://{settings['USER']}@/{settings['HOST']}/{name}"}
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")


def take(folder):
    """Take a backup and return its manifest."""
    return backup.take(folder, at=timezone.now())


def manage(machine, *arguments):
    """Run manage.py on another machine; return its status, what it printed, and its last word on stderr."""
    command = [sys.executable, "manage.py", *map(str, arguments)]
    done = subprocess.run(command, cwd=ROOT, env=machine, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, (done.stderr.strip().splitlines() or [""])[-1]


def zeros(printed):
    """Return the proofs of a restore as name -> count."""
    return {line.split()[0]: int(line.split()[1]) for line in printed.splitlines() if line.split()[-1].isdigit()}


def edited(folder, change):
    """Change the manifest of a backup."""
    file = folder / manifests.NAME
    content = json.loads(file.read_text())
    change(content)
    file.write_text(json.dumps(content, ensure_ascii=False))


# ---- the whole way


def test_backup_is_restored_on_an_empty_machine_with_every_proof(case, tmp_path, empty):
    said = take(tmp_path / "backup")
    status, printed, error = manage(empty, "restore", tmp_path / "backup")

    assert (status, error) == (0, "")
    names = ["rows", "heads", "migrations", "files", "unapplied", *(f"I{n}" for n in range(1, 11)), "digests", "guards"]
    assert zeros(printed) == dict.fromkeys(names, 0)
    assert printed.splitlines()[-1] == "恢复完成，各项核对均为 0。"

    status, printed, _ = manage(empty, "verify_history", "--against", tmp_path / "backup" / manifests.NAME)
    assert status == 0
    assert f"{said['history']['events']}条记录" in printed
    assert f"与外部副本 {DailyDigest.objects.count()} 日一致" in printed


def test_restored_files_are_the_same_bytes(case, tmp_path, empty):
    take(tmp_path / "backup")
    manage(empty, "restore", tmp_path / "backup")

    store = Path(empty["VAR_DIR"]) / "files"
    said = {row.file.name: row.sha256 for row in case.evidence.all()}
    found = {name: hashlib.sha256((store / name).read_bytes()).hexdigest() for name in said}
    assert found == said
    assert {(store / name).stat().st_mode & 0o777 for name in found} == {0o600}


def test_manifest_tells_what_is_in_it(case, tmp_path):
    said = take(tmp_path / "backup")

    assert said["counts"]["applications_event"] == Event.objects.count()
    assert said["history"]["events"] == Event.objects.count()
    assert len(said["digests"]) == DailyDigest.objects.count() > 0
    assert set(said["files"]) == set(Evidence.objects.values_list("file", flat=True))
    assert json.loads((tmp_path / "backup" / manifests.NAME).read_text()) == said
    assert said["missing"] == []
    modes = {file.stat().st_mode & 0o077 for file in (tmp_path / "backup").rglob("*")}
    assert (modes, (tmp_path / "backup").stat().st_mode & 0o777) == ({0}, 0o700)


def test_command_prints_the_hash_to_write_down(case, tmp_path, capsys):
    call_command("backup", tmp_path / "backup")

    said = hashlib.sha256((tmp_path / "backup" / manifests.NAME).read_bytes()).hexdigest()
    assert capsys.readouterr().out.splitlines()[-1] == f"清单摘要（请抄录到备份之外）：{said}"


# ---- while the portal serves


def writers_until(stop, answered, faults):
    """Commit one row after the other and note each once it was answered, as a web process does."""

    def write(number):
        count = 0
        try:
            while not stop.is_set():
                with transaction.atomic():
                    Counter.objects.create(scope=f"{number}:{count}", last=count)
                answered.append(f"{number}:{count}")
                count += 1
        except Exception as error:  # noqa: BLE001 - a thread tells what went wrong
            faults.append(error)
        finally:
            connections.close_all()

    return [threading.Thread(target=write, args=(number,)) for number in range(4)]


def scopes_in(folder, machine):
    """Return the rows of the writers in a restored backup."""
    assert manage(machine, "restore", folder)[0] == 0
    code = "from applications.models import Counter; print(*Counter.objects.values_list('scope', flat=True))"
    status, printed, error = manage(machine, "shell", "--no-imports", "-c", code)
    assert status == 0, error
    return {scope for scope in printed.split() if ":" in scope}


def test_nothing_answered_before_the_backup_is_lost(case, tmp_path, empty):
    stop, answered, faults = threading.Event(), [], []
    threads = writers_until(stop, answered, faults)
    for thread in threads:
        thread.start()
    try:
        while len(answered) < 60 and not faults:
            pass
        before = set(answered)
        said = take(tmp_path / "backup")
        during = len(answered) - len(before)
    finally:
        stop.set()
        for thread in threads:
            thread.join()

    assert faults == []
    assert during > 0  # writers went on while the backup was taken
    found = scopes_in(tmp_path / "backup", empty)
    assert before <= found
    assert len(found) <= said["counts"]["applications_counter"]


def test_row_committed_after_the_snapshot_is_not_half_in_it(case, tmp_path, monkeypatch):
    """The counts of the manifest and the rows of the copy are of one moment, whatever is written meanwhile."""
    real = manifests.table_counts

    def late(using):
        thread = threading.Thread(target=lambda: (Counter.objects.create(scope="late"), connections.close_all()))
        thread.start()
        thread.join()
        return real(using)

    before = Counter.objects.count()
    monkeypatch.setattr(manifests, "table_counts", late)

    said = take(tmp_path / "backup")

    assert said["counts"]["applications_counter"] == before
    assert Counter.objects.count() == before + 1


# ---- what a backup refuses


def test_backup_overwrites_nothing(case, tmp_path):
    take(tmp_path / "backup")

    with pytest.raises(backup.Refused, match="已有的备份不会被覆盖"):
        take(tmp_path / "backup")


def test_interrupted_backup_has_not_its_name(case, tmp_path, monkeypatch):
    def full(*args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("applications.backup.taking._copy_files", full)
    with pytest.raises(OSError, match="No space left"):
        take(tmp_path / "backup")

    assert not (tmp_path / "backup").exists()
    with pytest.raises(backup.Refused, match="是没有完成的备份"):
        take(tmp_path / "backup")


def test_file_that_is_lost_is_said_and_the_backup_not_restored(case, tmp_path, empty):
    evidence = case.evidence.first()
    evidence.file.storage.delete(evidence.file.name)

    with pytest.raises(CommandError, match=f"有登记而不存在的文件，备份不完整：{evidence.file.name}"):
        call_command("backup", tmp_path / "backup")

    status, _, error = manage(empty, "restore", tmp_path / "backup")
    assert status == 1
    assert "在制作时就缺少文件" in error


def test_result_of_a_job_that_was_cleaned_away_is_no_fault(case, tmp_path):
    asked = {"requested_by": case.created_by, "requested_at": timezone.now()}
    Job.objects.create(kind=Job.Kind.ARCHIVE, file="results/gone.zip", **asked)

    assert take(tmp_path / "backup")["missing"] == []


# ---- what a restore refuses


def test_restore_overwrites_no_database(case, tmp_path, empty):
    take(tmp_path / "backup")
    assert manage(empty, "restore", tmp_path / "backup")[0] == 0

    status, _, error = manage(empty, "restore", tmp_path / "backup")

    assert status == 1
    assert "数据库不是空的" in error


def test_restore_into_a_database_with_any_table_is_refused(case, tmp_path, empty):
    take(tmp_path / "backup")
    Path(empty["VAR_DIR"]).mkdir()
    code = "from django.db import connection; connection.cursor().execute('CREATE TABLE other (id integer)')"
    assert manage(empty, "shell", "--no-imports", "-c", code)[0] == 0

    status, _, error = manage(empty, "restore", tmp_path / "backup")

    assert (status, "数据库不是空的（有 other）" in error) == (1, True)


def test_restore_overwrites_no_files(case, tmp_path, empty):
    take(tmp_path / "backup")
    store = Path(empty["VAR_DIR"]) / "files" / "evidence"
    store.mkdir(parents=True)
    (store / "other.pdf").write_bytes(b"%PDF")

    status, _, error = manage(empty, "restore", tmp_path / "backup")

    assert (status, "文件存储不是空的（有 evidence/other.pdf）" in error) == (1, True)


def test_interrupted_restore_is_taken_up_again(case, tmp_path, empty):
    take(tmp_path / "backup")
    name = case.evidence.first().file.name
    done = Path(empty["VAR_DIR"]) / "files" / name
    done.parent.mkdir(parents=True)
    shutil.copy(tmp_path / "backup" / "files" / name, done)

    assert manage(empty, "restore", tmp_path / "backup")[0] == 0


@pytest.mark.parametrize("victim", ["evidence", "database"])
def test_damaged_backup_is_refused_before_anything_is_written(case, tmp_path, empty, victim):
    folder = tmp_path / "backup"
    said = take(folder)
    name = said["database"]["file"] if victim == "database" else f"files/{case.evidence.first().file.name}"
    data = bytearray((folder / name).read_bytes())
    data[len(data) // 2] ^= 1
    (folder / name).write_bytes(data)

    status, _, error = manage(empty, "restore", folder)

    assert (status, error) == (1, f"CommandError: 备份已损坏或被改动：{name} 与清单中的摘要不符。")
    assert not (Path(empty["VAR_DIR"]) / "files").exists()


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda said: said.update(format=2), "备份的格式是 2"),
        (lambda said: said["database"].update(file="../db"), "数据库文件名不合法"),
        (lambda said: said["files"].update({"../../x": {"sha256": "0"}}), "路径不安全"),
        (lambda said: said["files"].update({"evidence/x.pdf": {"sha256": "0"}}), "缺少 files/evidence/x.pdf"),
        (lambda said: said["database"].update(vendor="oracle"), "只能恢复到同一种数据库"),
        (lambda said: said["migrations"].append("applications.9999_later"), "来自更新的版本"),
        (lambda said: said["migrations"].remove("applications.0001_initial"), "请用备份时的版本恢复"),
        (lambda said: said.pop("files"), "不是完整的备份"),
    ],
)
def test_manifest_that_does_not_fit_is_refused(case, tmp_path, monkeypatch, change, sentence):
    take(tmp_path / "backup")
    edited(tmp_path / "backup", change)
    monkeypatch.setattr("applications.backup.restoring._refuse_database_in_use", lambda: None)
    monkeypatch.setattr("applications.backup.restoring._put_files", pytest.fail)

    with pytest.raises(backup.Refused, match=sentence):
        list(backup.restore(tmp_path / "backup"))


def test_folder_without_a_manifest_is_refused(tmp_path, empty):
    status, _, error = manage(empty, "restore", tmp_path)

    assert (status, "没有可以读取的 manifest.json" in error) == (1, True)


@on_sqlite
def test_history_rewritten_in_the_backup_is_found_by_its_manifest(case, tmp_path, empty):
    """Somebody edits the copy and puts the file's hash right: counts agree, the heads and the chain do not."""
    folder = tmp_path / "backup"
    said = take(folder)
    file = folder / said["database"]["file"]
    opened = sqlite3.connect(file)
    opened.execute("DROP TRIGGER keep_event_update")
    opened.execute("UPDATE applications_event SET note = '改过', hash = ? WHERE sequence = 1", ["0" * 64])
    opened.commit()
    opened.close()
    edited(folder, lambda content: content["database"].update(sha256=manifests.sha256(file)))

    status, printed, error = manage(empty, "restore", folder)

    found = zeros(printed)
    assert (status, "已恢复，但有核对不符的项目" in error) == (1, True)
    assert (found["rows"], found["heads"], found["guards"]) == (0, 0, 1)
    assert found["I8"] > 0


@on_sqlite
def test_plain_copy_of_the_file_is_what_a_backup_must_not_be(case, tmp_path):
    """The control: what is committed stands in the WAL and not in the file, so a copy of the file misses it."""
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_autocheckpoint = 0")
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    Counter.objects.create(scope="answered")
    shutil.copy(connection.settings_dict["NAME"], tmp_path / "copy.sqlite3")
    said = take(tmp_path / "backup")

    def scopes(file):
        opened = sqlite3.connect(file)
        rows = {scope for (scope,) in opened.execute("SELECT scope FROM applications_counter")}
        opened.close()
        return rows

    assert "answered" not in scopes(tmp_path / "copy.sqlite3")
    assert "answered" in scopes(tmp_path / "backup" / said["database"]["file"])


# ---- PostgreSQL's programs


def test_missing_programs_are_said_in_two_languages(monkeypatch):
    monkeypatch.setattr(postgres, "_places", lambda program: iter(()))

    with pytest.raises(backup.Refused) as refused:
        postgres.find("pg_dump", 17)

    assert str(refused.value) == (
        "未找到 17 或更新版本的 pg_dump。请安装 PostgreSQL 客户端，例如 apt-get install postgresql-client-17，"
        "或者把它所在的文件夹加入 PATH。"
        "pg_dump 17 or newer was not found: install the PostgreSQL client or put it on PATH."
    )


def test_programs_older_than_the_server_are_passed_over(monkeypatch, tmp_path):
    old, new = tmp_path / "old", tmp_path / "new"
    for file, major in ((old, 15), (new, 18)):
        file.write_text(f"#!/bin/sh\necho 'pg_dump (PostgreSQL) {major}.1'\n")
        file.chmod(0o755)
    monkeypatch.setattr(postgres, "_places", lambda program: iter([str(old), str(new)]))

    assert postgres.find("pg_dump", 17) == str(new)
    assert postgres.find("pg_dump", 15) == str(old)
    with pytest.raises(backup.Refused, match="未找到 19"):
        postgres.find("pg_dump", 19)


def test_password_is_not_on_the_command_line(monkeypatch, tmp_path):
    shown = tmp_path / "shown"
    program = tmp_path / "pg_dump"
    answer = "[ \"$1\" = --version ] && echo 'pg_dump (PostgreSQL) 99' && exit"
    program.write_text(f'#!/bin/sh\n{answer}\necho "$@" > {shown}; env >> {shown}\n')
    program.chmod(0o755)
    monkeypatch.setattr(postgres, "_places", lambda name: iter([str(program)]))

    class Connection:
        settings_dict = {"HOST": "db", "PORT": 5433, "USER": "portal", "NAME": "portal", "OPTIONS": {}}
        settings_dict["PASSWORD"] = "hidden"

    postgres.run(Connection(), "pg_dump", ["--format=custom"], at_least=15)

    first, *environment = shown.read_text().splitlines()
    assert first == "--no-password --format=custom"
    assert {"PGHOST=db", "PGPORT=5433", "PGUSER=portal", "PGDATABASE=portal", "PGPASSWORD=hidden"} <= set(environment)
