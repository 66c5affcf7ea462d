"""What inspectors and applicants type about yearly reviews."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.utils import timezone

from applications import sampling
from applications.actions.desk_file import Paper
from applications.actions.inspection import ANSWER_LONGEST, ITEM_LONGEST, ITEMS_MOST
from applications.inspecting import Question
from applications.models import Campaign, Inspection, InspectionCheck, InspectionDemand, User
from applications.registers import clean_sum
from applications.uploads import BadUpload, inspect
from portal.forms.paper import ACCEPT

CONTROL = {"class": "form-control", "autocomplete": "off"}
SELECT = {"class": "form-select"}
FIRST_YEAR = 2000


def _words(label: str, longest: int, **more: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=longest,
        widget=forms.TextInput(attrs=CONTROL),
        error_messages={"required": f"请填写{label}。", "max_length": f"{label}不超过{longest}个字。"},
        **more,
    )


def _long(label: str, longest: int, rows: int = 3, **more: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=longest,
        widget=forms.Textarea(attrs={**CONTROL, "rows": rows}),
        error_messages={"required": f"请填写{label}。", "max_length": f"{label}不超过{longest}个字。"},
        **more,
    )


def _number(label: str, least: int, most: int, **more: Any) -> forms.IntegerField:
    said = f"{label}应为{least}至{most}之间的整数。"
    return forms.IntegerField(
        label=label,
        min_value=least,
        max_value=most,
        widget=forms.TextInput(attrs={**CONTROL, "inputmode": "numeric"}),
        error_messages={"required": f"请填写{label}。", "invalid": said, "min_value": said, "max_value": said},
        **more,
    )


class CampaignForm(forms.Form):
    """Which awards are looked at again, on which paper, and how they are chosen."""

    title = _words("复核名称", 100)
    year = _number("支持年度", FIRST_YEAR, 2100, help_text="复核这一支持年度已拨付资金的奖补决定。")
    basis = _words("依据文件", 200, help_text="写明年度复核办法或者通知的名称和文号。")
    method = forms.ChoiceField(
        label="选取方式",
        choices=Campaign.Method.choices,
        widget=forms.RadioSelect(attrs={"class": "form-check-input"}),
        error_messages={"required": "请选择选取方式。", "invalid_choice": "请选择选取方式。"},
    )
    size = _number("复核件数", 1, 20_000, required=False, help_text="全面复核的不填。")
    strata = forms.MultipleChoiceField(
        label="分层（随机抽样时）",
        choices=list(sampling.STRATA.items()),
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"}),
        error_messages={"invalid_choice": "请选择列出的分层。"},
    )
    seed = _words("随机种子", 60, required=False, help_text="公开抽取的，填写抽出的号码；不填的由系统随机产生。")
    reply_days = _number("答复期限（工作日）", 1, 60, initial=10)

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["year"].initial = timezone.localdate().year

    def clean(self) -> dict[str, Any]:
        """A selection says how many, everything does not."""
        cleaned = super().clean() or {}
        if cleaned.get("method") == Campaign.Method.ALL:
            cleaned["size"] = None
        elif cleaned.get("method") and cleaned.get("size") is None and "size" not in self.errors:
            self.add_error("size", "请填写复核件数。")
        return cleaned


class ReasonForm(forms.Form):
    """Why a draw is given up."""

    reason = _words("作废理由", 200)


class OfficerForm(forms.Form):
    """To whom a task is handed."""

    to = forms.ModelChoiceField(
        label="复核人",
        queryset=User.objects.none(),
        empty_label="请选择",
        widget=forms.Select(attrs=SELECT),
        error_messages={"required": "请选择复核人。", "invalid_choice": "复核人须为本单位在岗的稽核人员。"},
    )

    def __init__(self, *args: Any, officers: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["to"].queryset = officers  # type: ignore[attr-defined]


class AskForm(forms.Form):
    """What the applicant is to hand in, one item a line."""

    items = _long("需要提供的材料或说明", ITEMS_MOST * (ITEM_LONGEST + 2), rows=5, help_text="每行一项，最多20项。")

    def clean_items(self) -> list[str]:
        """Return the lines."""
        lines = [line.strip() for line in self.cleaned_data["items"].splitlines() if line.strip()]
        if len(lines) > ITEMS_MOST:
            raise forms.ValidationError(f"一次最多{ITEMS_MOST}项，现有{len(lines)}项。")
        if longest := [number for number, line in enumerate(lines, start=1) if len(line) > ITEM_LONGEST]:
            raise forms.ValidationError(f"第{longest[0]}项超过{ITEM_LONGEST}个字。")
        return lines


class LookForm(forms.Form):
    """What is found now about every question; a question without a verdict is left for later."""

    def __init__(self, *args: Any, questions: Sequence[Question], known: Mapping[str, InspectionCheck], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.questions, self.known = questions, known
        for number, question in enumerate(questions):
            row = known.get(question.key)
            self.fields[f"verdict-{number}"] = forms.ChoiceField(
                label=f"{question.said} 结论",
                choices=[("", "未复核"), *InspectionCheck.Verdict.choices],
                required=False,
                initial=row.verdict if row else "",
                widget=forms.Select(attrs=SELECT),
                error_messages={"invalid_choice": "请选择列出的结论。"},
            )
            self.fields[f"now-{number}"] = _words(
                f"{question.said} 现在情况", 300, required=False, initial=row.now if row else ""
            )
            self.fields[f"note-{number}"] = _words(
                f"{question.said} 说明", 500, required=False, initial=row.note if row else ""
            )

    def lines(self) -> list[tuple[Question, InspectionCheck | None, Any, Any, Any]]:
        """Return each question with what was found last and its three fields."""
        return [
            (question, self.known.get(question.key), self[f"verdict-{n}"], self[f"now-{n}"], self[f"note-{n}"])
            for n, question in enumerate(self.questions)
        ]

    def clean(self) -> dict[str, Any]:
        """What has changed or is uncertain is described."""
        cleaned = super().clean() or {}
        for number, _ in enumerate(self.questions):
            verdict, now, note = (cleaned.get(f"{name}-{number}", "") for name in ("verdict", "now", "note"))
            if verdict not in ("", InspectionCheck.Verdict.HOLDS) and not (now or note):
                self.add_error(f"now-{number}", "有变化或者无法确认的，请写明现在情况。")
            if not verdict and (now or note):
                self.add_error(f"verdict-{number}", "请选择结论。")
        return cleaned

    def found(self) -> list[dict[str, str]]:
        """Return what is new or other than before, as the action takes it."""
        rows = []
        for number, question in enumerate(self.questions):
            said = {name: self.cleaned_data[f"{name}-{number}"] for name in ("verdict", "now", "note")}
            row = self.known.get(question.key)
            before = {"verdict": row.verdict, "now": row.now, "note": row.note} if row else None
            if said["verdict"] and said != before:
                rows.append({"key": question.key, **said})
        return rows


def _sum(label: str) -> forms.CharField:
    return forms.CharField(
        label=label,
        required=False,
        max_length=30,
        widget=forms.TextInput(attrs={**CONTROL, "inputmode": "decimal"}),
        help_text="单位为元，转为线索时填写，不超过已拨付金额。",
    )


class DoubtForm(forms.Form):
    """The sum in doubt, typed in yuan and cleaned to whole fen."""

    doubt = _sum("涉疑金额（元）")

    def clean_doubt(self) -> int:
        """Return whole fen, 0 where nothing was typed."""
        text = self.cleaned_data["doubt"].strip()
        if not text:
            return 0
        try:
            return clean_sum(text)
        except ValueError as error:
            raise forms.ValidationError(str(error)) from None


class ConcludeForm(DoubtForm):
    """What came of a task, with what each result needs."""

    field_order = ("result", "summary", "rectify", "rectify_days", "doubt")

    result = forms.ChoiceField(
        label="复核结论",
        choices=Inspection.Result.choices,
        widget=forms.RadioSelect(attrs={"class": "form-check-input"}),
        error_messages={"required": "请选择复核结论。", "invalid_choice": "请选择复核结论。"},
    )
    summary = _long("复核情况", 2000, rows=4)
    rectify = _words("整改内容", ITEM_LONGEST, required=False, help_text="结论为整改时填写，申报单位将收到通知。")
    rectify_days = _number("整改期限（工作日）", 1, 90, required=False)

    def clean(self) -> dict[str, Any]:
        """整改 says what and until when, a finding how much is in doubt."""
        cleaned = super().clean() or {}
        if cleaned.get("result") == Inspection.Result.RECTIFY:
            for name, words in (("rectify", "请写明整改内容。"), ("rectify_days", "请填写整改期限。")):
                if not cleaned.get(name) and name not in self.errors:
                    self.add_error(name, words)
        if (
            cleaned.get("result") == Inspection.Result.FINDING
            and not cleaned.get("doubt")
            and "doubt" not in self.errors
        ):
            self.add_error("doubt", "请填写涉疑金额。")
        return cleaned

    def values(self) -> dict[str, Any]:
        """Return what the action takes."""
        data = self.cleaned_data
        return {
            "result": data["result"],
            "summary": data["summary"],
            "rectify": data["rectify"],
            "rectify_days": data["rectify_days"],
            "doubt_fen": data["doubt"] or 0,
        }


class RectifiedForm(forms.Form):
    """What was found about what had to be put right."""

    note = _long("整改核实情况", 1000)


class TurnForm(DoubtForm):
    """Why a case that was not put right becomes a finding, and how much is in doubt."""

    field_order = ("note", "doubt")

    note = _long("未按要求整改的情况", 1000)

    def clean_doubt(self) -> int:
        """A finding names a sum."""
        fen = super().clean_doubt()
        if not fen:
            raise forms.ValidationError("请填写涉疑金额。")
        return fen


class FilesInput(forms.FileInput):
    """A control for several files."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files, each looked into by its content; cleaned to `Paper`s."""

    def __init__(self, **more: Any):
        attrs = {"class": "form-control", "data-types": ACCEPT, "data-max-bytes": str(settings.UPLOAD_MAX_BYTES)}
        super().__init__(widget=FilesInput(attrs={**attrs, "multiple": True}), required=False, **more)

    def clean(self, data: Any, initial: Any = None) -> Any:
        """Return the papers; the sentence of a refusal names the file."""
        papers = []
        for file in data if isinstance(data, list | tuple) else [data] if data else []:
            single = super().clean(file, initial)
            try:
                papers.append(Paper(file=single, upload=inspect(single)))
            except BadUpload as problem:
                raise forms.ValidationError(f"{single.name[:60]}：{problem}") from None
        return papers


class AnswerForm(forms.Form):
    """The answer of an applicant: words and files for each item."""

    def __init__(self, *args: Any, demand: InspectionDemand, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.items = demand.items
        for item in demand.items:
            key = item["key"]
            self.fields[f"text-{key}"] = _long(
                "说明", ANSWER_LONGEST, required=False, initial=demand.answer.get(key, "")
            )
            self.fields[f"files-{key}"] = FilesField(label="上传材料")

    def lines(self, papers: Mapping[str, Iterable[Any]]) -> list[dict[str, Any]]:
        """Return each item with its fields and the papers that were uploaded for it."""
        return [
            {
                "text": item["text"],
                "words": self[f"text-{item['key']}"],
                "files": self[f"files-{item['key']}"],
                "papers": papers.get(item["key"], []),
            }
            for item in self.items
        ]

    def answer(self) -> dict[str, str]:
        """Return the words by item."""
        return {item["key"]: self.cleaned_data[f"text-{item['key']}"] for item in self.items}

    def papers(self) -> list[tuple[str, Paper]]:
        """Return the new files with their items."""
        return [(item["key"], paper) for item in self.items for paper in self.cleaned_data[f"files-{item['key']}"]]
