"""Files: handed out to those who may see the case, with headers that no browser misreads; a 404 to everybody else."""

import hashlib

import pytest
from django.urls import reverse

from applications import papers
from applications.models import Duty, Job
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def case():
    """A submitted case with its evidence and its receipt."""
    return factories.make_application()


def test_evidence_is_an_attachment_that_nothing_runs_in(client, case):
    item = case.evidence.first()
    type(item).objects.filter(pk=item.pk).update(original_name='报告"一\r\n.pdf')
    client.force_login(factories.agent_of(case.applicant))

    answer = client.get(reverse("evidence_file", args=[item.pk]))

    assert answer.status_code == 200
    assert hashlib.sha256(b"".join(answer.streaming_content)).hexdigest() == item.sha256
    assert answer["Content-Type"] == "application/pdf"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert "no-store" in answer["Cache-Control"]
    assert answer["Content-Disposition"] == (
        "attachment; filename=\"______.pdf\"; filename*=UTF-8''%E6%8A%A5%E5%91%8A%22%E4%B8%80%0D%0A.pdf"
    )


def test_page_of_evidence_is_a_picture(client, case):
    item = case.evidence.first()
    client.force_login(factories.make_officer(Duty.VERIFY))

    answer = client.get(reverse("evidence_page", args=[item.pk, 1]))

    assert answer["Content-Type"] == "image/png"
    assert answer.content.startswith(b"\x89PNG")
    assert "no-store" in answer["Cache-Control"]
    assert client.get(reverse("evidence_page", args=[item.pk, 2])).status_code == 404


def test_strangers_find_no_file(client, case):
    item, paper, job = case.evidence.first(), case.documents.get(), Job.objects.get()
    urls = [
        reverse("evidence_file", args=[item.pk]),
        reverse("evidence_page", args=[item.pk, 1]),
        reverse("document_file", args=[paper.pk]),
        reverse("job", args=[job.pk]),
        reverse("job_result", args=[job.pk]),
    ]
    for user in (factories.agent_of(factories.make_applicant()), factories.make_officer(Duty.VERIFY, "shihezi")):
        client.force_login(user)
        assert [client.get(url).status_code for url in urls] == [404] * len(urls)


def test_officers_find_no_evidence_of_a_draft(client):
    item = factories.make_draft().evidence.first()
    client.force_login(factories.make_officer(Duty.VERIFY))

    assert client.get(reverse("evidence_file", args=[item.pk])).status_code == 404


def test_letter_is_shown_and_handed_out(client, case, monkeypatch):
    paper = case.documents.get()
    client.force_login(factories.agent_of(case.applicant))
    url = reverse("document_file", args=[paper.pk])
    assert client.get(url).status_code == 404
    monkeypatch.setattr(papers.render, "pdf", lambda letter: b"%PDF-1.7 letter")
    papers.make(paper, at=factories.NOON)

    shown, handed = client.get(url), client.get(f"{url}?download")

    assert shown["Content-Disposition"].startswith("inline;")
    assert handed["Content-Disposition"].startswith("attachment;")
    assert b"".join(handed.streaming_content) == b"%PDF-1.7 letter"


def test_job_tells_its_state_until_it_is_done(client, case):
    row = Job.objects.get()
    client.force_login(factories.agent_of(case.applicant))
    url = reverse("job", args=[row.pk])

    waiting = client.get(url).content.decode()
    Job.objects.filter(pk=row.pk).update(state=Job.State.DONE)
    done = client.get(url).content.decode()

    assert f'hx-get="{url}"' in waiting
    assert "hx-get" not in done
    assert reverse("document_file", args=[row.document_id]) in done
