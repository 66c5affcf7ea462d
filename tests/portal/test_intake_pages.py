"""The pages of intake: promises, marks on the form, 容缺受理, restrictions, late files, and the counter by HTTP."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from applications.actions import admission, counter, intake
from applications.models import (
    Applicant,
    Application,
    Clause,
    Document,
    Duty,
    LateAdmission,
    Mandate,
    Restriction,
    Status,
)
from applications.promises import latest_day
from tests import samples
from tests.factories import (
    NOON,
    agent_of,
    attach,
    make_applicant,
    make_application,
    make_draft,
    make_officer,
    make_policy,
    make_user,
)

pytestmark = pytest.mark.django_db

SLOT, LABEL = "operation_log", "连续稳定运行记录"


def tomorrow():
    return timezone.localdate() + timedelta(days=1)


def promised(status=Status.SUBMITTED, **more):
    """Return a case on the promise of its running log, made now, since pages read the clock."""
    return make_application(status, promised=[SLOT], at=timezone.now(), **more)


def case_page(application):
    return reverse("console:case", args=[application.pk])


# ---- the applicant promises and keeps


def test_a_missing_secondary_paper_offers_the_promise_and_a_firm_one_does_not(client):
    application = make_draft(complete=False)
    client.force_login(agent_of(application.applicant))

    page = client.get(reverse("claim_form", args=[application.pk])).content.decode()

    assert reverse("claim_promise", args=[application.pk, SLOT]) in page
    assert reverse("claim_promise", args=[application.pk, "pue_report"]) not in page


def test_promising_by_the_page(client):
    application = make_draft(complete=False)
    client.force_login(agent_of(application.applicant))
    url = reverse("claim_promise", args=[application.pk, SLOT])

    faulty = client.post(url, {"due_on": "x"})
    too_far = latest_day(application.authority_id, timezone.now()) + timedelta(days=1)
    late = client.post(url, {"due_on": too_far, "agreed": "on"})
    done = client.post(url, {"due_on": tomorrow(), "agreed": "on"})

    assert faulty.status_code == 422
    assert faulty.context["form"].errors == {
        "due_on": ["请填写正确的日期，例如 2026-06-30。"],
        "agreed": ["请阅读并勾选承诺。"],
    }
    assert late.status_code == 409
    assert late.context["refusal"].startswith("承诺补交日期最晚为")
    assert (done.status_code, done.url) == (302, f"{reverse('claim_form', args=[application.pk])}#slot-{SLOT}")
    form = client.get(reverse("claim_form", args=[application.pk]))
    assert f"slot:{SLOT}" not in {gap.url for gap in form.context["missing"]}
    shown = next(row for row in form.context["slots"] if row.slot.kind == SLOT)
    assert (shown.promise.due_on, shown.may_promise) == (tomorrow(), True)


@pytest.mark.parametrize("slot", ["pue_report", "business_licence"])
def test_a_firm_paper_is_refused_by_the_page_too(client, slot):
    application = make_draft(complete=False)
    client.force_login(agent_of(application.applicant))
    url = reverse("claim_promise", args=[application.pk, slot])

    answer = client.post(url, {"due_on": tomorrow(), "agreed": "on"})

    assert answer.status_code == 409
    assert "不属于可以容缺的次要材料" in answer.context["refusal"]
    assert "不属于可以容缺的次要材料" in client.get(url).context["why_not"]
    assert client.post(reverse("claim_promise", args=[application.pk, "nothing"])).status_code == 404


def sent(kind=SLOT):
    """Return what the form of the running log sends."""
    return {
        f"{kind}-period_from": "2025-07-01",
        f"{kind}-period_to": "2026-02-28",
        f"{kind}-outages": "0",
        f"{kind}-file": SimpleUploadedFile("运行记录.pdf", samples.pdf("running log")),
    }


def test_keeping_by_the_page_while_the_case_is_examined(client):
    application = promised(Status.VERIFYING)
    client.force_login(agent_of(application.applicant))
    upload = reverse("claim_evidence", args=[application.pk, SLOT])
    page = client.get(reverse("claim", args=[application.pk]))
    assert f'href="{upload}"' in page.content.decode()

    assert client.get(upload).status_code == 200
    done = client.post(upload, sent())

    assert (done.status_code, done.url) == (302, f"{reverse('claim', args=[application.pk])}#promises")
    assert application.promises.get().kept_at is not None
    shown = client.get(reverse("claim", args=[application.pk])).context["promises"]
    assert [(row.state, row.url) for row in shown] == [("已补交", "")]


def test_another_slot_stays_shut_while_the_case_is_examined(client):
    application = promised(Status.VERIFYING)
    client.force_login(agent_of(application.applicant))
    upload = reverse("claim_evidence", args=[application.pk, "utilisation_log"])
    before = application.evidence.count()
    typed = {
        "utilisation_log-period_from": "2025-07-01",
        "utilisation_log-period_to": "2026-06-30",
        "utilisation_log-utilisation_pct": "70",
        "utilisation_log-method": "逐时统计",
        "utilisation_log-file": SimpleUploadedFile("利用率.pdf", samples.pdf("log")),
    }

    answer = client.post(upload, typed)

    assert answer.status_code == 409
    assert "内容已锁定" in answer.context["refusal"]
    assert client.get(upload).status_code == 302
    assert application.evidence.count() == before


def test_points_of_a_correction_are_marked_where_they_are_mended(client):
    application = make_application(Status.SUBMITTED)
    items = [
        {"kind": "fact", "key": "pue", "label": "PUE", "text": "请更正"},
        {"kind": "slot", "key": "pue_report", "label": "报告", "text": "缺附页"},
        {"kind": "other", "key": "other-1", "label": "其他事项", "text": "公章"},
    ]
    intake.correct(application, items=items, by=make_officer(Duty.INTAKE), at=NOON)
    attach(application, "pue_report")
    client.force_login(agent_of(application.applicant))
    form_url = reverse("claim_form", args=[application.pk])

    form = client.get(form_url)
    page = client.get(reverse("claim", args=[application.pk]))

    lines = [(f"{form_url}#id_pue", False), (f"{form_url}#slot-pue_report", True), (f"{form_url}#evidence", False)]
    for answer in (form, page):
        assert [(defect.url, defect.answered) for defect in answer.context["asked"].defects] == lines
    text = form.content.decode()
    assert "须补正：请更正" in text
    assert "须补正：缺附页" in text
    assert text.count("已重新上传") == 2  # in the list and at the slot


# ---- the officer's two buttons


def test_two_buttons_where_something_was_promised_and_one_where_not(client):
    waiting, plain = promised(), make_application(Status.SUBMITTED)
    client.force_login(make_officer(Duty.INTAKE))

    acts = {act.verb: act.why_not for act in client.get(case_page(waiting)).context["acts"]}
    others = {act.verb for act in client.get(case_page(plain)).context["acts"]}

    assert acts["accept"].startswith(f"本件有承诺补交的材料：{LABEL}")
    assert acts["accept_with_promises"] == ""
    assert "accept_with_promises" not in others


def test_leeway_by_the_button(client):
    application = promised()
    client.force_login(make_officer(Duty.INTAKE))

    refused = client.post(reverse("console:case_accept", args=[application.pk]))
    done = client.post(reverse("console:case_accept_with_promises", args=[application.pk]))

    assert (refused.status_code, done.status_code) == (409, 302)
    application.refresh_from_db()
    assert application.status == Status.VERIFYING
    assert application.documents.filter(kind=Document.Kind.LEEWAY).exists()


@pytest.mark.parametrize("duty", sorted(set(Duty) - {Duty.INTAKE, Duty.SYSTEM, Duty.EXPERT}))
def test_leeway_is_refused_to_every_other_duty(client, duty):
    application = promised()
    client.force_login(make_officer(duty))

    answer = client.post(reverse("console:case_accept_with_promises", args=[application.pk]))

    assert (answer.status_code, answer.context["refusal"]) == (409, "只有受理岗位可以办理此事项。")


# ---- restrictions


def restrict(application, scope="leeway", count=1):
    for number in range(count):
        Restriction.objects.create(
            authority=application.authority,
            uscc=application.applicant.uscc,
            applicant_name=application.applicant.name,
            scope=scope,
            since=timezone.localdate(),
            basis=f"《测试办法》第{number}条",
            paper="测试决定",
            reason="测试事由",
            made_by=make_officer(Duty.INSPECT),
            made_at=timezone.now(),
        )


def test_a_restriction_stands_in_red_on_the_case_and_shuts_the_button(client):
    application = promised()
    restrict(application)
    client.force_login(make_officer(Duty.INTAKE))

    page = client.get(case_page(application))

    assert "notice notice-bad" in page.content.decode()
    assert "《测试办法》第0条" in page.content.decode()
    why_not = next(act.why_not for act in page.context["acts"] if act.verb == "accept_with_promises")
    assert why_not.startswith("不适用容缺受理：")


TYPED = {
    "uscc": "91350100M000100Y43",
    "applicant_name": "测试单位",
    "scope": "filing",
    "since": "2026-09-01",
    "until": "",
    "basis": "《测试办法》第九条",
    "paper": "测试决定〔2026〕1号",
    "reason": "测试事由",
}


def test_imposed_and_lifted_by_the_inspector(client):
    make_policy()
    client.force_login(make_officer(Duty.INSPECT))

    assert client.post(reverse("console:restriction_impose"), TYPED).status_code == 302
    row = Restriction.objects.get()
    empty = client.post(reverse("console:restriction_lift", args=[row.pk]), {"reason": ""})
    done = client.post(reverse("console:restriction_lift", args=[row.pk]), {"reason": "已整改"})

    assert (empty.status_code, done.status_code) == (422, 302)
    row.refresh_from_db()
    assert row.lift_reason == "已整改"


def test_a_faulty_restriction_is_said_at_its_fields_and_nothing_is_lost(client):
    make_policy()
    client.force_login(make_officer(Duty.INSPECT))

    answer = client.post(
        reverse("console:restriction_impose"),
        TYPED | {"uscc": "91350100M000100Y44", "basis": "", "until": "2026-08-01"},
    )

    assert answer.status_code == 422
    assert answer.context["form"].errors == {
        "uscc": ["统一社会信用代码“91350100M000100Y44”有误，请核对18位代码。"],
        "basis": ["请填写法律依据。"],
        "until": ["截止日期不能早于起始日期。"],
    }
    assert "测试决定〔2026〕1号" in answer.content.decode()
    assert not Restriction.objects.exists()


def test_others_read_and_impose_nothing(client):
    make_policy()
    client.force_login(make_officer(Duty.VERIFY))

    page = client.get(reverse("console:restrictions"))
    answer = client.post(reverse("console:restriction_impose"), TYPED)

    assert (page.status_code, page.context["may_impose"]) == (200, False)
    assert (answer.status_code, answer.context["refusal"]) == (409, "只有本单位的稽核岗位可以办理此事项。")


def test_restrictions_of_another_authority_are_not_there(client):
    application = make_application(Status.SUBMITTED)
    restrict(application)
    make_policy("shihezi")
    client.force_login(make_officer(Duty.INSPECT, "shihezi"))

    assert client.get(reverse("console:restrictions")).context["rows"] == []
    lift = reverse("console:restriction_lift", args=[Restriction.objects.get().pk])
    assert (client.get(lift).status_code, client.post(lift, {"reason": "x"}).status_code) == (404, 404)


@pytest.mark.parametrize("count", [1, 30])
def test_the_list_of_restrictions_costs_the_same_for_any_length(client, django_assert_num_queries, count):
    restrict(make_application(Status.SUBMITTED), count=count)
    client.force_login(make_officer(Duty.INSPECT))

    client.get(reverse("console:restrictions"))  # the first request of a session writes it
    with django_assert_num_queries(4):  # session, user, posting, rows
        assert len(client.get(reverse("console:restrictions")).context["rows"]) == count


@pytest.mark.parametrize("count", [1, 30])
def test_the_case_page_costs_the_same_whatever_stands_against_the_applicant(
    client, django_assert_max_num_queries, count
):
    application = promised()
    restrict(application, count=count)
    client.force_login(make_officer(Duty.INTAKE))
    client.get(case_page(application))

    with django_assert_max_num_queries(12):
        assert client.get(case_page(application)).status_code == 200


# ---- late files


@pytest.fixture
def closed():
    """Return the only round of 新星市, closed a day ago."""
    row = make_policy().rounds.get()
    row.closes_at = timezone.now() - timedelta(days=1)
    row.save()
    return row


def asked_late(applicant, closed, until=None):
    clause = Clause.objects.select_related("policy__authority").get(code="xinxing-3")
    return admission.ask(
        applicant,
        clause,
        closed=closed,
        reason="系统故障",
        paper="测试证明",
        file_until=until or timezone.now() + timedelta(days=3),
        by=make_officer(Duty.INTAKE),
        at=timezone.now(),
    )


def test_a_late_file_from_the_proposal_to_the_draft(client, closed):
    applicant = make_applicant()
    clause = Clause.objects.get(code="xinxing-3")
    typed = {"uscc": "91350100M000100Y43", "clause": clause.pk, "closed": closed.pk, "until": tomorrow()}
    typed |= {"paper": "测试证明", "reason": "系统故障"}
    Applicant.objects.filter(pk=applicant.pk).update(uscc=typed["uscc"])
    client.force_login(make_officer(Duty.INTAKE))

    assert client.post(reverse("console:admission_ask"), typed).status_code == 302
    row = LateAdmission.objects.get()
    client.force_login(make_officer(Duty.APPROVE))
    nothing = client.post(reverse("console:admission_decide", args=[row.pk]), {})
    done = client.post(reverse("console:admission_decide", args=[row.pk]), {"admitted": "yes"})
    assert (nothing.status_code, done.status_code) == (422, 302)

    client.force_login(agent_of(applicant))
    desk = client.get(reverse("desk"))
    assert [late.pk for late in desk.context["late"]] == [row.pk]
    started = client.post(reverse("claim_new", args=["xinxing-3"]), {"applicant": applicant.pk})
    again = client.post(reverse("claim_new", args=["xinxing-3"]), {"applicant": applicant.pk})
    assert (started.status_code, again.status_code) == (302, 409)
    assert client.get(reverse("desk")).context["late"] == []
    page = client.get(reverse("claim", args=[Application.objects.get().pk]))
    assert "没有开放的申报批次" not in page.context["why_not_submit"]


def test_an_unknown_body_is_said_at_the_field(client, closed):
    clause = Clause.objects.get(code="xinxing-3")
    typed = {"uscc": "91350100M000100Y43", "clause": clause.pk, "closed": closed.pk, "until": tomorrow()}
    client.force_login(make_officer(Duty.INTAKE))

    answer = client.post(reverse("console:admission_ask"), typed | {"paper": "证明", "reason": "故障"})

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["uscc"]


def test_what_is_not_ones_own_is_refused_or_not_there(client, closed):
    row = asked_late(make_applicant(), closed)
    answers = {}
    for duty in (Duty.INTAKE, Duty.AUDIT, Duty.VERIFY):
        client.force_login(make_officer(duty))
        decide = client.post(reverse("console:admission_decide", args=[row.pk]), {"admitted": "yes"})
        answers[duty] = (decide.status_code, client.post(reverse("console:admission_ask")).status_code)
    client.force_login(make_officer(Duty.APPROVE, "shihezi"))
    abroad = client.post(reverse("console:admission_decide", args=[row.pk]), {"admitted": "yes"})

    assert answers == {Duty.INTAKE: (409, 422), Duty.AUDIT: (409, 409), Duty.VERIFY: (404, 404)}
    assert abroad.status_code == 404
    row.refresh_from_db()
    assert row.admitted is None


@pytest.mark.parametrize("count", [1, 30])
def test_the_list_of_late_files_costs_the_same_for_any_length(client, django_assert_num_queries, closed, count):
    for _ in range(count):
        asked_late(make_applicant(), closed)
    client.force_login(make_officer(Duty.INTAKE))

    client.get(reverse("console:admissions"))  # the first request of a session writes it
    with django_assert_num_queries(6):  # session, user, posting, rows, clauses and rounds of the form
        assert len(client.get(reverse("console:admissions")).context["rows"]) == count


# ---- the counter


ENTERPRISE = {
    "uscc": "91350100M000100Y43",
    "name": "测试窗口有限公司",
    "kind": "enterprise",
    "legal_representative": "测试法人",
    "registered_address": "测试路9号",
    "contact_name": "测试经办",
    "contact_phone": "0902-1234567",
}


def test_the_way_of_somebody_who_comes_to_the_counter(client):
    make_policy()
    officer = make_officer(Duty.INTAKE)
    client.force_login(officer)

    looked = client.get(reverse("console:counter"), {"uscc": ENTERPRISE["uscc"]})
    assert looked.url == f"{reverse('console:counter_register')}?uscc={ENTERPRISE['uscc']}"
    registered = client.post(reverse("console:counter_register"), ENTERPRISE)
    applicant = Applicant.objects.get(uscc=ENTERPRISE["uscc"])
    assert registered.url == reverse("console:counter_start", args=[applicant.pk])
    assert client.get(reverse("console:counter"), {"uscc": ENTERPRISE["uscc"]}).url == registered.url
    typed = {"clause": Clause.objects.get(code="xinxing-8").pk, "principal": "测试法人"}
    typed |= {"bearer": "测试到场人", "bearer_phone": "13800000000"}
    started = client.post(registered.url, typed)
    case = Application.objects.get()
    assert started.url == reverse("console:counter_case", args=[case.pk])

    account = {"holder": ENTERPRISE["name"], "bank": "测试银行", "number": "6200 0000 0000 0000"}
    assert client.post(reverse("console:counter_account", args=[case.pk]), account).status_code == 302
    file = SimpleUploadedFile("授权委托书.pdf", samples.pdf("mandate"))
    assert client.post(reverse("console:counter_mandate", args=[case.pk]), {"file": file}).status_code == 302
    assert client.get(reverse("mandate_file", args=[case.mandate.pk])).status_code == 200
    assert client.get(reverse("claim_form", args=[case.pk])).status_code == 200
    page = client.get(reverse("claim", args=[case.pk])).content.decode()
    assert "授权委托书代替法定代表人登录确认" in page
    assert applicant.memberships.count() == 0


def counter_draft(officer):
    """Return a draft of the counter without anything in it."""
    make_policy()
    clause = Clause.objects.select_related("policy__authority").get(code="xinxing-3")
    words = {"principal": "测试法人", "bearer": "测试到场人", "bearer_phone": "13800000000"}
    return counter.start(make_applicant(), clause, **words, by=officer, at=timezone.now())


def test_a_draft_of_the_counter_is_a_404_to_every_other_officer(client):
    case = counter_draft(make_officer(Duty.INTAKE))
    addresses = [
        reverse(name, args=[case.pk]) for name in ("claim", "claim_form", "console:counter_case", "claim_withdraw")
    ]
    addresses += [reverse("console:case", args=[case.pk]), reverse("claim_evidence", args=[case.pk, SLOT])]
    addresses += [reverse("claim_promise", args=[case.pk, SLOT])]

    for user in (
        make_officer(Duty.INTAKE),
        make_officer(Duty.APPROVE),
        make_officer(Duty.INTAKE, "shihezi"),
        make_user(),
    ):
        client.force_login(user)
        assert {client.get(url).status_code for url in addresses} == {404}
        assert client.post(reverse("claim_submit", args=[case.pk])).status_code == 404
        assert client.post(reverse("console:counter_mandate", args=[case.pk])).status_code == 404


def test_the_mandate_is_looked_into_like_any_evidence(client):
    officer = make_officer(Duty.INTAKE)
    case = counter_draft(officer)
    client.force_login(officer)
    url = reverse("console:counter_mandate", args=[case.pk])

    wrong = client.post(url, {"file": SimpleUploadedFile("委托书.pdf", b"<script>alert(1)</script>")})
    nothing = client.post(url, {})

    assert (wrong.status_code, nothing.status_code) == (422, 422)
    assert list(wrong.context["file_form"].errors) == ["file"]
    assert nothing.context["file_form"].errors == {"file": ["请选择文件。"]}
    assert Mandate.objects.get().file is None


def test_members_of_the_applicant_read_the_mandate_and_strangers_do_not(client):
    officer = make_officer(Duty.INTAKE)
    case = counter_draft(officer)
    client.force_login(officer)
    file = SimpleUploadedFile("授权委托书.pdf", samples.pdf("mandate"))
    client.post(reverse("console:counter_mandate", args=[case.pk]), {"file": file})
    url = reverse("mandate_file", args=[Mandate.objects.get().pk])
    statuses = {}
    for name, user in {
        "member": agent_of(case.applicant),
        "stranger": make_user(),
        "other": make_officer(Duty.INTAKE),
        "abroad": make_officer(Duty.INTAKE, "shihezi"),
    }.items():
        client.force_login(user)
        statuses[name] = client.get(url).status_code

    assert statuses == {"member": 200, "stranger": 404, "other": 404, "abroad": 404}


def test_a_mark_of_the_counter_stands_on_the_case_and_its_officer_keeps_out(client):
    officer = make_officer(Duty.INTAKE)
    case = counter_draft(officer)
    Application.objects.filter(pk=case.pk).update(
        status=Status.SUBMITTED, submitted_by=officer, submitted_at=timezone.now()
    )
    client.force_login(officer)

    page = client.get(case_page(case))
    answer = client.post(reverse("console:case_accept", args=[case.pk]))

    assert f"经办人：{officer}" in page.content.decode()
    assert (answer.status_code, answer.context["refusal"]) == (409, "本件由您在窗口代办，应当回避。")


@pytest.mark.parametrize("count", [1, 30])
def test_the_list_of_the_counter_costs_the_same_for_any_length(client, django_assert_num_queries, count):
    officer = make_officer(Duty.INTAKE)
    for _ in range(count):
        counter_draft(officer)
    client.force_login(officer)

    client.get(reverse("console:counter"))  # the first request of a session writes it
    with django_assert_num_queries(4):  # session, user, posting, rows
        assert len(client.get(reverse("console:counter")).context["rows"]) == count


@pytest.mark.parametrize("count", [1, 6])
def test_the_page_of_a_claim_costs_the_same_for_any_number_of_promises(client, django_assert_max_num_queries, count):
    application = promised(Status.VERIFYING)
    row = application.promises.get()
    for number in range(1, count):
        row.pk, row.slot = None, f"slot_{number}"
        row.save(force_insert=True)
    client.force_login(agent_of(application.applicant))
    client.get(reverse("claim", args=[application.pk]))

    with django_assert_max_num_queries(10):
        assert client.get(reverse("claim", args=[application.pk])).status_code == 200
