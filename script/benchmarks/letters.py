"""
Letters per core-second against a plain WeasyPrint loop over the same pages, and the size and memory of both.

The plain loop is what one writes first: `HTML(string).write_pdf()` with the stylesheet in the page and the system's
Noto Serif CJK SC. Prints one JSON object; `ratio` is plain CPU time by ours, `size_ratio` plain bytes by ours.
"""

import argparse
import json
import os
import re
import resource
import time
from collections.abc import Callable

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

from applications.documents import notice, render
from tests.letters import a_notice


def plain_page(page: str) -> str:
    """Return the page with the stylesheet inside and every face replaced by the system's one."""
    sheet = (render.TEMPLATE_DIR / render.STYLESHEET).read_text(encoding="utf-8")
    sheet = re.sub(r"@font-face \{.*?\}\n", "", sheet)
    sheet = re.sub(r"\b(Fang|Hei|Kai|Biaosong|Song|Latin|Rare)\b", '"Noto Serif CJK SC"', sheet)
    return page.replace("</head>", f"<style>{sheet}</style></head>")


def plain(letter: notice.NoticeLetter) -> bytes:
    """Make the letter the plain way."""
    from weasyprint import HTML  # noqa: PLC0415  half a second that --help should not cost

    return HTML(string=plain_page(render.page_source(letter))).write_pdf()


def cpu_ms(make: Callable[[notice.NoticeLetter], bytes], letter: notice.NoticeLetter) -> tuple[float, int]:
    """Return CPU milliseconds and bytes of one letter."""
    started = time.process_time()
    made = make(letter)
    return (time.process_time() - started) * 1000, len(made)


def main() -> None:
    """Run both in turn, so that noise of the machine falls on both."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--count", type=int, default=20, help="letters of each kind (default 20)")
    options.add_argument("--memory", type=int, default=0, metavar="N", help="then make N more and report the memory")
    count = options.parse_args().count
    memory = options.parse_args().memory

    letters = [a_notice(applicant_name=f"新星市第{number}智算科技有限公司") for number in range(count)]
    cpu_ms(plain, letters[0])
    cpu_ms(notice.build, letters[0])
    rounds = [(cpu_ms(plain, letter), cpu_ms(notice.build, letter)) for letter in letters]
    ours = sorted(mine[0] for _, mine in rounds)
    theirs = sorted(other[0] for other, _ in rounds)
    result = {
        "letters": count,
        "plain_ms": round(sum(theirs) / count, 1),
        "ours_ms": round(sum(ours) / count, 1),
        "ours_best_ms": round(ours[0], 1),
        "ratio": round(sum(theirs) / sum(ours), 2),
        "plain_kib": round(rounds[-1][0][1] / 1024),
        "ours_kib": round(rounds[-1][1][1] / 1024),
        "size_ratio": round(rounds[-1][0][1] / rounds[-1][1][1], 2),
    }
    if memory:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        for number in range(memory):
            notice.build(a_notice(applicant_name=f"新星市第{number}算力有限公司"))
        result["peak_mib_growth"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024 - before
    print(json.dumps(result, ensure_ascii=False))


if __name__ == "__main__":
    main()
