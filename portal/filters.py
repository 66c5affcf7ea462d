"""Filters of the lists that officers read, with the words they read."""

import re
from datetime import timedelta
from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone

from applications.models import Application, Clause, Round, Status
from applications.workflow import TURN

SOON_DAYS = 3  # calendar days; the badge of a deadline turns amber with them

USCC_LENGTH = 18
NUMBER = re.compile(r"[A-Z]+-\d{4}-\d{5,}")  # a whole 申报编号
MINE, ALL = "mine", "all"
OFFICE_STATUSES = [status for status in Status if status != Status.DRAFT]
TABS = [(MINE, "我的待办"), (ALL, "全部"), *((status.value, status.label) for status in OFFICE_STATUSES)]
DEADLINES = (("red", "已逾期"), ("amber", f"{SOON_DAYS}天内到期"), ("green", "期限充足"), ("open", "期限待定"))


def _clauses(request: Any) -> QuerySet[Clause]:
    return Clause.objects.claimable().filter(policy__authority=request.console_posting.authority_id)


def _rounds(request: Any) -> QuerySet[Round]:
    return Round.objects.filter(policy__authority=request.console_posting.authority_id)


class QueueFilter(django_filters.FilterSet):
    """What an officer narrows the queue by. Every choice shown belongs to the officer's own authority."""

    q = django_filters.CharFilter(label="搜索", method="search")
    status = django_filters.ChoiceFilter(label="状态", choices=TABS, method="by_status", empty_label=None)
    clause = django_filters.ModelChoiceFilter(label="条款", queryset=_clauses, empty_label="全部条款")
    round = django_filters.ModelChoiceFilter(label="批次", queryset=_rounds, empty_label="全部批次")
    year = django_filters.NumberFilter(
        label="支持年度", field_name="support_year", min_value=2000, max_value=2100, widget=forms.TextInput
    )
    due = django_filters.ChoiceFilter(label="期限", choices=DEADLINES, method="by_deadline", empty_label="全部期限")

    class Meta:
        model = Application
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.form.label_suffix = ""
        for field in self.form.fields.values():
            chooses = isinstance(field, forms.ChoiceField)
            field.widget.attrs["class"] = "form-select" if chooses else "form-control"
        self.form.fields["q"].widget.attrs |= {"placeholder": "申报编号、单位名称或信用代码", "maxlength": 100}
        self.form.fields["year"].widget.attrs |= {"inputmode": "numeric", "maxlength": 4}

    def by_status(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """Narrow to one status, or to those in which it is the turn of the officer's duty."""
        if value == ALL:
            return queryset
        if value == MINE:
            return queryset.filter(status__in=TURN.get(self.request.console_posting.duty, ()))
        return queryset.filter(status=value)

    def by_deadline(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """Compare the due day with today; a day not yet known is a state of its own."""
        today = timezone.localdate()
        soon = today + timedelta(days=SOON_DAYS)
        conditions = {
            "red": Q(due_on__lt=today),
            "amber": Q(due_on__gte=today, due_on__lte=soon),
            "green": Q(due_on__gt=soon),
            "open": Q(due_on=None),
        }
        return queryset.filter(conditions[value])

    def search(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """
        Find by 申报编号, by 统一社会信用代码, or by the name of the body.

        Numbers and codes are found by exact words or their beginning, so that an index answers; a name is looked for
        at its beginning first, and anywhere in it only when nothing begins so.
        """
        text = value.strip()
        if NUMBER.fullmatch(text.upper()):
            return queryset.filter(number=text.upper())
        if text.isascii():
            if len(text) == USCC_LENGTH and text.isalnum():
                return queryset.filter(applicant__uscc=text.upper())
            return queryset.filter(number__startswith=text.upper())
        beginning = queryset.filter(applicant__name__startswith=text)
        if beginning[:1].exists():
            return beginning
        return queryset.filter(applicant__name__contains=text)
