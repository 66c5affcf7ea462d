"""What finance officers narrow the list of awards by; every choice shown belongs to the own authority."""

from typing import Any

import django_filters
from django import forms
from django.db.models import Case, Exists, OuterRef, Q, QuerySet, Value, When

from applications.models import Clause, Document, Instalment, Payment, Policy
from portal.filters import NUMBER, USCC_LENGTH

DUE, RECORDED, PAID, REJECTED = "due", "recorded", "paid", "rejected"
STATES = ((DUE, "待拨付"), (RECORDED, "待复核"), (PAID, "已拨付"), (REJECTED, "已驳回待重新登记"))


def instalments_of(authority_id: int) -> QuerySet[Instalment]:
    """
    Return the instalments of an authority's standing awards with their `state` (see STATES).

    The state follows from the payments: none, one waiting, one confirmed, or only rejected ones.
    """
    payments = Payment.objects.filter(instalment=OuterRef("pk"))
    return Instalment.objects.filter(award__authority=authority_id, award__replaced_by=None).annotate(
        state=Case(
            When(Exists(payments.filter(state=Payment.State.CONFIRMED)), then=Value(PAID)),
            When(Exists(payments.filter(state=Payment.State.RECORDED)), then=Value(RECORDED)),
            When(award__application__status="revoked", then=Value("revoked")),
            When(Exists(payments), then=Value(REJECTED)),
            default=Value(DUE),
        )
    )


def _policies(request: Any) -> QuerySet[Policy]:
    return Policy.objects.filter(authority=request.finance_posting.authority_id)


def _clauses(request: Any) -> QuerySet[Clause]:
    return Clause.objects.claimable().filter(policy__authority=request.finance_posting.authority_id)


class FinanceFilter(django_filters.FilterSet):
    """Year, policy, clause, state, and a search by applicant, case number or letter number."""

    q = django_filters.CharFilter(label="搜索", method="search")
    state = django_filters.ChoiceFilter(label="状态", choices=STATES, empty_label="全部状态")
    year = django_filters.NumberFilter(
        label="支持年度", field_name="award__year", min_value=2000, max_value=2100, widget=forms.TextInput
    )
    policy = django_filters.ModelChoiceFilter(
        label="政策", field_name="award__clause__policy", queryset=_policies, empty_label="全部政策"
    )
    clause = django_filters.ModelChoiceFilter(
        label="条款", field_name="award__clause", queryset=_clauses, empty_label="全部条款"
    )

    class Meta:
        model = Instalment
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        for field in self.form.fields.values():
            chooses = isinstance(field, forms.ChoiceField)
            field.widget.attrs["class"] = "form-select" if chooses else "form-control"
        self.form.fields["q"].widget.attrs |= {"placeholder": "单位名称、申报编号或文号", "maxlength": 100}
        self.form.fields["year"].widget.attrs |= {"inputmode": "numeric", "maxlength": 4}

    def search(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """Find by 申报编号, 统一社会信用代码 or 发文字号 where the text has that form, else by the name of the body."""
        text = value.strip()
        if NUMBER.fullmatch(text.upper()):
            return queryset.filter(award__application__number=text.upper())
        if text.isascii() and len(text) == USCC_LENGTH and text.isalnum():
            return queryset.filter(award__applicant__uscc=text.upper())
        if text.isascii():
            return queryset.filter(award__application__number__startswith=text.upper())
        letters = Document.objects.filter(award=OuterRef("award"), kind=Document.Kind.NOTICE, number__contains=text)
        return queryset.filter(Q(award__applicant__name__contains=text) | Exists(letters))
