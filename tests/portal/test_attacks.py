"""What a hostile client sends: headers, names, paths, numbers; each is refused or harmless."""

import io
import re
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from applications.models import Duty, Evidence, Status, User
from tests import samples
from tests.factories import (
    agent_of,
    make_applicant,
    make_application,
    make_draft,
    make_officer,
    make_policy,
    make_user,
)
from tests.portal.world import rows_of_the_case

pytestmark = pytest.mark.django_db

HOSTILE = "<img src=x onerror=alert(1)>\"'{{7*7}}&有限公司"
CSP = "default-src 'self'"

PAGES_WITH_NAMES = [
    ("agent", "desk", "none"),
    ("agent", "enterprise", "applicant"),
    ("agent", "enterprise_edit", "applicant"),
    ("agent", "enterprise_account", "applicant"),
    ("agent", "claim", "case"),
    ("agent", "claim_withdraw", "case"),
    ("verify", "console:case", "case"),
    ("verify", "console:case_correct", "case"),
    ("verify", "console:queue", "all"),
    ("pay", "finance", "none"),
    ("pay", "finance_award", "award"),
    ("policy", "console:earlier", "none"),
    ("audit", "console:applications_award_changelist", "none"),
    ("audit", "console:applications_event_changelist", "none"),
    ("audit", "console:applications_evidence_changelist", "none"),
    ("audit", "console:applications_document_changelist", "none"),
    ("anonymous", "verify_code", "notice"),
]


@pytest.fixture
def hostile():
    """A granted case of a body, of people and of files with names that are markup."""
    case = make_application(Status.GRANTED, applicant=make_applicant(name=HOSTILE[:100]), subject=HOSTILE)
    User.objects.update(name=HOSTILE)
    Evidence.objects.update(original_name=HOSTILE)
    return case


@pytest.mark.parametrize(("who", "name", "what"), PAGES_WITH_NAMES)
def test_hostile_names_are_words_on_every_page(client, hostile, who, name, what):
    notice = hostile.documents.get(kind="notice")
    keys = {
        "none": [],
        "all": [],
        "applicant": [hostile.applicant_id],
        "case": [hostile.pk],
        "award": [hostile.awards.get().pk],
        "notice": [notice.code],
    }
    if who == "agent":
        client.force_login(agent_of(hostile.applicant))
    elif who != "anonymous":
        client.force_login(make_officer(who))

    url = reverse(name, args=keys[what]) + ("?status=all" if what == "all" else "")
    response = client.get(url)

    page = response.content.decode()
    assert response.status_code == 200
    assert "<img src=x" not in page
    assert response["Content-Security-Policy"].count(CSP) == 1


def test_a_host_that_is_not_ours_is_refused_and_stands_in_no_letter(client, mailoutbox):
    person = make_user()
    person.email = "known@example.com"
    person.save()

    answer = client.post("/accounts/password/reset/", {"email": person.email}, headers={"Host": "evil.example"})

    assert (answer.status_code, mailoutbox) == (400, [])
    assert "evil.example" not in answer.content.decode()


@pytest.mark.parametrize("header", ["X-Forwarded-Host", "X-Host", "Forwarded"])
def test_a_forwarded_host_is_not_believed(client, mailoutbox, header):
    person = make_user()
    person.email = "known@example.com"
    person.save()

    client.post("/accounts/password/reset/", {"email": person.email}, headers={header: "evil.example"})

    assert "evil.example" not in mailoutbox[0].body


@pytest.mark.parametrize(
    "path",
    [
        "/files/evidence/../../settings.py",
        "/files/evidence/%2e%2e%2fsettings.py/",
        "/files/evidence/1/pages/../../1.png",
        "/files/documents/-1/",
        "/static/../portal/settings.py",
        "/static/%2e%2e/portal/settings.py",
        "/static//etc/passwd",
        "/var/secret_key",
        "/.git/config",
        "/media/",
        "/files/",
    ],
)
def test_no_path_leads_out_of_the_house(client, path):
    client.force_login(make_user())

    assert client.get(path).status_code == 404


HUGE = "9" * 40


@pytest.mark.parametrize(
    ("who", "path"),
    [
        ("agent", f"/my/claims/{HUGE}/"),
        ("agent", f"/my/enterprises/{HUGE}/"),
        ("agent", f"/files/evidence/{HUGE}/"),
        ("agent", f"/files/jobs/{HUGE}/"),
        ("verify", f"/console/cases/{HUGE}/"),
        ("pay", f"/finance/awards/{HUGE}/"),
        ("pay", f"/finance/jobs/{HUGE}/"),
        ("policy", f"/console/policies/{HUGE}/"),
        ("audit", f"/console/applications/event/{HUGE}/change/"),
        ("audit", "/console/applications/event/%00/change/"),
        ("agent", "/policies/xinxing/%00/"),
        ("agent", "/verify/%00/"),
    ],
)
def test_impossible_numbers_are_a_404(client, who, path):
    make_policy()
    client.force_login(make_user() if who == "agent" else make_officer(who))

    assert client.get(path).status_code == 404


def test_pages_of_pictures_that_no_paper_has(client):
    case = make_application()
    client.force_login(agent_of(case.applicant))
    item = case.evidence.first()

    for page in ("0", "9" * 12):
        assert client.get(f"/files/evidence/{item.pk}/pages/{page}.png").status_code == 404


@pytest.mark.parametrize("chosen", ["9" * 40, "9" * 5000, "-1", "1e9", "٣", "' OR 1=1"])
def test_an_archive_of_impossible_rows_is_refused(client, chosen):
    make_policy()
    client.force_login(make_officer(Duty.PAY))

    assert client.post(reverse("finance_archive"), {"award": chosen}).status_code == 409


@pytest.mark.parametrize(
    "query",
    [
        "by__password__startswith=m",
        "application__applicant__members__password__contains=a",
        "e=1&by__password__startswith=m",
        "_to_field=password",
        "o=password",
        "q=%00",
        "p=" + HUGE,
        "p=x",
    ],
)
def test_lists_of_the_console_answer_no_other_question(client, query):
    make_application()
    client.force_login(make_officer(Duty.AUDIT))

    answer = client.get(f"{reverse('console:applications_event_changelist')}?{query}")

    assert answer.status_code in {200, 302, 400}
    assert "md5$" not in answer.content.decode()


@pytest.mark.parametrize("query", ["after=%00", "q=%00", "status=%00", "clause=" + HUGE, "year=" + HUGE, "due=%FF"])
@pytest.mark.parametrize(("duty", "name"), [(Duty.VERIFY, "console:queue"), (Duty.PAY, "finance")])
def test_lists_survive_any_question(client, duty, name, query):
    make_policy()
    client.force_login(make_officer(duty))

    assert client.get(f"{reverse(name)}?{query}").status_code in {200, 422}


@pytest.mark.parametrize(
    "name", ["..\\..\\evil.pdf", "../../etc/passwd.pdf", "a\r\nSet-Cookie: x=1.pdf", "名\u202efdp.exe.pdf", "=1+1.pdf"]
)
def test_names_of_files_are_kept_as_words_and_never_as_paths(client, name):
    case = make_draft()
    item = case.evidence.first()
    Evidence.objects.filter(pk=item.pk).update(original_name=name)
    client.force_login(agent_of(case.applicant))

    answer = client.get(reverse("evidence_file", args=[item.pk]))

    b"".join(answer.streaming_content)
    assert re.fullmatch(
        r"attachment; filename=\"[A-Za-z0-9._-]+\"; filename\*=UTF-8''[A-Za-z0-9._~%-]+", answer["Content-Disposition"]
    )
    assert "Set-Cookie" not in answer.headers


def test_an_uploaded_name_never_reaches_the_store(client):
    case = make_draft(complete=False)
    client.force_login(agent_of(case.applicant))
    url = reverse("claim_evidence", args=[case.pk, "pue_report"])

    client.post(url, {"file": SimpleUploadedFile("../../../evil.pdf", samples.pdf("x"), "text/html")})

    assert not any("evil" in item.file.name or ".." in item.file.name for item in Evidence.objects.all())


def test_an_own_page_is_stored_nowhere(client):
    case = make_application()
    client.force_login(agent_of(case.applicant))

    for url in (reverse("claim", args=[case.pk]), reverse("desk"), "/", "/nothing/"):
        assert "no-store" in client.get(url)["Cache-Control"]


@pytest.mark.parametrize("path", ["/", "/nothing/", "/accounts/login/", "/healthz", "/verify/AAAA-AAAA-AAAA/", "/my/"])
def test_every_kind_of_answer_carries_the_policy(client, path):
    make_policy()

    answer = client.get(path)

    assert CSP in answer["Content-Security-Policy"]
    assert "unsafe" not in answer["Content-Security-Policy"]
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "Server" not in answer.headers
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_options_tells_no_stranger_what_there_is(client):
    case = make_application()
    client.force_login(make_user())

    assert client.options(reverse("claim", args=[case.pk])).status_code in {404, 405}
    assert client.options(reverse("console:case", args=[case.pk])).status_code == 404


def test_the_health_page_names_parts_and_nothing_else(client):
    answer = client.get("/healthz").json()

    assert answer.keys() == {"database", "broker", "storage", "oldest_outbox_seconds", "last_sound_check_seconds"}
    assert {answer[name] for name in ("database", "broker", "storage")} <= {"ok", "down"}


def test_the_page_of_a_paper_tells_no_more_than_the_paper(client):
    case = make_application(Status.GRANTED)
    notice = case.documents.get(kind="notice")
    page = client.get(reverse("verify_code", args=[notice.code])).content.decode()
    secrets = [
        case.applicant.contact_phone,
        case.applicant.bank_accounts.get().number,
        agent_of(case.applicant).username,
        notice.sha256 or "no bytes yet",
        reverse("document_file", args=[notice.pk]),
        case.evidence.first().sha256,
    ]

    assert notice.number in page
    assert [secret for secret in secrets if secret in page] == []


def test_a_refused_stranger_with_a_key_leaves_nothing(client):
    case = make_application()
    client.force_login(make_user())
    before = rows_of_the_case()

    answer = client.post(reverse("claim_submit", args=[case.pk]), {"idempotency_key": "mine"})

    assert answer.status_code == 404
    assert rows_of_the_case() == before


def test_nothing_in_a_sheet_computes(client):
    make_policy()
    client.force_login(make_officer(Duty.POLICY))

    answer = client.get(reverse("console:earlier_template"))

    sheets = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))
    assert not any(b"<f>" in sheets.read(name) for name in sheets.namelist())
