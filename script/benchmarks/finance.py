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

FIRST = 1_000_000  # the first key of everything measured
BODIES = 500  # applicants
DUTIES = ("pay", "countersign", "approve")
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
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
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
    """Write awards of two instalments by SQL; all but the newest tenth are paid. Keys fit by construction."""
    from django.db import connection, transaction  # noqa: PLC0415 - after django.setup()

    from applications import models  # noqa: PLC0415

    began = time.process_time()
    if "DATABASE_URL" in os.environ:
        base(options)
    with transaction.atomic():
        _awards(models, _base(models), options.rows // PARTS)
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
    for user, duty in zip(people, DUTIES, strict=True):
        models.Posting.objects.create(user=user, authority=authority, duty=duty, since=since)
    applicants = models.Applicant.objects.bulk_create(
        models.Applicant(
            uscc=f"91659901MB{n:07d}X", name=f"测试第{n}算力有限公司", legal_representative="测试",
            registered_address="测试路1号", contact_name="测试", contact_phone="0902-0000000",
            created_at=NOW, created_by=people[0],
        )
        for n in range(BODIES)
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


def _awards(models: Any, known: dict[str, Any], awards: int) -> None:
    """Write the awards with all that hangs on them; number n of each table has the key FIRST + n."""
    authority, people, clauses = known["authority"], known["people"], known["clauses"]
    applicant, account = known["applicants"][0].pk, known["accounts"][0].pk
    clause = f"CASE mod(n, 4) WHEN 0 THEN {clauses[0].pk} ELSE {clauses[1].pk} END"
    body = f"{applicant} + mod(n, {BODIES})"
    numbers = _numbers(awards)
    _insert(
        models.Application,
        {
            "id": f"{FIRST} + n", "number": "'XINXING-2026-' || n", "authority_id": str(authority.pk),
            "policy_id": str(clauses[0].policy_id), "clause_id": clause, "applicant_id": body, "status": "'granted'",
            "support_year": "2024 + mod(n, 3)", "created_by_id": str(people[2].pk), "created_at": _typed(NOW),
            "submitted_by_id": str(people[2].pk), "submitted_at": _typed(NOW),
        },
        numbers,
    )  # fmt: skip
    case = models.Application.objects.get(pk=FIRST)
    for place, (user, duty) in enumerate(zip(people, DUTIES, strict=True)):
        held = {"id": f"{FIRST} + n * 3 + {place}", "application_id": f"{FIRST} + n", "user_id": str(user.pk)}
        _insert(models.CaseDuty, held | {"duty": f"'{duty}'", "since": _typed(NOW)}, numbers)
    assessment = models.Assessment.objects.create(
        application=case, purpose="grant", inputs={}, result={"trace": []}, kind="computed", eligible=True,
        amount_fen=100, pack_version="xinxing.v1", pack_sha256="0" * 64, made_by=people[2], made_at=NOW,
    )  # fmt: skip
    _insert(
        models.Award,
        {
            "id": f"{FIRST} + n", "application_id": f"{FIRST} + n", "applicant_id": body,
            "authority_id": str(authority.pk), "clause_id": clause, "assessment_id": str(assessment.pk),
            "year": "2024 + mod(n, 3)", "amount_fen": "30000", "computed_fen": "30000",
            "decided_by_id": f"{FIRST} + n * 3 + 2", "decided_at": _typed(NOW - timedelta(days=400)),
        },
        numbers,
    )  # fmt: skip
    _insert(
        models.Document,
        {
            "id": f"{FIRST} + n", "application_id": f"{FIRST} + n", "award_id": f"{FIRST} + n",
            "authority_id": str(authority.pk), "kind": "'notice'", "year": "2026", "sequence": f"{FIRST} + n",
            "number": "'师新数兑〔2026〕' || n || '号'", "code": "'T' || n", "content": _typed({}),
            "issued_at": _typed(NOW),
        },
        numbers,
    )  # fmt: skip
    parts, part = _numbers(awards * PARTS), f"1 + mod(n, {PARTS})"
    of_part = f"{FIRST} + n / {PARTS}"
    due = f"CASE mod(n, {PARTS}) WHEN 0 THEN {_typed(date(2026, 1, 1))} ELSE {_typed(date(2027, 1, 1))} END"
    amount = f"10000 * ({part})"
    keys = {"id": f"{FIRST} + n", "amount_fen": amount}
    _insert(models.Instalment, keys | {"award_id": of_part, "number": part, "due_on": due}, parts)
    payer = models.Payer.objects.get(authority=authority, standard=True)
    _insert(models.PayerShare, keys | {"instalment_id": f"{FIRST} + n", "payer_id": str(payer.pk)}, parts)
    paid = {
        "instalment_id": f"{FIRST} + n", "share_id": f"{FIRST} + n", "state": "'confirmed'",
        "account_id": f"{account} + mod(n / {PARTS}, {BODIES})", "voucher_number": "'V' || n",
        "paid_on": f"CASE mod(n, 2) WHEN 0 THEN {_typed(date(2026, 3, 1))} ELSE {_typed(date(2026, 8, 1))} END",
        "recorded_by_id": f"{FIRST} + (n / {PARTS}) * 3", "recorded_at": _typed(NOW),
        "confirmed_by_id": f"{FIRST} + (n / {PARTS}) * 3 + 1", "confirmed_at": _typed(NOW),
    }  # fmt: skip
    _insert(models.Payment, keys | paid, _numbers(awards * PARTS * (100 - UNPAID) // 100))


def _numbers(count: int) -> str:
    """Return a source of n = 0 … count - 1, as both databases understand it."""
    counted = f"SELECT 0 AS n UNION ALL SELECT n + 1 FROM seq WHERE n < {count - 1}"  # noqa: S608 - as below
    return f"(WITH RECURSIVE seq AS ({counted}) SELECT n FROM seq) AS numbers"  # noqa: S608 - a number of ours


def _typed(value: Any) -> str:
    """Return a constant as SQL; PostgreSQL wants to be told its type."""
    from django.db import connection  # noqa: PLC0415 - after django.setup()

    kinds = {datetime: "timestamptz", date: "date", dict: "jsonb"}
    said = json.dumps(value) if isinstance(value, dict) else str(value).removesuffix("+00:00")
    return f"CAST('{said}' AS {kinds[type(value)]})" if connection.vendor == "postgresql" else f"'{said}'"


def _insert(model: Any, expressions: dict[str, str], source: str) -> None:
    """Insert a row for each row of a source; columns that nobody names get the default of their field."""
    from django.db import connection  # noqa: PLC0415 - after django.setup()

    columns, values, given = [], [], []
    for field in model._meta.concrete_fields:
        columns.append(f'"{field.column}"')
        if field.column in expressions:
            values.append(expressions[field.column])
            continue
        kind = (field.db_type(connection) or "").removesuffix(" GENERATED BY DEFAULT AS IDENTITY")
        values.append(f"CAST(%s AS {kind})")
        given.append(field.get_db_prep_save(field.get_default(), connection))
    into = f"{model._meta.db_table} ({', '.join(columns)})"
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {into} SELECT {', '.join(values)} FROM {source}", given)  # noqa: S608 - as above


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
    clause = Clause.objects.filter(awards__isnull=False).order_by("pk").first()
    assert clause is not None
    border = json.dumps([FIRST + awards // 2, FIRST + awards], separators=(",", ":"))
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
    made = Document.objects.filter(pk__gte=FIRST)
    for row in made.iterator():
        row.file.save("letter.pdf", ContentFile(data), save=False)
        Document.objects.filter(pk=row.pk).update(file=row.file.name, sha256="0" * 64, made_at=timezone.now())
    job = Job.objects.create(
        kind=kind, payload={"documents": list(made.values_list("pk", flat=True))}, total=letters,
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
