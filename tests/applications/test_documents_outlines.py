"""The bare fonts that letters embed: right glyphs under the right numbers, as wide and as drawn as in the face."""

import io
import itertools

import pytest
from fontTools.cffLib import CFFFontSet
from fontTools.pens.recordingPen import RecordingPen
from fontTools.ttLib import TTFont

from applications.documents import fonts_ready
from applications.documents.fonts import FACES, FONT_DIR
from applications.documents.outlines import BARE, GRID, Outlines

pytestmark = pytest.mark.skipif(bool(fonts_ready()), reason="script/fonts has not run")

TEXT = "第十三师新星市奖补资金兑现通知书〔2026〕号，。（）“”①～A—"
CHINESE = [face.file for face in FACES if face.characters == "chinese"]


def points(drawn: RecordingPen) -> list[tuple[float, float]]:
    return list(itertools.chain.from_iterable(args for _, args in drawn.value))


def contours(drawn: RecordingPen) -> int:
    return sum(step == "moveTo" for step, _ in drawn.value)


@pytest.mark.parametrize("file", CHINESE)
def test_a_bare_font_holds_the_glyphs_under_their_numbers(file):
    face = TTFont(FONT_DIR / file)
    names, numbers = face.getBestCmap(), face.getReverseGlyphMap()
    wanted = {character: numbers[names[ord(character)]] for character in TEXT if ord(character) in names}

    made = Outlines(FONT_DIR / file).font_of(wanted.values())

    assert made.startswith(BARE)
    font = CFFFontSet()
    font.decompile(io.BytesIO(made), None)
    top = font[0]
    assert top.charset == [".notdef", *(f"cid{number:05d}" for number in sorted(wanted.values()))]
    glyphs = face.getGlyphSet()
    for character, number in wanted.items():
        mine, theirs = RecordingPen(), RecordingPen()
        string = top.CharStrings[f"cid{number:05d}"]
        string.draw(mine)
        glyphs[names[ord(character)]].draw(theirs)
        assert contours(mine) == contours(theirs), character
        assert string.width == face["hmtx"][names[ord(character)]][0]
        far = [
            min(max(abs(x - a), abs(y - b)) for a, b in points(theirs)) for x, y in points(mine)
        ]  # each point lies near one of the face
        assert max(far) <= GRID / 2


def test_equal_glyphs_make_equal_bytes_in_any_order():
    outlines = Outlines(FONT_DIR / "fang.otf")

    assert outlines.font_of([40, 7, 1000]) == Outlines(FONT_DIR / "fang.otf").font_of([1000, 40, 7])


def test_the_face_for_rare_characters_is_left_to_the_library():
    assert {file: Outlines(FONT_DIR / file).usable for file in (*CHINESE, "rare.otf")} == dict.fromkeys(
        CHINESE, True
    ) | {"rare.otf": False}
