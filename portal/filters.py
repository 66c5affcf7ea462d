"""Filters of the lists that officers read, with the words they read."""

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import django_filters
from django import forms
from django.core.cache import cache
from django.db.models import Exists, F, Q, QuerySet, Value
from django.db.models.functions import Concat
from django.forms.utils import flatatt
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from applications import ledger
from applications.models import Application, Authority, Clause, Posting, Round, Status
from applications.permissions import ASSIGNING
from applications.workflow import TURN

CHOICES_LIVE = 60  # seconds
SOON_DAYS = 3  # calendar days; the badge of a deadline turns amber with them

USCC_LENGTH = 18
NUMBER = re.compile(r"[A-Z]+-\d{4}-\d{5,}")  # a whole 申报编号
MINE, OWN, TODAY, LATE, WAITING, ALL = "mine", "own", "today", "late", "waiting", "all"
OFFICE_STATUSES = [status for status in Status if status != Status.DRAFT]
TABS = [
    (MINE, "我的待办"),
    (OWN, "我承办的"),
    (TODAY, "今天到期"),
    (LATE, "已逾期"),
    (WAITING, "等待申报单位"),
    (ALL, "全部"),
    *((status.value, status.label) for status in OFFICE_STATUSES if status != Status.CORRECTING),
]
OF_THE_TURN = frozenset({MINE, OWN, TODAY, LATE})  # tabs that only a desk with a turn of its own has
CAN_BE_LATE = ~Q(status=Status.NOTICED)  # 公示 that has run its days is ripe, not late
DEADLINES = (("red", "已逾期"), ("amber", f"{SOON_DAYS}天内到期"), ("green", "期限充足"), ("open", "期限待定"))


@dataclass(frozen=True)
class DeskChoices:
    """What an authority's officers choose from: clauses and rounds by key, and the officers of each case desk."""

    clauses: list[tuple[str, str]]
    rounds: list[tuple[str, str]]
    officers: dict[str, list[tuple[str, str]]]


def choices_of(authority_id: int) -> DeskChoices:
    """Return the choices of an authority's desks, newest round first (one query, kept for a minute)."""
    key = f"console-choices-{authority_id}"
    found: DeskChoices | None = cache.get(key)
    if found is None:
        clauses = Clause.objects.claimable().filter(policy__authority=authority_id).order_by()
        rounds = Round.objects.filter(policy__authority=authority_id).order_by()
        posted = Posting.objects.current().filter(authority=authority_id, duty__in=ASSIGNING).order_by()
        rows = clauses.values_list(
            Value("clause"), "policy_id", "position", "pk", Concat("article", Value(" "), "title")
        ).union(
            rounds.values_list(Value("round"), Value(0), -F("pk"), "pk", "name"),
            posted.values_list("duty", Value(0), Value(0), "user_id", "user__name"),
            all=True,
        )
        by_kind: dict[str, list[tuple[str, str]]] = {}
        for kind, *_, pk, words in sorted(rows):
            by_kind.setdefault(kind, []).append((str(pk), words))
        found = DeskChoices(by_kind.pop("clause", []), by_kind.pop("round", []), by_kind)
        cache.set(key, found, CHOICES_LIVE)
    return found


def begins_number(text: str) -> bool:
    """Whether a search text is the beginning of 申报编号 and not a whole one, nor a code, nor a name."""
    text = text.strip().upper()
    return bool(text) and text.isascii() and not NUMBER.fullmatch(text) and not _is_code(text)


def _is_code(text: str) -> bool:
    return len(text) == USCC_LENGTH and text.isalnum()


class PlainSelect(forms.Select):
    """A select without groups, written at once: Django renders a template for every option of it."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        """Return the same markup as Django's."""
        widget = self.get_context(name, value, attrs)["widget"]
        options = [option for _, group, _ in widget["optgroups"] for option in group]
        rows = ((row["value"], flatatt(row["attrs"]), row["label"]) for row in options)
        inner = format_html_join("", '<option value="{}"{}>{}</option>', rows)
        return format_html('<select name="{}"{}>{}</select>', widget["name"], flatatt(widget["attrs"]), inner)


class QueueFilter(django_filters.FilterSet):
    """What an officer narrows the queue by. Every choice shown belongs to the officer's own authority."""

    q = django_filters.CharFilter(label="搜索", method="search")
    status = django_filters.ChoiceFilter(
        label="状态", choices=TABS, method="by_status", empty_label=None, widget=PlainSelect
    )
    clause = django_filters.ChoiceFilter(label="条款", empty_label="全部条款", widget=PlainSelect)
    round = django_filters.ChoiceFilter(label="批次", empty_label="全部批次", widget=PlainSelect)
    year = django_filters.NumberFilter(
        label="支持年度", field_name="support_year", min_value=2000, max_value=2100, widget=forms.TextInput
    )
    due = django_filters.ChoiceFilter(
        label="期限", choices=DEADLINES, method="by_deadline", empty_label="全部期限", widget=PlainSelect
    )

    class Meta:
        model = Application
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        choices = choices_of(self.request.console_posting.authority_id)
        self.filters["clause"].extra["choices"] = choices.clauses
        self.filters["round"].extra["choices"] = choices.rounds
        self.form.label_suffix = ""
        for field in self.form.fields.values():
            chooses = isinstance(field, forms.ChoiceField)
            field.widget.attrs["class"] = "form-select" if chooses else "form-control"
        self.form.fields["q"].widget.attrs |= {"placeholder": "编号、单位、信用代码或材料编号", "maxlength": 100}
        self.form.fields["year"].widget.attrs |= {"inputmode": "numeric", "maxlength": 4}

    def by_status(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """Narrow to one status, or to those in which it is the turn of the officer's duty."""
        if value == ALL:
            return queryset
        if value == WAITING:
            return queryset.filter(status=Status.CORRECTING)
        if value not in OF_THE_TURN:
            return queryset.filter(status=value)
        turn = queryset.filter(status__in=TURN.get(self.request.console_posting.duty, ()))
        today = timezone.localdate()
        return turn.filter(
            {
                MINE: Q(assigned_to=None) | Q(assigned_to=self.request.user),
                OWN: Q(assigned_to=self.request.user),
                TODAY: Q(due_on=today),
                LATE: Q(due_on__lt=today) & CAN_BE_LATE,
            }[value]
        )

    def by_deadline(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """Compare the due day with today; a day not yet known is a state of its own."""
        today = timezone.localdate()
        soon = today + timedelta(days=SOON_DAYS)
        conditions = {
            "red": Q(due_on__lt=today) & CAN_BE_LATE,
            "amber": Q(due_on__gte=today, due_on__lte=soon),
            "green": Q(due_on__gt=soon),
            "open": Q(due_on=None),
        }
        return queryset.filter(conditions[value])

    def search(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """
        Find by 申报编号, 统一社会信用代码, the number of a paper (an invoice, a report), or the name of the body.

        Numbers and codes are found by exact words or their beginning, so that an index answers; a name is looked for
        at its beginning first, and anywhere in it only when nothing begins so. Words with a digit may be the number of
        a paper in the ledger, which is asked in the same query.
        """
        text = value.strip()
        if NUMBER.fullmatch(text.upper()):
            return queryset.filter(number=text.upper())
        if text.isascii() and _is_code(text):
            return queryset.filter(applicant__uscc=text.upper())
        beginning = queryset.filter(applicant__name__startswith=text)
        if any(letter.isdigit() for letter in text):
            papers = ledger.applications_with_number(queryset, text)
            authority = Authority.objects.filter(pk=self.request.console_posting.authority_id).order_by()
            by_paper, by_name = authority.values_list(Exists(papers), Exists(beginning)).get()
            if by_paper:
                return papers
        else:
            by_name = not text.isascii() and beginning[:1].exists()
        if text.isascii():
            return queryset.filter(number__startswith=text.upper())
        return beginning if by_name else queryset.filter(applicant__name__contains=text)
