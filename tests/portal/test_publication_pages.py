"""Versions, examples, check and differences by HTTP: for the policy managers of the authority alone."""

import pytest
from django.urls import reverse

import rules
from applications.actions import publication
from applications.models import Duty, Publication, Status
from tests import law
from tests.factories import NOON, agent_of, make_application, make_draft, make_officer, make_policy, make_user

pytestmark = pytest.mark.django_db

PAGES = ("policy_versions", "policy_examples", "policy_check", "policy_difference")


@pytest.fixture(scope="module")
def amended(tmp_path_factory):
    """A folder with a second version of 新星市."""
    return law.folder_with_second_version(tmp_path_factory.mktemp("law"))


@pytest.fixture
def second(amended, monkeypatch):
    """The law with the second version."""
    return law.use(monkeypatch, amended)


@pytest.fixture
def policy():
    """新星市's text with its issue day."""
    return make_policy()


@pytest.fixture
def manager(client, policy):
    """A policy manager, logged in."""
    officer = make_officer(Duty.POLICY)
    client.force_login(officer)
    return officer


def url(name, policy):
    return reverse(f"console:{name}", args=[policy.pk])


def publish(policy):
    row = publication.propose_publication(
        policy, version=law.SECOND, source="测试修订文件", by=make_officer(Duty.POLICY), at=NOON
    )
    return publication.confirm_publication(row, by=make_officer(Duty.POLICY), at=NOON)


def test_pages_do_not_exist_for_anybody_else(client, policy, second):
    others = [make_user(), *(make_officer(duty) for duty in sorted(set(Duty.values) - {Duty.POLICY}))]
    for person in (*others, make_officer(Duty.POLICY, "shihezi")):
        client.force_login(person)
        assert [client.get(url(name, policy)).status_code for name in PAGES] == [404] * 4, person
        address = reverse("console:publication_propose", args=[policy.pk, law.SECOND])
        assert client.post(address, {"source": "x"}).status_code == 404
    client.logout()
    assert [client.get(url(name, policy)).status_code for name in PAGES] == [302] * 4


def test_pages_of_a_policy_with_one_version_open(client, policy, manager):
    assert [client.get(url(name, policy)).status_code for name in PAGES] == [200] * 4
    assert "本政策只有一个版本" in client.get(url("policy_difference", policy)).content.decode()
    assert client.get(url("policy_examples", policy), {"version": "shanxi-2024.v1"}).status_code == 404


def test_version_is_published_by_two_people(client, policy, manager, second):
    propose = reverse("console:publication_propose", args=[policy.pk, law.SECOND])
    rows = client.get(url("policy_versions", policy)).context["rows"]
    assert [(row.file.name, row.file.counts, row.lock_words, row.why_not_propose) for row in rows] == [
        ("xinxing.v2", False, "已锁定", ""),
        ("xinxing.v1", True, "已锁定", ""),
    ]

    faulty = client.post(propose, {"source": ""})
    assert (faulty.status_code, "请填写依据文件。" in faulty.content.decode()) == (422, True)
    assert client.post(propose, {"source": "师市发〔2026〕9号"}).status_code == 302
    row = Publication.objects.get()
    make_draft(complete=False, event_on=row.proposed_at.date())
    waiting = client.get(url("policy_versions", policy))
    assert waiting.context["rows"][0].concerned == 1
    assert waiting.context["rows"][0].why_not_confirm == "须由另一名政策管理人员确认。"
    confirm = reverse("console:publication_confirm", args=[row.pk])
    assert client.post(confirm).status_code == 409

    client.force_login(make_officer(Duty.POLICY))
    assert client.post(confirm).status_code == 302
    assert client.post(confirm).status_code == 409
    assert "师市发〔2026〕9号" in client.get(url("policy_versions", policy)).content.decode()
    acts = [act.label for act in client.get(url("policy", policy)).context["acts"]]
    assert acts[:2] == ["确认发布版本", "提出发布版本"]


def test_proposed_version_is_dropped(client, policy, manager, second):
    propose = reverse("console:publication_propose", args=[policy.pk, law.SECOND])
    client.post(propose, {"source": "测试"})
    drop = reverse("console:publication_drop", args=[Publication.objects.get().pk])

    assert [client.post(drop).status_code for _ in range(2)] == [302, 409]
    assert client.post(propose, {"source": "测试"}).status_code == 302


def test_version_of_another_policy_is_a_404(client, policy, manager, second):
    address = reverse("console:publication_propose", args=[policy.pk, "shanxi-2024.v1"])

    assert client.post(address, {"source": "测试"}).status_code == 404


def test_examples_are_shown_with_what_follows_and_by_clause(client, policy, manager, second):
    page = client.get(url("policy_examples", policy), {"version": law.SECOND, "clause": "9f"})

    assert page.context["wrong"] == 0
    (group,) = page.context["groups"]
    assert [row.name for row in group.rows] == ["典型", "科研机构", "已领过", "未在师市注册", "未填类型"]
    assert "全部一致" in page.content.decode()


def test_examples_that_do_not_agree_come_first(client, policy, manager, tmp_path, monkeypatch):
    folder = law.folder_with_second_version(tmp_path)
    path = folder / f"{law.SECOND}.yaml"
    text = path.read_text(encoding="utf-8").replace("得: 80万元}", "得: 81万元}")
    text = text.replace("金额: 80万元}], 得: 0元, 因: 一次性已用", "金额: 80万元}], 得: 0元, 因: 无增量")
    path.write_text(text, encoding="utf-8")
    rules.versions.lock([path.name], folder)
    law.use(monkeypatch, folder)

    page = client.get(url("policy_examples", policy), {"version": law.SECOND})

    assert page.context["groups"][0].number == "9f"
    rows = page.context["groups"][0].rows
    assert [(row.name, row.agrees) for row in rows[:3]] == [("典型", False), ("已领过", False), ("科研机构", True)]
    assert "不一致 2 个" in page.content.decode()
    report = client.get(url("policy_check", policy), {"version": law.SECOND})
    assert len(report.context["report"].problems) == 2
    assert f"{law.SECOND}.yaml 第" in report.content.decode()
    refused = client.get(url("policy_versions", policy)).context["rows"][0].why_not_propose
    assert refused == "该版本的检查发现2个问题，见检查报告。"


def test_file_that_cannot_be_read_is_told_and_breaks_no_page(client, policy, manager, tmp_path, monkeypatch):
    case = make_application(Status.VERIFYING)
    folder = law.folder_with_second_version(tmp_path)
    (folder / f"{law.SECOND}.yaml").write_text("标识: xinxing\n", encoding="utf-8")
    law.use(monkeypatch, folder)

    for name in PAGES:
        page = client.get(url(name, policy), {"version": law.SECOND})
        assert (page.status_code, f"{law.SECOND}.yaml" in page.content.decode()) == (200, True), name
    client.force_login(make_officer(Duty.VERIFY))
    assert client.get(reverse("console:case", args=[case.pk])).status_code == 200
    assert client.get("/policies/xinxing/").status_code == 200


def test_difference_is_shown_side_by_side(client, policy, manager, second):
    page = client.get(url("policy_difference", policy))

    assert (page.context["before"], page.context["after"]) == ("xinxing.v1", "xinxing.v2")
    assert page.context["counts"] == [("新增", 1), ("删去", 1), ("修改", 1)]
    shown = page.content.decode()
    assert "<del>500万元</del>" in shown
    assert "<ins>600万元</ins>" in shown
    same = client.get(url("policy_difference", policy), {"before": "xinxing.v1", "after": "xinxing.v1"})
    assert "两个版本相同。" in same.content.decode()


def test_text_and_rules_of_each_version_can_be_read(client, policy, manager, second):
    pages = [client.get(url("policy_clauses", policy), {"version": name}) for name in ("xinxing.v1", "xinxing.v2")]

    assert ["绿色算力示范奖励" in page.content.decode() for page in pages] == [False, True]
    assert client.get(url("policy_clauses", policy)).context["pack"].version == "xinxing.v1"


@pytest.mark.parametrize("count", [1, 30])
def test_versions_cost_the_same_for_any_number_of_proposals(
    client, policy, manager, second, django_assert_num_queries, count
):
    for _ in range(count):
        Publication.objects.create(
            policy=policy,
            pack_version=law.SECOND,
            pack_sha256="0",
            source="测试",
            proposed_by=manager,
            proposed_at=NOON,
            dropped_at=NOON,
        )
    client.get(url("policy_versions", policy))

    # session, user, posting, policy; versions that count (twice), readings (twice), publications
    with django_assert_num_queries(9):
        client.get(url("policy_versions", policy))


@pytest.mark.parametrize("status", [Status.VERIFYING, Status.GRANTED])
def test_case_page_stays_within_its_queries_with_a_second_version(
    client, policy, second, django_assert_max_num_queries, status
):
    publish(policy)
    case = make_application(status)
    client.force_login(make_officer(Duty.AUDIT))
    client.get(reverse("console:case", args=[case.pk]))

    with django_assert_max_num_queries(12):
        assert client.get(reverse("console:case", args=[case.pk])).status_code == 200


def test_public_pages_and_forms_follow_the_version_in_force(client, policy, second):
    assert "/policies/xinxing/9f/" not in client.get("/policies/xinxing/").content.decode()
    assert client.get("/policies/xinxing/9f/").status_code == 404

    publish(policy)

    assert "/policies/xinxing/9f/" in client.get("/policies/xinxing/").content.decode()
    assert "600万元" in client.get("/policies/xinxing/3/").content.decode()
    gone = client.get("/policies/xinxing/5b/")
    assert (gone.status_code, "现行版本没有本条款" in gone.content.decode()) == (200, True)
    assert (
        "绿色算力示范奖励"
        in client.post(
            "/eligibility/",
            {"policy": "xinxing", "place": "xinxing", "applicant_type": "data_annotation_enterprise"},
            headers={"HX-Request": "true"},
        ).content.decode()
    )
    draft = make_draft(clause="xinxing-9f", facts={"registered_in_jurisdiction": True}, subject="", complete=False)
    client.force_login(agent_of(draft.applicant))
    form = client.get(reverse("claim_form", args=[draft.pk])).content.decode()
    assert "基准日（基准日当日施行的政策版本没有本条款，请核对）" in form
