"""The case page and its acts: every verb by the right and by each wrong duty, checks, conflicts, cost."""

import pytest
from django.urls import reverse
from django.utils import timezone

import rules
from applications.actions import filing, intake
from applications.models import (
    Application,
    CaseDuty,
    Correction,
    Duty,
    Event,
    Evidence,
    FactCheck,
    Membership,
    Status,
)
from applications.workflow import VERBS
from tests.factories import (
    NOON,
    agent_of,
    attach,
    legal_of,
    make_applicant,
    make_application,
    make_earlier_award,
    make_officer,
    make_policy,
)

pytestmark = pytest.mark.django_db

S = Status

# verb: status it starts from, duty that may, what is typed, status it leads to
ROAD = {
    "accept": (S.SUBMITTED, Duty.INTAKE, {}, S.VERIFYING),
    "decline": (S.SUBMITTED, Duty.INTAKE, {"ground": "competence", "reason": "不属于受理范围"}, S.DECLINED),
    "correct": (S.SUBMITTED, Duty.INTAKE, {"other-1": "请补充公章"}, S.CORRECTING),
    "propose": ("checked", Duty.VERIFY, {}, S.PROPOSED),
    "return": (S.PROPOSED, Duty.APPROVE, {"reason": "请复核PUE"}, S.VERIFYING),
    "endorse": (S.PROPOSED, Duty.APPROVE, {}, S.NOTICED),
    "refuse": (S.PROPOSED, Duty.APPROVE, {"reason": "名单中没有该项目"}, S.REFUSED),
    "reopen": (S.NOTICED, Duty.APPROVE, {"reason": "异议属实"}, S.VERIFYING),
    "grant": (S.NOTICED, Duty.APPROVE, {}, S.GRANTED),
    "close": (S.PAID, Duty.INTAKE, {}, S.CLOSED),
}


def page_of(application):
    return reverse("console:case", args=[application.pk])


def url_of(verb, application):
    return reverse(f"console:case_{verb}", args=[application.pk])


def enter(client, application, duty):
    """Log in the officer who already holds this duty on the case, or a fresh one."""
    held = CaseDuty.objects.filter(application=application, duty=duty).first()
    officer = held.user if held else make_officer(duty)
    client.force_login(officer)
    return officer


def check(client, application, fact, **typed):
    """Post a check as the page does."""
    application.refresh_from_db()
    values = {"verdict": "met", "method": "document", "verified": "", "note": "", "version": application.version}
    return client.post(reverse("console:case_check", args=[application.pk, fact]), values | typed)


def check_everything(client, application):
    for field in rules.fields(application.clause.code):
        assert check(client, application, field.name).status_code == 302


def case_ready_for(client, verb):
    status, duty, _, _ = ROAD[verb]
    if status != "checked":
        return make_application(status)
    application = make_application(S.VERIFYING)
    enter(client, application, duty)
    check_everything(client, application)
    return application


@pytest.mark.parametrize("verb", ROAD)
def test_each_verb_is_done_by_its_duty(client, verb):
    application = case_ready_for(client, verb)
    _, duty, typed, leads_to = ROAD[verb]
    officer = enter(client, application, duty)

    response = client.post(url_of(verb, application), typed)

    assert (response.status_code, response.url) == (302, page_of(application))
    application.refresh_from_db()
    assert application.status == leads_to
    assert application.events.order_by("-sequence").first().by == officer


@pytest.mark.parametrize("verb", ROAD)
def test_each_verb_is_refused_to_every_other_duty(client, verb):
    application = case_ready_for(client, verb)
    _, right, typed, _ = ROAD[verb]
    before = Application.objects.values().get(pk=application.pk)

    for duty in set(Duty) - {right, Duty.SYSTEM, Duty.EXPERT} - VERBS[verb if verb != "return" else "return_"].who:
        client.force_login(make_officer(duty))
        response = client.post(url_of(verb, application), typed)

        assert response.status_code == 409, duty
        assert response.context["refusal"].startswith("只有"), duty
    assert Application.objects.values().get(pk=application.pk) == before


@pytest.mark.parametrize("verb", ROAD)
def test_each_verb_is_a_404_to_another_authority_and_to_strangers(client, verb):
    application = case_ready_for(client, verb)
    _, right, typed, _ = ROAD[verb]
    before = Application.objects.values().get(pk=application.pk)

    outside = [make_officer(right, "shihezi"), make_officer(Duty.SYSTEM), make_officer(Duty.EXPERT)]
    for user in (*outside, agent_of(application.applicant)):
        client.force_login(user)
        assert client.post(url_of(verb, application), typed).status_code == 404
    client.logout()
    assert client.post(url_of(verb, application), typed).status_code == 302
    assert Application.objects.values().get(pk=application.pk) == before


@pytest.mark.parametrize("verb", ROAD)
def test_getting_an_act_changes_nothing(client, verb):
    application = case_ready_for(client, verb)
    enter(client, application, ROAD[verb][1])
    before = Application.objects.values().get(pk=application.pk)
    rows = Event.objects.count()

    response = client.get(url_of(verb, application))

    assert response.status_code == (200 if verb == "correct" else 405)
    client.get(page_of(application))
    assert Application.objects.values().get(pk=application.pk) == before
    assert Event.objects.count() == rows


def test_a_draft_is_a_404_at_the_desk(client):
    make_policy()
    application = make_application(S.DRAFT)
    client.force_login(make_officer(Duty.AUDIT))

    assert client.get(page_of(application)).status_code == 404


def test_a_second_duty_on_a_case_is_refused(client):
    application = make_application(S.VERIFYING)
    accepted = application.accepted_by.user
    accepted.postings.update(duty=Duty.VERIFY)
    client.force_login(accepted)

    response = check(client, application, "pue")

    assert response.status_code == 409
    assert response.context["refusal"] == "您已在本件担任受理，不能再担任核验。"
    assert not application.checks.exists()


def test_a_member_of_the_applicant_keeps_out(client):
    application = make_application(S.SUBMITTED)
    officer = make_officer(Duty.INTAKE)
    Membership.objects.create(applicant=application.applicant, user=officer, role="agent", joined_at=NOON)
    client.force_login(officer)

    response = client.post(url_of("accept", application))

    assert (response.status_code, response.context["refusal"]) == (409, "您是申报单位的成员，应当回避。")


def test_the_same_key_acts_once(client):
    application = make_application(S.SUBMITTED)
    enter(client, application, Duty.INTAKE)

    answers = [client.post(url_of("accept", application), {"idempotency_key": "k-1"}) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [302, 302]
    assert application.events.filter(action="accept").count() == 1


def test_without_a_reason_the_form_says_so(client):
    application = make_application(S.SUBMITTED)
    enter(client, application, Duty.INTAKE)

    response = client.post(url_of("decline", application), {"reason": " "})

    assert response.status_code == 422
    act = next(act for act in response.context["acts"] if act.verb == "decline")
    assert act.form.errors == {"ground": ["请选择不予受理的情形。"], "reason": ["请写明理由。"]}


def test_a_fact_is_met_corrected_or_failed(client):
    application = make_application(S.VERIFYING)
    officer = enter(client, application, Duty.VERIFY)
    paper = application.evidence.get(slot="pue_report")

    assert check(client, application, "pue", evidence=paper.pk).status_code == 302
    assert (
        check(
            client, application, "scale_pflops_fp16", verdict="corrected", verified="2,000", note="按清单"
        ).status_code
        == 302
    )
    assert check(client, application, "formally_delivered", verdict="failed", note="未见验收").status_code == 302

    rows = application.checks.order_by("pk").values_list("fact", "verdict", "verified", "evidence", "checked_by__user")
    assert list(rows) == [
        ("pue", "met", "1.20", paper.pk, officer.pk),
        ("scale_pflops_fp16", "corrected", "2000", None, officer.pk),
        ("formally_delivered", "failed", None, None, officer.pk),
    ]


@pytest.mark.parametrize(
    ("typed", "field", "sentence"),
    [
        ({"verdict": ""}, "verdict", "请选择核验结论。"),
        ({"verdict": "corrected", "note": "理由"}, "verified", "请填写核验值。"),
        ({"verdict": "failed"}, "note", "请写明理由。"),
    ],
)
def test_a_faulty_check_is_said_at_its_field(client, typed, field, sentence):
    application = make_application(S.VERIFYING)
    enter(client, application, Duty.VERIFY)

    response = check(client, application, "pue", **typed)

    assert response.status_code == 422
    row = next(row for row in response.context["file"].facts if row.opened)
    assert (row.field.name, list(row.errors[field])) == ("pue", [sentence])
    assert not application.checks.exists()


def test_what_cannot_be_read_is_kept_and_explained(client):
    application = make_application(S.VERIFYING)
    enter(client, application, Duty.VERIFY)

    page = check(client, application, "pue", verdict="corrected", verified="约<b>1</b>", note="理由").content.decode()

    assert 'value="约&lt;b&gt;1&lt;/b&gt;"' in page
    assert "<b>1</b>" not in page


def test_a_paper_of_another_case_proves_nothing_here(client):
    application, other = make_application(S.VERIFYING), make_application(S.VERIFYING)
    enter(client, application, Duty.VERIFY)

    response = check(client, application, "pue", evidence=other.evidence.first().pk)

    assert response.status_code == 422
    assert not application.checks.exists()


def test_a_check_on_a_page_that_is_old_is_refused_and_kept(client):
    application = make_application(S.VERIFYING)
    enter(client, application, Duty.VERIFY)
    old = application.version
    check(client, application, "pue")

    response = check(client, application, "build_type", version=old, note="我的说明")

    assert response.status_code == 409
    officer = application.checks.get().checked_by.user
    event = application.events.get(action="check")
    when = timezone.localtime(event.at)
    assert response.context["refusal"] == f"本件刚刚被{officer.name}于{when:%H:%M}办理（核验PUE），请刷新后再办。"
    assert "我的说明" in response.content.decode()
    assert application.checks.count() == 1


def test_an_unknown_fact_is_a_404(client):
    application = make_application(S.VERIFYING)
    enter(client, application, Duty.VERIFY)

    assert check(client, application, "nothing").status_code == 404


def test_a_fact_of_officers_alone_is_entered_here(client):
    clause = next(c.id for c in rules.load().pack("xinxing").clauses if c.id == "xinxing-4b")
    facts = {
        "registered_in_jurisdiction": True,
        "applicant_type": "medical_institution",
        "uses_local_compute": True,
        "annual_compute_contract_fees_yuan": "1000000.00",
    }
    application = make_application(S.VERIFYING, clause=clause, facts=facts, subject="")
    enter(client, application, Duty.VERIFY)

    done = check(client, application, "officer_confirmed_similar", verdict="corrected", verified="否", note="已查")

    assert done.status_code == 302
    assert application.checks.get().verified is False


def test_the_sum_follows_from_verified_facts_and_earlier_awards(client):
    applicant = make_applicant()
    make_policy()
    make_earlier_award(applicant)
    application = make_application(S.VERIFYING, applicant=applicant)
    enter(client, application, Duty.VERIFY)
    check_everything(client, application)

    outcome = client.get(page_of(application)).context["file"].outcome

    assert outcome.verdict.amount_fen == 200_0000_00
    assert [(row.year, row.amount_fen) for row in outcome.earlier] == [(2025, 100_0000_00)]
    assert outcome.earlier_fen == 100_0000_00
    assert any("晋级补差" in line for line in outcome.lines)
    assert application.assessments.filter(purpose="verified").count() == 0


def test_what_fails_a_condition_is_said_in_the_words_of_the_article(client):
    application = make_application(S.VERIFYING)
    enter(client, application, Duty.VERIFY)
    check_everything(client, application)
    check(client, application, "pue", verdict="corrected", verified="1.26", note="报告载明")

    refused = client.post(url_of("propose", application))

    assert refused.status_code == 409
    assert refused.context["refusal"].startswith("按核验值不能兑现：")
    assert "1.25" in refused.context["refusal"]


def test_corrections_name_facts_papers_and_other_things(client):
    application = make_application(S.VERIFYING)
    enter(client, application, Duty.VERIFY)
    typed = {
        "fact-pue": "on",
        "fact-pue-text": "请按年均值填报",
        "slot-pue_report-text": "缺附页",
        "other-2": "加盖公章",
    }

    assert client.post(url_of("correct", application), typed).status_code == 302

    assert [(item["kind"], item["key"], item["text"]) for item in Correction.objects.get().items] == [
        ("fact", "pue", "请按年均值填报"),
        ("slot", "pue_report", "缺附页"),
        ("other", "other-2", "加盖公章"),
    ]


def test_an_empty_or_half_written_list_is_not_sent(client):
    application = make_application(S.SUBMITTED)
    enter(client, application, Duty.INTAKE)

    empty = client.post(url_of("correct", application), {})
    half = client.post(url_of("correct", application), {"fact-pue": "on"})

    assert (empty.status_code, half.status_code) == (422, 422)
    assert empty.context["form"].non_field_errors() == ["请至少写明一项须补正的内容。"]
    assert half.context["form"].errors["fact-pue-text"] == ["请写明“PUE”须补正的内容。"]
    assert not Correction.objects.exists()


def answered(client):
    """Return a case whose one correction, of the PUE report, was answered by a new report; the officer is logged in."""
    application = make_application(S.SUBMITTED)
    officer = enter(client, application, Duty.INTAKE)
    items = [{"kind": "slot", "key": "pue_report", "label": "第三方 PUE 检测报告", "text": "缺附页"}]
    intake.correct(application, items=items, by=officer, at=NOON)
    attach(application, "pue_report")
    filing.confirm(application, by=legal_of(application.applicant), at=NOON)
    filing.submit(application, by=agent_of(application.applicant), at=NOON)
    return application


def test_a_second_list_offers_what_the_answer_changed_and_nothing_else(client):
    application = answered(client)

    form = client.get(url_of("correct", application)).context["form"]
    faulty = client.post(url_of("correct", application), {"slot-pue_report-text": "新报告缺公章", "other-1": "再补"})

    assert [name for name in form.fields if not name.endswith("-text")] == ["slot-pue_report", "reason"]
    assert faulty.status_code == 422
    assert faulty.context["form"].errors == {"reason": ["请写明补正答复带来了什么新的问题。"]}


def test_a_second_list_is_sent_with_its_reason_and_a_third_is_refused(client):
    application = answered(client)
    typed = {"slot-pue_report-text": "新报告缺公章", "reason": "新上传的报告未盖章"}

    assert client.post(url_of("correct", application), typed).status_code == 302
    second = application.corrections.order_by("pk").last()
    assert (second.reason, [item["key"] for item in second.items]) == ("新上传的报告未盖章", ["pue_report"])

    attach(application, "pue_report")
    filing.confirm(application, by=legal_of(application.applicant), at=NOON)
    filing.submit(application, by=agent_of(application.applicant), at=NOON)
    third = client.post(url_of("correct", application), typed)

    assert third.status_code == 409
    assert third.context["refusal"] == "本件已经两次告知补正事项，不得第三次要求补正。"


def test_the_same_file_in_another_case_is_pointed_out(client):
    first, second = make_application(S.VERIFYING), make_application(S.VERIFYING)
    paper = second.evidence.get(slot="business_licence")
    twin = first.evidence.get(slot="business_licence")
    Evidence.objects.filter(pk=paper.pk).update(sha256=twin.sha256)
    enter(client, second, Duty.VERIFY)

    page = client.get(f"{page_of(second)}?evidence={paper.pk}")

    shown = page.context["file"].current_paper
    assert [case.number for case in shown.twins] == [first.number]
    assert f'<a href="{page_of(first)}">{first.number}</a>' in page.content.decode()


def test_a_case_of_another_authority_is_mentioned_without_its_number(client):
    first, second = make_application(S.SUBMITTED), make_application(S.VERIFYING)
    other = make_policy("shihezi").authority  # nobody holds a duty on the first yet, so that it can be put there
    paper, twin = (case.evidence.get(slot="business_licence") for case in (second, first))
    Evidence.objects.filter(pk=paper.pk).update(sha256=twin.sha256)
    Application.objects.filter(pk=first.pk).update(authority=other)
    enter(client, second, Duty.VERIFY)

    page = client.get(f"{page_of(second)}?evidence={paper.pk}").content.decode()

    assert "另有其他主管单位的申报件" in page
    assert first.number not in page


def test_auditors_read_and_have_no_buttons(client):
    application = make_application(S.PROPOSED)
    client.force_login(make_officer(Duty.AUDIT))

    page = client.get(page_of(application))

    assert page.status_code == 200
    assert page.context["acts"] == []
    assert not page.context["may_check"]


def test_buttons_say_what_the_action_would_say(client):
    application = make_application(S.VERIFYING)
    enter(client, application, Duty.VERIFY)

    page = client.get(page_of(application))
    refused = client.post(url_of("propose", application))

    hint = next(act.why_not for act in page.context["acts"] if act.verb == "propose")
    assert (refused.status_code, refused.context["refusal"]) == (409, hint)


def fill(application, officer_duty, count):
    """Give a case many papers, checks and events; plain rows, because only their number matters."""
    paper = application.evidence.first()
    for number in range(count):
        copy = Evidence.objects.get(pk=paper.pk)
        copy.pk, copy.sha256 = None, f"{number:064d}"
        copy.save()
        FactCheck.objects.create(
            application=application,
            fact=f"fact_{number}",
            verdict="met",
            method="document",
            checked_by=officer_duty,
            checked_at=NOON,
        )


@pytest.mark.parametrize("count", [1, 30])
def test_the_case_page_costs_the_same_for_any_size(client, django_assert_max_num_queries, count):
    application = make_application(S.PROPOSED)
    fill(application, application.proposed_by, count)
    enter(client, application, Duty.APPROVE)
    client.get(page_of(application))

    with django_assert_max_num_queries(12) as made:
        response = client.get(page_of(application))

    assert response.status_code == 200
    assert len(made.captured_queries) == 12  # three of them for the pool, decided readings, the newest comparisons


@pytest.mark.parametrize("count", [1, 30])
def test_the_record_of_a_case_costs_the_same_for_any_size(client, django_assert_num_queries, count):
    application = make_application(S.PROPOSED)
    fill(application, application.proposed_by, count)
    enter(client, application, Duty.APPROVE)
    client.get(page_of(application))

    # session, user, posting, case, pool, clocks, pauses, duties, papers, acts, dossiers
    with django_assert_num_queries(11):
        response = client.get(reverse("console:case_record", args=[application.pk]))

    assert response.status_code == 200


def test_what_applicants_wrote_is_escaped(client):
    applicant = make_applicant("<img src=x>有限公司")
    application = make_application(S.SUBMITTED, applicant=applicant, subject="<script>1</script>")
    enter(client, application, Duty.INTAKE)

    page = client.get(page_of(application)).content.decode()

    assert "<script>1" not in page
    assert "<img src=x>" not in page


def test_pages_carry_no_inline_script_or_style(client):
    application = make_application(S.VERIFYING)
    enter(client, application, Duty.VERIFY)

    for address in (page_of(application), url_of("correct", application), reverse("console:queue")):
        page = client.get(address).content.decode()
        assert " style=" not in page
        assert "<script>" not in page


def test_withdrawn_papers_do_not_show(client):
    application = make_application(S.DRAFT)
    paper = application.evidence.get(slot="pue_report")
    filing.take_back(paper, by=agent_of(application.applicant), at=NOON)
    Application.objects.filter(pk=application.pk).update(
        status=S.SUBMITTED, submitted_by=paper.uploaded_by, submitted_at=NOON
    )
    enter(client, application, Duty.INTAKE)

    file = client.get(page_of(application)).context["file"]

    assert "pue_report" not in {shown.row.slot for shown in file.papers}
    assert [slot.kind for slot in file.empty_slots] == ["pue_report"]


def test_files_handed_in_one_after_the_other_are_one_line_of_the_history(client):
    application = make_application(S.SUBMITTED)
    enter(client, application, Duty.INTAKE)
    handed_in = application.evidence.count()

    told = [
        words for _, words, _ in client.get(reverse("console:case_record", args=[application.pk])).context["events"]
    ]

    assert handed_in > 1
    assert [words for words in told if "上传" in words] == [f"上传材料 {handed_in} 份"]


@pytest.mark.parametrize(("status", "duty", "place"), [(S.SUBMITTED, Duty.INTAKE, 0), (S.VERIFYING, Duty.VERIFY, 1)])
def test_a_correction_stands_where_it_was_asked_for(client, status, duty, place):
    application = make_application(status)
    officer = enter(client, application, duty)
    items = [{"kind": "other", "key": "other-1", "label": "其他事项", "text": "公章"}]
    intake.correct(application, items=items, by=officer, at=NOON)

    steps = client.get(reverse("console:case", args=[application.pk])).context["steps"]
    client.force_login(agent_of(application.applicant))
    road = client.get(reverse("claim", args=[application.pk])).context["steps"]

    assert [step["name"] for step in steps].index("补正中") == place
    assert [step.name for step in road].index("补正中") == place + 1
