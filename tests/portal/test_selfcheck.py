"""自检 in the console: who sees it, what it says, what it costs, and the digests to take away."""

import json
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from applications import digests, guards, selfcheck
from applications.models import Duty, HealthRun, Status
from tests.factories import make_application, make_officer, make_policy

pytestmark = pytest.mark.django_db

PAGE = "/console/self-check/"


@pytest.fixture
def auditor(client):
    make_policy()
    guards.install(connection)  # a test that empties the database may have left it without
    client.force_login(make_officer(Duty.AUDIT))
    return client


def text_of(response):
    return response.content.decode()


def run(*, days=0, **counts):
    """Write down a finished run of some days ago."""
    at = timezone.now() - timedelta(days=days, minutes=1)
    sound = not any(counts.values())
    return HealthRun.objects.create(started_at=at, finished_at=at, counts=counts, sound=sound)


def test_without_a_run_the_page_says_what_to_look_at(auditor):
    page = text_of(auditor.get(PAGE))

    assert "还没有完成过自检" in page
    assert "还没有每日摘要" in page


def test_sound_run_is_said_with_its_counts(auditor):
    selfcheck.run(timezone.now() - timedelta(minutes=1))

    page = text_of(auditor.get(PAGE))

    assert "最近一次自检各项均为零" in page
    assert all(words in page for words in selfcheck.WORDS.values())
    assert "notice-bad" not in page


def test_unsound_run_stands_in_red_until_a_sound_one_follows(auditor):
    run(I2=3, I8=0)

    page = text_of(auditor.get(PAGE))
    assert 'class="notice notice-bad" role="alert"' in page
    assert '<span class="status tone-bad">3</span>' in page

    run(I2=0, I8=0)
    assert "notice-bad" not in text_of(auditor.get(PAGE))


def test_run_that_broke_off_is_said(auditor):
    HealthRun.objects.create(started_at=timezone.now(), finished_at=timezone.now(), sound=False, note="自检未能完成")

    assert "的自检未能完成。" in text_of(auditor.get(PAGE))


def test_old_run_is_said_to_be_old(auditor):
    run(days=3, I1=0)

    assert "最近没有自检" in text_of(auditor.get(PAGE))


def test_page_names_no_case(auditor):
    case = make_application(Status.SUBMITTED)
    HealthRun.objects.create(
        started_at=timezone.now(),
        finished_at=timezone.now(),
        sound=False,
        counts={"I8": 1},
        note=f"case:{case.pk} 第1条",
    )

    assert f"case:{case.pk}" not in text_of(auditor.get(PAGE))


@pytest.mark.parametrize("count", [1, 30])
def test_page_costs_the_same_for_any_number_of_runs(auditor, django_assert_num_queries, count):
    for number in range(count):
        run(days=number, I1=0)
    auditor.get(PAGE)

    with django_assert_num_queries(5):  # session, user, posting, runs, digest
        auditor.get(PAGE)


def test_exported_digests_are_what_the_command_compares_with(auditor, tmp_path, capsys):
    make_application(Status.SUBMITTED)
    digests.catch_up(timezone.now())
    answer = auditor.get(reverse("console:selfcheck_digests"))
    copy = tmp_path / "copy.json"
    copy.write_bytes(answer.content)

    call_command("verify_history", "--against", copy)

    assert answer["Content-Disposition"].startswith('attachment; filename="digests-')
    assert f"与外部副本 {len(json.loads(answer.content)['digests'])} 日一致" in capsys.readouterr().out
