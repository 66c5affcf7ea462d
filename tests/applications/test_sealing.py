"""The seal itself: place, picture, certificate, and that nothing of a secret gets out."""

import logging
import os
from dataclasses import replace
from datetime import timedelta
from io import BytesIO

import pypdf
import pytest
import time_machine
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption
from cryptography.hazmat.primitives.serialization import pkcs12 as container
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.utils import timezone
from weasyprint import HTML

from applications.documents import render
from applications.models import Authority
from applications.sealing import Place, SealFailed, base, picture, place_of, sealer
from applications.sealing.pkcs12 import Pkcs12Sealer, signer_name
from applications.sealing.selfmade import make_self_signed
from applications.sealing.signatures import signatures_of
from portal import environment
from portal.checks import seals_can_be_used
from tests.letters import a_notice
from tests.seals import NAME, PASSWORD, Recorder, configure, key_file, small_pdf

XINXING = Authority(code="xinxing", name="第十三师新星市发展和改革委员会（数据局）", demo=True)


@pytest.fixture
def sealed(settings, tmp_path):
    """A letter of one page with a seal."""
    configure(settings, tmp_path)
    pdf = small_pdf("7K3Q-9XWM-2TPA")
    return pdf, Pkcs12Sealer().seal(pdf, authority=XINXING, place=place_of(pdf))


# ---- what is added to the file


def test_seal_is_added_after_the_letter_and_signs_all_of_it(sealed):
    pdf, signed = sealed

    (found,) = signatures_of(signed)

    assert signed.startswith(pdf)
    assert (found.holds, found.whole, found.signer) == (True, True, NAME)


def test_signature_is_pades_forbids_changes_and_stands_over_the_date(sealed):
    reader = pypdf.PdfReader(BytesIO(sealed[1]))

    (field,) = reader.trailer["/Root"]["/AcroForm"]["/Fields"]
    widget = field.get_object()
    left, bottom, right, top = (float(number) for number in widget["/Rect"])

    assert widget["/V"]["/SubFilter"] == "/ETSI.CAdES.detached"
    assert reader.trailer["/Root"]["/Perms"]["/DocMDP"]["/Reference"][0]["/TransformParams"]["/P"] == 1
    assert ((left + right) / 2, (bottom + top) / 2) == pytest.approx((390, 302), abs=1)
    assert right - left == pytest.approx(119, abs=1)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # WeasyPrint leaves its profile open
def test_archive_marks_of_a_letter_survive_the_seal(settings, tmp_path):
    page = '<p>x<span id="seal-from">day</span><span id="seal-to"></span></p>'
    pdf = HTML(string=page).write_pdf(pdf_variant="pdf/a-3u")
    configure(settings, tmp_path)

    signed = Pkcs12Sealer().seal(pdf, authority=XINXING, place=place_of(pdf))

    before, after = (pypdf.PdfReader(BytesIO(data)).trailer["/Root"] for data in (pdf, signed))
    assert after["/OutputIntents"][0]["/S"] == before["/OutputIntents"][0]["/S"]
    assert after["/Metadata"].get_data() == before["/Metadata"].get_data()
    assert b"pdfaid:part" in after["/Metadata"].get_data()


# ---- where it goes and what it looks like


def test_place_follows_the_letter():
    pdf = render.pdf(replace(a_notice(), signed=True))

    place = place_of(pdf)

    assert place.page == len(pypdf.PdfReader(BytesIO(pdf)).pages) - 1
    # GB/T 9704 7.3.5.1: the name is centred over the date, whose edge stands at most four characters from the text's.
    assert 595 - 74 - place.x == pytest.approx(157.6, abs=12)


def test_a_pdf_without_the_marks_gets_no_seal():
    with pytest.raises(SealFailed, match="没有标明签章位置"):
        place_of(render.pdf(a_notice()))


@pytest.mark.parametrize("name", ["山西省数据局", "第十三师新星市发展和改革委员会（数据局）", "很" * 40])
def test_ring_names_the_authority_and_a_demonstration_says_so(name):
    plain, demo = picture.drawing(name, demo=False), picture.drawing(name, demo=True)

    assert plain.count(b" cm") == len(name)
    assert demo.count(b" cm") == len(name) + 2
    assert plain.count(b" f\n") == len(name), "every character has its outline"


def test_seal_of_the_longest_name_stays_in_its_ring():
    numbers = [
        float(word)
        for line in picture.drawing("很" * 40, demo=False).split(b"\n")
        if b" cm" in line
        for word in line.split()[5:7]
    ]

    assert all(0 < number < picture.DIAMETER_PT for number in numbers)


# ---- the certificate


def why_not(settings, key):
    settings.SEALS = {"xinxing": key} if key else {}
    return Pkcs12Sealer().why_not(XINXING)


def test_what_is_missing_is_said(settings, tmp_path):
    good = key_file(tmp_path)
    gone = key_file(tmp_path, file="gone.p12")
    (tmp_path / "gone.p12").unlink()
    wrong = key_file(tmp_path, file="wrong.p12")
    wrong.password = "another"

    assert why_not(settings, good) == ""
    assert "尚未配置" in why_not(settings, None)
    assert "不存在" in why_not(settings, gone)
    assert "口令不符" in why_not(settings, wrong)


def test_certificate_counts_in_its_time_only(settings, tmp_path):
    key = key_file(tmp_path, days=10, since=1)
    settings.SEALS = {"xinxing": key}
    sealing, pdf = Pkcs12Sealer(), small_pdf()
    now = timezone.now()

    with time_machine.travel(now - timedelta(days=3)):
        assert "尚未生效" in sealing.why_not(XINXING)
    assert sealing.why_not(XINXING) == ""
    with time_machine.travel(now + timedelta(days=10)):
        assert "到期" in sealing.why_not(XINXING)
        with pytest.raises(SealFailed, match="到期"):
            sealing.seal(pdf, authority=XINXING, place=place_of(pdf))


def test_a_file_without_its_key_is_refused(settings, tmp_path):
    key = key_file(tmp_path)
    opened = container.load_pkcs12((tmp_path / "seal.p12").read_bytes(), PASSWORD.encode())
    lone = container.serialize_key_and_certificates(
        None, None, None, [opened.cert.certificate], BestAvailableEncryption(PASSWORD.encode())
    )
    (tmp_path / "seal.p12").write_bytes(lone)

    assert "没有私钥" in why_not(settings, key)


def test_an_exchanged_file_counts_at_once(settings, tmp_path):
    configure(settings, tmp_path)
    sealing = Pkcs12Sealer()
    first = sealing.describe(XINXING).certificate
    key_file(tmp_path, "新印章")
    os.utime(tmp_path / "seal.p12", (1, 1))

    assert sealing.describe(XINXING).signer == "新印章"
    assert sealing.describe(XINXING).certificate != first


def test_self_made_seal_is_rsa_of_3072_bits_and_marked(tmp_path):
    data = make_self_signed("第十三师新星市发展和改革委员会（数据局）（演示）", PASSWORD, days=5, at=timezone.now())

    opened = container.load_pkcs12(data, PASSWORD.encode())

    assert isinstance(opened.key, rsa.RSAPrivateKey)
    assert opened.key.key_size == 3072
    assert signer_name(opened.cert.certificate) == "第十三师新星市发展和改革委员会（数据局）（演示）"
    assert "演示（无法律效力）" in opened.cert.certificate.subject.rfc4514_string()


def test_demo_seals_are_made_once_for_a_demonstration_only(tmp_path, monkeypatch):
    folder = tmp_path / "seals"
    monkeypatch.setattr("portal.management.commands.make_demo_seals.AUTHORITIES", {"xinxing": ("某局", "", "")})
    monkeypatch.delenv("DEMO", raising=False)
    with pytest.raises(CommandError):
        call_command("make_demo_seals", folder)

    monkeypatch.setenv("DEMO", "1")
    call_command("make_demo_seals", folder)
    made = (folder / "xinxing.p12").read_bytes()
    call_command("make_demo_seals", folder)

    assert (folder / "xinxing.p12").read_bytes() == made
    assert [oct(file.stat().st_mode & 0o777) for file in folder.iterdir()] == ["0o600", "0o600"]
    assert environment.seals({}, folder, demo=False) == {}
    assert list(environment.seals({}, folder, demo=True)) == ["xinxing"]


# ---- secrets


def test_password_is_in_no_error_no_log_and_no_representation(settings, tmp_path, caplog):
    caplog.set_level(logging.DEBUG)
    configure(settings, tmp_path)
    sealing, pdf = Pkcs12Sealer(), small_pdf()
    place = place_of(pdf)
    sealing.seal(pdf, authority=XINXING, place=place)
    (tmp_path / "seal.p12").write_bytes(b"no container")
    os.utime(tmp_path / "seal.p12", (1, 1))

    with pytest.raises(SealFailed) as failure:
        sealing.seal(pdf, authority=XINXING, place=place)

    chain = [failure.value, failure.value.__context__, failure.value.__cause__]
    seen = caplog.text + "".join(f"{error!r}{error}" for error in chain) + repr(vars(sealing))
    assert PASSWORD not in seen
    assert PASSWORD not in repr(environment.KeyFile("a.p12", PASSWORD))


def test_environment_names_seals_and_refuses_one_without_password(tmp_path):
    given = {"SEAL_XIN_XING": "/run/a.p12", "SEAL_XIN_XING_PASSWORD": PASSWORD, "SEALER": "x", "SEALING": "officer"}

    found = environment.seals(given, tmp_path, demo=True)

    assert found == {"xin-xing": environment.KeyFile("/run/a.p12", PASSWORD)}
    with pytest.raises(ImproperlyConfigured, match="SEAL_B_PASSWORD") as refusal:
        environment.seals({"SEAL_B": "/run/b.p12", "SEAL_A_PASSWORD": PASSWORD}, tmp_path, demo=False)
    assert PASSWORD not in str(refusal.value)


def test_start_says_which_seal_is_over_or_cannot_be_opened(settings, tmp_path):
    over, wrong = key_file(tmp_path, days=1, since=3, file="a.p12"), key_file(tmp_path, file="b.p12")
    soon, good = key_file(tmp_path, days=20, file="c.p12"), key_file(tmp_path, file="d.p12")
    wrong.password = "not-this-one"
    settings.SEALS = {"over": over, "wrong": wrong, "soon": soon, "good": good}

    told = {warning.msg.split()[3]: warning for warning in seals_can_be_used()}

    assert sorted(told) == ["over", "soon", "wrong"]
    assert "ended on" in told["over"].msg
    assert "到期" in told["over"].hint
    assert "ends on" in told["soon"].msg
    assert "password is wrong" in told["wrong"].msg
    assert "not-this-one" not in str(told)


# ---- other services


def test_time_stamp_service_that_is_away_is_said_without_its_address(settings, tmp_path):
    configure(settings, tmp_path)
    settings.SEALING_TIMESTAMP_URL = "http://127.0.0.1:9/stamp?token=abc"
    pdf = small_pdf()

    with pytest.raises(SealFailed, match="时间戳服务没有应答") as failure:
        Pkcs12Sealer().seal(pdf, authority=XINXING, place=place_of(pdf))

    assert "abc" not in str(failure.value)
    assert Pkcs12Sealer().describe(XINXING).means == "PAdES B-T"


def test_another_service_is_named_by_its_setting(settings, tmp_path):
    configure(settings, tmp_path)
    settings.SEALER = "tests.seals.Recorder"
    base._made.cache_clear()
    Recorder.asked.clear()

    sealer().seal(small_pdf(), authority=XINXING, place=Place(0, 100.0, 100.0))

    assert Recorder.asked == [("xinxing", Place(0, 100.0, 100.0))]
    assert sealer() is sealer()
