"""What must be true of a picture: whole, of a size that can be shown, and nothing hidden behind its end."""

import io
import re
import struct
import zlib
from typing import BinaryIO

from PIL import Image, UnidentifiedImageError

from applications.uploads.problems import BadUpload

MOST_PIXELS = 60_000_000
LONGEST_SIDE = 30_000
MOST_BEHIND_PNG = 1024

BROKEN = "图片已损坏或者不完整，请重新拍摄、扫描或者导出后再上传。"
HIDDEN = "图片末尾附有其他内容，请用看图软件另存为新的图片后重新上传。"
# Phones put a second picture or a short film behind the first; programs, pages and archives do not belong there.
FOREIGN = re.compile(
    rb"PK\x03\x04|PK\x05\x06|%PDF-|Rar!\x1a|7z\xbc\xaf\x27|\x7fELF|<script|<html|<\?php|<!doctype", re.IGNORECASE
)

JPEG_SIZES = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})  # start of frame, all codings
BITS = {(0, 1): 1, (0, 2): 2, (0, 4): 4, (0, 8): 8, (0, 16): 16, (2, 8): 24, (2, 16): 48, (3, 1): 1, (3, 2): 2}
BITS |= {(3, 4): 4, (3, 8): 8, (4, 8): 16, (4, 16): 32, (6, 8): 32, (6, 16): 64}


def check_jpeg(file: BinaryIO) -> int:
    """Return 1, the number of pages. Raises BadUpload. The size is read from the header before anything is decoded."""
    data = file.read()
    width, height = _jpeg_size(data)
    _refuse_size(width, height)
    end = _jpeg_end(data)
    if FOREIGN.search(data, end):
        raise BadUpload(HIDDEN)
    try:
        picture = Image.open(io.BytesIO(data), formats=["JPEG"])
        picture.draft("RGB", (1, 1))  # an eighth of the size: reads all the bytes, keeps little in memory
        picture.load()
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError):
        raise BadUpload(BROKEN) from None
    return 1


def _jpeg_size(data: bytes) -> tuple[int, int]:
    """Walk the segments to the frame header."""
    at = 2
    while at + 9 <= len(data):
        if data[at] != 0xFF:
            break
        marker = data[at + 1]
        if marker == 0xFF:  # a fill byte
            at += 1
            continue
        if marker in JPEG_SIZES:
            height, width = struct.unpack_from(">HH", data, at + 5)
            return width, height
        if marker == 0xDA or 0xD0 <= marker <= 0xD9:
            break
        at += 2 + struct.unpack_from(">H", data, at + 2)[0]
    raise BadUpload(BROKEN)


def _jpeg_end(data: bytes) -> int:
    """Return where the first picture ends: the end marker after its scans, not one inside a thumbnail."""
    at = 2
    while at + 4 <= len(data):
        if data[at] != 0xFF:
            break
        marker = data[at + 1]
        if marker == 0xD9:
            return at + 2
        if marker == 0xFF:
            at += 1
            continue
        at += 2 + struct.unpack_from(">H", data, at + 2)[0]
        if marker == 0xDA:
            # Entropy-coded bytes: FF is followed by 00 or a restart marker; anything else ends the scan.
            at = next((match.start() for match in re.finditer(rb"\xff[^\x00\xd0-\xd7\xff]", data[at:])), len(data)) + at
    if data[at : at + 2] == b"\xff\xd9":
        return at + 2
    raise BadUpload(BROKEN)


def check_png(file: BinaryIO) -> int:
    """Return 1, the number of pages. Raises BadUpload. Pixels are inflated in pieces and only counted."""
    data = file.read()
    if data[12:16] != b"IHDR" or len(data) < 33:
        raise BadUpload(BROKEN)
    width, height, depth, colour, _, _, interlaced = struct.unpack(">IIBBBBB", data[16:29])
    if (colour, depth) not in BITS:
        raise BadUpload(BROKEN)
    _refuse_size(width, height)

    room = _png_bytes(width, height, BITS[colour, depth], interlaced=bool(interlaced))
    inflate, inflated, at = zlib.decompressobj(), 0, 8
    while at + 12 <= len(data):
        length = struct.unpack_from(">I", data, at)[0]
        kind, body = data[at + 4 : at + 8], data[at + 8 : at + 8 + length]
        crc = data[at + 8 + length : at + 12 + length]
        if len(crc) < 4 or zlib.crc32(kind + body) != int.from_bytes(crc, "big"):
            raise BadUpload(BROKEN)
        at += 12 + length
        if kind == b"IDAT":
            inflated += _inflated(inflate, body, room - inflated)
        if kind == b"IEND":
            if inflated < room:
                raise BadUpload(BROKEN)
            if len(data) - at > MOST_BEHIND_PNG or FOREIGN.search(data, at):
                raise BadUpload(HIDDEN)
            return 1
    raise BadUpload(BROKEN)


def _inflated(inflate: "zlib._Decompress", body: bytes, room: int) -> int:
    """Return how many bytes a piece inflates to; more than the header leaves room for is a bomb."""
    found = 0
    while body:
        try:
            found += len(inflate.decompress(body, 1 << 20))
        except zlib.error:
            raise BadUpload(BROKEN) from None
        if found > room:
            raise BadUpload(BROKEN)
        body = inflate.unconsumed_tail
    return found


def _png_bytes(width: int, height: int, bits: int, *, interlaced: bool) -> int:
    """Return how many bytes the rows take, each with its filter byte; Adam7 has seven passes of their own size."""
    if not interlaced:
        return height * (1 + (width * bits + 7) // 8)
    passes = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
    total = 0
    for left, top, across, down in passes:
        columns, rows = -(-(width - left) // across), -(-(height - top) // down)
        if columns > 0 and rows > 0:
            total += rows * (1 + (columns * bits + 7) // 8)
    return total


def _refuse_size(width: int, height: int) -> None:
    if not width or not height:
        raise BadUpload(BROKEN)
    if width * height > MOST_PIXELS or max(width, height) > LONGEST_SIDE:
        raise BadUpload(f"图片过大（{width}×{height} 像素），请缩小到 {MOST_PIXELS // 10_000} 万像素以内后重新上传。")
