"""
Notices per core-second beside a plain WeasyPrint loop over the same pages, with size, text and memory of both.

The plain loop is what one writes first: `HTML(string).write_pdf()`, the stylesheet in the page, and the faces that the
system has for the same styles (Noto Serif CJK SC, its bold, Noto Sans CJK SC). `--one-face` sets everything in the
first of them, which is the lightest plain page there can be and no official letter any more.
Contestants run in turn, so that noise of the machine falls on both; `ratio` is plain CPU time by ours.
"""

import argparse
import base64
import io
import json
import multiprocessing
import os
import re
import resource
import time
from collections.abc import Callable
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

from applications.documents import notice, render
from tests.letters import a_notice

SERIF, SANS = '"Noto Serif CJK SC"', '"Noto Sans CJK SC"'
SYSTEM = {"Fang": SERIF, "Hei": SANS, "Kai": SERIF, "Biaosong": SERIF, "Song": SERIF, "Rare": SERIF}
BOLD = "\n.mark span, h1 { font-weight: bold }"
IN_A_ROW = 10  # letters of one contestant before it is the other's turn
CODE = re.compile(r'"letter:code/([^"]*)"')


def letter_of(number: int) -> notice.NoticeLetter:
    """Return one of many notices: another body and another sum each time."""
    return a_notice(
        applicant_name=f"新星市第{number}智算科技有限公司",
        letter_number=f"师新数兑〔2026〕{number}号",
        amount_fen=100_000_000 + number * 137,
        computed_fen=100_000_000 + number * 137,
    )


def sheet(*, one_face: bool) -> str:
    """Return the stylesheet with faces of the system in place of ours."""
    text = (render.TEMPLATE_DIR / render.STYLESHEET).read_text(encoding="utf-8")
    text = re.sub(r"@font-face \{.*?\}\n", "", text)
    # One face for figures and ideographs, or lines where two of the system meet grow and there is a page more.
    text = text.replace("Latin, ", "")
    for ours, theirs in SYSTEM.items():
        text = re.sub(rf"\b{ours}\b", SERIF if one_face else theirs, text)
    return text if one_face else text + BOLD


def plain(letter: notice.NoticeLetter, style: str) -> bytes:
    """Make the letter the plain way; what only our printer draws, the code, stands in the page as a picture."""
    from weasyprint import HTML  # noqa: PLC0415  half a second that --help should not cost

    from applications.documents.typesetting import code_of  # noqa: PLC0415  loads the same

    def drawn(found: re.Match[str]) -> str:
        return f'"data:image/png;base64,{base64.b64encode(code_of(found[1])).decode()}"'

    page = CODE.sub(drawn, render.page_source(letter)).replace("</head>", f"<style>{style}</style></head>")
    return HTML(string=page).write_pdf()


def timed(make: Callable[..., bytes], *told: Any) -> tuple[float, bytes]:
    """Return CPU milliseconds of this process and the bytes of one letter."""
    started = time.process_time()
    made = make(*told)
    return (time.process_time() - started) * 1000, made


def text_of(pdf: bytes) -> str:
    """Return the text layer without blanks and page numbers, which stand elsewhere where a page breaks elsewhere."""
    import pypdfium2  # noqa: PLC0415  needed at the end only

    document = pypdfium2.PdfDocument(io.BytesIO(pdf))
    pages = [page.get_textpage().get_text_bounded() for page in document]
    return re.sub("—[0-9]+—", "", "".join("".join(pages).split()))


def resident_mib() -> int:
    """Return the most memory this process has held, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def many(first: int, count: int, gate: Any, answers: Any) -> None:
    """In a process of its own: make letters after a warm start; answer with wall and CPU seconds and the memory."""
    notice.build(letter_of(first))
    gate.wait()
    wall, cpu = time.perf_counter(), time.process_time()
    for number in range(first, first + count):
        notice.build(letter_of(number))
    answers.put((time.perf_counter() - wall, time.process_time() - cpu, resident_mib()))


def with_processes(processes: int, count: int) -> dict[str, float]:
    """Return letters per second of some processes together, each making `count`, and their memory."""
    spawn = multiprocessing.get_context("spawn")
    gate, answers = spawn.Barrier(processes), spawn.Queue()
    workers = [spawn.Process(target=many, args=(1 + n * count, count, gate, answers)) for n in range(processes)]
    for worker in workers:
        worker.start()
    found = [answers.get() for _ in workers]
    for worker in workers:
        worker.join()
    return {
        "per_second": round(processes * count / max(wall for wall, _, _ in found), 2),
        "per_core_second": round(processes * count / sum(cpu for _, cpu, _ in found), 2),
        "mib": max(mib for _, _, mib in found),
    }


def main() -> None:
    """Run the contestants in turn, then one and two processes, and print one JSON object."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--count", type=int, default=1000, help="our notices for rate and memory (default 1000)")
    options.add_argument("--rounds", type=int, default=30, help="notices made by both in turn (default 30)")
    options.add_argument("--one-face", action="store_true", help="let the plain loop set everything in one face")
    options.add_argument("--no-processes", action="store_true", help="leave out one and two processes")
    asked = options.parse_args()

    style = sheet(one_face=asked.one_face)
    timed(plain, letter_of(0), style)
    timed(notice.build, letter_of(0))
    theirs, ours = [], []
    for first in range(1, asked.rounds + 1, IN_A_ROW):
        block = range(first, min(first + IN_A_ROW, asked.rounds + 1))
        theirs += [timed(plain, letter_of(number), style) for number in block]
        ours += [timed(notice.build, letter_of(number)) for number in block]
    other, mine = theirs[-1][1], ours[-1][1]
    plain_ms, ours_ms = [took for took, _ in theirs], [took for took, _ in ours]
    result: dict[str, Any] = {
        "rounds": asked.rounds,
        "plain_ms": round(sum(plain_ms) / len(plain_ms), 1),
        "ours_ms": round(sum(ours_ms) / len(ours_ms), 1),
        "ratio": round(sum(plain_ms) / sum(ours_ms), 2),
        "ratio_of_best": round(min(plain_ms) / min(ours_ms), 2),
        "plain_kib": round(len(other) / 1024),
        "ours_kib": round(len(mine) / 1024),
        "size_ratio": round(len(other) / len(mine), 2),
        "text_identical": text_of(other) == text_of(mine),
    }
    if not asked.no_processes:
        one, two = with_processes(1, asked.count), with_processes(2, asked.count)
        result |= {"one_process": one, "two_processes": two}
        result["scale"] = round(two["per_second"] / one["per_second"], 2)
    print(json.dumps(result, ensure_ascii=False))


if __name__ == "__main__":
    main()
