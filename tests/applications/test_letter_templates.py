"""The wording of letters: checked when it is proposed, in force by two people, kept by each letter it was made with."""

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from applications import guards, papers, tasks, wordings
from applications.actions import ActionRefused, decision, wording
from applications.documents import fonts_ready, render
from applications.documents.specimens import LETTERS, specimen
from applications.documents.wording import KINDS, TAG, problem
from applications.models import Authority, Document, Duty, Event, Job, LetterTemplate, Status
from applications.papers import LETTERS as CASE_LETTERS
from tests import letters
from tests.factories import NOON, make_application, make_officer, make_policy

needs_fonts = pytest.mark.skipif(bool(fonts_ready()), reason="script/fonts has not run")


def authority_of(code="xinxing"):
    make_policy(code)
    return Authority.objects.get(code=code)


def propose(kind="notice", authority=None, by=None, **parts):
    """Return a proposal that changes these parts of the built-in wording."""
    authority = authority or authority_of()
    said = wordings.texts(kind, None) | parts
    by = by or make_officer(Duty.POLICY, authority.code)
    return wording.propose_wording(authority, kind, said, source="测试文件", by=by, at=NOON)


def put_into_force(kind="notice", **parts):
    row = propose(kind, **parts)
    return wording.confirm_wording(row, by=make_officer(Duty.POLICY), at=NOON)


# ---- the texts themselves -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", KINDS)
def test_every_built_in_text_is_right_by_its_own_rules(code):
    assert {part.key: problem(part, part.default) for part in KINDS[code].parts} == {
        part.key: "" for part in KINDS[code].parts
    }


def test_every_kind_of_letter_can_be_worded():
    assert set(KINDS) == set(LetterTemplate.Kind.values) == set(LETTERS)
    assert set(CASE_LETTERS) == set(KINDS) - {"batch", "funds"}


@pytest.mark.parametrize("name", letters.EVERY_LETTER)
def test_every_allowed_tag_has_a_value_in_every_letter(name):
    letter = letters.EVERY_LETTER[name]()
    tags = {tag for part in KINDS[letter.kind].parts for tag in part.tags}

    assert tags - letter.values.keys() <= {"复议机关", "人民法院", "在线渠道"}  # these are filled when it is issued


@pytest.mark.parametrize(
    ("key", "text", "sentence"),
    [
        (
            "opening",
            "你单位的申报收悉。",
            "须保留标签{{申报编号}}。",
        ),
        ("opening", "{{申报编号}}{{金额}}收悉。", "“{{金额}}”不是这里可用的标签；可用的标签："),
        ("opening", "{{申报编号}}{收悉}。", "标签的花括号不成对，应写成{{标签}}。"),
        ("opening", "{{申报编号}}收悉。\n第二段", "开头语写成一段，不能换行。"),
        ("opening", "", "请填写开头语。"),
        ("heading", "某" * 31, "发文机关标志最多30个字，现有31个字。"),
        ("heading", "{{申报编号}}", "“{{申报编号}}”不是这里可用的标签；可用的标签：{{主管单位}}。"),
        ("review_organ", "", "请填写行政复议机关。"),
        ("court", "", "请填写行政诉讼管辖法院。"),
        ("channel", "", "请填写行政复议的互联网渠道。"),
        ("channel", "行政复议平台", "须写明网址，以https://开头。"),
        ("copies_to", "某市财政局。", "抄送机关后面不写句号，印发时自动加上。"),
    ],
)
def test_a_wrong_text_is_named_with_its_reason(key, text, sentence):
    assert problem(KINDS["notice"].part(key), text).startswith(sentence)


@needs_fonts
def test_a_character_that_cannot_be_printed_is_refused_at_its_part():
    said = wordings.texts("notice", None) | {"closing": "特此通知📄"}

    assert wordings.problems("notice", said) == {"closing": "字库没有下列字符，无法印出：📄（U+1F4C4）。"}


@pytest.mark.parametrize("code", ["decline", "refusal", "notice", "objection"])
def test_no_wording_drops_the_sentences_of_the_law(code):
    """With every part that may be empty left out, and the others as short as they can be, the law still stands."""
    parts = {}
    for part in KINDS[code].parts:
        tags = "".join("{{" + tag + "}}" for tag in part.needed)
        parts[part.key] = "" if part.may_be_empty else tags or "某机关https://a.cn"
    page = render.page_source(specimen(code, "示例数据局", "示例", parts))

    assert "60日内依法向某机关https://a.cn申请行政复议（可通过某机关https://a.cn在线提出）" in page
    assert "6个月内依法向某机关https://a.cn提起行政诉讼。" in page
    fixed = {"decline": "示例理由。", "refusal": "示例理由。", "notice": "¥1,000,000.00（大写：人民币壹佰万元整）"}
    assert fixed.get(code, "异议不成立。") in page
    assert "第一条" in page or code == "objection"


# ---- two people -----------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_wording_counts_once_another_person_confirms_it():
    by = make_officer(Duty.POLICY)
    row = propose(by=by, closing="特此通知。")

    assert papers.template_of(row.authority, "notice") is None
    with pytest.raises(ActionRefused, match="须由另一名政策管理人员确认"):
        wording.confirm_wording(row, by=by, at=NOON)
    wording.confirm_wording(row, by=make_officer(Duty.POLICY), at=NOON)
    assert papers.template_of(row.authority, "notice") == row
    with pytest.raises(ActionRefused, match="已经确认或已被撤下"):
        wording.drop_wording(row, by=by, at=NOON)
    acts = Event.objects.filter(authority=row.authority).order_by("sequence").values_list("action", flat=True)
    assert list(acts)[-2:] == ["propose_wording", "confirm_wording"]


@pytest.mark.django_db
def test_only_the_policy_desk_of_the_authority_words_letters():
    authority = authority_of()
    make_policy("shihezi")

    for by in (make_officer(Duty.APPROVE), make_officer(Duty.POLICY, "shihezi")):
        with pytest.raises(ActionRefused, match="只有本单位的政策管理岗位"):
            propose(authority=authority, by=by, closing="特此通知。")
    assert not LetterTemplate.objects.exists()


@pytest.mark.django_db
def test_what_changes_nothing_or_waits_already_is_refused():
    with pytest.raises(ActionRefused, match="与现行用语相同"):
        propose()
    row = propose(closing="特此通知。")
    with pytest.raises(ActionRefused, match="已有一版待确认的用语"):
        propose(closing="此致。")
    wording.drop_wording(row, by=make_officer(Duty.POLICY), at=NOON)
    assert propose(closing="此致。").version == 2


@pytest.mark.django_db
def test_a_wrong_text_does_not_get_past_the_action():
    with pytest.raises(ActionRefused, match="开头语：须保留标签"):
        propose(opening="收悉。")


@pytest.mark.django_db
def test_the_database_keeps_versions_as_they_are():
    row = put_into_force(closing="特此通知。")

    for change in ({"parts": {}}, {"version": 9}, {"confirmed_at": None, "confirmed_by": None}, {"source": "别的"}):
        with pytest.raises(DatabaseError), transaction.atomic():
            LetterTemplate.objects.filter(pk=row.pk).update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        LetterTemplate.objects.filter(pk=row.pk).delete()
    same = {"authority": row.authority, "kind": "notice", "parts": {}, "source": "测", "proposed_by": row.proposed_by}
    with pytest.raises(IntegrityError), transaction.atomic():
        LetterTemplate.objects.create(version=1, proposed_at=NOON, **same)
    LetterTemplate.objects.create(version=2, proposed_at=NOON, **same)
    with pytest.raises(IntegrityError), transaction.atomic():  # a second one that waits
        LetterTemplate.objects.create(version=3, proposed_at=NOON, **same)
    with pytest.raises(IntegrityError), transaction.atomic():  # confirmed by who proposed it
        LetterTemplate.objects.create(
            version=4, proposed_at=NOON, confirmed_at=NOON, confirmed_by=row.proposed_by, **same
        )
    assert guards.missing(connection) == []


# ---- letters --------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_letter_names_its_wording_and_older_ones_keep_theirs():
    old = Document.objects.get(application=make_application(Status.GRANTED), kind="notice")
    before = render.page_source(papers.LETTERS["notice"].from_content(old.content))
    row = put_into_force(
        heading="新星市数据局",
        closing="特此通知。",
        copies_to="第十三师新星市财政局",
        review_organ="第十三师",
        channel="行政复议平台（https://fuyi.example.cn）",
    )

    case = make_application(Status.GRANTED, subject="二号中心")
    new = Document.objects.get(application=case, kind="notice")
    page = render.page_source(papers.LETTERS["notice"].from_content(new.content))
    assert (old.template, new.template) == (None, row)
    assert Document.objects.filter(application=case).exclude(kind="notice").filter(template=None).count() == 2
    assert ">新星市数据局</span>" in page
    assert '<p class="tail">特此通知。</p>' in page
    assert "抄送：第十三师新星市财政局。" in page
    assert "向第十三师申请行政复议（可通过行政复议平台（https://fuyi.example.cn）在线提出）" in page
    old = Document.objects.get(pk=old.pk)
    assert render.page_source(papers.LETTERS["notice"].from_content(old.content)) == before
    # The organ that signs is the authority, whatever stands in the head.
    assert new.content["authority_name"] == case.authority.name
    with pytest.raises(DatabaseError), transaction.atomic():
        Document.objects.filter(pk=new.pk).update(template=None)
    with pytest.raises(DatabaseError), transaction.atomic():
        Document.objects.filter(pk=new.pk).update(content={})


@pytest.mark.django_db
def test_the_public_batch_is_worded_too():
    row = put_into_force("batch", opening="根据有关规定，", closing="特此公示。")
    make_policy(notice_days=5)
    case = make_application(Status.PROPOSED)
    decision.endorse(case, by=make_officer(Duty.APPROVE), at=NOON)
    batch = case.notices.get().batch

    assert batch.template == row
    page = render.page_source(papers.batch_letter(batch))
    assert "<p>根据有关规定，拟对下列1件申报兑现奖补资金" in page
    assert '<p class="tail">特此公示。</p>' in page


@pytest.mark.django_db
def test_a_telephone_line_without_a_number_is_not_printed():
    authority = authority_of()
    Authority.objects.filter(pk=authority.pk).update(hotline="")
    first = Document.objects.get(application=make_application(Status.SUBMITTED))
    Authority.objects.filter(pk=authority.pk).update(hotline="0902-0000000")
    second = Document.objects.get(application=make_application(Status.SUBMITTED, subject="二号中心"))

    said = [papers.LETTERS["receipt"].from_content(row.content).said("contact") for row in (first, second)]
    assert said == ["", "咨询电话：0902-0000000。"]


@needs_fonts
@pytest.mark.parametrize("code", KINDS)
def test_a_specimen_of_every_kind_is_printed_and_says_it_is_void(code):
    page = render.page_source(specimen(code, "示例数据局", "示例", {}))

    assert 'demo"' in page
    assert not TAG.search(page)


@needs_fonts
@pytest.mark.django_db
def test_a_preview_is_a_pdf_of_the_proposal():
    row = propose(closing="特此通知。")
    job = wording.preview_wording(row.authority, "notice", row, by=row.proposed_by, at=NOON)
    tasks.run_job(job.pk)

    job = Job.objects.get(pk=job.pk)
    assert job.state == Job.State.DONE
    with job.file.open() as file:
        assert file.read(5) == b"%PDF-"
    assert Document.objects.count() == 0
