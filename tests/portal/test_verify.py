"""The check of a paper against whoever would pass off another one: by its code, its file, its seal."""

import json
import socket

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from applications import papers, seals
from applications.documents import render
from applications.models import Authority, Document, Status
from applications.sealing import base, place_of
from applications.sealing.pkcs12 import Pkcs12Sealer
from tests import samples
from tests.factories import NOON, make_applicant, make_application
from tests.seals import NAME, configure, key_file, small_pdf

pytestmark = pytest.mark.django_db
JSON = {"HTTP_ACCEPT": "application/json"}


@pytest.fixture(autouse=True)
def _seal(settings, tmp_path, monkeypatch):
    settings.SEALING = "officer"
    base._made.cache_clear()
    configure(settings, tmp_path)
    monkeypatch.setattr(render, "pdf", lambda letter: small_pdf(f"code {letter.verify_code} {letter.signed}"))
    yield
    base._made.cache_clear()


def a_letter(*, sealed=True):
    letter = papers.make(make_application(Status.VERIFYING).documents.get(kind="acceptance"), at=NOON)
    return seals.seal(letter, by=None, at=timezone.now()) if sealed else letter


@pytest.fixture
def letter():
    return a_letter()


def bytes_of(document):
    with document.file.open("rb") as file:
        return file.read()


def drop(client, data, document=None, name="a.pdf", **more):
    """Send a file to the page of a paper, or to the page without one."""
    url = f"/verify/{document.code}/" if document else "/verify/"
    return client.post(url, {"file": SimpleUploadedFile(name, data)}, **more)


def said(answer):
    return answer.content.decode()


# ---- what the page says


def test_sealed_paper_says_whose_seal_it_has_and_until_when(client, letter):
    page = said(client.get(f"/verify/{letter.code}/"))

    for words in ("文书真实有效", "签章有效", NAME, letter.certificate, "证书有效期至", "印章图样本身不具有法律效力"):
        assert words in page


def test_paper_that_waits_is_not_called_valid(client):
    letter = a_letter(sealed=False)

    page = said(client.get(f"/verify/{letter.code}/"))

    assert "文书真实，待签章" in page
    assert "文书真实有效" not in page


def test_replaced_paper_leads_to_the_new_one_and_back(client, letter):
    new = Document.objects.exclude(pk=letter.pk).create(
        **{
            name: getattr(letter, name) for name in ("application", "authority", "kind", "year", "content", "issued_at")
        },
        code=papers.new_code(),
        sequence=900,
        number="新文号",
    )
    papers.supersede(letter, by=new, officer=None, at=NOON)

    old_page, new_page = (said(client.get(f"/verify/{row.code}/")) for row in (letter, new))

    assert "文书真实，已被替代" in old_page
    assert f'<a href="/verify/{new.code}/">新文号</a>替代' in old_page
    assert f'<a href="/verify/{letter.code}/">{letter.number}</a>' in new_page


def test_page_and_programs_learn_nothing_that_the_paper_does_not_say(client, letter):
    application = letter.application
    page, plain = client.get(f"/verify/{letter.code}/"), client.get(f"/verify/{letter.code}/", **JSON)

    for secret in (application.applicant.address or "无此地址", "documents/", application.status):
        assert secret not in said(page)
    assert set(plain.json()) == {"verdict", "words", "demo", "paper", "seal"}
    assert plain.json()["paper"]["number"] == letter.number
    assert plain.json()["seal"]["state"] == "valid"
    assert plain.json()["verdict"] == "valid"


def test_a_stored_file_that_was_exchanged_is_a_broken_seal(client, letter):
    storage, name = letter.file.storage, letter.file.name
    data = bytes_of(letter)
    storage.delete(name)
    storage.save(name, SimpleUploadedFile("x", data.replace(b"code ", b"kode ")))

    assert "签章无效" in said(client.get(f"/verify/{letter.code}/"))


# ---- a file, with and without a code


def test_genuine_file_is_found_by_its_bytes(client, letter):
    page = said(drop(client, bytes_of(letter)))

    assert '<p class="notice-title">一致</p>' in page
    assert letter.number in page


def test_paper_from_before_the_seal_is_known_as_such(client, letter):
    waiting = a_letter(sealed=False)
    data = bytes_of(waiting)
    seals.seal(waiting, by=None, at=NOON)

    assert "签章前的文件" in said(drop(client, data))


def test_program_finds_a_paper_by_its_hash_alone(client, letter):
    found = client.get("/verify/", {"sha256": letter.sha256.upper()}, **JSON)
    lost = client.get("/verify/", {"sha256": "0" * 64}, **JSON)

    assert (found.json()["file"]["verdict"], found.json()["paper"]["code"]) == ("same", letter.code)
    assert (lost.status_code, lost.json()["verdict"]) == (404, "unknown")


def test_one_changed_byte_is_a_changed_paper(client, letter):
    data = bytes_of(letter)
    place = data.index(b"72 700 Td")
    changed = data[:place] + b"73" + data[place + 2 :]

    for answer in (drop(client, changed), drop(client, changed, letter)):
        assert "不一致（被改动）" in said(answer)
        assert "数字签名无效：签名之后，文件内容被改动。" in said(answer)
        assert "文书真实有效" not in said(answer)
    assert drop(client, changed, **JSON).json()["verdict"] == "altered"


def test_what_is_appended_after_the_signature_is_seen(client, letter):
    appended = bytes_of(letter) + b"\n9 0 obj\n<< >>\nendobj\n"

    page = said(drop(client, appended, letter))

    assert "原有数字签名之后，文件又被追加了内容。" in page
    assert "文件被改动" in page


def test_seal_of_the_same_name_by_another_certificate_is_named_as_such(client, letter, settings, tmp_path):
    settings.SEALS = {"xinxing": key_file(tmp_path, NAME, file="forged.p12")}
    pdf = small_pdf(f"code {letter.code} True")
    forged = Pkcs12Sealer().seal(pdf, authority=Authority(code="xinxing", name="某局"), place=place_of(pdf))

    page = said(drop(client, forged))

    assert "数字签名不是该单位作出的。证书上的名称与该单位相同，但证书不是该单位登记的证书，系冒名签名。" in page


def test_file_signed_by_the_authority_elsewhere_is_not_our_paper(client, letter):
    pdf = small_pdf(f"code {letter.code} more money")
    other = Pkcs12Sealer().seal(pdf, authority=Authority(code="xinxing", name="某局"), place=place_of(pdf))

    assert "不是本平台就该核验码出具的文件" in said(drop(client, other))


def test_genuine_paper_under_the_code_of_another_is_told_apart(client, letter):
    other = a_letter()

    page = said(drop(client, bytes_of(other), letter))

    assert "是另一份文书" in page
    assert f'<a href="/verify/{other.code}/">{other.number}</a>' in page
    assert "文书真实有效" not in page


def test_a_number_alone_reads_nobodys_paper_out(client, letter):
    page = said(drop(client, small_pdf("2026 number 1")))
    numbered = said(drop(client, small_pdf(letter.number.encode("ascii", "ignore").decode())))

    for text in (page, numbered):
        assert "不是本平台出具的文书" in text
        assert letter.application.applicant.name not in text


def test_other_files_are_refused_and_nothing_is_kept(client, letter):
    storage = letter.file.storage
    before = _stored(storage, "")

    assert drop(client, b"").status_code == 422 or "不是本平台出具的文书" in said(drop(client, b""))
    assert "脚本" in said(drop(client, samples.pdf_with_script()))
    assert "内容却是" in said(drop(client, b"MZ\x90\x00", name="a.pdf"))
    assert drop(client, bytes_of(letter).replace(b"%%EOF", b"%%E0F")).status_code == 200
    assert client.post("/verify/").status_code == 422
    assert _stored(storage, "") == before


def _stored(storage, folder):
    folders, files = storage.listdir(folder)
    return sorted(files) + [name for inner in folders for name in _stored(storage, f"{folder}{inner}/")]


def test_no_address_in_a_file_is_ever_asked(client, letter, monkeypatch):
    asked = []
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: asked.append(args) or [])
    pdf = small_pdf("http://169.254.169.254/latest")

    drop(client, bytes_of(letter) + b"%")
    drop(client, pdf)

    assert asked == []


# ---- guessing


def test_answers_to_wrong_codes_tell_nothing_apart(client, letter):
    near = letter.code[:-1] + ("2" if letter.code[-1] != "2" else "3")
    sizes = {len(client.get(f"/verify/{code}/").content) for code in (near, "AAAA-BBBB-CCCC", "2222-3333-4444")}

    assert len(sizes) == 1


def test_files_are_looked_at_a_dozen_times_a_minute(client, letter):
    answers = [drop(client, b"x" * place, letter).status_code for place in range(1, 14)]

    assert answers == [200] * 12 + [429]
    assert json.loads(drop(client, b"x", **JSON).content)["verdict"] == "too_many"


def test_hashes_are_limited_like_codes(client, letter):
    answers = [client.get("/verify/", {"sha256": "0" * 64}).status_code for _ in range(41)]

    assert answers == [404] * 40 + [429]


# ---- names that carry markup


def test_names_are_shown_and_not_run(client):
    applicant = make_applicant("<script>alert(1)</script>")
    letter = make_application(Status.VERIFYING, applicant=applicant).documents.get(kind="acceptance")

    page = said(client.get(f"/verify/{letter.code}/"))

    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


@pytest.mark.parametrize("others", [0, 30])
def test_page_costs_the_same_however_many_papers_there_are(client, letter, django_assert_num_queries, others):
    for place in range(others):
        names = ("application", "authority", "kind", "year", "content", "issued_at")
        kept = {name: getattr(letter, name) for name in names}
        Document.objects.create(**kept, code=papers.new_code(), sequence=500 + place, number=f"测{place}")

    with django_assert_num_queries(1):
        client.get(f"/verify/{letter.code}/")
