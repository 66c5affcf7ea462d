"""Daily digests: written once for every finished day, and what they find that a chain by itself cannot."""

import json
from datetime import date, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from applications import chains, digests, guards, history
from applications.actions.shared import lock
from applications.models import DailyDigest, DigestHead, Event, Status
from tests.factories import NOON, agent_of, make_application, make_draft

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
TODAY = NOON + 3 * DAY


@pytest.fixture
def unguarded():
    """Drop the triggers, as the owner of the database can."""
    guards.remove(connection)
    yield
    guards.install(connection)


@pytest.fixture
def case():
    """Return a claim with acts on the first and the second of three finished days, and their digests."""
    guards.install(connection)  # a test that empties the database may have left it without
    application = make_application(Status.SUBMITTED, at=NOON)
    act(application, NOON + DAY)
    digests.catch_up(TODAY)
    return application


def act(application, at, action="test"):
    """Append an act to a case."""
    with transaction.atomic():
        locked, _ = lock(application, agent_of(application.applicant))
        return history.record(locked, action, by=None, at=at)


def verify(*arguments):
    """Return the lines of the command and its status."""
    try:
        call_command("verify_history", *arguments)
    except SystemExit as stopped:
        return stopped.code
    return 0


def last_of(application):
    return application.events.order_by("-sequence").first()


def forge(application):
    """Change the first act of a case and compute every later hash anew, as a careful forger would."""
    previous = ""
    for event in application.events.order_by("sequence"):
        note = "改写" if event.sequence == 1 else event.note
        link = chains.link_of(event)._replace(note=note, previous_hash=previous)
        previous = chains.link_hash(link)
        Event.objects.filter(pk=event.pk).update(note=note, previous_hash=link.previous_hash, hash=previous)
        DigestHead.objects.filter(chain=event.chain, sequence=event.sequence).update(hash=previous)


def forge_digests():
    """Compute every digest anew from the heads as they now are."""
    before = ""
    for row in DailyDigest.objects.order_by("day"):
        heads = DigestHead.objects.filter(day=row.day).values_list("chain", "sequence", "hash")
        said = {name: getattr(row, name) for name in digests.FIELDS}
        said |= {"heads_sha256": chains.hash_of_heads(heads), "previous_hash": before}
        before = digests.digest_hash(said)
        DailyDigest.objects.filter(pk=row.pk).update(**said | {"hash": before})


# ---- writing


def test_every_finished_day_gets_one_digest(case):
    rows = list(DailyDigest.objects.order_by("day"))

    assert [row.day for row in rows] == [date(2026, 9, 1), date(2026, 9, 2), date(2026, 9, 3)]
    assert [row.previous_hash for row in rows] == ["", rows[0].hash, rows[1].hash]
    assert rows[2].events == Event.objects.count()
    assert rows[2].chains == Event.objects.values("chain").distinct().count()
    assert rows[1].events - rows[0].events == 1
    assert rows[2].heads_sha256 == chains.hash_of_heads([])
    assert list(digests.problems()) == []


def test_a_digest_holds_the_heads_that_moved(case):
    chain, last = f"case:{case.pk}", last_of(case)

    heads = DigestHead.objects.filter(chain=chain).order_by("day").values_list("day", "sequence", "hash")

    before = case.events.get(sequence=last.sequence - 1)
    assert list(heads) == [
        (date(2026, 9, 1), before.sequence, before.hash),
        (date(2026, 9, 2), last.sequence, last.hash),
    ]


def test_called_again_it_writes_nothing(case):
    before = list(DailyDigest.objects.values_list())

    assert digests.catch_up(TODAY) == []
    assert list(DailyDigest.objects.values_list()) == before


def test_missed_days_are_made_up_for(case):
    made = digests.catch_up(TODAY + 4 * DAY)

    assert [row.day.day for row in made] == [4, 5, 6, 7]
    assert verify() == 0


def test_without_any_act_there_is_nothing_to_digest():
    assert digests.catch_up(TODAY) == []


def test_the_day_is_that_of_beijing():
    application = make_draft(at=NOON)
    act(application, NOON.replace(hour=23, minute=59))

    digests.catch_up(NOON.replace(hour=23, minute=59, second=59))
    assert not DailyDigest.objects.exists()
    made = digests.catch_up(NOON.replace(hour=0, minute=1) + DAY)

    assert [row.day for row in made] == [date(2026, 9, 1)]
    assert made[0].events == Event.objects.count()


def test_an_act_that_committed_after_its_day_was_closed_counts_with_the_next(case):
    late = act(case, NOON + DAY)  # asked for on the second day, which is closed

    made = digests.catch_up(TODAY + DAY)

    assert [(row.day.day, row.events) for row in made] == [(4, Event.objects.count())]
    assert DigestHead.objects.get(day=date(2026, 9, 4)).sequence == late.sequence
    assert verify() == 0


def test_acts_whose_clocks_disagree_are_digested_in_the_order_of_the_chain():
    application = make_draft(at=NOON)
    first = act(application, NOON + DAY, "later by its clock")
    second = act(application, NOON, "earlier by its clock")

    digests.catch_up(TODAY)

    heads = DigestHead.objects.filter(chain=f"case:{application.pk}").values_list("day", "sequence")
    assert list(heads) == [(date(2026, 9, 1), second.sequence)]
    assert second.sequence == first.sequence + 1
    assert verify() == 0


def test_two_workers_write_a_day_once(case, monkeypatch):
    later, moved = TODAY + DAY, digests._moved

    def overtaken(first, today):
        found = moved(first, today)
        monkeypatch.setattr(digests, "_moved", moved)
        assert len(digests.catch_up(later)) == 1
        return found

    monkeypatch.setattr(digests, "_moved", overtaken)

    assert digests.catch_up(later) == []
    assert DailyDigest.objects.count() == 4
    assert verify() == 0


@pytest.mark.parametrize("table", ["dailydigest", "digesthead"])
@pytest.mark.parametrize("statement", ["UPDATE applications_{} SET hash = 'x'", "DELETE FROM applications_{}"])
def test_the_database_refuses_to_change_a_digest(case, table, statement):
    with pytest.raises(DatabaseError, match="never edited or deleted"), transaction.atomic():
        connection.cursor().execute(statement.format(table))


# ---- what they find


def test_tail_that_was_cut_off_is_named(case, unguarded, capsys):
    last = last_of(case)
    last.delete()

    assert chains.walk_all().breaks == []  # the chain itself fits
    assert verify() == 1
    named = f"断点：case:{case.pk} 第{last.sequence}条：每日摘要中有记载，记录已不存在"
    assert capsys.readouterr().out.splitlines()[0] == named


def test_every_length_of_tail_is_found(case, unguarded):
    for length in range(1, case.events.count() + 1):
        with transaction.atomic():
            case.events.filter(sequence__gt=case.events.count() - length)._raw_delete("default")
            found = [broken.chain for broken in digests.lost_heads()]
            transaction.set_rollback(True)
        assert set(found) == {f"case:{case.pk}"}


def test_tail_that_was_cut_off_and_grown_again_is_named(case, unguarded):
    last = last_of(case)
    last.delete()
    act(case, TODAY, "in its place")

    assert [str(broken) for broken in digests.lost_heads()] == [
        f"case:{case.pk} 第{last.sequence}条：与每日摘要中的记载不一致"
    ]


def test_edit_with_all_hashes_of_the_chain_anew_is_found_by_the_digests(case, unguarded, capsys):
    heads = list(DigestHead.objects.values("pk", "hash"))
    forge(case)
    for head in heads:  # the forger did not think of them
        DigestHead.objects.filter(pk=head["pk"]).update(hash=head["hash"])

    assert chains.walk_all().breaks == []
    assert verify() == 1
    assert "与每日摘要中的记载不一致" in capsys.readouterr().out


def test_edit_with_chain_and_digests_anew_is_found_only_by_the_copy_outside(case, unguarded, tmp_path, capsys):
    copy = tmp_path / "digests.json"
    call_command("export_digests", copy)
    assert verify("--against", copy) == 0
    assert capsys.readouterr().out.endswith("，与外部副本 3 日一致。\n")

    forge(case)
    forge_digests()

    assert verify() == 0  # nothing inside gives it away
    capsys.readouterr()
    assert verify("--against", copy) == 1
    first = capsys.readouterr().out.splitlines()[0]
    assert first == "断点：2026-09-01 每日摘要：与外部副本不一致，当日或此前的记录被改写"


def test_digests_cut_off_with_their_history_are_found_only_by_the_copy_outside(case, unguarded, tmp_path, capsys):
    copy = tmp_path / "digests.json"
    call_command("export_digests", copy)
    last_of(case).delete()
    DigestHead.objects.filter(day__gte=date(2026, 9, 2)).delete()
    DailyDigest.objects.filter(day__gte=date(2026, 9, 2)).delete()

    assert verify() == 0
    capsys.readouterr()
    assert verify("--against", copy) == 1
    assert capsys.readouterr().out.splitlines()[0] == "断点：2026-09-02 每日摘要：外部副本中有，库中没有"


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"events": 1}, "内容与摘要不符"),
        ({"heads_sha256": "0" * 64}, "内容与摘要不符"),
        ({"previous_hash": "0" * 64}, "内容与摘要不符"),
    ],
)
def test_an_edited_digest_is_named(case, unguarded, change, what, capsys):
    DailyDigest.objects.filter(day=date(2026, 9, 2)).update(**change)

    assert verify() == 1
    assert capsys.readouterr().out.splitlines()[0] == f"断点：2026-09-02 每日摘要：{what}"


def test_a_missing_day_is_named(case, unguarded, capsys):
    DailyDigest.objects.filter(day=date(2026, 9, 3)).delete()
    assert verify() == 0  # the last one may not have been made yet
    DailyDigest.objects.filter(day=date(2026, 9, 1)).delete()
    capsys.readouterr()

    assert verify() == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[:2] == [
        "断点：2026-09-02 每日摘要：与前一日的摘要衔接不上",
        "断点：链首记载：有不属于任何一天的记载",
    ]


def test_a_head_that_was_removed_or_added_is_named(case, unguarded, capsys):
    DigestHead.objects.filter(day=date(2026, 9, 2)).delete()

    assert verify() == 1
    assert capsys.readouterr().out.splitlines()[0] == "断点：2026-09-02 每日摘要：链首记载与摘要不符"


# ---- the copy


def test_export_overwrites_nothing_and_reads_back(case, tmp_path, capsys):
    copy = tmp_path / "digests.json"
    call_command("export_digests", copy)
    with pytest.raises(CommandError, match="不会被覆盖"):
        call_command("export_digests", copy)
    call_command("export_digests")

    assert json.loads(capsys.readouterr().out)["digests"] == json.loads(copy.read_text())["digests"]
    assert [row["day"] for row in digests.read_copy(copy)] == ["2026-09-01", "2026-09-02", "2026-09-03"]


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"digests": [{"day": "2026-09-01"}]}', '{"digests": 1}'])
def test_a_file_that_is_no_copy_is_refused(content, tmp_path):
    file = tmp_path / "copy.json"
    file.write_text(content)

    with pytest.raises(CommandError, match="不是每日摘要的副本"):
        call_command("verify_history", "--against", file)


def test_an_edited_copy_is_refused_and_not_believed(case, tmp_path):
    copy = tmp_path / "digests.json"
    call_command("export_digests", copy)
    copy.write_text(copy.read_text().replace('"events": ', '"events": 1'))

    with pytest.raises(CommandError, match="副本已损坏或被改动"):
        call_command("verify_history", "--against", copy)


def test_days_since_the_copy_may_be_more(case, tmp_path):
    copy = tmp_path / "digests.json"
    call_command("export_digests", copy)
    digests.catch_up(TODAY + 5 * DAY)

    assert verify("--against", copy) == 0
