"""卷宗 on the tab 办理记录与文书: who may order one, how it is waited for, and whose file it is."""

import hashlib

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from applications import tasks
from applications.actions import dossier as actions
from applications.models import Duty, Event, Job, Posting, Status
from tests.factories import NOON, make_application, make_officer, make_policy

pytestmark = pytest.mark.django_db


@pytest.fixture
def case():
    make_policy()
    return make_application(Status.SUBMITTED)


@pytest.fixture
def auditor(client):
    officer = make_officer(Duty.AUDIT)
    client.force_login(officer)
    return officer


def tab(case):
    return reverse("console:case_record", args=[case.pk])


def order_url(case):
    return reverse("console:case_dossier", args=[case.pk])


def job_url(name, job):
    return reverse(f"console:{name}", args=[job.application_id, job.pk])


def made(case, officer):
    """Return a finished dossier that an officer ordered."""
    job = actions.order(case, words={}, by=officer, at=NOON)
    tasks.run_job(job.pk)
    job.refresh_from_db()
    return job


def bytes_of(response):
    return b"".join(response.streaming_content)


def test_auditor_orders_waits_and_downloads(client, case, auditor):
    answer = client.post(order_url(case), {"idempotency_key": "one"})
    again = client.post(order_url(case), {"idempotency_key": "one"})
    job = Job.objects.get(kind=Job.Kind.DOSSIER)
    waiting = client.get(tab(case)).content.decode()

    assert (answer.status_code, answer["Location"]) == (302, f"{tab(case)}#dossier")
    assert again["Location"] == answer["Location"]
    assert f'hx-get="{job_url("dossier", job)}"' in waiting
    assert "卷宗正在制作，完成后可以在本页下载。" in waiting

    tasks.run_job(job.pk)
    done = client.get(job_url("dossier", job)).content.decode()
    file = client.get(job_url("dossier_file", job))
    data = bytes_of(file)

    assert job_url("dossier_file", job) in done
    assert hashlib.sha256(data).hexdigest() in done
    assert case.events.order_by("-sequence").first().hash in done
    assert file["Content-Type"] == "application/zip"
    assert file["Content-Disposition"].startswith("attachment;")
    assert file["Cache-Control"].startswith("private, no-store")


def test_acts_are_in_words_on_the_page_of_the_dossier(client, case, auditor):
    client.post(order_url(case))

    assert Job.objects.get(kind=Job.Kind.DOSSIER).payload["words"]["order_dossier"] == "调取卷宗"


def test_officer_without_a_part_in_the_case_is_told_why_not(client, case):
    client.force_login(make_officer(Duty.VERIFY))
    page = client.get(tab(case)).content.decode()
    answer = client.post(order_url(case))

    sentence = "只有审计、稽核、法制审核岗位和本件的经办人员可以调取卷宗。"
    assert sentence in page
    assert order_url(case) not in page
    assert answer.status_code == 409
    assert sentence in answer.content.decode()
    assert not Job.objects.filter(kind=Job.Kind.DOSSIER).exists()
    assert not Event.objects.filter(action="order_dossier").exists()


def test_a_dossier_is_for_who_ordered_it_alone(client, case, auditor):
    job = made(case, make_officer(Duty.AUDIT))

    assert client.get(job_url("dossier", job)).status_code == 404
    assert client.get(job_url("dossier_file", job)).status_code == 404
    assert job_url("dossier_file", job) not in client.get(tab(case)).content.decode()


def test_who_lost_the_duty_does_not_download_any_more(client, case, auditor):
    job = made(case, auditor)
    Posting.objects.filter(user=auditor).update(duty=Duty.VERIFY)

    assert client.get(job_url("dossier_file", job)).status_code == 404


@pytest.mark.parametrize(("duty", "seen"), [(Duty.AUDIT, True), (Duty.INSPECT, True), (Duty.SYSTEM, False)])
def test_order_is_in_the_records_of_oversight_and_not_of_the_system_administrator(client, case, duty, seen):
    job = made(case, make_officer(Duty.AUDIT))
    event = Event.objects.get(action="order_dossier")
    client.force_login(make_officer(duty))

    listed = client.get("/console/applications/event/").content.decode()
    row = client.get(f"/console/applications/event/{event.pk}/change/")
    job_page = client.get(f"/console/applications/job/{job.pk}/change/").content.decode()

    assert (case.number in listed, row.status_code) == (seen, 200 if seen else 404)
    assert "制作卷宗" in job_page
    assert case.number not in job_page


def test_the_general_door_of_jobs_does_not_hand_it_out(client, case, auditor):
    job = made(case, auditor)

    assert client.get(reverse("job", args=[job.pk])).status_code == 404
    assert client.get(reverse("job_result", args=[job.pk])).status_code == 404


def test_address_of_another_case_does_not_fit(client, case, auditor):
    job = made(case, auditor)
    other = make_application(Status.SUBMITTED)

    assert client.get(reverse("console:dossier_file", args=[other.pk, job.pk])).status_code == 404


def test_file_that_was_dropped_is_said_and_a_404(client, case, auditor):
    job = made(case, auditor)
    Job.objects.filter(pk=job.pk).update(file="")

    assert "文件已过保存期，需要时请重新调取。" in client.get(tab(case)).content.decode()
    assert client.get(job_url("dossier_file", job)).status_code == 404


def test_failed_dossier_is_said(client, case, auditor):
    job = actions.order(case, words={}, by=auditor, at=NOON)
    Job.objects.filter(pk=job.pk).update(state=Job.State.FAILED, error="OSError: /var/secret")

    page = client.get(job_url("dossier", job)).content.decode()
    assert "制作没有成功，请重新调取" in page
    assert "secret" not in page


def test_tab_costs_the_same_for_any_number_of_dossiers(client, case, auditor):
    asked = []
    for count in (1, 29):
        for _ in range(count):
            job = actions.order(case, words={}, by=auditor, at=NOON)
            Job.objects.filter(pk=job.pk).update(state=Job.State.FAILED)
        client.get(tab(case))
        with CaptureQueriesContext(connection) as queries:
            page = client.get(tab(case))
        asked.append(len(queries))

    assert len(page.context["dossiers"]) == 5
    assert asked[0] == asked[1] <= 12
