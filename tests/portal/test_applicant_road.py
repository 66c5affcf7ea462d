"""The applicant's road through the pages: register, fill, prove, confirm, hand in."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from stdnum.cn import uscc

import rules
from applications.demo.samples import details_for
from applications.models import (
    Applicant,
    Application,
    BankAccount,
    Document,
    Evidence,
    IdempotencyKey,
    Membership,
    Status,
)
from tests import factories, samples

pytestmark = pytest.mark.django_db

FACTS = {
    "registered_in_jurisdiction": "true",
    "build_type": "new",
    "pue": "1.20",
    "utilisation_pct": "70",
    "formally_delivered": "true",
    "stable_months": "8",
    "scale_pflops_fp16": "3200",
}


def typed(version=0, **changes):
    """Return what a browser sends from the form of a claim under 第三条."""
    return {"version": version, "subject": "测试智算中心", "event_on": "2026-06-30", **FACTS, **changes}


def paper(application, kind, name=""):
    """Return what a browser sends from the page of an evidence slot."""
    slot = next(s for s in rules.evidence(application.clause.code) if s.kind == kind)
    details = details_for(slot, application.applicant, application.facts, application.subject)
    data = samples.pdf(f"{application.number} {kind} {name}")
    fields = {f"{kind}-{key}": value for key, value in details.items()}
    return fields | {f"{kind}-file": SimpleUploadedFile(f"{kind}{name}.pdf", data)}


@pytest.fixture
def now(monkeypatch):
    """The pages read the clock; the round of the factories is open at noon."""
    monkeypatch.setattr(timezone, "now", lambda: factories.NOON)


@pytest.fixture
def member(client):
    """A logged-in 经办人 with a complete enterprise file."""
    factories.make_policy()
    applicant = factories.make_applicant()
    client.force_login(factories.agent_of(applicant))
    return applicant


def test_whole_road_from_registration_to_the_receipt(client, now):
    factories.make_policy()
    agent, legal = factories.make_user(), factories.make_user()
    client.force_login(agent)
    stem = "91659901MATE00999"
    file = {
        "uscc": stem + uscc.calc_check_digit(stem),
        "name": "测试道路有限公司",
        "kind": "enterprise",
        "legal_representative": "测试法人",
        "registered_address": "测试路1号",
        "contact_name": "测试联系人",
        "contact_phone": "0902-1234567",
        "role": "agent",
    }
    assert client.post("/my/enterprises/new/", file).status_code == 302
    applicant = Applicant.objects.get(uscc=file["uscc"])
    account = {
        "holder": file["name"],
        "bank": "测试银行",
        "number": "6200 0000 0000 0000",
        "line_number": "102881000013",
        "proof": SimpleUploadedFile("账户证明.pdf", samples.pdf("account")),
    }
    assert client.post(f"/my/enterprises/{applicant.pk}/account/", account).status_code == 302
    assert BankAccount.objects.get(applicant=applicant).number == "6200000000000000"
    assert client.post(f"/my/enterprises/{applicant.pk}/invite/", {"role": "legal"}).status_code == 302

    answer = client.post("/my/claims/new/xinxing-3/", {"applicant": applicant.pk})
    application = Application.objects.get()
    assert answer.url == f"/my/claims/{application.pk}/form/"
    assert client.post(answer.url, typed()).status_code == 302
    application.refresh_from_db()
    for slot in rules.evidence("xinxing-3"):
        if slot.required:
            sent = client.post(f"/my/claims/{application.pk}/evidence/{slot.kind}/", paper(application, slot.kind))
            assert sent.status_code == 302, sent.content.decode()

    client.force_login(legal)
    assert client.get(f"/my/claims/{application.pk}/").status_code == 404
    code = applicant.invitations.get().code
    assert client.post("/my/enterprises/join/", {"code": code.lower()}).status_code == 302
    assert client.post(f"/my/claims/{application.pk}/confirm/", {"agreed": "on"}).status_code == 302

    client.force_login(agent)
    submitted = client.post(f"/my/claims/{application.pk}/submit/", {"idempotency_key": "road-1"})

    assert submitted.status_code == 302
    application.refresh_from_db()
    assert application.status == Status.SUBMITTED
    assert application.assessment.amount_fen == 300_0000_00
    assert Document.objects.get().kind == Document.Kind.RECEIPT
    page = client.get(submitted.url).content.decode()
    assert "收件回执" in page
    assert "提交申报" in page


def test_submit_twice_with_one_key_is_one_submission(client, member, now):
    application = factories.make_draft(applicant=member)
    factories.filing.confirm(application, by=factories.legal_of(member), at=factories.NOON)
    url = reverse("claim_submit", args=[application.pk])

    first = client.post(url, {"idempotency_key": "twice"})
    second = client.post(url, {"idempotency_key": "twice"})

    assert (first.status_code, second.status_code) == (302, 302)
    assert first.url == second.url
    assert IdempotencyKey.objects.count() == 1
    assert application.events.filter(action="submit").count() == 1


def test_submit_that_fails_the_clause_is_refused_with_its_words(client, member, now):
    application = factories.make_draft(applicant=member, facts=factories.CENTRE | {"pue": "1.26"})
    factories.filing.confirm(application, by=factories.legal_of(member), at=factories.NOON)

    answer = client.post(reverse("claim_submit", args=[application.pk]))

    assert answer.status_code == 409
    assert "PUE 1.26 &gt; 1.25，不符合第三条" in answer.content.decode()
    application.refresh_from_db()
    assert application.status == Status.DRAFT


def test_wrong_field_keeps_everything_typed(client, member, now):
    application = factories.make_draft(applicant=member, complete=False)

    answer = client.post(
        reverse("claim_form", args=[application.pk]),
        typed(version=application.version, pue="一点二", subject='星<b>"河"', event_on="2026-13-01"),
    )

    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="一点二"' in page
    assert 'value="2026-13-01"' in page
    assert "星&lt;b&gt;&quot;河&quot;" in page
    assert "<b>" not in page
    application.refresh_from_db()
    assert application.facts["pue"] == factories.CENTRE["pue"]


def test_overtaken_version_is_refused_and_keeps_what_was_typed(client, member, now):
    application = factories.make_draft(applicant=member, complete=False)
    url = reverse("claim_form", args=[application.pk])
    seen = application.version
    assert client.post(url, typed(version=seen, pue="1.21")).status_code == 302

    late = client.post(url, typed(version=seen, pue="1.23"))

    application.refresh_from_db()
    assert late.status_code == 409
    assert 'value="1.23"' in late.content.decode()
    assert application.facts["pue"] == "1.21"


@pytest.mark.parametrize(
    ("name", "data", "sentence"),
    [
        ("a.pdf", b"<html><script>alert(1)</script>", "文件内容与扩展名不符"),
        ("a.exe", b"MZ\x90\x00", "不能上传 exe 文件"),
        ("a.pdf", b"", "文件是空的"),
        ("a.svg", b"<svg onload=alert(1)>", "不能上传 svg 文件"),
    ],
)
def test_wrong_file_is_refused_at_its_field_and_details_stay(client, member, now, name, data, sentence):
    application = factories.make_draft(applicant=member, complete=False)
    sent = paper(application, "pue_report") | {
        "pue_report-file": SimpleUploadedFile(name, data),
        "pue_report-institution": "检测<i>机构",
    }

    answer = client.post(reverse("claim_evidence", args=[application.pk, "pue_report"]), sent)

    page = answer.content.decode()
    assert answer.status_code == 422
    assert any(sentence in error for error in answer.context["form"].errors["file"])
    assert sentence in page
    assert "检测&lt;i&gt;机构" in page
    assert not Evidence.objects.filter(application=application).exists()


def test_replacing_a_file_keeps_one_in_use(client, member, now):
    application = factories.make_draft(applicant=member)
    old = application.evidence.get(slot="pue_report")
    url = reverse("claim_evidence", args=[application.pk, "pue_report"])

    answer = client.post(f"{url}?replace={old.pk}", paper(application, "pue_report", "new"))

    assert answer.status_code == 302
    (kept,) = application.evidence.in_use().filter(slot="pue_report")
    assert kept.original_name == "pue_reportnew.pdf"


def test_removing_a_file_voids_the_confirmation(client, member, now):
    application = factories.make_draft(applicant=member)
    factories.filing.confirm(application, by=factories.legal_of(member), at=factories.NOON)
    item = application.evidence.get(slot="pue_report")

    answer = client.post(reverse("claim_evidence_remove", args=[application.pk, item.pk]))

    application.refresh_from_db()
    assert answer.status_code == 302
    assert application.confirmed_at is None
    assert not application.evidence.in_use().filter(slot="pue_report").exists()


def test_estimate_of_a_claim_counts_what_was_granted_before(client, member, now):
    factories.make_earlier_award(member)
    application = factories.make_draft(applicant=member, complete=False)

    answer = client.post(reverse("claim_estimate", args=[application.pk]), typed(version=1))

    page = answer.content.decode()
    assert answer.status_code == 200
    assert "人民币贰佰万元整" in page
    assert "仅供测算，不作为兑付依据" in page
    application.refresh_from_db()
    assert application.facts == factories.CENTRE


def test_only_the_legal_representative_confirms(client, member, now):
    application = factories.make_draft(applicant=member)

    answer = client.post(reverse("claim_confirm", args=[application.pk]), {"agreed": "on"})

    assert answer.status_code == 409
    assert "须由法定代表人登录后确认" in answer.content.decode()


def test_withdraw_asks_for_a_reason(client, member, now):
    application = factories.make_application(applicant=member)
    url = reverse("claim_withdraw", args=[application.pk])

    empty, given = client.post(url, {"reason": ""}), client.post(url, {"reason": "材料需要重做"})

    application.refresh_from_db()
    assert (empty.status_code, given.status_code) == (422, 302)
    assert application.status == Status.WITHDRAWN
    assert "材料需要重做" in client.get(given.url).content.decode()


def test_officer_facts_never_appear_in_the_form(client, member, now):
    codes = [c.id for c in rules.load().pack("xinxing").clauses if c.monetary]
    hidden = [(code, f.name) for code in codes for f in rules.fields(code) if f.by_officer]

    for code, name in hidden:
        assert (
            f'name="{name}"' not in client.get(f"/policies/xinxing/{code.removeprefix('xinxing-')}/").content.decode()
        )


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("91659901MADEM00010", "校验位不正确"),
        ("91659901", "应为18位"),
        ("91659901MADEMO001X", "不应出现的字符"),
    ],
)
def test_wrong_credit_code_is_said_at_its_field(client, code, sentence):
    client.force_login(factories.make_user())

    answer = client.post("/my/enterprises/new/", {"uscc": code, "name": "名称<u>"})

    assert answer.status_code == 422
    assert any(sentence in error for error in answer.context["form"].errors["uscc"])
    assert "名称&lt;u&gt;" in answer.content.decode()


def test_registered_code_leads_to_the_invitation(client):
    applicant = factories.make_applicant()
    client.force_login(factories.make_user())
    file = {name: getattr(applicant, name) for name in ("uscc", "kind", "legal_representative", "registered_address")}
    file |= {"name": "另一家", "contact_name": "某某", "contact_phone": "13800000000", "role": "agent"}

    answer = client.post("/my/enterprises/new/", file)

    assert answer.status_code == 409
    assert "凭邀请码加入" in answer.content.decode()


def test_account_holder_must_be_the_applicant(client, member):
    answer = client.post(
        reverse("enterprise_account", args=[member.pk]), {"holder": "别人", "bank": "银行", "number": "62000000"}
    )

    assert answer.status_code == 422
    assert any("完全一致" in error for error in answer.context["form"].errors["holder"])
    assert Membership.objects.filter(applicant=member).count() == 2


def test_day_of_founding_lies_in_the_past(client):
    client.force_login(factories.make_user())

    answer = client.post("/my/enterprises/new/", {"founded_on": "2999-01-01", "email": "x"})

    errors = answer.context["form"].errors
    assert errors["founded_on"] == ["成立日期不能晚于今天，请对照证照核对。"]
    assert errors["email"] == ["请填写正确的电子邮箱地址，例如：name@example.com。"]
    assert errors["contact_name"] == ["请填写联系人。"]
