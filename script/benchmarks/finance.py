"""
The finance desk at two sizes, its register against a plain loop, and many letters in one file.

Fills two databases of its own with invented awards (`--rows` shares and a hundredth of them), measures each in a
process of its own, and prints one JSON object of ratios taken in this run:

- list: CPU of the desk's first page, of a deep page and of a narrowed one, at many shares by few;
- register: CPU of the CSV, and of a loop over model instances that writes the same columns (on `--loop` rows, scaled);
- zip, merged: growth of the memory's peak between a tenth of `--letters` letters of 100 KiB and all of them.

SQLite unless `DATABASE_URL` names a server; then `{size}` in it stands for the name of each database, which must be
there and empty.
"""

import argparse
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

BATCH = 5000
PARTS = 2  # instalments of an award
UNPAID = 10  # of a hundred awards, the newest
NOW = datetime(2026, 9, 1, 4, tzinfo=UTC)
LETTER = 100 * 1024  # octets


def main() -> int:
    """Fill and measure each size, then the letters; print the ratios."""
    parser = argparse.ArgumentParser(prog="script/bench finance", description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--loop", type=int, default=2_000, help="rows of the plain loop (default 2000)")
    parser.add_argument("--letters", type=int, default=1_000)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--place", help="a folder for the databases, which stay there and are not made again")
    parser.add_argument("--part", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.part:
        return _part(options)
    found: dict[str, Any] = {"rows": options.rows, "letters": options.letters}
    with tempfile.TemporaryDirectory(prefix="portal-finance-") as temporary:
        place = options.place or temporary
        if not Path(f"{place}/base").is_dir():
            _run(options, "base", f"{place}/base", "base", 0)
        for size, rows in (("small", options.rows // 100), ("large", options.rows)):
            if not Path(f"{place}/{size}").is_dir():
                _run(options, "fill", f"{place}/{size}", size, rows)
            found[f"desk_{size}"] = _run(options, "desk", f"{place}/{size}", size, rows)
        found["register"] = _run(options, "register", f"{place}/large", "large", options.rows)
        for kind in ("archive", "merged"):
            few, many = (
                _run(options, kind, f"{place}/{kind}{letters}", "small", letters)
                for letters in (options.letters // 10, options.letters)
            )
            found[kind] = {**many, "peak_growth_mb": round(many["peak_mb"] - few["peak_mb"], 1)}
    small, large = found["desk_small"], found["desk_large"]
    found["list_ratio"] = {name: round(large[name] / small[name], 2) for name in small}
    sys.stdout.write(json.dumps(found, ensure_ascii=False, indent=1) + "\n")
    return 0


def _run(options: argparse.Namespace, part: str, var: str, size: str, rows: int) -> dict[str, Any]:
    environment = {**os.environ, "VAR_DIR": var, "DJANGO_SETTINGS_MODULE": "portal.settings", "LOG_LEVEL": "ERROR"}
    environment |= {"SECRET_KEY": "only-for-this-measurement-" + "0123456789abcdef" * 3, "DEBUG": "0"}
    environment |= {"PUBLIC_BASE_URL": "http://localhost:8000", "DEMO": "0", "PYTHONWARNINGS": "ignore"}
    if part in ("base", "archive", "merged"):
        environment.pop("DATABASE_URL", None)
    elif "DATABASE_URL" in environment:
        environment["DATABASE_URL"] = environment["DATABASE_URL"].replace("{size}", size)
    base = Path(var).parent / "base"
    if base.is_dir() and not Path(var).is_dir():
        shutil.copytree(base, var)  # a migrated database with the policies in it
    Path(var).mkdir(exist_ok=True)
    command = [sys.executable, __file__, "--part", part, "--rows", str(rows), "--loop", str(options.loop)]
    command += ["--rounds", str(options.rounds)]
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    sys.stderr.write(f"{part} {size} {rows}: {found}\n")
    return found


def _part(options: argparse.Namespace) -> int:
    """Do one part in this process and print its figures."""
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    import django  # noqa: PLC0415 - the settings are chosen by the environment of this process
    from django.conf import settings  # noqa: PLC0415 - as above

    # Addresses without the hash of what collectstatic would have collected; the pages are the same otherwise.
    settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    django.setup()
    parts: dict[str, Callable[[argparse.Namespace], dict[str, Any]]] = {
        "base": base,
        "fill": fill,
        "desk": desk,
        "register": register,
        "archive": lambda given: letters(given, "archive"),
        "merged": lambda given: letters(given, "merged"),
    }
    sys.stdout.write(json.dumps(parts[options.part](options)) + "\n")
    return 0


# ---- data -----------------------------------------------------------------------------------------------------------


def base(options: argparse.Namespace) -> dict[str, Any]:
    """Migrate, and load the policies."""
    from django.core.management import call_command  # noqa: PLC0415 - after django.setup()

    from applications.loading import load_policies  # noqa: PLC0415

    call_command("migrate", interactive=False, verbosity=0)
    load_policies()
    return {}


def fill(options: argparse.Namespace) -> dict[str, Any]:
    """Write awards of two instalments; all but the newest tenth are paid. Keys fit by construction."""
    from django.db import connection, transaction  # noqa: PLC0415 - after django.setup()

    from applications import models  # noqa: PLC0415

    began = time.process_time()
    if "DATABASE_URL" in os.environ:
        base(options)
    known = _base(models)
    awards = options.rows // PARTS
    for first in range(0, awards, BATCH):
        with transaction.atomic():
            _some_awards(models, known, range(first, min(first + BATCH, awards)), awards)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return {"cpu_seconds": round(time.process_time() - began, 1)}


def _base(models: Any) -> dict[str, Any]:
    """Return what all awards share: officers, applicants with looked-at accounts, the papers that awards rest on."""
    authority = models.Authority.objects.get(code="xinxing")
    people = [
        models.User.objects.create(username=f"measured{n}", name=f"测试人员{n}", password="!")  # noqa: S106
        for n in range(3)
    ]
    since = date(2024, 1, 1)
    models.Posting.objects.create(user=people[0], authority=authority, duty="pay", since=since)
    models.Posting.objects.create(user=people[1], authority=authority, duty="countersign", since=since)
    applicants = models.Applicant.objects.bulk_create(
        models.Applicant(
            uscc=f"91659901MB{n:07d}X", name=f"测试第{n}算力有限公司", legal_representative="测试",
            registered_address="测试路1号", contact_name="测试", contact_phone="0902-0000000",
            created_at=NOW, created_by=people[0],
        )
        for n in range(500)
    )  # fmt: skip
    accounts = models.BankAccount.objects.bulk_create(
        models.BankAccount(
            applicant=row,
            holder=row.name,
            bank="测试银行",
            number=f"62{row.pk:017d}",
            created_by=people[0],
            created_at=NOW,
            usable_from=NOW,
        )
        for row in applicants
    )
    models.AccountCheck.objects.bulk_create(
        models.AccountCheck(
            account=row, authority=authority, passed=True, checked_by=people[0], checked_at=NOW,
            confirmed_by=people[1], confirmed_at=NOW,
        )
        for row in accounts
    )  # fmt: skip
    clauses = list(models.Clause.objects.claimable().filter(policy__authority=authority))
    return {
        "authority": authority,
        "people": people,
        "applicants": applicants,
        "accounts": accounts,
        "clauses": clauses,
    }


def _some_awards(models: Any, base: dict[str, Any], numbers: range, awards: int) -> None:
    authority, people, clauses = base["authority"], base["people"], base["clauses"]
    cases = models.Application.objects.bulk_create(
        models.Application(
            number=f"XINXING-2026-{n:07d}", authority=authority, clause=clauses[n % len(clauses)],
            policy_id=clauses[n % len(clauses)].policy_id, applicant=base["applicants"][n % 500], status="granted",
            support_year=2024 + n % 3, created_by=people[2], created_at=NOW, submitted_by=people[2], submitted_at=NOW,
        )
        for n in numbers
    )  # fmt: skip
    if "duties" not in base:
        base["duties"] = [
            models.CaseDuty.objects.create(application=cases[0], user=user, duty=duty, since=NOW)
            for user, duty in zip(people, ("pay", "countersign", "approve"), strict=True)
        ]
        base["assessment"] = models.Assessment.objects.create(
            application=cases[0], purpose="grant", inputs={}, result={"trace": []}, kind="computed", eligible=True,
            amount_fen=100, pack_version="xinxing.v1", pack_sha256="0" * 64, made_by=people[2], made_at=NOW,
        )  # fmt: skip
        base["payer"] = models.Payer.objects.get(authority=authority, standard=True)
    pays, seconds, decides = base["duties"]
    rows = models.Award.objects.bulk_create(
        models.Award(
            application=case, applicant_id=case.applicant_id, authority=authority, clause_id=case.clause_id,
            assessment=base["assessment"], year=case.support_year, amount_fen=300_00, computed_fen=300_00,
            decided_by=decides, decided_at=NOW - timedelta(days=400),
        )
        for case in cases
    )  # fmt: skip
    models.Document.objects.bulk_create(
        models.Document(
            application_id=row.application_id, award=row, authority=authority, kind="notice", year=2026, sequence=n + 1,
            number=f"师新数兑〔2026〕{n + 1}号", code=f"T{n:018d}", content={}, issued_at=NOW,
        )
        for n, row in zip(numbers, rows, strict=True)
    )  # fmt: skip
    parts = models.Instalment.objects.bulk_create(
        models.Instalment(award=row, number=part, amount_fen=part * 100_00, due_on=date(2025 + part, 1, 1))
        for row in rows
        for part in range(1, PARTS + 1)
    )
    shares = models.PayerShare.objects.bulk_create(
        models.PayerShare(instalment=part, payer=base["payer"], amount_fen=part.amount_fen) for part in parts
    )
    account = {row.applicant_id: row for row in base["accounts"]}
    applicant = {row.pk: row.applicant_id for row in rows}
    paid = [share for n, share in zip((n for n in numbers for _ in range(PARTS)), shares, strict=True)
            if n * 100 < awards * (100 - UNPAID)]  # fmt: skip
    models.Payment.objects.bulk_create(
        models.Payment(
            instalment=share.instalment, share=share, account=account[applicant[share.instalment.award_id]],
            amount_fen=share.amount_fen, paid_on=date(2026, 1 + share.pk % 8, 1), voucher_number=f"凭{share.pk}",
            state="confirmed", recorded_by=pays, recorded_at=NOW, confirmed_by=seconds, confirmed_at=NOW,
        )
        for share in paid
    )  # fmt: skip


# ---- the desk -------------------------------------------------------------------------------------------------------


def desk(options: argparse.Namespace) -> dict[str, Any]:
    """Return CPU milliseconds of the pages (median), with the sums of the list kept as they are for a minute."""
    from django.core.cache import cache  # noqa: PLC0415 - after django.setup()
    from django.test import Client  # noqa: PLC0415

    from applications.models import Clause, PayerShare, User  # noqa: PLC0415

    client = Client(SERVER_NAME="localhost")
    client.force_login(
        User.objects.get(username="measured0"), backend="allauth.account.auth_backends.AuthenticationBackend"
    )
    awards = PayerShare.objects.count() // PARTS
    clause = Clause.objects.claimable().filter(policy__authority__code="xinxing").first()
    assert clause is not None
    border = json.dumps([awards // 2, awards], separators=(",", ":"))
    pages = {
        "first": {},
        "deep": {"after": border},
        "clause": {"clause": str(clause.pk)},
        "due": {"state": "due"},
    }
    spent: dict[str, list[float]] = {name: [] for name in pages}
    for query in pages.values():
        assert client.get("/finance/", query).status_code == 200
    for _ in range(options.rounds):
        for name, query in pages.items():
            began = time.process_time()
            client.get("/finance/", query)
            spent[name].append((time.process_time() - began) * 1000)
    found = {name: round(statistics.median(times), 1) for name, times in spent.items()}
    cache.clear()
    began = time.process_time()
    client.get("/finance/")
    return found | {"first_with_new_sums": round((time.process_time() - began) * 1000, 1)}


def register(options: argparse.Namespace) -> dict[str, Any]:
    """Return CPU microseconds a row of the CSV and of a loop over instances; the loop is also given joins."""
    from applications import finance, payment_register  # noqa: PLC0415 - after django.setup()
    from applications.models import Authority, PayerShare  # noqa: PLC0415

    authority = Authority.objects.get(code="xinxing")

    def ours() -> int:
        return sum(text.count("\r\n") for text in payment_register.csv_lines(finance.shares_of(authority.pk))) - 1

    def plain() -> int:
        rows = PayerShare.objects.filter(instalment__award__authority=authority).order_by("-pk")[: options.loop]
        return sum(1 for share in rows if _plain_line(share))

    def joined() -> int:
        related = (
            "instalment__award__application",
            "instalment__award__applicant",
            "instalment__award__clause__policy",
        )
        rows = PayerShare.objects.filter(instalment__award__authority=authority).select_related(*related, "payer")
        return sum(1 for share in rows.order_by("-pk")[: options.loop] if _plain_line(share))

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    ours_us = _per_row(ours)
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    plain_us, joined_us = _per_row(plain), _per_row(joined)
    return {
        "ours_us": round(ours_us, 1),
        "loop_us": round(plain_us, 1),
        "loop_with_joins_us": round(joined_us, 1),
        "ratio": round(plain_us / ours_us, 1),
        "ratio_with_joins": round(joined_us / ours_us, 1),
        "peak_growth_mb": round(grown, 1),
    }


def _per_row(make: Callable[[], int]) -> float:
    began = time.process_time()
    rows = make()
    return (time.process_time() - began) * 1_000_000 / rows


def _plain_line(share: Any) -> list[str]:
    """Return a line of the register as one writes it first: by walking from instance to instance."""
    import rules  # noqa: PLC0415 - as above

    award = share.instalment.award
    payment = share.payments.exclude(state__in=["rejected", "returned"]).first()
    account = payment.account if payment else award.applicant.bank_accounts.filter(replaced_at=None).first()
    checked = account.checks.filter(authority=award.authority, passed=True, confirmed_at__isnull=False).exists()
    state = payment.get_state_display() if payment else "可拨付" if checked else "暂缓拨付"
    notice = award.documents.filter(kind="notice").first()
    returned = share.payments.filter(state="returned").order_by("-pk").first()
    values = (
        *(award.application.number, notice.number, award.applicant.name, award.applicant.uscc),
        *(award.clause.policy.title, award.clause, award.year, share.instalment.number, share.payer.name),
        *(rules.yuan(share.amount_fen), rules.capital(share.amount_fen), payment and payment.set_off_fen, state),
        *(share.instalment.due_on, award.decided_at, account.holder, account.bank, account.number),
        *(payment and payment.batch, payment and payment.paid_on, payment and payment.voucher_number, returned),
    )
    return [str(value) for value in values]


# ---- letters --------------------------------------------------------------------------------------------------------


def letters(options: argparse.Namespace, kind: str) -> dict[str, Any]:
    """Return CPU seconds and the peak of memory of packing so many letters of 100 KiB that are already made."""
    options.loop, letters = 0, options.rows
    options.rows = letters * PARTS
    fill(options)
    from unittest.mock import patch  # noqa: PLC0415 - after django.setup()

    from django.core.files.base import ContentFile  # noqa: PLC0415
    from django.utils import timezone  # noqa: PLC0415

    from applications import tasks  # noqa: PLC0415
    from applications.models import Document, Job, User  # noqa: PLC0415
    from tests import samples  # noqa: PLC0415

    picture = samples.stream(os.urandom(LETTER - 1500), b"/Type /XObject /Subtype /Image /Width 1 /Height 1")
    data = samples.pdf("letter", pages=2, extra=[picture], page=b"/Extra 5 0 R")
    for row in Document.objects.all().iterator():
        row.file.save("letter.pdf", ContentFile(data), save=False)
        Document.objects.filter(pk=row.pk).update(file=row.file.name, sha256="0" * 64, made_at=timezone.now())
    job = Job.objects.create(
        kind=kind, payload={"documents": list(Document.objects.values_list("pk", flat=True))}, total=letters,
        requested_by=User.objects.get(username="measured0"), requested_at=timezone.now(),
    )  # fmt: skip
    # What prints the contents takes 60 MB whatever is merged, and is measured by `script/bench letters`.
    with patch("applications.packing.render.sheet", lambda *given: samples.pdf("contents")):
        Path("/proc/self/clear_refs").write_text("5")  # the peak begins here
        began = time.process_time()
        tasks.run_job(job.pk)
        spent = time.process_time() - began
    peak = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
    job.refresh_from_db()
    assert job.state == "done", job.error
    return {"cpu_seconds": round(spent, 1), "peak_mb": int(peak.split()[1]) / 1024, "file_mb": job.file.size >> 20}


if __name__ == "__main__":
    sys.exit(main())
