"""What the policy desk types about time: lengths of steps and the days of a year; and why a step is late."""

import re
from datetime import date
from typing import Any

from django import forms

from applications.actions.timing import DayRow
from applications.models import CalendarDay, Clause, Clock, Status, StepLength, Unit
from applications.workflow import LENGTHS
from portal.forms.policy import CONTROL, choose_from

SELECT = {"class": "form-select"}
LONGEST_STEP = 365
FIRST_YEAR, LAST_YEAR = 2000, 2100
LINES = 400
WORDS = {"休": False, "班": True}
REASON = Clock._meta.get_field("late_reason").max_length
SOURCE = StepLength._meta.get_field("source").max_length
NOTE = CalendarDay._meta.get_field("note").max_length or 0


def _source(help_text: str = "") -> forms.CharField:
    return forms.CharField(
        label="依据文件",
        max_length=SOURCE,
        widget=forms.TextInput(attrs=CONTROL),
        error_messages={"required": "请填写依据文件。"},
        help_text=help_text,
    )


class LengthForm(forms.Form):
    """How long a step may take, for one clause or for all."""

    step = forms.ChoiceField(
        label="环节",
        choices=[(step.value, step.label) for step in LENGTHS],
        widget=forms.Select(attrs=SELECT),
        error_messages={"required": "请选择环节。"},
    )
    clause = forms.ModelChoiceField(
        label="适用范围",
        queryset=Clause.objects.none(),
        required=False,
        empty_label="全部条款",
        widget=forms.Select(attrs=SELECT),
    )
    length = forms.IntegerField(
        label="时限",
        min_value=1,
        max_value=LONGEST_STEP,
        widget=forms.TextInput(attrs={**CONTROL, "inputmode": "numeric", "maxlength": 3}),
        error_messages={
            "required": "请填写时限。",
            "invalid": "时限应为整数，例如 20。",
            "min_value": "时限须大于0。",
            "max_value": f"时限不得超过{LONGEST_STEP}。",
        },
    )
    unit = forms.ChoiceField(
        label="单位",
        choices=[(Unit.WORKING, "工作日"), (Unit.CALENDAR, "自然日"), (Unit.MONTH, "个月")],
        widget=forms.Select(attrs=SELECT),
    )
    source = _source("规定该时限的文件名称和文号。")

    def __init__(self, *args: Any, authority_id: int, **kwargs: Any):
        super().__init__(*args, **kwargs)
        choose_from(self, "clause", Clause.objects.claimable().filter(policy__authority=authority_id))

    def clean_step(self) -> Status:
        """Return the step."""
        return Status(self.cleaned_data["step"])


class DaysForm(forms.Form):
    """Days of a year that are not what their weekday says, one a line: 2027-01-01 休 元旦."""

    days = forms.CharField(
        label="休息日和上班日",
        max_length=20_000,
        widget=forms.Textarea(
            attrs={**CONTROL, "rows": 8, "placeholder": "2027-01-01 休 元旦\n2027-02-07 班 春节调休上班"}
        ),
        error_messages={"required": "请至少填写一天。", "max_length": "内容过长，请分次录入。"},
        help_text="每行一天：日期、“休”或“班”、说明，以空格分隔。可以只写一天，也可以粘贴全年；同一天再次录入即为更正。",
    )

    def clean_days(self) -> list[DayRow]:
        """Return the days as the action takes them, or every faulty line by its number."""
        lines = [(number, line.split(maxsplit=2)) for number, line in self._lines()]
        if len(lines) > LINES:
            raise forms.ValidationError(f"一次最多录入{LINES}天。")
        rows: list[DayRow] = []
        seen: dict[date, int] = {}
        problems = []
        for number, words in lines:
            try:
                row = _day_row(words)
            except ValueError as error:
                problems.append(f"第{number}行：{error}")
                continue
            if row.day in seen:
                problems.append(f"第{number}行：与第{seen[row.day]}行是同一天。")
            seen.setdefault(row.day, number)
            rows.append(row)
        if problems:
            raise forms.ValidationError(problems)
        return rows

    def _lines(self) -> list[tuple[int, str]]:
        """Return the lines that say something, with their numbers; full-width blanks and commas part words too."""
        text = re.sub(r"[\u3000\t,，]", " ", self.cleaned_data["days"])
        return [(number, line) for number, line in enumerate(text.splitlines(), start=1) if line.strip()]


def _day_row(words: list[str]) -> DayRow:
    """Return one line as a day. Raises ValueError with what is wrong about it."""
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", words[0], re.ASCII):
        raise ValueError("日期应写成 2027-01-01 的形式。")
    try:
        day = date.fromisoformat(words[0])
    except ValueError:
        raise ValueError(f"没有 {words[0]} 这一天。") from None
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ValueError(f"年度应在{FIRST_YEAR}年至{LAST_YEAR}年之间。")
    if len(words) < 2 or words[1] not in WORDS:
        raise ValueError("日期之后应写“休”或“班”。")
    note = words[2].strip() if len(words) > 2 else ""
    if len(note) > NOTE:
        raise ValueError(f"说明不得超过{NOTE}字。")
    return DayRow(day, WORDS[words[1]], note)


class YearForm(forms.Form):
    """The paper a year's list was taken from."""

    source = _source("国务院办公厅关于该年度节假日安排的通知及文号，以及当地的规定。")


class DelayForm(forms.Form):
    """Why a step is late."""

    reason = forms.CharField(
        label="超期的原因（申报单位可以看到）",
        max_length=REASON,
        widget=forms.Textarea(attrs={"class": "form-control", "rows": 3}),
        error_messages={"required": "请写明超期的原因。", "max_length": f"原因不得超过{REASON}字。"},
    )
