"""
Records for oversight: what happened, computed, paid and sent, read-only and of the own authority alone.

Every list is a queryset of what this duty may see, so another authority's row is a 404 by its own address too.
"""

from collections.abc import Callable
from typing import Any, NoReturn

from django import forms
from django.contrib import admin
from django.core.paginator import Paginator
from django.db.models import Model, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.safestring import SafeString

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
    Status,
)
from portal.console.case_record import event_words
from portal.console.site import CASE_DUTIES, NAVIGATION, OVERSIGHT, Entry, Group, duty_of, site

# Words for columns whose model field has none of its own.
WORDS = {
    "application": "申报件",
    "applicant": "申报单位",
    "authority": "主管单位",
    "clause": "条款",
    "assessment": "测算",
    "award": "奖补决定",
    "instalment": "分期",
    "account": "收款账户",
    "document": "文书",
    "event": "办理记录",
    "person": "接收人",
    "by": "办理人",
    "duty": "岗位",
    "chain": "记录链",
    "sequence": "序号",
    "previous_hash": "前一条摘要",
    "hash": "摘要",
    "made_by": "测算人",
    "decided_by": "决定人",
    "replaces": "替代的决定或文书",
    "reverses": "冲销的记录",
    "recorded_by": "登记人",
    "confirmed_by": "复核人",
    "checked_by": "核验人",
    "uploaded_by": "上传人",
    "withdrawn_by": "撤换人",
    "entered_by": "录入人",
    "requested_by": "提交人",
}

COUNTED_UP_TO = 10_000  # rows; a list is paged that far and no exact count of a large table is ever made


def _shown(name: str, words: str, show: Callable[[Any], Any]) -> Callable[[Model], Any]:
    """Return a column of this name under these words."""

    @admin.display(description=words, ordering=name, empty_value="—")
    def column(row: Model) -> Any:
        value = getattr(row, name)
        return None if value is None or value == "" else show(value)

    return column


def _case_link(application: Application) -> SafeString:
    return format_html('<a href="{}">{}</a>', reverse("console:case", args=[application.pk]), application)


class BoundedPaginator(Paginator):
    """Counts no further than COUNTED_UP_TO: the reader narrows the list instead of leafing through it."""

    @cached_property
    def count(self) -> int:
        """Return the number of rows, at most COUNTED_UP_TO."""
        return self.object_list.order_by()[:COUNTED_UP_TO].count()  # type: ignore[attr-defined] # a queryset


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

    def __init__(self, model: type[Model], admin_site: Any):
        super().__init__(model, admin_site)
        self.own_columns: dict[str, str] = {}
        for field in model._meta.concrete_fields:
            if field.name.endswith("_fen"):
                self._add_column(field.name, field.verbose_name.replace("（分）", "（元）"), rules.yuan)
            elif field.name == "action":
                self._add_column("action", "动作", event_words)
            elif field.name in ("before", "after"):
                self._add_column(field.name, str(field.verbose_name), lambda status: Status(status).label)
            elif field.name == "application":
                self._add_column("application", WORDS["application"], _case_link)
            elif field.name == "duty":
                self._add_column("duty", WORDS["duty"], lambda duty: Duty(duty).label)
            elif field.name in WORDS:
                self._add_column(field.name, WORDS[field.name], str)
        self.list_display = tuple(self.own_columns.get(str(name), name) for name in self.list_display)

    @property
    def media(self) -> forms.Media:
        """Load none of the admin's scripts: nothing here needs them, and they are 600 KB."""
        return forms.Media()

    def _add_column(self, name: str, words: str, show: Callable[[Any], Any]) -> None:
        self.own_columns[name] = f"{name}_words"
        setattr(self, f"{name}_words", _shown(name, words, show))

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Return the fields of the page, each under its Chinese words."""
        left_out = self.exclude or ()
        names = [field.name for field in self.model._meta.concrete_fields if not field.primary_key]
        return [self.own_columns.get(name, name) for name in names if name not in left_out]

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        """Return all of them."""
        return self.get_fields(request, obj)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Name the list by what it lists."""
        return super().changelist_view(request, {"title": self.model._meta.verbose_name, **(extra_context or {})})

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Name the page by what it shows."""
        title = {"title": self.model._meta.verbose_name}
        return super().changeform_view(request, object_id, form_url, {**title, **(extra_context or {})})

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
    list_display = ("at", "action", "application", "by", "duty", "note")
    list_select_related = ("application", "by", "authority")
    search_fields = ("application__number__startswith",)
    search_help_text = "申报编号"

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        """Return the events of the cases at the desk and those of the authority itself."""
        cases = Application.objects.at_the_desk_of(request.user)
        own = Q(application=None, authority__in=_authority(request.user))
        if duty_of(request) not in OVERSIGHT:
            own &= ~Q(action="order_dossier")  # names a case, and cases are not the system administrator's
        return admin.ModelAdmin.get_queryset(self, request).filter(Q(application__in=cases) | own)


@admin.register(Assessment, site=site)
class AssessmentRecord(Record):
    """Runs of the rules, as stored with proposals and decisions."""

    list_display = ("made_at", "application", "purpose", "eligible", "amount_fen", "pack_version", "made_by")
    list_select_related = ("application", "made_by")
    search_fields = ("application__number__startswith",)
    search_help_text = "申报编号"


@admin.register(Award, site=site)
class AwardRecord(Record):
    """Decisions with their sums."""

    duties = OVERSIGHT | {Duty.POLICY}
    list_display = ("decided_at", "application", "applicant", "clause", "year", "amount_fen")
    list_select_related = ("application", "applicant", "clause")
    list_filter = ("year",)
    search_fields = ("application__number__startswith",)
    search_help_text = "申报编号"


@admin.register(Payment, site=site)
class PaymentRecord(Record):
    """Payments with who recorded and who confirmed them."""

    case_path = "instalment__award__application"
    list_display = ("paid_on", "case", "amount_fen", "voucher_number", "state", "recorded_by", "confirmed_by")
    list_select_related = ("instalment__award__application", "recorded_by__user", "confirmed_by__user")
    list_filter = ("state",)
    search_fields = ("voucher_number__startswith",)
    search_help_text = "支付凭证号"

    @admin.display(description="申报件")
    def case(self, row: Payment) -> str:
        """The number of the case."""
        return row.instalment.award.application.number


@admin.register(Document, site=site)
class DocumentRecord(Record):
    """Letters with number, code and standing."""

    duties = OVERSIGHT | {Duty.POLICY}
    list_display = ("number", "kind", "application", "standing", "issued_at", "made_at", "signed_at")
    list_select_related = ("application",)
    list_filter = ("kind", "standing")
    search_fields = ("number__startswith", "code__exact")
    search_help_text = "发文字号或核验码"
    exclude = ("file",)


@admin.register(FactCheck, site=site)
class CheckRecord(Record):
    """Findings of verifiers."""

    list_display = ("checked_at", "application", "fact", "verdict", "method", "checked_by")
    list_select_related = ("application", "checked_by__user")
    list_filter = ("verdict", "method")
    search_fields = ("application__number__startswith",)
    search_help_text = "申报编号"


@admin.register(Evidence, site=site)
class EvidenceRecord(Record):
    """Files with their hashes; the file itself is opened on the case page."""

    list_display = ("uploaded_at", "application", "slot", "original_name", "content_type", "size", "withdrawn_at")
    list_select_related = ("application",)
    search_fields = ("application__number__startswith", "sha256__exact")
    search_help_text = "申报编号或文件摘要"
    exclude = ("file",)


@admin.register(EarlierAward, site=site)
class EarlierAwardRecord(Record):
    """Awards from before the portal, as the policy desk entered them."""

    duties = OVERSIGHT | {Duty.VERIFY, Duty.APPROVE}
    list_display = ("year", "applicant_name", "uscc", "clause", "amount_fen", "paper", "entered_by")
    list_select_related = ("clause", "entered_by")
    list_filter = ("year",)
    search_fields = ("uscc__exact", "applicant_name__startswith")
    search_help_text = "信用代码或单位名称"

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        """Return the rows of the own authority; they belong to no case."""
        return admin.ModelAdmin.get_queryset(self, request).filter(authority__in=_authority(request.user))


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
    exclude = ("file", "payload", "application")  # whose dossier was ordered is not the system administrator's

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        """Return the jobs for the authority's letters and those its own people asked for."""
        own = _authority(request.user)
        people = Posting.objects.current().filter(authority__in=own).values("user")
        rows = admin.ModelAdmin.get_queryset(self, request)
        return rows.filter(Q(document__authority__in=own) | Q(document=None, requested_by__in=people))


NAVIGATION.append(
    Entry("既往奖补记录", "console:applications_earlieraward_changelist", EarlierAwardRecord.duties, Group.MONEY)
)
NAVIGATION.append(
    Entry("办理记录", "console:applications_event_changelist", CASE_DUTIES & EventRecord.duties, Group.RECORDS)
)
NAVIGATION.append(Entry("奖补决定", "console:applications_award_changelist", OVERSIGHT, Group.MONEY))
NAVIGATION.append(Entry("拨付", "console:applications_payment_changelist", OVERSIGHT, Group.MONEY))
NAVIGATION.append(Entry("财政台", "finance", frozenset({Duty.AUDIT}), Group.MONEY))  # read there, not in the console
