"""The public pages: policies, clauses with their calculators, and the check of a paper."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

import rules
from applications import papers
from applications.models import Document
from tests import factories

pytestmark = pytest.mark.django_db

GOOD = {
    "registered_in_jurisdiction": "true",
    "build_type": "new",
    "pue": "1.20",
    "utilisation_pct": "70",
    "formally_delivered": "true",
    "stable_months": "8",
    "scale_pflops_fp16": "3200",
}
ESTIMATE = "/policies/xinxing/3/estimate/"
WORDS = "仅供测算，不作为兑付依据"


@pytest.fixture
def policy():
    """The loaded policies, 新星市 with an open round."""
    return factories.make_policy()


@pytest.mark.parametrize("path", ["/", "/policies/", "/policies/xinxing/", "/policies/shihezi/", "/verify/"])
def test_public_page_needs_no_log_in(client, policy, path):
    assert client.get(path).status_code == 200


def test_every_clause_of_every_policy_has_its_page(client, policy):
    for pack in rules.load().packs.values():
        for clause in pack.clauses:
            answer = client.get(f"/policies/{pack.id}/{clause.number}/")
            assert answer.status_code == 200, clause.id
            assert answer.context["clause"].text == clause.text


@pytest.mark.parametrize("path", ["/policies/nowhere/", "/policies/xinxing/99/", "/policies/shihezi/4a/"])
def test_what_does_not_exist_is_not_found(client, policy, path):
    assert client.get(path).status_code == 404


def test_calculator_shows_sum_words_and_trace(client, policy):
    page = client.post(ESTIMATE, GOOD).content.decode()

    assert "3,000,000.00" in page
    assert "人民币叁佰万元整" in page
    assert "算力利用率：70%；要求：≥ 60%——符合" in page
    assert WORDS in page
    assert 'value="3200"' in page


def test_calculator_answers_htmx_with_the_box_alone(client, policy):
    page = client.post(ESTIMATE, GOOD, headers={"HX-Request": "true"}).content.decode()

    assert "人民币叁佰万元整" in page
    assert WORDS in page
    assert "<html" not in page


def test_calculator_quotes_the_failing_condition(client, policy):
    page = client.post(ESTIMATE, GOOD | {"pue": "1.26"}).content.decode()

    assert "PUE 1.26 &gt; 1.25，不符合第三条" in page
    assert "按所填内容不符合条件" in page
    assert WORDS in page


def test_calculator_names_what_is_missing(client, policy):
    answer = client.post(ESTIMATE, GOOD | {"pue": "", "stable_months": ""})

    assert answer.context["missing"] == ["PUE", "连续稳定运行月数"]
    assert answer.context["verdict"].amount_fen is None
    assert WORDS in answer.content.decode()


def test_calculator_keeps_what_cannot_be_read(client, policy):
    answer = client.post(ESTIMATE, GOOD | {"pue": '"><script>x</script>'})

    assert answer.status_code == 422
    assert "&quot;&gt;&lt;script&gt;x&lt;/script&gt;" in answer.content.decode()
    assert "<script>x" not in answer.content.decode()


def test_calculator_has_a_limit_per_client(client, policy, monkeypatch):
    monkeypatch.setattr("portal.views.public.too_many", lambda *args, **kwargs: True)

    assert client.post(ESTIMATE, GOOD).status_code == 429


# ---- the check of a paper -------------------------------------------------------------------------------------------


@pytest.fixture
def paper(monkeypatch):
    """A receipt whose file has been made."""
    document = factories.make_application().documents.get()
    monkeypatch.setattr(papers.render, "pdf", lambda letter: b"%PDF-1.7 the letter")
    return papers.make(document, at=factories.NOON)


def test_paper_says_what_it_says(client, paper):
    page = client.get(f"/verify/{paper.code}/").content.decode()

    for words in ("文书真实有效", paper.number, paper.sha256, paper.application.applicant.name, "收件回执"):
        assert words in page


@pytest.mark.parametrize(
    ("standing", "words"),
    [("superseded", "文书真实，已被替代"), ("revoked", "文书真实，已被撤销"), ("recovered", "文书真实，资金已追回")],
)
def test_paper_says_how_it_stands(client, paper, standing, words):
    Document.objects.filter(pk=paper.pk).update(standing=standing)

    page = client.get(f"/verify/{paper.code}/").content.decode()

    assert words in page
    assert "文书真实有效" not in page


def test_code_is_understood_however_it_is_typed(client, paper):
    typed = paper.code.lower().replace("-", " ")

    answer = client.get("/verify/", {"code": typed})

    assert answer.url == f"/verify/{paper.code}/"


@pytest.mark.parametrize("code", ["AAAA-BBBB-CCCC", "x", "%3Cscript%3E", "9" * 300])
def test_unknown_code_gets_one_calm_page(client, paper, code):
    answer = client.get(f"/verify/{code}/")

    assert answer.status_code == 404
    assert "没有查到该文书" in answer.content.decode()


@pytest.mark.parametrize(
    ("data", "words"), [(b"%PDF-1.7 the letter", "一致"), (b"%PDF-1.7 the better", "不一致（被改动）")]
)
def test_file_is_compared_byte_for_byte(client, paper, data, words):
    answer = client.post(f"/verify/{paper.code}/", {"file": SimpleUploadedFile("a.pdf", data)})

    assert answer.status_code == 200
    assert f'<p class="notice-title">{words}</p>' in answer.content.decode()


def test_comparison_refuses_nothing_and_too_much(client, paper, monkeypatch):
    monkeypatch.setattr("portal.views.verify.LARGEST_LETTER", 4)
    url = f"/verify/{paper.code}/"

    assert client.post(url).status_code == 422
    assert client.post(url, {"file": SimpleUploadedFile("a.pdf", b"12345")}).status_code == 422


def test_guessing_codes_is_slowed_down_per_client(client, paper):
    answers = [client.get("/verify/AAAA-BBBB-CCCC/").status_code for _ in range(41)]

    assert answers == [404] * 40 + [429]
    assert client.get(f"/verify/{paper.code}/", REMOTE_ADDR="192.0.2.7").status_code == 200


def test_front_page_lists_what_can_be_claimed(client):
    factories.make_policy("xinxing")

    page = client.get("/").content.decode()

    assert "可以申报什么" in page
    assert f"奖补事项 {sum(clause.monetary for clause in rules.load().pack('xinxing').clauses)} 项" in page
