"""`manage.py whatif`: decided cases judged again, as the law stands and with a few values changed; nothing is saved."""

import itertools
import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

import rules
from applications import whatif
from applications.whatif import Finding, Row, Total


class Command(BaseCommand):
    """Exit 1 when the law as published does not give what was decided, or a change does not fit."""

    help = "试算：用已决定案件的存档输入重算，比较现行规则与试改后的金额（不保存任何改动）。"

    def add_arguments(self, parser: CommandParser) -> None:
        """Name the policy and the changes."""
        parser.add_argument("--policy", default="", help="政策标识，如 xinxing；有试改时必填")
        parser.add_argument(
            "--set", action="append", default=[], metavar="路径=值", help="如 条款.3.档位.≥1000P=120万元；值为空即删去"
        )
        parser.add_argument("--file", metavar="YAML", help="试改文件，每行“路径: 值”")
        parser.add_argument("--changed", action="store_true", help="只列结果有变化的案件")
        parser.add_argument("--json", action="store_true", help="输出 JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        """Replay and print."""
        overlay = self._overlay(options["file"], options["set"])
        policy = options["policy"]
        if policy and policy not in rules.load().packs:
            raise CommandError(f"没有政策“{policy}”。")
        if overlay and not policy:
            raise CommandError("试改须用 --policy 写明政策标识。")
        cases = whatif.decided(policy).iterator(chunk_size=500)
        try:
            rows = list(whatif.replay(cases, {policy: overlay} if overlay else None))
        except ValueError as error:
            raise CommandError(str(error)) from None
        finally:
            cases.close()
        shown = [row for row in rows if row.changed] if options["changed"] else rows
        totals = whatif.totals(rows)
        if options["json"]:
            self.stdout.write(json.dumps(_report(overlay, rows, shown, totals), ensure_ascii=False, indent=1))
        else:
            self._print(shown, totals, rows)
        if not all(row.agrees for row in rows):
            raise SystemExit(1)

    def _overlay(self, file: str | None, pairs: list[str]) -> dict[str, str]:
        overlay: dict[str, str] = {}
        if file:
            try:
                overlay |= rules.read_overlay(Path(file).read_text(encoding="utf-8"), file)
            except (OSError, ValueError) as error:
                raise CommandError(f"不能读取试改文件：{error}") from None
        for pair in pairs:
            path, equals, value = pair.partition("=")
            if not equals:
                raise CommandError(f"“{pair}”应写成 路径=值。")
            overlay[path.strip()] = value.strip()
        return overlay

    def _print(self, shown: list[Row], totals: list[Total], rows: list[Row]) -> None:
        by_clause = {clause: list(group) for clause, group in itertools.groupby(shown, key=lambda row: row.clause)}
        for total in totals:
            self.stdout.write(f"{total.clause} {total.clause_name}：{total.cases} 件，变化 {total.changed} 件")
            for row in by_clause.get(total.clause, ()):
                standing = row.status if row.counted else f"{row.status}，不计入合计"
                self.stdout.write(f"  {row.number} {row.applicant}（{standing}）：{_sums(row)}")
                if row.why:
                    self.stdout.write(f"    {row.why}")
                if not row.agrees:
                    self.stdout.write("    存档结果或规则包摘要与重算不一致")
            self.stdout.write(f"  小计：{_difference(total.before_fen, total.after_fen)}")
            for words, cases in total.reasons.items():
                self.stdout.write(f"    {words}：{cases} 件")
        before, after = sum(total.before_fen for total in totals), sum(total.after_fen for total in totals)
        wrong = sum(not row.agrees for row in rows)
        self.stdout.write(f"合计 {len(rows)} 件：{_difference(before, after)}；与存档不一致 {wrong} 件。")


def _yuan(fen: int | None) -> str:
    return "无金额" if fen is None else f"{rules.yuan(fen)}元"


def _signed(fen: int) -> str:
    return f"{'+' if fen > 0 else ''}{rules.yuan(fen)}元"


def _difference(before: int, after: int) -> str:
    return f"现行 {_yuan(before)}，试改后 {_yuan(after)}，差额 {_signed(after - before)}"


def _sums(row: Row) -> str:
    sums = f"现行 {_yuan(row.before.amount_fen)}，试改后 {_yuan(row.after.amount_fen)}"
    return f"{sums}，差额 {_signed(row.difference_fen)}"


def _plain(fen: int | None) -> str | None:
    return None if fen is None else rules.yuan(fen).replace(",", "")


def _finding(found: Finding) -> dict[str, Any]:
    eligible = "invalid" if found.eligible is None else found.eligible
    amount = _plain(found.amount_fen)
    return {"eligible": eligible, "kind": found.kind, "amount_yuan": amount, "blocked_by": found.blocked_by}


def _report(overlay: dict[str, str], rows: list[Row], shown: list[Row], totals: list[Total]) -> dict[str, Any]:
    """Return everything as JSON, in the field names of `manage.py assess`."""
    before, after = sum(total.before_fen for total in totals), sum(total.after_fen for total in totals)
    return {
        "overlay": overlay,
        "cases": len(rows),
        "changed": sum(row.changed for row in rows),
        "disagreeing": sum(not row.agrees for row in rows),
        "before_yuan": _plain(before),
        "after_yuan": _plain(after),
        "difference_yuan": _plain(after - before),
        "clauses": [
            {
                "clause": total.clause,
                "cases": total.cases,
                "changed": total.changed,
                "before_yuan": _plain(total.before_fen),
                "after_yuan": _plain(total.after_fen),
                "difference_yuan": _plain(total.after_fen - total.before_fen),
                "reasons": dict(total.reasons),
            }
            for total in totals
        ],
        "rows": [
            {
                "number": row.number,
                "clause": row.clause,
                "applicant": row.applicant,
                "status": row.status,
                "counted": row.counted,
                "agrees": row.agrees,
                "before": _finding(row.before),
                "after": _finding(row.after),
                "difference_yuan": _plain(row.difference_fen),
                "why": row.why,
            }
            for row in shown
        ],
    }
