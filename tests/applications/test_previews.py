"""Page pictures and page text of evidence."""

import io
from concurrent.futures import ThreadPoolExecutor

import pytest
from PIL import Image

from applications import previews
from tests import samples


def opened(png: bytes) -> Image.Image:
    """Return the picture, insisting that it is a PNG."""
    return Image.open(io.BytesIO(png), formats=["PNG"])


def test_a_page_is_drawn_at_the_asked_width():
    picture = opened(previews.page_image(io.BytesIO(samples.pdf("PUE 1.20", pages=2)), 2, width=595))

    assert picture.size == (595, 842)
    assert picture.convert("L").getextrema() == (0, 255)  # black letters on white paper


def test_a_page_of_absurd_size_stays_within_bounds():
    data = samples.pdf("x").replace(b"[0 0 595 842]", b"[0 0 10 14400]")

    picture = opened(previews.page_image(io.BytesIO(data), 1, width=1000))

    assert picture.width * picture.height <= previews.MOST_PIXELS * 1.01


def test_text_of_a_page_can_be_searched():
    data = samples.pdf("PUE 1.20", "3200P")

    assert previews.page_text(io.BytesIO(data), 1).split() == ["PUE", "1.20", "3200P"]
    assert previews.page_text(io.BytesIO(samples.jpeg()), 1) == ""


def test_pages_are_counted():
    assert previews.page_count(io.BytesIO(samples.pdf("x", pages=7))) == 7
    assert previews.page_count(io.BytesIO(samples.png())) == 1


@pytest.mark.parametrize("data", [samples.jpeg(800, 200), samples.png(800, 200, mode="RGBA")])
def test_a_picture_is_made_smaller_and_never_larger(data):
    assert opened(previews.page_image(io.BytesIO(data), 1, width=400)).size == (400, 100)
    assert opened(previews.page_image(io.BytesIO(data), 1, width=2000)).size == (800, 200)


def test_a_photograph_taken_sideways_stands_upright():
    turned = Image.Exif()
    turned[0x0112] = 6
    out = io.BytesIO()
    Image.new("RGB", (80, 40)).save(out, "JPEG", exif=turned)

    assert opened(previews.page_image(out, 1, width=400)).size == (40, 80)


def test_transparent_parts_are_paper():
    out = io.BytesIO()
    Image.new("RGBA", (4, 4), (255, 0, 0, 0)).save(out, "PNG")

    assert opened(previews.page_image(out, 1)).getpixel((0, 0)) == (255, 255, 255)


@pytest.mark.parametrize(
    ("data", "number", "sentence"),
    [
        (samples.pdf("x"), 2, "没有第 2 页。"),
        (samples.pdf("x"), 0, "没有第 0 页。"),
        (samples.jpeg(), 2, "没有第 2 页。"),
        (b"%PDF-1.7 broken", 1, "PDF 无法打开，请下载原件查看。"),
        (samples.png()[:20], 1, "图片无法显示，请下载原件查看。"),
    ],
)
def test_what_cannot_be_shown_says_so(data, number, sentence):
    with pytest.raises(previews.CannotShow) as caught:
        previews.page_image(io.BytesIO(data), number)
    assert str(caught.value) == sentence


def test_many_threads_may_draw_at_once():
    data = samples.pdf("x", pages=8)

    with ThreadPoolExecutor(8) as pool:
        drawn = list(pool.map(lambda page: previews.page_image(io.BytesIO(data), page % 8 + 1, width=200), range(40)))

    assert {opened(png).size for png in drawn} == {(200, 284)}
