"""
The faces that letters are set in, and whether this machine has them.

`script/fonts` cuts one file per face into FONT_DIR; `render.py` uses those files and no font of the system, so that a
letter has the same bytes on every machine. Nothing here imports WeasyPrint (half a second) or Django.
"""

import os
from dataclasses import dataclass
from pathlib import Path

# Fonts belong to the machine and not to the data, so they have their own place; read here and not in the settings
# because `script/fonts` runs before there is an environment with Django.
FONT_DIR = Path(os.environ.get("FONT_DIR") or Path(__file__).resolve().parents[2] / "var" / "fonts").absolute()


@dataclass(frozen=True)
class Face:
    """
    One face: the file cut for us, the file it is cut from, and the Debian package that brings the source.

    `index` is the place in a collection: the simplified Chinese face of Noto Serif CJK is its third.
    """

    file: str
    label: str
    source: str
    package: str
    characters: str  # "chinese" GB2312 and punctuation, "ascii", or "rare" for what GB2312 lacks
    index: int = 0


FACES = (
    Face("fang.otf", "仿宋（正文）", "FandolFang-Regular.otf", "texlive-lang-chinese", "chinese"),
    Face("hei.otf", "黑体（一级标题）", "FandolHei-Regular.otf", "texlive-lang-chinese", "chinese"),
    Face("kai.otf", "楷体（二级标题）", "FandolKai-Regular.otf", "texlive-lang-chinese", "chinese"),
    Face("biaosong.otf", "粗宋（标题）", "FandolSong-Bold.otf", "texlive-lang-chinese", "chinese"),
    Face("song.otf", "宋体（页码）", "FandolSong-Regular.otf", "texlive-lang-chinese", "chinese"),
    Face("latin.ttf", "西文数字", "LiberationSerif-Regular.ttf", "fonts-liberation", "ascii"),
    Face("rare.otf", "生僻字", "NotoSerifCJK-Regular.ttc", "fonts-noto-cjk", "rare", index=2),
)


def fonts_ready(folder: Path | None = None) -> list[str]:
    """Return the labels of the faces that are missing; an empty list means that letters can be made."""
    folder = folder or FONT_DIR
    return [face.label for face in FACES if not (folder / face.file).is_file()]
