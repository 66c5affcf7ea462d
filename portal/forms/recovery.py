"""What is typed about a recovery case: by officers at their desks, and by the body it is about."""

import re
from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any

from django import forms
from django.utils import timezone

from applications import recovering
from applications.models import Account, Finding, RecoveryCase, RecoveryEntry, RecoveryPaper, User
from applications.recovering import Charge
from applications.registers import clean_sum
from portal.forms.inquiry import PersonField, day, line, split_units, words
from portal.forms.paper import PaperField
from portal.forms.policy import CONTROL, SumField

SELECT = {"class": "form-select"}
YES_NO = (("yes", "是"), ("no", "否"))
HOUR = re.compile(r"([01]?\d|2[0-3])[:：]([0-5]\d)$")
PART = re.compile(r"(\d{4}-\d{1,2}-\d{1,2})[\s，,]+(\S+)$")

# What usually is the basis, by the ground of the case; an officer completes it with the clause and the promise.
USUAL_BASIS = {
    RecoveryCase.Kind.FRAUD: "《财政违法行为处罚处分条例》第十四条",
    RecoveryCase.Kind.MISUSE: "《财政违法行为处罚处分条例》第十四条",
    RecoveryCase.Kind.ERROR: "",
}


def choice(label: str, choices: Sequence[tuple[Any, Any]], *, required: bool = True, **more: Any) -> forms.ChoiceField:
    """Return a list to choose one thing from."""
    return forms.ChoiceField(
        label=label,
        choices=[("", "请选择" if required else "无"), *choices],
        required=required,
        widget=forms.Select(attrs=SELECT),
        error_messages={"required": f"请选择{label}。", "invalid_choice": f"请选择{label}。"},
        **more,
    )


def yes_no(label: str, yes: str, no: str) -> forms.TypedChoiceField:
    """Return a question with two answers, cleaned to a bool."""
    return forms.TypedChoiceField(
        label=label,
        choices=(("yes", yes), ("no", no)),
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
        error_messages={"required": f"请选择{label}。", "invalid_choice": f"请选择{label}。"},
    )


class OptionalSumField(SumField):
    """A sum typed in yuan that may be left out, cleaned to whole fen or None."""

    def __init__(self, **more: Any):
        super().__init__(required=False, **more)

    def clean(self, value: Any) -> Any:
        """Return whole fen, None where nothing was typed."""
        return super().clean(value) if str(value or "").strip() else None


def whole_number(label: str, most: int, **more: Any) -> forms.IntegerField:
    """Return a field for days."""
    wrong = f"{label}应为1至{most}的整数。"
    errors = {"required": f"请填写{label}。", "invalid": wrong, "min_value": wrong, "max_value": wrong}
    widget = forms.TextInput(attrs={**CONTROL, "inputmode": "numeric", "maxlength": 4})
    return forms.IntegerField(label=label, min_value=1, max_value=most, widget=widget, error_messages=errors, **more)


class OpenForm(forms.Form):
    """Why a case is opened."""

    kind = choice("案由", RecoveryCase.Kind.choices)
    alleged = words("涉嫌的事实", 3000, help_text="写入立案通知书，当事人可以看到；不要写出举报人。")

    def __init__(self, *args: Any, findings: Sequence[Finding], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.findings = {str(row.pk): row for row in findings}
        said = [(key, f"{row.number} {row.get_source_display()}") for key, row in self.findings.items()]
        self.fields["finding"] = choice("线索", said, required=False)

    def clean_finding(self) -> Finding | None:
        """Return the doubt that led to the case, where there is one."""
        return self.findings.get(self.cleaned_data["finding"])


class PaperForm(forms.Form):
    """A file for the case."""

    kind = choice("材料种类", [row for row in RecoveryPaper.Kind.choices if row[0] != RecoveryPaper.Kind.STATEMENT])
    paper = PaperField(label="材料")


class SnapshotForm(forms.Form):
    """Who stands behind the body on a day; several are written one a line."""

    source = line("查询来源", 100, help_text="例如国家企业信用信息公示系统。")
    seen_on = day("查询日期")
    address = line("住所", 200, required=False)
    representative = line("法定代表人", 60, required=False)
    shareholders = words("股东", 2000, required=False, help_text="每行一名：名称，持股比例。")
    controllers = words("实际控制人", 1000, required=False, help_text="每行一名：名称，控制方式。")
    affiliates = words("关联单位", 2000, required=False, help_text="每行一家：名称，关系。")
    state = choice(
        "登记状态", [(key, label) for key, label in recovering.DEREGISTRATION.items() if key], required=False
    )
    until = forms.DateField(
        label="注销公告期至",
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={**CONTROL, "placeholder": "2026-03-05"}),
        error_messages={"invalid": "日期应写成 2026-03-05 的形式。"},
    )
    promise = line("简易注销承诺人", 200, required=False)

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["state"].choices[0] = ("", "存续")  # type: ignore[attr-defined] # a ChoiceField

    def snapshot(self) -> dict[str, Any]:
        """Return it as `recovery.snapshot` takes it."""
        said = self.cleaned_data
        gone = {"state": said["state"], "until": said["until"], "promise": said["promise"]}
        people = {
            "shareholders": _people(said["shareholders"], "share"),
            "controllers": _people(said["controllers"], "relation"),
            "affiliates": _people(said["affiliates"], "relation"),
        }
        plain = {key: said[key] for key in ("source", "address", "representative")}
        return plain | people | {"seen_on": said["seen_on"].isoformat(), "deregistration": gone}


def _people(text: str, second: str) -> list[dict[str, str]]:
    """Return one row a line: the name, and behind a comma what else is said."""
    rows = []
    for one in text.splitlines():
        name, _, rest = one.strip().replace(",", "，").partition("，")
        if name:
            rows.append({"name": name, second: rest})
    return rows


class InvestigateForm(forms.Form):
    """What two officers found."""

    def __init__(self, *args: Any, inspectors: Sequence[User], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["companion"] = PersonField(people=inspectors, label="另一名调查人员")
        self.fields["text"] = words("调查情况", 5000, help_text="调查的时间、地点、对象和查明的情况。")
        self.fields["paper"] = PaperField(label="调查笔录或证据", required=False)


class NotifyForm(forms.Form):
    """What is found and intended."""

    facts = words("查明的事实和证据", 5000)
    basis = words("法律依据", 2000, help_text="法律、法规的条款；政策条款由系统附在其后。")
    whole = yes_no("处理意见", "撤销全部奖补", "变更决定，退回一部分")
    principal_fen = SumField(label="应退本金（元）")
    large = yes_no("听证", "数额较大，可以要求听证", "不属于可以要求听证的情形")


class ConveneForm(forms.Form):
    """When, where and before whom the hearing is held."""

    def __init__(self, *args: Any, hosts: Sequence[User], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["held_on"] = day("听证日期")
        self.fields["hour"] = line("听证时间", 5, help_text="例如 09:30。")
        self.fields["place"] = line("听证地点", 200)
        self.fields["host"] = PersonField(people=hosts, label="听证主持人")

    def clean_hour(self) -> time:
        """Return the time of the day."""
        found = HOUR.match(self.cleaned_data["hour"].strip())
        if not found:
            raise forms.ValidationError("时间应写成 09:30 的形式。")
        return time(int(found[1]), int(found[2]))

    def held_at(self) -> datetime:
        """Return the moment in local time."""
        return timezone.make_aware(datetime.combine(self.cleaned_data["held_on"], self.cleaned_data["hour"]))


class HoldForm(forms.Form):
    """What came of the hearing."""

    report = words("听证报告", 5000, help_text="听证的经过、双方意见和主持人的处理建议。")
    minutes = PaperField(label="听证笔录")


class AnswerForm(forms.Form):
    """What is said to the body's statement; without one there is nothing to adopt."""

    adopted = yes_no("陈述申辩意见", "予以采纳", "不予采纳，或者没有提出")
    text = words("答复和理由", 5000, required=False, help_text="当事人没有陈述申辩的可以不填。写入追回决定书。")


class ReviewForm(forms.Form):
    """What 法制审核 says."""

    passed = yes_no("审核结论", "审核通过", "退回补充调查")
    opinion = words("法制审核意见", 5000)
    paper = PaperField(label="审核意见书", required=False)


class DiscussForm(forms.Form):
    """What the heads concluded together."""

    held_on = day("讨论日期")
    people = line("参加讨论的负责人员", 300, help_text="姓名之间用顿号分隔，不少于两人。")
    agreed = yes_no("讨论结论", "同意处理意见", "退回补充调查")
    result = words("讨论意见", 5000)
    minutes = PaperField(label="集体讨论记录")

    def clean_people(self) -> list[str]:
        """Return the names."""
        return split_units(self.cleaned_data["people"])


class ReasonForm(forms.Form):
    """Words that give a reason; the label is that of the act."""

    def __init__(self, *args: Any, label: str, longest: int = 500, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["reason"] = words(label, longest)


class InterestForm(forms.Form):
    """Interest, where there is a basis for it; left empty there is none."""

    base_fen = forms.CharField(
        label="计息基数（元）", required=False, max_length=30, widget=forms.TextInput(attrs=CONTROL)
    )
    rate = line("年利率（%）", 10, required=False)
    days = forms.CharField(label="计息天数", required=False, max_length=5, widget=forms.TextInput(attrs=CONTROL))
    source = line("计息的依据", 200, required=False, help_text="政策、承诺书或者协议的条款；没有依据的不计收利息。")

    def clean(self) -> dict[str, Any]:
        """Return `interest`: all four of them or none."""
        cleaned = super().clean() or {}
        given = {name: str(cleaned.get(name) or "").strip() for name in ("base_fen", "rate", "days", "source")}
        cleaned["interest"] = None
        if not any(given.values()):
            return cleaned
        if lacking := next((name for name, value in given.items() if not value), ""):
            self.add_error(lacking, "计收利息的，基数、利率、天数和依据都要填写。")
            return cleaned
        try:
            cleaned["interest"] = Charge.of(given | {"base_fen": clean_sum(given["base_fen"])})
        except ValueError:
            self.add_error("rate", "请核对计息的基数、利率和天数，均应为大于0的数字。")
        return cleaned


class DecideForm(InterestForm):
    """Where and by when the money comes back, and what interest is charged."""

    pay_into = words("国库收款账户", 300, required=False, help_text="户名、账号和开户行。不得为本单位自有账户。")
    remark = line("缴款附言", 200, required=False, help_text="国库要求的级次、预算科目等；不填的用案号。")
    pay_days = whole_number("退回期限（日）", 365)

    field_order = ("pay_into", "remark", "pay_days", "base_fen", "rate", "days", "source")


class ServeForm(forms.Form):
    """How the decision reached the body."""

    method = choice("送达方式", list(recovering.METHODS.items()))
    on = day("送达日期")
    receiver = line("收件人", 100, required=False, help_text="不填的为当事人。公告送达的填写公告之日，满三十日后登记。")
    paper = PaperField(label="送达凭证", help_text="送达回证、邮寄回执或者公告。")


class PlanForm(forms.Form):
    """By which days which sums come back."""

    parts = words("各期日期和金额", 2000, help_text="每行一期：2026-04-30 100000.00，合计等于尚未退回的金额。")
    basis = words("申请和理由", 1000, required=False)

    def clean_parts(self) -> list[tuple[date, int]]:
        """Return (day, fen) of every line."""
        rows = [row.strip() for row in self.cleaned_data["parts"].splitlines() if row.strip()]
        return [self._part(number, row) for number, row in enumerate(rows, 1)]

    @staticmethod
    def _part(number: int, row: str) -> tuple[date, int]:
        found = PART.match(row)
        try:
            if found is None:
                raise ValueError
            when = datetime.strptime(found[1], "%Y-%m-%d").date()  # noqa: DTZ007 - a day of the calendar
            return when, clean_sum(found[2])
        except ValueError:
            raise forms.ValidationError(f"第{number}行应写成“2026-04-30 100000.00”的形式。") from None


class EnforceForm(forms.Form):
    """Which court was asked."""

    court = line("受理申请的人民法院", 200)
    number = line("案号或者收件号", 100, required=False)
    late_reason = words("逾期申请的正当理由", 1000, required=False)


class TransferForm(forms.Form):
    """What is handed to whom."""

    to = choice("移送机关", list(recovering.TRANSFERS.items()))
    organ = line("机关名称", 100, required=False)
    matter = line("移送的事项", 500)
    reason = words("移送的理由", 2000)
    listed = words("随附材料", 2000, required=False, help_text="每行一份。")

    def clean_listed(self) -> list[str]:
        """Return the papers."""
        return [row.strip() for row in self.cleaned_data["listed"].splitlines() if row.strip()]


class ContestForm(forms.Form):
    """That the body asked for 复议 or went to court, or how that ended."""

    kind = choice("种类", list(recovering.CONTESTS.items()))
    on = day("日期")
    outcome = choice("结果", list(recovering.OUTCOMES.items()), required=False, help_text="登记申请或者起诉时不选。")
    number = line("决定书、判决书文号", 100, required=False, help_text="变更或者撤销的必须填写，并上传文书。")
    principal_fen = OptionalSumField(label="变更后应退本金（元）", help_text="结果为变更的填写，不高于原决定。")
    interest_fen = OptionalSumField(label="变更后应退利息（元）", help_text="原决定载明利息的填写。")
    restores = forms.BooleanField(
        label="恢复奖补决定，只退回变更后的金额",
        required=False,
        help_text="决定撤销了全部奖补、变更后只退回一部分的选择；恢复后其余部分重新有效。",
        widget=forms.CheckboxInput(attrs={"class": "form-check-input"}),
    )
    note = words("说明", 2000, required=False)
    paper = PaperField(label="有关文书", required=False)

    def clean(self) -> dict[str, Any]:
        """Keep the sums of a change only; ask for what it and an annulment cannot do without."""
        cleaned = super().clean() or {}
        outcome = cleaned.get("outcome")
        restores = cleaned.pop("restores", False)
        cleaned["revoked"] = False if outcome == "changed" and restores else None
        if outcome != "changed":
            cleaned["principal_fen"] = cleaned["interest_fen"] = None
        elif cleaned.get("principal_fen") is None and "principal_fen" not in self.errors:
            self.add_error("principal_fen", "请填写变更后应退的本金。")
        if outcome in ("changed", "annulled"):
            if not cleaned.get("number") and "number" not in self.errors:
                self.add_error("number", "请填写决定书、判决书的文号。")
            if not cleaned.get("paper") and "paper" not in self.errors:
                self.add_error("paper", "请上传决定书、判决书。")
        return cleaned


class SetOffForm(forms.Form):
    """How much payments may take."""

    amount_fen = SumField(label="抵扣金额（元）")


class ChargeForm(forms.Form):
    """What is owed beside the principal, with how it was reckoned or who decided it."""

    account = choice("科目", [row for row in Account.choices if row[0] != Account.PRINCIPAL])
    amount_fen = SumField(label="金额（元）")
    basis = line("依据", 300)
    base_fen = forms.CharField(
        label="计算基数（元）", required=False, max_length=30, widget=forms.TextInput(attrs=CONTROL)
    )
    rate = line("比率（%）", 10, required=False, help_text="利息为年利率，滞纳金和加处罚款为每日比率。")
    days = forms.CharField(label="天数", required=False, max_length=5, widget=forms.TextInput(attrs=CONTROL))
    source = line("比率的依据", 200, required=False)
    on = choice("滞纳金、加处罚款针对", [("principal", "应退本金"), ("fine", "罚款")], required=False)
    organ = line("作出罚款决定的财政部门", 100, required=False)
    number = line("罚款决定书文号", 100, required=False)
    decided_on = line("罚款决定日期", 10, required=False)

    def reckoned(self) -> dict[str, Any]:
        """Return how it was reckoned, as the ledger keeps it."""
        said = self.cleaned_data
        if said["account"] == Account.FINE:
            return {key: said[key] for key in ("organ", "number", "decided_on")}
        per = "year" if said["account"] == Account.INTEREST else "day"
        plain = {key: said[key] for key in ("rate", "days", "source")}
        return plain | {"base_fen": said["base_fen"], "per": per, "on": said["on"] or "principal"}

    def clean_base_fen(self) -> int | str:
        """Return whole fen, or nothing."""
        text = self.cleaned_data["base_fen"].strip()
        try:
            return clean_sum(text) if text else ""
        except ValueError as error:
            raise forms.ValidationError(str(error)) from None


class PublishForm(forms.Form):
    """How grave it is and how long it is shown."""

    grade = choice("失信程度", [(key, grade.label) for key, grade in recovering.GRADES.items()])
    until = day("公示至")


class UnpublishForm(forms.Form):
    """Why a display ends before its day, and the paper that says so."""

    reason = words("理由", 500)
    paper = PaperField(label="信用修复文书")


class ClaimForm(forms.Form):
    """A movement of the ledger that one officer records and another confirms."""

    def __init__(self, *args: Any, kinds: Sequence[str], **kwargs: Any):
        super().__init__(*args, **kwargs)
        names = dict(RecoveryEntry.Kind.choices)
        self.fields["kind"] = choice("种类", [(kind, names[kind]) for kind in kinds])
        self.fields["account"] = choice("科目", Account.choices)
        self.fields["amount_fen"] = SumField(label="金额（元）")
        self.fields["on"] = day("日期")
        writing_off = RecoveryEntry.Kind.WRITTEN_OFF in kinds
        self.fields["voucher"] = line("凭证号", 60, required=not writing_off)
        self.fields["basis"] = line("依据" if writing_off else "摘要", 300)
        self.fields["paper"] = PaperField(label="有关机关文书" if writing_off else "缴款凭证", required=writing_off)
        self.initial.setdefault("account", Account.PRINCIPAL)
        if len(kinds) == 1:
            self.initial.setdefault("kind", kinds[0])


class ReverseForm(forms.Form):
    """That an entry was wrong."""

    on = day("冲回日期")
    basis = line("冲回的理由", 300)


class StatementForm(forms.Form):
    """What the body says to what is intended, or that it waives being heard."""

    text = words("陈述、申辩意见", 5000, required=False)
    paper = PaperField(label="证据材料", required=False)
    waived = forms.BooleanField(
        label="放弃陈述、申辩和听证",
        required=False,
        help_text="没有意见的选择，不填写上列意见。放弃后主管单位不再等待期限届满，可以继续办理。",
    )

    def clean(self) -> dict[str, Any]:
        """Ask for words from whoever does not waive them, and for none from whoever does."""
        cleaned = super().clean() or {}
        if cleaned.get("waived") and cleaned.get("text"):
            self.add_error("waived", "已经填写意见的，不要同时选择放弃。")
        elif not cleaned.get("waived") and not cleaned.get("text") and "text" not in self.errors:
            self.add_error("text", "请写明陈述、申辩的意见。")
        return cleaned


class HearingForm(forms.Form):
    """What the body wants to bring forward at a hearing."""

    text = words("要求听证的理由", 2000, required=False)
