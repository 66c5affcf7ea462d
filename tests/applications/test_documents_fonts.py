"""`script/fonts`: quick when nothing is to do, a clear word when it cannot, and a cut that keeps what is needed."""

import subprocess
import sys
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

from applications.documents import fonts, fonts_ready

SCRIPT = Path(__file__).resolve().parents[2] / "script" / "fonts"
needs_fonts = pytest.mark.skipif(bool(fonts_ready()), reason="script/fonts has not run")


@pytest.fixture
def script(monkeypatch, tmp_path):
    """Return the script as a module that writes into a folder of the test."""
    loader = SourceFileLoader("script_fonts", str(SCRIPT))
    module = module_from_spec(spec_from_loader(loader.name, loader))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    loader.exec_module(module)
    monkeypatch.setattr(module, "FONT_DIR", tmp_path)
    monkeypatch.setattr(fonts, "FONT_DIR", tmp_path)
    monkeypatch.setattr(sys, "argv", [str(SCRIPT)])
    return module


@needs_fonts
def test_a_second_run_finds_everything_in_place():
    done = subprocess.run([sys.executable, SCRIPT], capture_output=True, text=True, check=True)

    assert done.stdout == "公文字体已就绪。Fonts are ready.\n"


def test_without_apt_and_fonts_it_says_what_an_administrator_must_do(script, monkeypatch, capsys):
    monkeypatch.setattr(script, "PLACES", ())
    monkeypatch.setattr(script.shutil, "which", lambda name: None)

    assert script.main() == 0  # the site still serves everything but letters

    said = capsys.readouterr().err
    assert "本机没有 apt" in said
    assert "公文字体不全（缺：仿宋（正文）、黑体（一级标题）、" in said
    assert f"sudo apt-get update && sudo apt-get install --no-install-recommends {script.PACKAGES}" in said


def test_a_face_is_made_from_a_folder_given_by_hand(script, monkeypatch, capsys, tmp_path_factory):
    """Where the network is closed an administrator brings the files; here the cut faces stand for the originals."""
    made = SCRIPT.parents[1] / "var" / "fonts"
    if not (made / "latin.ttf").is_file():
        pytest.skip("script/fonts has not run")
    source = tmp_path_factory.mktemp("given")
    face = next(face for face in fonts.FACES if face.file == "latin.ttf")
    (source / face.source).write_bytes((made / face.file).read_bytes())
    monkeypatch.setattr(script, "FACES", (face,))
    monkeypatch.setattr(script, "PLACES", ())
    monkeypatch.setenv("FONT_SOURCE", str(source))

    assert script.main() == 0

    assert capsys.readouterr().out.startswith("公文字体已就绪（1 个）")
    assert set(range(0x20, 0x7F)) <= set(TTFont(script.FONT_DIR / face.file).getBestCmap())


@needs_fonts
@pytest.mark.parametrize("face", [face for face in fonts.FACES if face.characters == "chinese"])
def test_a_face_holds_gb2312_and_stands_in_the_common_square(face):
    font = TTFont(fonts.FONT_DIR / face.file)

    assert set(map(ord, "一第〔〕—·％≤≥×（）《》“”、。：；壹贰叁肆伍陆柒捌玖拾佰仟万亿圆整齄")) <= set(
        font.getBestCmap()
    )
    assert len(font.getBestCmap()) > 7_400
    measures = font["hhea"].ascent, font["hhea"].descent, font["hhea"].lineGap
    assert measures == (880, -120, 0)


@needs_fonts
def test_the_rare_face_is_the_simplified_chinese_one_and_holds_names():
    font = TTFont(fonts.FONT_DIR / "rare.otf")

    assert set(map(ord, "堃喆赟䶮㛃囍㎡")) <= set(font.getBestCmap())
    assert font["name"].getDebugName(4) == "Noto Serif CJK SC"
