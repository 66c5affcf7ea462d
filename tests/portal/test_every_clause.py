"""Every clause of every policy that pays can be claimed to the end: pages, form, slots, sum, instalments."""

from decimal import Decimal
from functools import cache

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

import rules
from applications.actions import ActionRefused, decision, filing, intake, policy
from applications.completeness import gaps_of, needs_subject
from applications.demo.samples import details_for
from applications.demo.stories import check_all
from applications.invariants import count_all
from applications.models import Application, Award, Duty, Pool, Status
from rules import examples
from tests import factories, samples
from tests.factories import NOON, agent_of, legal_of, make_applicant, make_officer

pytestmark = pytest.mark.django_db

CLAUSES = [clause.id for pack in rules.load().packs.values() for clause in pack.clauses if clause.monetary]


@cache
def typical(clause_id):
    """Return the case of the first worked example of a clause that pays by itself, without history or pool."""
    policy_id, _, number = clause_id.partition("-")
    for example in examples.of_clause(rules.load().pack(policy_id), number):
        if {"clauses", "history", "pool", "settings"} & example.case.keys():
            continue
        verdict = rules.judge(example.case)
        if verdict.eligible and verdict.amount_fen != 0:
            return example.case["facts"], verdict
    raise AssertionError(f"{clause_id} has no worked example that pays")


def split(clause_id):
    """Return the typical facts as (the applicant's, the officer's)."""
    facts, _ = typical(clause_id)
    officers = {field.name for field in rules.fields(clause_id) if field.by_officer}
    asked = {field.name for field in rules.fields(clause_id)}
    mine = {name: value for name, value in facts.items() if name in asked - officers}
    return mine, {name: value for name, value in facts.items() if name in officers}


def as_typed(facts):
    """Return facts as a browser sends them."""
    return {
        name: {True: "true", False: "false"}[value]
        if isinstance(value, bool)
        else " ".join(value)
        if isinstance(value, list)
        else str(value)
        for name, value in facts.items()
    }


@pytest.fixture
def now(monkeypatch):
    """The pages read the clock; the rounds of the factories are open at noon."""
    monkeypatch.setattr(timezone, "now", lambda: NOON)


@pytest.mark.parametrize("clause_id", CLAUSES)
def test_clause_is_claimed_from_its_page_to_the_award(client, now, clause_id):
    policy_id, _, number = clause_id.partition("-")
    factories.make_policy(policy_id, readings=True)
    facts, found = split(clause_id)
    verdict = typical(clause_id)[1]

    # The public page and its calculator.
    page = client.get(reverse("clause", args=[policy_id, number]))
    assert page.status_code == 200
    assert "仅供测算" in page.content.decode()
    answer = client.post(reverse("clause_estimate", args=[policy_id, number]), as_typed(facts))
    assert answer.status_code == 200
    said = answer.content.decode()
    assert f"¥{rules.yuan(verdict.amount_fen)}" in said, said

    # The claim: started, saved from its form, every demanded slot filled.
    applicant = make_applicant()
    agent = agent_of(applicant)
    client.force_login(agent)
    started = client.post(reverse("claim_new", args=[clause_id]), {"applicant": applicant.pk})
    application = Application.objects.get()
    form = reverse("claim_form", args=[application.pk])
    assert started.url == form
    typed = {"version": application.version, "event_on": "2026-06-30", **as_typed(facts)}
    if needs_subject(clause_id):
        typed["subject"] = "测试对象"
    saved = client.post(form, typed)
    assert saved.status_code == 302, saved.content.decode()
    application.refresh_from_db()
    assert rules.judge({"clause": clause_id, "facts": application.facts | found}).amount_fen == verdict.amount_fen
    assert client.get(form).status_code == 200
    for slot in rules.evidence(clause_id):
        if slot.required:
            upload(client, application, slot)
    assert gaps_of(application, application.evidence.in_use(), has_account=True) == []

    # Handed in, accepted, checked.
    filing.confirm(application, by=legal_of(applicant), at=NOON)
    sent = client.post(reverse("claim_submit", args=[application.pk]), {"idempotency_key": "every"})
    application.refresh_from_db()
    assert application.status == Status.SUBMITTED, sent.content.decode()
    intake.accept(application, by=make_officer(Duty.INTAKE, policy_id), at=NOON)
    verifier = make_officer(Duty.VERIFY, policy_id)
    check_all(application, by=verifier, at=NOON, found=found)
    application.refresh_from_db()

    # Proposed: exactly the sum that follows, or at most the ceiling with a reason.
    client.force_login(verifier)
    case = reverse("console:case", args=[application.pk])
    assert f"¥{rules.yuan(verdict.amount_fen)}" in client.get(case).content.decode()
    proposed = propose(client, application, verdict)

    # Endorsed and granted, in the parts that the text fixes.
    approver = make_officer(Duty.APPROVE, policy_id)
    client.force_login(approver)
    assert client.post(reverse("console:case_endorse", args=[application.pk])).status_code == 302
    parts = grant(client, application, verdict, proposed)
    award = Award.objects.get(application=application)
    assert award.amount_fen == proposed
    assert [row.amount_fen for row in award.instalments.all()] == parts
    assert client.get(case).status_code == 200
    assert set(count_all().values()) == {0}


def upload(client, application, slot):
    """Send one paper into a slot as the applicant's browser does."""
    details = details_for(slot, application.applicant, application.facts, application.subject)
    data = samples.pdf(f"{application.number} {slot.kind}")
    fields = {f"{slot.kind}-{name}": text for name, text in as_typed(details).items()}
    file = {f"{slot.kind}-file": SimpleUploadedFile(f"{slot.kind}.pdf", data)}
    url = reverse("claim_evidence", args=[application.pk, slot.kind])
    assert client.get(url).status_code == 200
    sent = client.post(url, fields | file)
    assert sent.status_code == 302, sent.content.decode()


def propose(client, application, verdict):
    """Propose through the console; return the sum. One fen too many is refused: an exact sum by the action (409), one
    above a ceiling by the form, at its field (422)."""
    url = reverse("console:case_propose", args=[application.pk])
    above = str(Decimal(verdict.amount_fen + 1) / 100)
    refused = client.post(url, {"amount": above, "reason": "测试核定文件1号"})
    assert refused.status_code == (409 if verdict.kind == "exact" else 422), refused.content.decode()
    if verdict.kind == "exact":
        assert client.post(url).status_code == 302
        return verdict.amount_fen
    assert client.post(url, {"amount": str(Decimal(verdict.amount_fen) / 100)}).status_code == 409
    sum_fen = verdict.amount_fen - 1
    done = client.post(url, {"amount": str(Decimal(sum_fen) / 100), "reason": "测试核定文件1号"})
    assert done.status_code == 302, done.content.decode()
    return sum_fen


def grant(client, application, verdict, proposed):
    """Grant through the console; return the parts that must come out."""
    url = reverse("console:case_grant", args=[application.pk])
    shares = [row.share_pct for row in verdict.schedule]
    if any(share is None for share in shares):
        assert client.post(url).status_code == 409
        parts = [proposed // 2, proposed // 3, proposed - proposed // 2 - proposed // 3]
        short = " ".join(rules.yuan(part) for part in [*parts[:-1], parts[-1] - 1])
        assert client.post(url, {"parts": short}).status_code == 409
        done = client.post(url, {"parts": " ".join(rules.yuan(part) for part in parts)})
    else:
        cut = [proposed * int(share) // 100 for share in shares[:-1]]
        parts = [*cut, proposed - sum(cut)]
        done = client.post(url)
    assert done.status_code == 302, done.content.decode()
    return parts


def test_sum_that_another_body_decides_is_proposed_from_its_paper(client, now):
    """Under reading S16 (b) a talent project is paid by what the named body decides: no sum follows from the text."""
    row = factories.make_policy("shihezi")
    factories.choose_reading(row, "S16", "b", make_officer(Duty.POLICY, "shihezi"))
    facts, found = split("shihezi-5.1a")
    application = factories.make_application(Status.VERIFYING, clause="shihezi-5.1a", facts=facts)
    verifier = make_officer(Duty.VERIFY, "shihezi")
    check_all(application, by=verifier, at=NOON, found=found)
    client.force_login(verifier)
    url = reverse("console:case_propose", args=[application.pk])

    def send(**typed):
        return client.post(url, typed | {"paper": SimpleUploadedFile("决定.pdf", samples.pdf("decision"))}).status_code

    paper = {"paper_name": "测试党组纪要〔2026〕1号"}
    assert client.post(url, {"amount": "123456.78", "reason": "研究决定"}).status_code == 422
    assert send(reason="研究决定", **paper) == 409
    assert send(amount="123456.78", **paper) == 409
    assert send(amount="123456.78", reason="研究决定", **paper) == 302

    approver = make_officer(Duty.APPROVE, "shihezi")
    client.force_login(approver)
    assert client.post(reverse("console:case_endorse", args=[application.pk])).status_code == 302
    assert client.post(reverse("console:case_grant", args=[application.pk])).status_code == 302
    award = Award.objects.get()
    assert (award.assessment.kind, award.amount_fen) == ("external", 123456_78)
    assert sum(part.amount_fen for part in award.instalments.all()) == 123456_78


@pytest.mark.parametrize(
    ("clause_id", "limit_fen"),
    [("shihezi-2.3a", 1000_0000_00), ("shanxi-9a", 5000_0000_00), ("baoding-5a", 1000_0000_00)],
)
def test_yearly_total_of_the_text_binds_without_being_entered(clause_id, limit_fen):
    facts, found = split(clause_id)
    application = factories.make_application(Status.NOTICED, clause=clause_id, facts=facts)

    pool = Pool.objects.get(policy=application.policy, year=application.support_year)

    assert not found
    assert (pool.limit_fen, pool.committed_fen) == (limit_fen, application.proposed_fen)
    assert pool.clauses.count() > 1
    second = factories.make_application(Status.PROPOSED, clause=clause_id, facts=facts)
    Pool.objects.update(committed_fen=limit_fen - 1)
    decision.endorse(second, by=make_officer(Duty.APPROVE, clause_id.split("-")[0]), at=NOON)
    assert "余额为 0.01 元" in second.events.get(action="wait_for_money").note


def test_pool_is_never_entered_above_the_text():
    row = factories.make_policy("shihezi")
    clauses = row.clauses.filter(code__in=["shihezi-2.3a", "shihezi-2.3b"])
    given = {"name": "额度", "year": 2026, "clauses": clauses, "source": "测试文件", "at": NOON}
    manager = make_officer(Duty.POLICY, "shihezi")

    with pytest.raises(ActionRefused, match=r"不超过 10,000,000\.00 元"):
        policy.set_pool(row, limit_fen=1000_0000_01, by=manager, **given)

    assert policy.set_pool(row, limit_fen=1000_0000_00, by=manager, **given).limit_fen == 1000_0000_00


def test_what_only_an_officer_states_is_stated_at_the_verifiers_desk(client, now):
    factories.make_policy("shihezi")
    facts, found = split("shihezi-7.1a")
    assert found == {"redemption_approved": True}
    application = factories.make_application(Status.VERIFYING, clause="shihezi-7.1a", facts=facts)
    verifier = make_officer(Duty.VERIFY, "shihezi")
    check_all(application, by=verifier, at=NOON)
    client.force_login(verifier)
    url = reverse("console:case_propose", args=[application.pk])

    assert client.post(url).status_code == 409
    application.refresh_from_db()
    check = {
        "verdict": "corrected",
        "verified": "是",
        "method": "document",
        "note": "兑付申请已批准",
        "version": application.version,
    }
    sent = client.post(reverse("console:case_check", args=[application.pk, "redemption_approved"]), check)
    assert sent.status_code == 302, sent.content.decode()

    assert client.post(url).status_code == 302
    application.refresh_from_db()
    assert application.proposed_fen == typical("shihezi-7.1a")[1].amount_fen
