"""Publishing a version: two people, an unchanged and clean file, and what claims are judged by before and after."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

import rules
from applications import assessing, publishing, whatif
from applications.actions import decision, policy, publication
from applications.demo.stories import CENTRE
from applications.loading import load_policies
from applications.models import Application, Clause, Duty, Event, Publication, Status
from applications.permissions import ActionRefused
from rules.library import read_library
from tests import law
from tests.factories import (
    NOON,
    choose_reading,
    make_application,
    make_draft,
    make_officer,
    make_policy,
    make_user,
)

pytestmark = pytest.mark.django_db

BIG = {**CENTRE, "scale_pflops_fp16": "5200"}
BEFORE, AFTER = date(2026, 6, 30), date(2026, 7, 1)


@pytest.fixture(scope="module")
def amended(tmp_path_factory):
    """A folder with a second version of 新星市 from 2026-07-01 on."""
    return law.folder_with_second_version(tmp_path_factory.mktemp("law"))


@pytest.fixture(scope="module")
def backdated(tmp_path_factory):
    """A folder whose second version starts before cases that were decided under the first."""
    return law.folder_with_second_version(tmp_path_factory.mktemp("law"), start="2026-06-01")


@pytest.fixture
def second(amended, monkeypatch):
    """The law with the second version, read by this process."""
    return law.use(monkeypatch, amended)


def propose(row, version=law.SECOND, by=None, source="测试修订文件"):
    by = by or make_officer(Duty.POLICY)
    return publication.propose_publication(row, version=version, source=source, by=by, at=NOON)


def publish(row, version=law.SECOND):
    """Put a version into force by two people."""
    return publication.confirm_publication(propose(row, version), by=make_officer(Duty.POLICY), at=NOON)


def dated(event_on, facts=BIG, **more):
    """Return a draft whose 基准日 is this day."""
    draft = make_draft(facts=facts, complete=False, event_on=event_on, **more)
    return Application.objects.select_related("policy", "clause__policy", "applicant").get(pk=draft.pk)


def refused(call, *args, **values):
    with pytest.raises(ActionRefused) as caught:
        call(*args, **values)
    return str(caught.value)


# ── The files ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_newer_file_counts_for_nothing_until_it_is_published(second):
    row = make_policy()
    load_policies()

    row.refresh_from_db()
    assert (row.pack_version, row.clauses.count()) == ("xinxing.v1", 25)
    assert assessing.version_in_force(row, AFTER) == "xinxing.v1"
    assert assessing.judge(dated(AFTER), BIG)[1].amount_fen == 500_0000_00


def test_published_version_counts_from_its_first_day(second):
    row = make_policy()
    publish(row)

    assert [assessing.version_in_force(row, day) for day in (BEFORE, AFTER)] == ["xinxing.v1", "xinxing.v2"]
    old, new = dated(BEFORE), dated(AFTER)
    assert [assessing.version_of(case) for case in (old, new)] == ["xinxing.v1", "xinxing.v2"]
    inputs = [assessing.judge(case, BIG) for case in (old, new)]
    assert [case["pack_version"] for case, _ in inputs] == ["xinxing.v1", "xinxing.v2"]
    assert [verdict.amount_fen for _, verdict in inputs] == [500_0000_00, 600_0000_00]
    assert [verdict.pack_version for _, verdict in inputs] == ["xinxing.v1", "xinxing.v2"]
    words = [next(f for f in assessing.fields_of(case) if f.name == "pue").condition for case in (old, new)]
    assert words == ["PUE ≤ 1.25", "PUE ≤ 1.2"]
    assert ["600万元" in assessing.law_of(case).text for case in (old, new)] == [False, True]


def test_row_names_file_paper_and_people_and_both_acts_are_in_the_history(second):
    row = make_policy()
    first, other = make_officer(Duty.POLICY), make_officer(Duty.POLICY)

    proposed = propose(row, by=first)
    publication.confirm_publication(proposed, by=other, at=NOON)

    proposed.refresh_from_db()
    assert (proposed.pack_version, proposed.pack_sha256) == (law.SECOND, second.versions[law.SECOND].sha256)
    assert (proposed.source, proposed.proposed_by, proposed.confirmed_by) == ("测试修订文件", first, other)
    events = Event.objects.filter(action__endswith="_publication").order_by("sequence")
    assert [(event.action, event.by, event.detail["version"]) for event in events] == [
        ("propose_publication", first, law.SECOND),
        ("confirm_publication", other, law.SECOND),
    ]


def test_new_items_get_rows_none_goes_and_the_order_is_that_of_the_text(second):
    row = make_policy()
    before = dict(row.clauses.values_list("number", "pk"))
    publish(row)

    after = dict(row.clauses.values_list("number", "pk"))
    assert {number: pk for number, pk in after.items() if number in before} == before
    assert after.keys() - before.keys() == {"9f"}
    new = Clause.objects.get(code="xinxing-9f")
    assert (new.title, new.article, new.monetary) == ("绿色算力示范奖励", "第九条", True)
    order = list(row.clauses.order_by("position").values_list("number", flat=True))
    assert order[order.index("5a") :][:3] == ["5a", "5b", "5c"]
    assert order[order.index("9e") :][:3] == ["9e", "9f", "10a"]
    load_policies()
    assert list(row.clauses.order_by("position").values_list("number", flat=True)) == order


def test_version_whose_file_is_gone_or_changed_stops_the_loading(second, amended, tmp_path, monkeypatch):
    row = make_policy()
    publish(row)
    Publication.objects.update(pack_sha256="0" * 64)
    with pytest.raises(rules.PackError, match=r"xinxing\.v2\.yaml：已发布的版本文件不见了或者已被改动"):
        load_policies()

    Publication.objects.update(pack_version="xinxing.v3")
    with pytest.raises(rules.PackError, match=r"xinxing\.v3\.yaml：已发布的版本文件不在规则包目录中"):
        assessing.version_in_force(row, AFTER)


# ── Refusals ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_only_the_policy_managers_of_the_authority_publish(second):
    row = make_policy()
    waiting = propose(row)

    for person in (make_user(), make_officer(Duty.APPROVE), make_officer(Duty.POLICY, "shihezi")):
        reason = "只有本单位的政策管理岗位可以办理此事项。"
        assert refused(publication.propose_publication, row, version="x", source="x", by=person, at=NOON) == reason
        assert refused(publication.confirm_publication, waiting, by=person, at=NOON) == reason
        assert refused(publication.drop_publication, waiting, by=person, at=NOON) == reason


def test_nobody_confirms_the_own_proposal_in_the_database_neither(second):
    row = make_policy()
    manager = make_officer(Duty.POLICY)
    waiting = propose(row, by=manager)

    assert refused(publication.confirm_publication, waiting, by=manager, at=NOON) == "须由另一名政策管理人员确认。"
    with pytest.raises(IntegrityError), transaction.atomic():
        Publication.objects.update(confirmed_by=manager, confirmed_at=NOON)
    with pytest.raises(IntegrityError), transaction.atomic():
        Publication.objects.update(confirmed_at=NOON)
    with pytest.raises(IntegrityError), transaction.atomic():
        Publication.objects.update(confirmed_by=make_user(), confirmed_at=NOON, dropped_at=NOON)
    with pytest.raises(IntegrityError), transaction.atomic():
        Publication.objects.create(
            policy=row, pack_version=law.SECOND, pack_sha256="0", source="x", proposed_by=manager, proposed_at=NOON
        )
    assert assessing.published_versions(row) == ("xinxing.v1",)


def test_dropped_proposal_counts_for_nothing_and_may_be_made_again(second):
    row = make_policy()
    waiting = propose(row)
    assert refused(propose, row) == "本政策已有一个待确认的版本，请先确认或撤下。"

    publication.drop_publication(waiting, by=make_officer(Duty.POLICY), at=NOON)

    gone = "该版本已经确认或已被撤下。"
    assert refused(publication.confirm_publication, waiting, by=make_officer(Duty.POLICY), at=NOON) == gone
    assert refused(publication.drop_publication, waiting, by=make_officer(Duty.POLICY), at=NOON) == gone
    publish(row)
    assert refused(propose, row) == "该版本已经施行或已经发布。"


def test_version_needs_a_paper_and_must_be_one_of_the_policy(second):
    row = make_policy()

    assert refused(propose, row, source=" ") == "请填写依据文件。"
    assert refused(propose, row, version="xinxing.v9") == "本政策没有这一版本文件。"
    assert refused(propose, row, version="shanxi-2024.v1") == "本政策没有这一版本文件。"
    assert refused(propose, row, version="xinxing.v1") == "该版本已经施行或已经发布。"


def test_first_day_of_the_version_before_must_be_known(second):
    assert refused(propose, make_policy(issued=False)) == "xinxing.v1 的施行日待定，请先录入印发日期。"


@pytest.mark.parametrize(
    ("made", "reason"),
    [
        ({"supersedes": ""}, "该版本的检查发现1个问题，见检查报告。"),
        ({"start": "2024-10-01"}, "该版本的施行日须晚于 xinxing.v1 的施行日。"),
    ],
)
def test_version_must_take_the_place_of_the_last_one_and_start_later(tmp_path, monkeypatch, made, reason):
    law.use(monkeypatch, law.folder_with_second_version(tmp_path, **made))

    assert refused(propose, make_policy()) == reason


def test_version_that_skips_an_unpublished_one_is_refused(tmp_path, monkeypatch):
    folder = law.folder_with_second_version(tmp_path)
    law.third_version(folder)
    law.use(monkeypatch, folder)
    row = make_policy()

    assert refused(propose, row, "xinxing.v3") == "该版本写明取代的是“xinxing.v2”，应取代最近发布的 xinxing.v1。"
    publish(row)
    publish(row, "xinxing.v3")
    days = (BEFORE, AFTER, date(2027, 1, 1))
    assert [assessing.version_in_force(row, day) for day in days] == ["xinxing.v1", "xinxing.v2", "xinxing.v3"]


def test_file_outside_the_lock_or_changed_after_it_is_refused(tmp_path, monkeypatch):
    folder = law.folder_with_second_version(tmp_path)
    row = make_policy()
    lock, path = folder / "lock.json", folder / "xinxing.v2.yaml"
    locked = lock.read_text(encoding="utf-8")
    law.use(monkeypatch, folder)
    waiting = propose(row)

    lock.write_text(locked.replace("xinxing.v2.yaml", "xinxing.v7.yaml"), encoding="utf-8")
    unlocked = "该版本文件及其政策原文尚未锁定，须由技术人员核对后锁定。"
    assert refused(publication.confirm_publication, waiting, by=make_officer(Duty.POLICY), at=NOON) == unlocked
    lock.write_text(locked, encoding="utf-8")
    path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    changed = "该版本文件或其政策原文与锁定时不一致，不能发布。"
    assert refused(publication.confirm_publication, waiting, by=make_officer(Duty.POLICY), at=NOON) == changed


def test_file_that_was_exchanged_after_the_proposal_is_refused(second):
    row = make_policy()
    waiting = propose(row)
    Publication.objects.update(pack_sha256="0" * 64)

    reason = refused(publication.confirm_publication, waiting, by=make_officer(Duty.POLICY), at=NOON)

    assert reason == "该版本文件在提出以后有改动，请撤下后重新提出。"
    assert assessing.published_versions(row) == ("xinxing.v1",)


def test_check_is_kept_until_a_file_changes(second, monkeypatch):
    made = []
    check = rules.check_version
    monkeypatch.setattr(rules, "check_version", lambda name: made.append(name) or check(name))

    first, again = publishing.report_of(law.SECOND), publishing.report_of(law.SECOND)

    assert (first, made) == (again, [law.SECOND])


# ── Cases ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_road_of_a_case_under_the_second_version(second):
    publish(make_policy())
    event = {"facts": BIG, "event_on": AFTER}

    case = make_application(Status.GRANTED, **event)

    award = case.awards.get()
    assert (award.amount_fen, award.assessment.pack_version) == (600_0000_00, law.SECOND)
    assert {row.pack_version for row in case.assessments.all()} == {law.SECOND}
    letter = case.documents.get(kind="notice").content
    assert "600万元" in letter["clause_text"]
    assert letter["pack_name"] == law.SECOND


def test_decided_case_stays_with_the_version_that_decided_it(backdated, monkeypatch):
    law.use(monkeypatch, backdated)
    row = make_policy()
    case = make_application(Status.GRANTED, facts=BIG)

    publish(row)

    case = Application.objects.get(pk=case.pk)
    assert assessing.version_in_force(row, case.event_on) == "xinxing.v2"
    assert assessing.version_of(case) == "xinxing.v1"
    assert "500万元" in assessing.law_of(case).text
    for stored in case.assessments.all():
        again = rules.judge(stored.inputs)
        assert (again.amount_fen, again.to_json()) == (500_0000_00, stored.result)
    (replayed,) = whatif.replay(whatif.decided("xinxing"))
    assert (replayed.agrees, replayed.before.amount_fen) == (True, 500_0000_00)


def test_open_case_is_judged_again_by_the_version_that_came_into_force(backdated, monkeypatch):
    law.use(monkeypatch, backdated)
    row = make_policy()
    case = make_application(Status.NOTICED, facts=BIG)
    publish(row)
    approver = case.endorsed_by.user

    reason = refused(decision.grant, case, by=approver, at=NOON)

    assert reason.startswith("批准前复算的结果与核定意见不一致，请退回或重新核验：")
    assert not case.awards.exists()


def test_day_whose_version_lacks_the_item_is_a_gap_and_not_an_error(second):
    publish(make_policy())
    facts = {"registered_in_jurisdiction": True, "applicant_type": "data_annotation_enterprise"}
    old, new = (dated(day, facts, clause="xinxing-5b", subject="") for day in (BEFORE, AFTER))

    assert [assessing.why_no_such_item(case) for case in (old, new)] == ["", "基准日当日施行的政策版本没有本条款"]
    assert assessing.fields_of(new) == assessing.fields_of(old)
    case, verdict = assessing.judge(new, facts)
    assert (case["pack_version"], verdict.eligible) == (law.SECOND, None)
    made = dated(BEFORE, {"registered_in_jurisdiction": True}, clause="xinxing-9f", subject="")
    assert assessing.why_no_such_item(made) == "基准日当日施行的政策版本没有本条款"
    assert assessing.law_of(made).name == "绿色算力示范奖励"


def test_choice_of_an_authority_that_one_version_does_not_know_is_left_out_there(second):
    row = make_policy()
    choose_reading(row, "X10", "b", make_officer(Duty.POLICY))
    publish(row)

    assert assessing.known_readings("xinxing.v1", {"X10": "b", "X99": "a"}) == {"X10": "b"}
    assert {spec.id for spec in assessing.reading_specs(row)} == {spec.id for spec in second.pack("xinxing").readings}
    policy.choose_reading(row, key="X9", choice="b", source="测试口径", by=make_officer(Duty.POLICY), at=NOON)


def test_version_costs_no_query_without_a_second_file_and_one_with_it(amended, monkeypatch, django_assert_num_queries):
    case = dated(BEFORE)
    with django_assert_num_queries(0):
        assert assessing.version_of(case) == "xinxing.v1"

    law.use(monkeypatch, amended)
    with django_assert_num_queries(1):  # publications, once for the instance
        assert assessing.version_of(case) == "xinxing.v1"
        assert assessing.shown_version(case) == "xinxing.v1"


def test_law_of_the_real_folder_has_one_version_of_each_policy():
    assert [len(chain) for chain in read_library().chains.values()] == [1, 1, 1, 1, 1]
