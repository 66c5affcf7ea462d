"""What finance officers narrow the list of payments by; every choice shown belongs to the own authority."""

from dataclasses import dataclass
from typing import Any

import django_filters
from django import forms
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Concat

from applications import finance
from applications.models import Clause, Document, Payer, PayerShare, Payment, Policy
from portal.filters import NUMBER, USCC_LENGTH, PlainSelect

CHOICES_LIVE = 60  # seconds
STATES = [
    *finance.STATES.items(),
    *((reason, f"暂缓：{words}") for reason, words in finance.HOLDS.items()),
]
MORE = ("due_from", "due_to", "sum_from", "sum_to", "paid_from", "paid_to")  # behind 更多条件
RANGES = (("due_from", "due_to", "最早拨付日期"), ("sum_from", "sum_to", "金额"), ("paid_from", "paid_to", "拨付日期"))
MOST_YUAN = 10**12


@dataclass(frozen=True)
class FinanceChoices:
    """What the officers of an authority choose from, by key, with the words they read."""

    policies: list[tuple[str, str]]
    clauses: list[tuple[str, str]]
    payers: list[tuple[str, str]]


def choices_of(authority_id: int) -> FinanceChoices:
    """Return policies, clauses and payers of an authority (one query, kept for a minute)."""
    key = f"finance-choices-{authority_id}"
    found: FinanceChoices | None = cache.get(key)
    if found is None:
        policies = Policy.objects.filter(authority=authority_id).order_by()
        clauses = Clause.objects.claimable().filter(policy__authority=authority_id).order_by()
        payers = Payer.objects.filter(authority=authority_id).order_by()
        rows = policies.values_list(Value("policy"), "pk", Value(0), "pk", "title").union(
            clauses.values_list(Value("clause"), "policy_id", "position", "pk", Concat("article", Value(" "), "title")),
            payers.values_list(Value("payer"), Value(0), Value(0), "pk", "name"),
            all=True,
        )
        by_kind: dict[str, list[tuple[str, str]]] = {}
        for kind, *_, pk, words in sorted(rows):
            by_kind.setdefault(kind, []).append((str(pk), words))
        found = FinanceChoices(*(by_kind.get(kind, []) for kind in ("policy", "clause", "payer")))
        cache.set(key, found, CHOICES_LIVE)
    return found


class FinanceForm(forms.Form):
    """Asks that no range ends before it begins."""

    def clean(self) -> dict[str, Any]:
        """Say it at the end of the range."""
        cleaned = super().clean() or self.cleaned_data
        for first, last, words in RANGES:
            begin, end = cleaned.get(first), cleaned.get(last)
            if begin is not None and end is not None and end < begin:
                self.add_error(last, ValidationError(f"{words}的终点不能小于起点。"))
        return cleaned


def _day(
    label: str, path: str | None = None, lookup: str = "exact", method: str | None = None
) -> django_filters.DateFilter:
    return django_filters.DateFilter(
        label=label,
        method=method,
        field_name=path,
        lookup_expr=lookup,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={"invalid": "日期应写成 2026-03-05 的形式。"},
    )


def _sum(label: str) -> django_filters.NumberFilter:
    return django_filters.NumberFilter(
        label=label,
        method="by_sum",
        min_value=0,
        max_value=MOST_YUAN,
        decimal_places=2,
        max_digits=15,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "maxlength": 16}),
        error_messages={"invalid": "金额应写成元，例如 1000000.00。"},
    )


class FinanceFilter(django_filters.FilterSet):
    """State, year, policy, clause, payer, days and sums, and a search by applicant, case number or letter number."""

    q = django_filters.CharFilter(label="搜索", method="search")
    state = django_filters.ChoiceFilter(
        label="状态", choices=STATES, method="by_state", empty_label="全部状态", widget=PlainSelect
    )
    year = django_filters.NumberFilter(
        label="支持年度", field_name="instalment__award__year", min_value=2000, max_value=2100, widget=forms.TextInput
    )
    policy = django_filters.ChoiceFilter(
        label="政策", field_name="instalment__award__clause__policy", empty_label="全部政策", widget=PlainSelect
    )
    clause = django_filters.ChoiceFilter(
        label="条款", field_name="instalment__award__clause", empty_label="全部条款", widget=PlainSelect
    )
    payer = django_filters.ChoiceFilter(
        label="支付单位", field_name="payer", empty_label="全部支付单位", widget=PlainSelect
    )
    due_from = _day("最早拨付日期自", "instalment__due_on", "gte")
    due_to = _day("最早拨付日期至", "instalment__due_on", "lte")
    sum_from = _sum("金额（元）自")
    sum_to = _sum("金额（元）至")
    paid_from = _day("拨付日期自", method="by_paid")
    paid_to = _day("拨付日期至", method="by_paid")

    class Meta:
        model = PayerShare
        fields: list[str] = []
        form = FinanceForm

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        choices = choices_of(self.request.finance_posting.authority_id)
        self.filters["policy"].extra["choices"] = choices.policies
        self.filters["clause"].extra["choices"] = choices.clauses
        self.filters["payer"].extra["choices"] = choices.payers
        self.form.label_suffix = ""
        for field in self.form.fields.values():
            chooses = isinstance(field, forms.ChoiceField)
            field.widget.attrs["class"] = "form-select" if chooses else "form-control"
        self.form.fields["q"].widget.attrs |= {"placeholder": "单位名称、申报编号或文号", "maxlength": 100}
        self.form.fields["year"].widget.attrs |= {"inputmode": "numeric", "maxlength": 4}

    def by_state(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """
        Narrow to one state, or to what is held for one reason.

        Beside the state itself stands what the database can begin with: the index of payments by state for what has
        one, and the absence of a payment for all others.
        """
        states = {
            finance.PAID: [Payment.State.CONFIRMED],
            finance.RECORDED: [Payment.State.RECORDED],
            finance.BATCH: list(finance.IN_BATCH),
        }
        if value in states:
            return finance.with_live(queryset).filter(live__state__in=states[value])
        if value == finance.RETURNED:
            returned = Payment.objects.filter(state=Payment.State.RETURNED, released_at=None)
            queryset = queryset.filter(pk__in=returned.values("share"))
        unpaid = finance.without_payment(queryset)
        if value in finance.HOLDS:
            return unpaid.filter(unpaid_state=finance.HELD, unpaid_hold=value)
        return unpaid.filter(unpaid_state=value)

    def by_paid(self, queryset: QuerySet, name: str, value: Any) -> QuerySet:
        """Narrow to what was paid on these days."""
        lookup = "gte" if name == "paid_from" else "lte"
        return finance.with_live(queryset).filter(**{f"live__paid_on__{lookup}": value})

    @property
    def rows(self) -> QuerySet:
        """What was asked for with `state`, `hold` and `live`; `qs` are the bare shares, which a page begins with."""
        return finance.with_state(self.qs)

    def by_sum(self, queryset: QuerySet, name: str, value: Any) -> QuerySet:
        """Compare the share's sum; what was typed are yuan."""
        lookup = "gte" if name == "sum_from" else "lte"
        return queryset.filter(**{f"amount_fen__{lookup}": int(value * 100)})

    def search(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """Find by 申报编号, 统一社会信用代码 or 发文字号 where the text has that form, else by the name of the body."""
        text = value.strip()
        award = "instalment__award"
        if NUMBER.fullmatch(text.upper()):
            return queryset.filter(**{f"{award}__application__number": text.upper()})
        if text.isascii() and len(text) == USCC_LENGTH and text.isalnum():
            return queryset.filter(**{f"{award}__applicant__uscc": text.upper()})
        if text.isascii():
            return queryset.filter(**{f"{award}__application__number__startswith": text.upper()})
        letters = Document.objects.filter(award=OuterRef(award), kind=Document.Kind.NOTICE, number__contains=text)
        return queryset.filter(Q(**{f"{award}__applicant__name__contains": text}) | Exists(letters))
