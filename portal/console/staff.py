"""The system administrator's desk: data of the own authority, and who is posted to which duty; all of it in history."""

from datetime import date
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from applications import history
from applications.models import Authority, Duty, Posting, User
from portal.console.records import Record
from portal.console.site import NAVIGATION, Entry, Group, duty_of, posting_of, site

SYSTEM_ONLY = frozenset({Duty.SYSTEM})


class Managed(Record):
    """A record of the own authority that the system administrator may change; nothing is deleted."""

    duties = SYSTEM_ONLY

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Let the system administrator change rows of the own authority."""
        return duty_of(request) in self.duties

    def log_addition(self, request: HttpRequest, obj: Model, message: Any) -> Any:
        """Leave the admin's own log empty: the authority's history says it."""

    def log_change(self, request: HttpRequest, obj: Model, message: Any) -> Any:
        """Leave the admin's own log empty: the authority's history says it."""

    def note(self, request: HttpRequest, action: str, words: str, detail: dict[str, Any]) -> None:
        """Append to the authority's chain, under its lock; the admin's form runs in one transaction."""
        posting = posting_of(request)
        assert posting is not None
        authority = Authority.objects.select_for_update().get(pk=posting.authority_id)
        history.record_for_authority(authority, action, by=posting.user, at=timezone.now(), note=words, detail=detail)


@admin.register(Authority, site=site)
class AuthorityAdmin(Managed):
    """Name, letter sign, clocks and addresses of the own authority."""

    list_display = ("name", "place", "letter_sign", "notice_days", "hotline")
    fields = (
        "code",
        "name",
        "place",
        "letter_sign",
        "hotline",
        "address",
        "reconsideration_organ",
        "court",
        "notice_days",
        "account_wait_days",
        "demo",
    )

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Return everything the authority says about itself."""
        return list(self.fields)

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        """Keep what letters and addresses were already built on."""
        return ["code", "name", "place", "letter_sign", "demo"]

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        """Return the own authority alone."""
        posting = posting_of(request)
        return admin.ModelAdmin.get_queryset(self, request).filter(pk=posting.authority_id if posting else None)

    def save_model(self, request: HttpRequest, obj: Authority, form: forms.ModelForm, change: bool) -> None:
        """Save and write down what was changed from what to what."""
        changes = {name: [form.initial.get(name), form.cleaned_data[name]] for name in form.changed_data}
        if changes:
            words = "、".join(str(form.fields[name].label) for name in changes)
            self.note(request, "change_authority", f"修改：{words}", changes)
            obj.save(update_fields=list(changes))


ALREADY_POSTED = "此人在这段日期内另有岗位，一人同一天只能在一个岗位。"


def _shares_days(user: User, since: date, until: date | None, but: int = 0) -> bool:
    """Whether another posting of a person has a day between two days, the last of them open where there is none."""
    others = user.postings.exclude(pk=but).filter(Q(until=None) | Q(until__gte=since))
    return others.filter(since__lte=until).exists() if until else others.exists()


class PostingForm(forms.ModelForm):
    """A person named by the exact account name: lists of all users are nobody's business."""

    username = forms.CharField(label="登录名", max_length=150, help_text="须为已注册的账户")

    class Meta:
        model = Posting
        fields = ("duty", "since", "until")
        widgets = {"since": forms.TextInput, "until": forms.TextInput}

    def clean_username(self) -> User:
        """Return the account."""
        user = User.objects.filter(username=self.cleaned_data["username"], is_active=True).first()
        if user is None:
            raise forms.ValidationError("没有这个登录名的账户。")
        if Posting.objects.current().filter(user=user).exists() or user.postings.filter(until=None).exists():
            raise forms.ValidationError("此人已有在岗岗位，请先结束原岗位。")
        return user

    def clean(self) -> dict[str, Any]:
        """A posting cannot end before it begins, nor share a day with another one of the same person."""
        cleaned = super().clean() or {}
        since = cleaned.get("since") or self.instance.since
        if cleaned.get("until") and since and cleaned["until"] < since:
            self.add_error("until", "离岗日期不能早于到岗日期。")
        elif cleaned.get("username") and _shares_days(cleaned["username"], since, cleaned.get("until")):
            self.add_error("since", ALREADY_POSTED)
        return cleaned


@admin.register(Posting, site=site)
class PostingAdmin(Managed):
    """Who does what at the own authority: new postings begin, old ones end; none is rewritten."""

    form = PostingForm
    list_display = ("user", "duty", "since", "until")
    list_select_related = ("user",)
    list_filter = ("duty",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Let the system administrator post people to the own authority."""
        return duty_of(request) in self.duties

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Let nobody end or lengthen the own posting."""
        own = isinstance(obj, Posting) and obj.user_id == request.user.pk
        return super().has_change_permission(request, obj) and not own

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        """Return the postings of the own authority."""
        posting = posting_of(request)
        rows = admin.ModelAdmin.get_queryset(self, request)
        return rows.filter(authority=posting.authority_id if posting else None)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Ask for the account when a posting begins, and show the person afterwards."""
        return ["user", "duty", "since", "until"] if obj else ["username", "duty", "since", "until"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Only the last day of an existing posting can be set."""
        return ["user", "duty", "since"] if obj else []

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> type[forms.ModelForm]:
        """Drop the account from the form of an existing posting."""
        kwargs["form"] = PostingForm if obj is None else EndForm
        return super().get_form(request, obj, change, **kwargs)

    def save_model(self, request: HttpRequest, obj: Posting, form: forms.ModelForm, change: bool) -> None:
        """Save and write down who was posted, or until when."""
        posting = posting_of(request)
        assert posting is not None
        if not change:
            obj.authority_id = posting.authority_id
            obj.user = form.cleaned_data["username"]
        days = {"since": obj.since.isoformat(), "until": obj.until.isoformat() if obj.until else None}
        words = f"{obj.user}：{obj.get_duty_display()}"
        self.note(request, "end_posting" if change else "post", words, {"user": obj.user_id, "duty": obj.duty, **days})
        obj.save()


class EndForm(forms.ModelForm):
    """The last day of a posting."""

    class Meta:
        model = Posting
        fields = ("until",)
        widgets = {"until": forms.TextInput}

    def clean_until(self) -> Any:
        """A posting cannot end before it begins."""
        until = self.cleaned_data["until"]
        if until and until < self.instance.since:
            raise forms.ValidationError("离岗日期不能早于到岗日期。")
        if _shares_days(self.instance.user, self.instance.since, until, but=self.instance.pk):
            raise forms.ValidationError(ALREADY_POSTED)
        return until


NAVIGATION.append(Entry("主管单位", "console:applications_authority_changelist", SYSTEM_ONLY, Group.RULES))
NAVIGATION.append(Entry("岗位", "console:applications_posting_changelist", SYSTEM_ONLY, Group.RULES))
NAVIGATION.append(Entry("后台任务", "console:applications_job_changelist", SYSTEM_ONLY, Group.RULES))
NAVIGATION.append(Entry("送达", "console:applications_delivery_changelist", SYSTEM_ONLY, Group.RULES))
