"""
Records for oversight: what happened, computed, paid and sent, read-only and of the own authority alone.

Every list is a queryset of what this duty may see, so another authority's row is a 404 by its own address too.
"""

from typing import Any, NoReturn

from django.contrib import admin
from django.core.paginator import Paginator
from django.db.models import Model, Q, QuerySet
from django.http import Http404, HttpRequest
from django.utils.functional import cached_property

import rules
from applications.models import (
    Application,
    Assessment,
    Award,
    Delivery,
    Document,
    Duty,
    EarlierAward,
    Event,
    Evidence,
    FactCheck,
    Job,
    Payment,
    Posting,
)
from portal.console.site import CASE_DUTIES, NAVIGATION, OVERSIGHT, Entry, duty_of, site

COUNTED_UP_TO = 10_000  # rows; a list is paged that far and no exact count of a large table is ever made


class BoundedPaginator(Paginator):
    """Counts no further than COUNTED_UP_TO: the reader narrows the list instead of leafing through it."""

    @cached_property
    def count(self) -> int:
        """Return the number of rows, at most COUNTED_UP_TO."""
        return self.object_list.order_by()[:COUNTED_UP_TO].count()  # type: ignore[union-attr]


class Record(admin.ModelAdmin):
    """A list and a page that nobody can change. `duties` may open it; `rows_of` says which rows there are."""

    duties: frozenset[str] = OVERSIGHT
    case_path = "application"
    show_full_result_count = False
    paginator = BoundedPaginator
    list_per_page = 60
    list_max_show_all = 60
    actions = None
    ordering = ("-pk",)
    view_on_site = False

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Show the record to its duties."""
        return duty_of(request) in self.duties

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Let its duties read."""
        return duty_of(request) in self.duties

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nothing is added here: rows come from acts."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nothing is changed here."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nothing is deleted here."""
        return False

    def _get_obj_does_not_exist_redirect(self, request: HttpRequest, opts: Any, object_id: str) -> NoReturn:
        """Answer 404: the admin would lead to its index and say that the row does not exist."""
        raise Http404

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        """Return the rows of the cases at this officer's desk; drafts belong to applicants."""
        cases = Application.objects.at_the_desk_of(request.user)
        return super().get_queryset(request).filter(**{f"{self.case_path}__in": cases})


def _authority(user: Any) -> QuerySet:
    return Posting.objects.current().filter(user=user).values("authority")


@admin.register(Event, site=site)
class EventRecord(Record):
    """The history: of cases for oversight, of the authority's own settings for the system administrator as well."""

    duties = OVERSIGHT | {Duty.SYSTEM}
    list_display = ("at", "action", "application", "by", "duty_words", "note")
    list_select_related = ("application", "by", "authority")
    search_fields = ("application__number__startswith",)
    search_help_text = "申报编号的开头"
    date_hierarchy = None

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        """Return the events of the cases at the desk and those of the authority itself."""
        cases = Application.objects.at_the_desk_of(request.user)
        own = Q(application=None, authority__in=_authority(request.user))
        return admin.ModelAdmin.get_queryset(self, request).filter(Q(application__in=cases) | own)

    @admin.display(description="岗位")
    def duty_words(self, row: Event) -> str:
        """The duty in words."""
        return Duty(row.duty).label if row.duty else "—"


@admin.register(Assessment, site=site)
class AssessmentRecord(Record):
    """Runs of the rules, as stored with proposals and decisions."""

    list_display = ("made_at", "application", "purpose", "eligible", "amount", "pack_version", "made_by")
    list_select_related = ("application", "made_by")
    search_fields = ("application__number__startswith",)

    @admin.display(description="测算额（元）")
    def amount(self, row: Assessment) -> str:
        """The sum in yuan."""
        return "—" if row.amount_fen is None else rules.yuan(row.amount_fen)


@admin.register(Award, site=site)
class AwardRecord(Record):
    """Decisions with their sums."""

    duties = OVERSIGHT | {Duty.POLICY}
    list_display = ("decided_at", "application", "applicant", "clause", "year", "amount")
    list_select_related = ("application", "applicant", "clause")
    list_filter = ("year",)
    search_fields = ("application__number__startswith",)

    @admin.display(description="核定额（元）")
    def amount(self, row: Award) -> str:
        """The sum in yuan."""
        return rules.yuan(row.amount_fen)


@admin.register(Payment, site=site)
class PaymentRecord(Record):
    """Payments with who recorded and who confirmed them."""

    case_path = "instalment__award__application"
    list_display = ("paid_on", "case", "amount", "voucher_number", "state", "recorded_by", "confirmed_by")
    list_select_related = ("instalment__award__application", "recorded_by__user", "confirmed_by__user")
    list_filter = ("state",)
    search_fields = ("voucher_number__startswith",)

    @admin.display(description="申报件")
    def case(self, row: Payment) -> str:
        """The number of the case."""
        return row.instalment.award.application.number

    @admin.display(description="金额（元）")
    def amount(self, row: Payment) -> str:
        """The sum in yuan."""
        return rules.yuan(row.amount_fen)


@admin.register(Document, site=site)
class DocumentRecord(Record):
    """Letters with number, code and standing."""

    duties = OVERSIGHT | {Duty.POLICY}
    list_display = ("number", "kind", "application", "standing", "issued_at", "made_at")
    list_select_related = ("application",)
    list_filter = ("kind", "standing")
    search_fields = ("number__startswith", "code__exact")
    exclude = ("file",)


@admin.register(FactCheck, site=site)
class CheckRecord(Record):
    """Findings of verifiers."""

    list_display = ("checked_at", "application", "fact", "verdict", "method", "checked_by")
    list_select_related = ("application", "checked_by__user")
    list_filter = ("verdict", "method")
    search_fields = ("application__number__startswith",)


@admin.register(Evidence, site=site)
class EvidenceRecord(Record):
    """Files with their hashes; the file itself is opened on the case page."""

    list_display = ("uploaded_at", "application", "slot", "original_name", "content_type", "size", "withdrawn_at")
    list_select_related = ("application",)
    search_fields = ("application__number__startswith", "sha256__exact")
    exclude = ("file",)


@admin.register(EarlierAward, site=site)
class EarlierAwardRecord(Record):
    """Awards from before the portal, as the policy desk entered them."""

    duties = OVERSIGHT | {Duty.VERIFY, Duty.APPROVE}
    list_display = ("year", "applicant_name", "uscc", "clause", "amount", "paper", "entered_by")
    list_select_related = ("clause", "entered_by")
    list_filter = ("year",)
    search_fields = ("uscc__exact", "applicant_name__startswith")

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        """Return the rows of the own authority; they belong to no case."""
        return admin.ModelAdmin.get_queryset(self, request).filter(authority__in=_authority(request.user))

    @admin.display(description="金额（元）")
    def amount(self, row: EarlierAward) -> str:
        """The sum in yuan."""
        return rules.yuan(row.amount_fen)


@admin.register(Delivery, site=site)
class DeliveryRecord(Record):
    """The outbox: what was told to whom, and what waits or failed. Without the words of the message."""

    duties = OVERSIGHT | {Duty.SYSTEM}
    list_display = ("created_at", "channel", "person", "subject", "sent_at", "attempts", "error")
    list_select_related = ("person",)
    list_filter = ("channel",)
    exclude = ("text",)

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        """Return what was sent for the own authority."""
        rows = admin.ModelAdmin.get_queryset(self, request)
        return rows.filter(event__authority__in=_authority(request.user))


@admin.register(Job, site=site)
class JobRecord(Record):
    """Work in the background with its state."""

    duties = OVERSIGHT | {Duty.SYSTEM}
    list_display = ("requested_at", "kind", "document", "state", "attempts", "finished_at", "error")
    list_select_related = ("document",)
    list_filter = ("kind", "state")
    exclude = ("file", "payload")

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        """Return the jobs for the authority's letters and those its own people asked for."""
        own = _authority(request.user)
        people = Posting.objects.current().filter(authority__in=own).values("user")
        rows = admin.ModelAdmin.get_queryset(self, request)
        return rows.filter(Q(document__authority__in=own) | Q(document=None, requested_by__in=people))


NAVIGATION.append(Entry("既往奖补记录", "console:applications_earlieraward_changelist", EarlierAwardRecord.duties))
NAVIGATION.append(Entry("办理记录", "console:applications_event_changelist", CASE_DUTIES & EventRecord.duties))
NAVIGATION.append(Entry("奖补决定", "console:applications_award_changelist", OVERSIGHT))
NAVIGATION.append(Entry("拨付", "console:applications_payment_changelist", OVERSIGHT))
