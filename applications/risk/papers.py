"""Papers that are those of other cases: the same bytes, the same number, the same page, the same figures."""

from collections import defaultdict
from collections.abc import Iterable

from applications.risk.case import Case, Echo, Finds, Found, Link, Match
from applications.risk.registry import HARD, signal

# Published papers and those of several makers: everybody on them shows the same file.
PUBLIC = frozenset(
    {
        *("national_case_list", "national_title_paper", "pilot_list", "selection_list", "scenario_recognition"),
        *("standard_text", "award_certificate", "recognition_paper", "major_project_paper", "settlement_agreement"),
    }
)
LEAST_FIGURES = 5  # equal on a page, before it says anything


def _names_the_other(case: Case, paper: int) -> bool:
    """Whether a paper is one that others may hold as well: a published one."""
    sheet = case.sheet(paper)
    return sheet is None or sheet.slot in PUBLIC


def _links(links: Iterable[Link]) -> tuple[Link, ...]:
    return tuple(sorted(set(links), key=lambda link: (link.case, link.evidence or 0, link.page or 0)))


def _key(links: Iterable[Link]) -> str:
    """A further applicant makes it another signal: what was set aside for one does not hold for the next."""
    return ",".join(str(applicant) for applicant in sorted({link.applicant for link in links}))


def _echoes(case: Case, what: str) -> dict[int, list[Echo]]:
    """Return what the ledger points out, by paper, where the other case is another applicant's."""
    found: dict[int, list[Echo]] = defaultdict(list)
    for echo in case.echoes:
        if echo.what == what and echo.other and echo.other.applicant != case.applicant:
            found[echo.paper].append(echo)
    return found


@signal("file.same", "同一文件", bond=HARD)
def same_file(case: Case) -> Finds:
    """The very bytes stand in a case of another applicant; published papers aside."""
    for paper, echoes in _echoes(case, "file").items():
        if not _names_the_other(case, paper):
            links = _links(echo.other for echo in echoes if echo.other)
            words = f"与其他申报单位上传的文件完全相同（{len({link.applicant for link in links})}家）"
            yield Found(40, words, paper, links=links, key=_key(links))


@signal("number.same", "编号相同", bond=HARD)
def same_number(case: Case) -> Finds:
    """The number stands on a paper of another kind or of another issuer at another applicant."""
    for paper, echoes in _echoes(case, "number").items():
        if not _names_the_other(case, paper):
            links = _links(echo.other for echo in echoes if echo.other)
            yield Found(30, echoes[0].text, paper, links=links, key=f"{echoes[0].text}|{_key(links)}")


@signal("number.near", "编号相近", bond=HARD)
def near_number(case: Case) -> Finds:
    """
    A number one digit off, or the next of one seller, stands at another applicant.

    A busy seller's numbers lie close by nature: what tells is the same sum under nearly the same number.
    """
    for what, points in (("near", 6), ("run", 3)):
        for paper, echoes in _echoes(case, what).items():
            twins = [echo for echo in echoes if echo.same_sum]
            shown = (twins or echoes)[0]
            words = f"{shown.text}，金额也相同" if twins else shown.text
            links = _links(echo.other for echo in twins or echoes if echo.other)
            yield Found(32 if twins else points, words, paper, links=links, key=f"{shown.text}|{_key(links)}")


def _pages(case: Case, kind: str) -> dict[tuple[int, int], list[Match]]:
    found: dict[tuple[int, int], list[Match]] = defaultdict(list)
    for match in case.matches:
        if match.kind == kind and match.other.applicant != case.applicant and not _names_the_other(case, match.paper):
            found[match.paper, match.page].append(match)
    return found


@signal("page.same", "页面相同", bond=HARD)
def same_page(case: Case) -> Finds:
    """A scan or a picture is that of another applicant, saved again or touched up."""
    for (paper, page), matches in _pages(case, "picture").items():
        links = _links(match.other for match in matches)
        alike = max(match.alike * 100 // match.of for match in matches)
        words = f"第{page}页的图像与其他申报单位的材料几乎相同（重合 {alike}%）"
        yield Found(40, words, paper, page, links, _key(links))


@signal("figures.same", "数值相同", bond=HARD)
def same_figures(case: Case) -> Finds:
    """Most of the figures on a page stand on a page of another applicant: a report written off."""
    for (paper, page), matches in _pages(case, "figures").items():
        best = max(matches, key=lambda match: match.alike)
        if best.alike >= LEAST_FIGURES:
            links = _links(match.other for match in matches)
            words = f"第{page}页的 {best.of} 个数值中有 {best.alike} 个与其他申报单位的材料相同"
            yield Found(35, words, paper, page, links, _key(links))
