"""The proposed sum: exact, under a ceiling, or on a decision paper; one fen too many is refused three times over."""

from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from applications.actions import ActionRefused, decision, review
from applications.demo.stories import check_all
from applications.invariants import count_all
from applications.models import Application, Award, Clause, DeskFile, Document, Duty, Status
from portal.console import verbs
from portal.forms.console import ProposeForm
from tests import factories, samples
from tests.factories import NOON, make_application, make_officer, make_paper

pytestmark = pytest.mark.django_db

CENTRE = {
    "other_provincial_funds_for_same_matter": False,
    "site_in_jurisdiction": True,
    "build_type": "new",
    "pue": "1.15",
    "pue_previously_below_limit": False,
    "physical_racks": 2000,
}
CEILING_FEN = 200_0000_00


@pytest.fixture(autouse=True)
def now(monkeypatch):
    """The pages read the clock; the rounds of the factories are open at noon."""
    monkeypatch.setattr(timezone, "now", lambda: NOON)


def checked(clause, facts, **more):
    """Return a case whose facts are all checked, and its verifier."""
    case = make_application(Status.VERIFYING, clause=clause, facts=facts, **more)
    verifier = make_officer(Duty.VERIFY, clause.split("-")[0])
    check_all(case, by=verifier, at=NOON)
    return Application.objects.get(pk=case.pk), verifier


def ceiling_case():
    factories.make_policy("shanxi", readings=True)
    return checked("shanxi-4", CENTRE)


def url_of(verb, case):
    return reverse(f"console:case_{verb}", args=[case.pk])


def yuan(fen):
    return str(Decimal(fen) / 100)


@pytest.mark.parametrize("fen", [CEILING_FEN, CEILING_FEN - 1, 1])
def test_a_sum_up_to_the_ceiling_is_proposed_and_keeps_it(client, fen):
    case, verifier = ceiling_case()
    client.force_login(verifier)

    sent = client.post(url_of("propose", case), {"amount": yuan(fen), "reason": "局务会核定"})

    assert sent.status_code == 302, sent.content.decode()
    case.refresh_from_db()
    assert (case.proposed_fen, case.proposed_ceiling_fen, case.proposed_paper) == (fen, CEILING_FEN, "")
    assert case.events.order_by("-sequence").first().detail["ceiling_fen"] == CEILING_FEN


def test_one_fen_above_the_ceiling_is_refused_by_the_form_at_its_field(client):
    case, verifier = ceiling_case()
    client.force_login(verifier)
    typed = {"amount": yuan(CEILING_FEN + 1), "reason": "我写的理由"}

    refused = client.post(url_of("propose", case), typed)

    assert refused.status_code == 422
    form = next(act.form for act in refused.context["acts"] if act.verb == "propose")
    assert form.errors == {"amount": ["核定金额不得超过测算上限 2,000,000.00 元。"]}
    assert "我写的理由" in refused.content.decode()
    case.refresh_from_db()
    assert case.status == Status.VERIFYING


def test_one_fen_above_the_ceiling_is_refused_by_the_action(client, monkeypatch):
    """Between the form and the act a check may lower the ceiling; the act computes again under the lock."""
    case, verifier = ceiling_case()
    client.force_login(verifier)
    monkeypatch.setattr(verbs, "form_of", lambda verb, data, files, **more: ProposeForm(data, files))

    refused = client.post(url_of("propose", case), {"amount": yuan(CEILING_FEN + 1), "reason": "理由"})

    assert (refused.status_code, refused.context["refusal"]) == (
        409,
        "核定金额不得超过测算上限 2,000,000.00 元。",
    )
    with pytest.raises(ActionRefused, match="不得超过测算上限"):
        review.propose(case, amount_fen=CEILING_FEN + 1, reason="理由", by=verifier, at=NOON)
    assert not case.assessments.filter(purpose="verified").exists()


def test_one_fen_above_the_ceiling_is_refused_by_the_database():
    case, verifier = ceiling_case()
    review.propose(case, amount_fen=CEILING_FEN, reason="理由", by=verifier, at=NOON)

    with (
        pytest.raises(IntegrityError, match="application_proposal_within_ceiling"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("UPDATE applications_application SET proposed_fen = proposed_fen + 1 WHERE id = %s", [case.pk])


@pytest.mark.parametrize(("verb", "act"), [("return", decision.return_), ("reopen", decision.reopen)])
def test_a_proposal_that_comes_back_leaves_neither_ceiling_nor_paper(verb, act):
    case, verifier = ceiling_case()
    review.propose(case, amount_fen=CEILING_FEN, reason="理由", by=verifier, at=NOON)
    approver = make_officer(Duty.APPROVE, "shanxi")
    if verb == "reopen":
        decision.endorse(case, by=approver, at=NOON)

    act(case, reason="重新核定", by=approver, at=NOON)

    case.refresh_from_db()
    assert (case.status, case.proposed_fen, case.proposed_ceiling_fen, case.proposed_paper, case.proposed_reason) == (
        Status.VERIFYING,
        None,
        None,
        "",
        "",
    )


def test_an_exact_sum_has_no_ceiling_and_takes_no_paper():
    case, verifier = checked("xinxing-3", factories.CENTRE)

    done = review.propose(case, paper_name="多余的文号", paper=make_paper(), by=verifier, at=NOON)

    assert (done.proposed_ceiling_fen, done.proposed_paper) == (None, "")
    assert not DeskFile.objects.exists()


def external_case():
    """Under reading S16 (b) a talent project is paid by what another body decides (转致)."""
    row = factories.make_policy("shihezi")
    factories.choose_reading(row, "S16", "b", make_officer(Duty.POLICY, "shihezi"))
    facts = {
        "registered_in_jurisdiction": True,
        "independent_legal_person": True,
        "top_talent": True,
        "full_time": True,
        "brings_core_team": True,
        "industrialises_in_jurisdiction": True,
    }
    return checked("shihezi-5.1a", facts)


def single_case():
    """A project so large that it is decided by itself (一事一议); the authority has opened the item for claims."""
    factories.make_policy("shanxi", readings=True)
    Clause.objects.filter(code="shanxi-1c").update(monetary=True)
    facts = {"other_provincial_funds_for_same_matter": False, "exceptionally_major_project": True}
    return checked("shanxi-1c", facts)


ON_PAPER = [("external", external_case), ("case_by_case", single_case)]


def paper(name="决定.pdf", data=None):
    return SimpleUploadedFile(name, samples.pdf("decision") if data is None else data)


@pytest.mark.parametrize(("kind", "make"), ON_PAPER)
def test_a_sum_on_paper_goes_to_the_letter_that_names_it(client, kind, make):
    case, verifier = make()
    client.force_login(verifier)
    page = client.get(reverse("console:case", args=[case.pk])).content.decode()
    assert 'name="paper_name"' in page
    assert 'enctype="multipart/form-data"' in page
    typed = {"amount": "123456.78", "reason": "研究决定", "paper_name": "测试纪要〔2026〕7号"}

    sent = client.post(url_of("propose", case), typed | {"paper": paper()})

    assert sent.status_code == 302, sent.content.decode()
    case.refresh_from_db()
    file = DeskFile.objects.get()
    assert (case.assessment.kind, case.proposed_paper) == (kind, "测试纪要〔2026〕7号")
    assert (file.kind, file.original_name, file.uploaded_by) == ("decision", "决定.pdf", verifier)
    assert case.events.order_by("-sequence").first().detail["sha256"] == file.sha256
    client.force_login(make_officer(Duty.AUDIT, case.authority.code))
    shown = client.get(reverse("console:case", args=[case.pk])).content.decode()
    assert f'<a href="{reverse("desk_file", args=[file.pk])}">测试纪要〔2026〕7号</a>' in shown

    approver = make_officer(Duty.APPROVE, case.authority.code)
    decision.endorse(case, by=approver, at=NOON)
    decision.grant(case, by=approver, at=NOON)
    letter = Document.objects.get(application=case, kind=Document.Kind.NOTICE)
    assert letter.content["decision_paper"] == "测试纪要〔2026〕7号"
    assert Award.objects.get().amount_fen == 123456_78
    assert set(count_all().values()) == {0}


@pytest.mark.parametrize(
    ("typed", "field", "sentence"),
    [
        ({"paper_name": " "}, "paper_name", "请填写决定文件的文号或者会议纪要编号。"),
        ({"paper": None}, "paper", "请上传决定文件。"),
        ({"paper": ("决定.pdf", b"MZ\x90\x00")}, "paper", "文件内容与扩展名不符：扩展名是 pdf，内容却是可执行程序。"),
    ],
)
def test_a_faulty_paper_is_said_at_its_field(client, typed, field, sentence):
    case, verifier = external_case()
    client.force_login(verifier)
    values = {
        "amount": "1.00",
        "reason": "研究决定",
        "paper_name": "测试纪要1号",
        "paper": ("决定.pdf", samples.pdf("x")),
    }
    values |= typed
    if values["paper"] is None:
        del values["paper"]
    else:
        values["paper"] = paper(*values["paper"])

    refused = client.post(url_of("propose", case), values)

    assert refused.status_code == 422
    form = next(act.form for act in refused.context["acts"] if act.verb == "propose")
    assert form.errors == {field: [sentence]}
    assert "研究决定" in refused.content.decode()
    assert not DeskFile.objects.exists()


def test_the_action_too_asks_for_number_and_file():
    case, verifier = external_case()

    for more, words in (
        ({"paper": make_paper()}, "请填写决定文件的文号"),
        ({"paper_name": "测试纪要1号"}, "请上传该决定文件"),
    ):
        with pytest.raises(ActionRefused, match=words):
            review.propose(case, amount_fen=1, reason="理由", by=verifier, at=NOON, **more)
    assert not DeskFile.objects.exists()


def test_fields_of_the_paper_appear_for_no_other_kind(client):
    case, verifier = ceiling_case()
    client.force_login(verifier)

    page = client.get(reverse("console:case", args=[case.pk])).content.decode()

    assert 'name="amount"' in page
    assert 'name="paper_name"' not in page
