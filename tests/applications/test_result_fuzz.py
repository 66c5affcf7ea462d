"""
Results of the payer that somebody has damaged: never a crash, never money twice, and each refusal says its row and why.

FUZZ_FILES files are made from good ones by seeded damage to bytes, cells and rows; `script/bench faults --only T15`
takes ten thousand.
"""

import csv
import io
import os
import random
import re
from collections import Counter
from datetime import timedelta

import pytest
from django.db import transaction
from openpyxl import Workbook

from applications import batches, results
from applications.actions import result
from applications.models import Duty, Payment, ResultLine
from tests.applications.test_batches import granted, sent
from tests.factories import NOON, make_officer

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

FILES = int(os.environ.get("FUZZ_FILES", "1000"))
TAKEN_OVER = 40  # of those that act, one in so many is read into the batch for good and taken back
NEXT_DAY = NOON + timedelta(days=1)
HEAD = ["序号", "金额", "备注", "支付结果", "支付日期", "支付凭证号", "退票原因"]
CHINESE = re.compile("[一-鿿]")
ODD = (
    *("", "0", "-1", "1e9", "NaN", "∞", "9" * 40, "=1+1", "0.001", "0.01", "3000000.01", "300000.00", "叁佰万元整"),
    *("PC2026-1-1", "PC9999-999999999-999999999", "PC2026-1-1PC2026-1-2", "已支付", "退票", "已作废", "凭1"),
    *("2026-13-45", "2027-01-01", "45000", "\x00", "'", '"', "，", "𠮷"),
)


@pytest.fixture
def batch():
    """A batch of three lines that was sent."""
    return sent(granted(3))


def good_rows(batch):
    """Return the rows of a whole answer: two lines paid, one returned."""
    rows = []
    for payment in batch.payments.order_by("line"):
        yuan = f"{payment.amount_fen // 100}.{payment.amount_fen % 100:02}"
        code = batches.line_code(batch.year, batch.sequence, payment.line)
        end = ["已支付", "2026-09-02", f"凭{payment.line}", ""]
        rows.append([str(payment.line), yuan, code, *(end if payment.line < 3 else ["退票", "", "", "账号有误"])])
    return rows


def as_csv(rows, coding="utf-8-sig"):
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode(coding, errors="replace")


def as_xlsx(rows):
    book, out = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append([re.sub("[\x00-\x1f]", "", cell) for cell in row])
    book.save(out)
    return out.getvalue()


def damaged_rows(rows, chance):
    """Return a table with rows and cells lost, doubled, swapped or overwritten."""
    table = [list(HEAD), *[list(row) for row in rows]]
    for _ in range(chance.randint(0, 4)):
        row = chance.choice(table if chance.random() < 0.1 else table[1:] or table)
        place = chance.randrange(len(row)) if row else 0
        kind = chance.randrange(6)
        if kind == 0 and row:
            place = chance.choice([place, 1 % len(row)])  # the sum is what matters most
            row[place] = chance.choice([*ODD, *rows[0], *rows[-1]])
        elif kind == 1 and row:
            del row[place]
        elif kind == 2:
            table.insert(chance.randint(0, len(table)), list(row))
        elif kind == 3 and len(table) > 1:
            table.remove(row)
        elif kind == 4:
            body = table[1:]
            chance.shuffle(body)
            table[1:] = body
        elif row:
            row.insert(place, chance.choice(ODD))
    return table


def damaged_bytes(data, chance):
    """Return bytes with some lost, changed, doubled or cut off."""
    data = bytearray(data)
    for _ in range(chance.choice([0, 0, 0, 0, 1, 1, 2, 8])):
        place, kind = chance.randrange(len(data) or 1), chance.randrange(5)
        if kind == 0 and data:
            data[place % len(data)] = chance.randrange(256)
        elif kind == 1:
            del data[place : place + chance.randint(1, 30)]
        elif kind == 2:
            data[place:place] = data[place : place + chance.randint(1, 60)]
        elif kind == 3:
            data[place:place] = bytes(chance.randrange(256) for _ in range(chance.randint(1, 8)))
        else:
            del data[len(data) - chance.randint(0, 40) :]
    return bytes(data)


def damaged(rows, chance):
    table = damaged_rows(rows, chance)
    kind = chance.choice(["csv", "csv", "csv", "gb", "gb", "gb", "xlsx"])
    data = as_xlsx(table) if kind == "xlsx" else as_csv(table, "gb18030" if kind == "gb" else "utf-8-sig")
    return damaged_bytes(data, chance)


def reading(batch, data):
    """Return what a file says of a batch, or why it cannot be read; everything else is a crash."""
    try:
        return results.match(batch, results.read(data, "结果.csv"), NEXT_DAY), ""
    except results.BadResult as refusal:
        return None, str(refusal)


def is_sound(batch, found):
    """Prove what one reading says: who acts acts once and for the right sum, who does not says why, with its row."""
    acting = [row for row in found.matches if row.acts]
    assert max(Counter(row.payment.pk for row in acting).values(), default=1) == 1
    for row in found.matches:
        assert row.row.number >= 1
        if not row.acts:
            assert CHINESE.search(row.note), row
            continue
        assert row.payment.batch_id == batch.pk
        due = row.payment.amount_fen - row.payment.set_off_fen
        digits = row.row.cells["amount"].replace(",", "").replace("，", "").strip("¥元 ")
        assert round(float(digits) * 100) == due
    return acting


def test_damaged_results_never_crash_and_never_pay_twice(batch):
    rows, officer = good_rows(batch), make_officer(Duty.PAY)
    said = Counter()
    for seed in range(FILES):
        chance = random.Random(seed)
        data = damaged(rows, chance)
        found, refusal = reading(batch, data)
        if found is None:
            assert CHINESE.search(refusal)
            said["refused"] += 1
            continue
        acting = is_sound(batch, found)
        said.update(row.outcome for row in found.matches)
        if acting and seed % TAKEN_OVER == 0:
            take_over_and_back(batch, data, acting, officer)
            said["taken over"] += 1
    # A generator that only makes rubbish, or only what is whole, would prove nothing.
    assert said["refused"] > FILES // 20
    outcomes = ResultLine.Outcome
    for outcome in (outcomes.PAID, outcomes.RETURNED, outcomes.TWICE, outcomes.UNREADABLE, outcomes.WRONG_AMOUNT):
        assert said[outcome] > FILES // 150, said
    assert said["taken over"] > 0


def take_over_and_back(batch, data, acting, officer):
    """Read a damaged file into the batch twice, count what it paid, and leave no trace."""
    with transaction.atomic():
        made, new = result.take_over(batch, data, "结果.csv", by=officer, at=NEXT_DAY)
        again, newer = result.take_over(batch, data, "结果.csv", by=officer, at=NEXT_DAY)
        assert (new, again.pk, newer) == (True, made.pk, False)
        expected = {row.payment.pk: row.outcome for row in acting}
        states = dict(Payment.objects.filter(batch=batch).values_list("pk", "state"))
        changed = {pk: state for pk, state in states.items() if state != Payment.State.SENT}
        ends = {ResultLine.Outcome.PAID: Payment.State.CONFIRMED, ResultLine.Outcome.RETURNED: Payment.State.RETURNED}
        assert changed == {pk: ends[outcome] for pk, outcome in expected.items()}
        transaction.set_rollback(True)


def test_a_sheet_that_unpacks_to_more_than_it_may_is_refused():
    data = as_xlsx([HEAD, ["x" * 30_000] * 7] + [["y" * 30_000] * 7 for _ in range(150)])
    assert len(data) < results.MOST_BYTES

    with pytest.raises(results.BadResult, match="内容过多"):
        results.read(data, "结果.xlsx")
