"""What officers write down of registers, visits, experts and joint reviews, and what experts answer."""

import re
from collections.abc import Sequence
from typing import Any

from django import forms

from applications.models import CreditCheck, ExpertOpinion, JointVote, SiteVisit, User
from portal.forms.paper import PaperField
from portal.forms.policy import CONTROL, DAY

SELECT = {"class": "form-select"}
SOURCES = "信用中国、国家企业信用信息公示系统、财政奖补资金台账等"
GIVEN = [choice for choice in ExpertOpinion.Conclusion.choices if choice[0] != ExpertOpinion.Conclusion.RECUSED]
SEPARATORS = re.compile(r"[、，,；;\s]+")


def line(label: str, longest: int, **more: Any) -> forms.CharField:
    """Return a field of one line that names itself in its errors."""
    return forms.CharField(
        label=label,
        max_length=longest,
        widget=forms.TextInput(attrs=CONTROL),
        error_messages={"required": f"请填写{label}。", "max_length": f"{label}不超过{longest}个字。"},
        **more,
    )


def words(label: str, longest: int, **more: Any) -> forms.CharField:
    """Return a field of several lines that names itself in its errors."""
    return forms.CharField(
        label=label,
        max_length=longest,
        widget=forms.Textarea(attrs={**CONTROL, "rows": 3}),
        error_messages={"required": f"请填写{label}。", "max_length": f"{label}不超过{longest}个字。"},
        **more,
    )


def day(label: str) -> forms.DateField:
    """Return a field for a day."""
    widget = forms.DateInput(format="%Y-%m-%d", attrs={**CONTROL, "placeholder": "2026-03-05"})
    return forms.DateField(label=label, widget=widget, error_messages=DAY)


def one_of(label: str, choices: Sequence[tuple[Any, Any]], **more: Any) -> forms.ChoiceField:
    """Return buttons of which one is chosen."""
    return forms.ChoiceField(
        label=label,
        choices=choices,
        widget=forms.RadioSelect,
        error_messages={"required": f"请选择{label}。", "invalid_choice": f"请选择{label}。"},
        **more,
    )


def split_units(text: str) -> list[str]:
    """Return the departments named in one line, separated by 、 or what people type in its place."""
    return [unit for unit in SEPARATORS.split(text) if unit]


class PersonField(forms.TypedChoiceField):
    """One of these people, cleaned to the row."""

    def __init__(self, *, people: Sequence[User], label: str, empty: str = "请选择", **more: Any):
        self.people = {str(person.pk): person for person in people}
        super().__init__(
            label=label,
            choices=[("", empty), *((key, str(person)) for key, person in self.people.items())],
            widget=forms.Select(attrs=SELECT),
            empty_value=None,
            coerce=lambda key: self.people[key],
            error_messages={"required": f"请选择{label}。", "invalid_choice": f"请选择{label}。"},
            **more,
        )


class CreditCheckForm(forms.Form):
    """What a register said about the applicant."""

    source = line("查询来源", 100, help_text=f"例如{SOURCES}。")
    queried_on = day("查询日期")
    result = one_of("查询结果", CreditCheck.Result.choices)
    note = words("说明", 500, required=False, help_text="有失信记录或者重复支持的必填：查到什么、如何认定。")
    paper = PaperField(label="查询截图或报告", required=False)

    def clean(self) -> dict[str, Any]:
        """Ask for words where the register is not clean."""
        cleaned = super().clean() or {}
        found = cleaned.get("result") in {CreditCheck.Result.RECORD, CreditCheck.Result.DUPLICATE}
        if found and not cleaned.get("note") and "note" not in self.errors:
            self.add_error("note", "查到失信记录或者重复支持的，请说明情况。")
        return cleaned


class SiteVisitForm(forms.Form):
    """What two officers saw."""

    def __init__(self, *args: Any, officers: Sequence[User], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["visited_on"] = day("核查日期")
        self.fields["place"] = line("核查地点", 200)
        self.fields["officer"] = PersonField(people=officers, label="核查人")
        self.fields["companion"] = PersonField(people=officers, label="同行核查人")
        self.fields["met_with"] = line("申报单位在场人员", 100, help_text="姓名和职务。")
        self.fields["findings"] = words("核查情况", 2000)
        self.fields["conclusion"] = one_of("核查结论", SiteVisit.Conclusion.choices)
        self.fields["paper"] = PaperField(label="现场照片或记录", required=False)

    def clean(self) -> dict[str, Any]:
        """Refuse one person twice."""
        cleaned = super().clean() or {}
        if cleaned.get("officer") and cleaned.get("officer") == cleaned.get("companion"):
            self.add_error("companion", "现场核查须由两名不同的人员进行。")
        return cleaned


class AskExpertForm(forms.Form):
    """What is asked, of whom, and by when."""

    def __init__(self, *args: Any, experts: Sequence[User], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["question"] = words("征询事项", 500)
        self.fields["expert"] = PersonField(
            people=experts, label="本单位登记的专家", empty="外请专家，在下面填写", required=False
        )
        self.fields["name"] = line("外请专家姓名", 60, required=False)
        self.fields["unit"] = line("外请专家单位", 100, required=False)
        self.fields["expected_on"] = day("预计答复日期")

    def clean(self) -> dict[str, Any]:
        """One expert: chosen, or named with the unit."""
        cleaned = super().clean() or {}
        named = bool(cleaned.get("name") or cleaned.get("unit"))
        if cleaned.get("expert") and named:
            self.add_error("name", "已选择本单位登记的专家，不再填写外请专家的姓名和单位。")
        elif not cleaned.get("expert") and "expert" not in self.errors:
            for name, words in (("name", "姓名"), ("unit", "单位")):
                if not cleaned.get(name) and name not in self.errors:
                    self.add_error(name, f"未选择本单位登记的专家时，请填写外请专家的{words}。")
        return cleaned


class AnswerForm(forms.Form):
    """The statement about an interest first, then the opinion; `outside` is the signed paper of an expert elsewhere."""

    no_interest = one_of(
        "回避声明",
        (("yes", "与申报单位及本件没有利害关系，无应当回避的情形"), ("no", "存在应当回避的情形，申请回避，不出具意见")),
    )
    conclusion = one_of("评审结论", GIVEN, required=False)
    text = words("评审意见", 2000, required=False)
    paper = PaperField(label="评审意见书", required=False)

    def __init__(self, *args: Any, outside: bool = False, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.outside = outside
        if outside:
            self.fields["paper"].label = "本人签字的意见书"

    def clean_no_interest(self) -> bool:
        """Return whether the expert states to have none."""
        return bool(self.cleaned_data["no_interest"] == "yes")

    def clean(self) -> dict[str, Any]:
        """Ask for an opinion from whoever has no interest, and for none from whoever has one."""
        cleaned = super().clean() or {}
        if cleaned.get("no_interest") is False:
            if cleaned.get("conclusion") or cleaned.get("text"):
                self.add_error("text", "申请回避的，不出具结论和意见，请清除后提交。")
        elif cleaned.get("no_interest"):
            asked = {"conclusion": "请选择评审结论。", "text": "请写明评审意见。"}
            if self.outside:
                asked["paper"] = "外请专家的意见须上传本人签字的意见书。"
            for name, words in asked.items():
                if not cleaned.get(name) and name not in self.errors:
                    self.add_error(name, words)
        return cleaned


class CallReviewForm(forms.Form):
    """Which departments look at a case together, and when."""

    held_on = day("会审日期")
    units = line("会审单位", 300, help_text="单位名称之间用顿号分隔。")

    def __init__(self, *args: Any, units: Sequence[str], **kwargs: Any):
        """Begin with the departments that the clause demands."""
        super().__init__(*args, **kwargs)
        self.initial["units"] = "、".join(units)

    def clean_units(self) -> list[str]:
        """Return the departments."""
        return split_units(self.cleaned_data["units"])


class VoteForm(forms.Form):
    """What one department said."""

    def __init__(self, *args: Any, units: Sequence[str], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["unit"] = forms.ChoiceField(
            label="单位",
            choices=[(unit, unit) for unit in units],
            widget=forms.Select(attrs=SELECT),
            error_messages={"required": "请选择单位。", "invalid_choice": "请选择尚未表决的单位。"},
        )
        self.fields["person"] = line("参加人", 60)
        self.fields["vote"] = one_of("表决意见", JointVote.Vote.choices)
        self.fields["opinion"] = words("意见", 500, required=False, help_text="不同意或者保留意见的必填。")

    def clean(self) -> dict[str, Any]:
        """Ask for words from whoever does not agree."""
        cleaned = super().clean() or {}
        said = cleaned.get("vote")
        if said and said != JointVote.Vote.AGREE and not cleaned.get("opinion") and "opinion" not in self.errors:
            self.add_error("opinion", "不同意或者保留意见的，请写明意见。")
        return cleaned


class CloseReviewForm(forms.Form):
    """The minutes of a joint review."""

    minutes_number = line("纪要编号", 100)
    paper = PaperField(label="会审纪要")


class DemandForm(forms.Form):
    """What a clause demands before a sum may be proposed."""

    credit_check = forms.BooleanField(label="信用核查", required=False)
    site_visit = forms.BooleanField(label="现场核查", required=False)
    expert_opinion = forms.BooleanField(label="专家意见", required=False)
    joint_review = forms.BooleanField(label="部门会审", required=False)
    joint_units = line("会审单位", 300, required=False, help_text="要求会审的必填，至少两个，用顿号分隔。")
    source = line("依据文件", 200)

    def boxes(self) -> list[Any]:
        """Return the four fields to tick."""
        return [self[name] for name in ("credit_check", "site_visit", "expert_opinion", "joint_review")]

    def rest(self) -> list[Any]:
        """Return the fields to write in."""
        return [self["joint_units"], self["source"]]

    def clean_joint_units(self) -> list[str]:
        """Return the departments."""
        return split_units(self.cleaned_data["joint_units"])

    def clean(self) -> dict[str, Any]:
        """A joint review names its departments."""
        cleaned = super().clean() or {}
        if cleaned.get("joint_review") and len(cleaned.get("joint_units") or []) < 2:
            self.add_error("joint_units", "要求会审的，请至少填写两个会审单位，用顿号分隔。")
        return cleaned
