"""
A batch of notices on two cores beside a plain WeasyPrint loop over the same pages: rate, memory, size and text.

The plain loop is what one writes first: `HTML(string).write_pdf()`, the stylesheet in the page, and the faces that the
system has for the same styles (Noto Serif CJK SC, its bold, Noto Sans CJK SC). `--one-face` sets everything in the
first of them, which is the lightest plain page there can be and no official letter any more.

Each contestant has a process of its own, so that neither works among what the other left in memory; they take turns
every ten letters, so that noise of the machine falls on both. `ratio` is plain CPU time by ours. Then one process
makes `--count` letters and two make as many together; memory is told after every hundred.

Prints one JSON object and ends with 1 when a goal is missed: 3 times as many a core-second, two processes 1.8 times
one, at most 200 MiB and no growth over the batch, a third of the size, the same text.
"""

import argparse
import base64
import io
import json
import multiprocessing
import os
import re
import resource
import sys
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

from applications.documents import notice, render
from tests.letters import a_notice

SERIF, SANS = '"Noto Serif CJK SC"', '"Noto Sans CJK SC"'
SYSTEM = {"Fang": SERIF, "Hei": SANS, "Kai": SERIF, "Biaosong": SERIF, "Song": SERIF, "Rare": SERIF}
BOLD = "\n.mark span, h1 { font-weight: bold }"
IN_A_ROW = 10  # letters of one contestant before it is the other's turn
TOLD_EVERY = 100  # letters between two looks at the memory
CODE = re.compile(r'"letter:code/([^"]*)"')

FASTER, SCALE, MIB, GROWTH_MIB, SMALLER = 3.0, 1.8, 200, 16, 3.0


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

    from applications.documents.typesetting import code_of  # noqa: PLC0415  loads the same, and changes no habit

    def drawn(found: re.Match[str]) -> str:
        return f'"data:image/png;base64,{base64.b64encode(code_of(found[1])).decode()}"'

    page = CODE.sub(drawn, render.page_source(letter)).replace("</head>", f"<style>{style}</style></head>")
    return HTML(string=page).write_pdf()


# ---- processes ------------------------------------------------------------------------------------------------------


def contestant(line: Connection, style: str | None) -> None:
    """In a process of its own: make the letters asked for, plainly if there is a style; answer with time and bytes."""

    def make(number: int) -> bytes:
        return notice.build(letter_of(number)) if style is None else plain(letter_of(number), style)

    make(0)
    while (numbers := line.recv()) is not None:
        times = []
        for number in numbers:
            began = time.process_time()
            made = make(number)
            times.append((time.process_time() - began) * 1000)
        line.send((times, made))


def in_turn(rounds: int, style: str) -> tuple[list[float], list[float], bytes, bytes]:
    """Return CPU milliseconds of each letter of both, and the last letter of both."""
    spawn = multiprocessing.get_context("spawn")
    lines, workers = [], []
    for given in (style, None):
        here, there = spawn.Pipe()
        workers.append(spawn.Process(target=contestant, args=(there, given)))
        workers[-1].start()
        lines.append(here)
    times: list[list[float]] = [[], []]
    last = [b"", b""]
    for first in range(1, rounds + 1, IN_A_ROW):
        for place, line in enumerate(lines):
            line.send(range(first, min(first + IN_A_ROW, rounds + 1)))
            took, last[place] = line.recv()
            times[place] += took
    for line, worker in zip(lines, workers, strict=True):
        line.send(None)
        worker.join()
    return times[0], times[1], last[0], last[1]


def resident_mib() -> float:
    """Return the memory this process holds now, in MiB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return round(pages * resource.getpagesize() / 2**20, 1)


def many(first: int, count: int, gate: Any, answers: Any) -> None:
    """In a process of its own: make letters after a warm start; tell the memory after every hundred, and the times."""
    notice.build(letter_of(first))
    gate.wait()
    wall, cpu = time.perf_counter(), time.process_time()
    held = []
    for done, number in enumerate(range(first, first + count), start=1):
        notice.build(letter_of(number))
        if done % TOLD_EVERY == 0 or done == count:
            held.append(resident_mib())
            answers.put((done, held[-1]))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    answers.put((None, (time.perf_counter() - wall, time.process_time() - cpu, held, peak)))


def with_processes(processes: int, count: int, say: Callable[[str], Any]) -> dict[str, Any]:
    """Return letters per second of some processes that make `count` together, and their memory."""
    spawn = multiprocessing.get_context("spawn")
    gate, answers = spawn.Barrier(processes), spawn.Queue()
    share = count // processes
    workers = [spawn.Process(target=many, args=(1 + n * share, share, gate, answers)) for n in range(processes)]
    for worker in workers:
        worker.start()
    found: list[tuple[float, float, list[float], int]] = []
    while len(found) < processes:
        done, told = answers.get()
        if done is None:
            found.append(told)
        else:
            say(f"{processes} process(es): {done} of {share} letters, {told} MiB\n")
    for worker in workers:
        worker.join()
    made = share * processes
    return {
        "letters": made,
        "per_second": round(made / max(wall for wall, *_ in found), 2),
        "per_core_second": round(made / sum(cpu for _, cpu, *_ in found), 2),
        "peak_mib": max(peak for *_, peak in found),
        "mib_after_each_hundred": [held for _, _, held, _ in found],
        # What the first hundred needs (glyphs, styles) is kept; from there on nothing may grow.
        "growth_mib": round(max(held[-1] - held[0] for _, _, held, _ in found), 1),
    }


# ---- result ---------------------------------------------------------------------------------------------------------


def text_of(pdf: bytes) -> str:
    """Return the text layer without blanks and page numbers, which stand elsewhere where a page breaks elsewhere."""
    import pypdfium2  # noqa: PLC0415  needed at the end only

    document = pypdfium2.PdfDocument(io.BytesIO(pdf))
    pages = [page.get_textpage().get_text_bounded() for page in document]
    return re.sub("—[0-9]+—", "", "".join("".join(pages).split()))


def missed(result: dict[str, Any]) -> list[str]:
    """Return the goals that a result misses, in words."""
    goals = [
        (result["ratio"] >= FASTER, f"ratio {result['ratio']} is below {FASTER}"),
        (result["size_ratio"] >= SMALLER, f"size_ratio {result['size_ratio']} is below {SMALLER}"),
        (result["text_identical"], "the text differs"),
    ]
    if "scale" in result:
        both = [result["one_process"], result["two_processes"]]
        peak, growth = max(run["peak_mib"] for run in both), max(run["growth_mib"] for run in both)
        goals += [
            (result["scale"] >= SCALE, f"scale {result['scale']} is below {SCALE}"),
            (peak <= MIB, f"peak of {peak} MiB is above {MIB}"),
            (growth <= GROWTH_MIB, f"memory grows by {growth} MiB after the first hundred, more than {GROWTH_MIB}"),
        ]
    return [words for holds, words in goals if not holds]


def main() -> int:
    """Run the contestants in turn, then one and two processes; print one JSON object and say whether the goals hold."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--count", type=int, default=1000, help="notices of the batch (default 1000)")
    options.add_argument("--rounds", type=int, default=60, help="notices made by both in turn (default 60)")
    options.add_argument("--one-face", action="store_true", help="let the plain loop set everything in one face")
    options.add_argument("--no-processes", action="store_true", help="leave out one and two processes")
    asked = options.parse_args()

    plain_ms, ours_ms, other, mine = in_turn(asked.rounds, sheet(one_face=asked.one_face))
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
        one, two = (with_processes(number, asked.count, sys.stderr.write) for number in (1, 2))
        result |= {"one_process": one, "two_processes": two}
        result["scale"] = round(two["per_second"] / one["per_second"], 2)
    result["missed"] = missed(result)
    print(json.dumps(result, ensure_ascii=False))
    return 1 if result["missed"] else 0


if __name__ == "__main__":
    sys.exit(main())
