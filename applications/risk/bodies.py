"""Applicants that belong together: one account, one address, one person; young ones; groups within a round."""

from collections import defaultdict
from collections.abc import Callable

from applications.risk.case import Case, Finds, Found, Link, Shared
from applications.risk.registry import HARD, SOFT, signal

YOUNG, YOUNGISH = 30, 120  # days from the founding to the claim
CROWD = 8  # so many bodies share an accountant, a park or a common name
GROUP = 2  # others in the round, beside this applicant


def _of(case: Case, what: str) -> list[Shared]:
    return [row for row in case.shared if row.what == what and row.bodies]


def _sharing(what: str, words: str, points: int, crowd: int) -> Callable[[Case], Finds]:
    """Return a signal of something shared; where a crowd shares it, it says less."""

    def look(case: Case) -> Finds:
        for row in _of(case, what):
            text = f"{words}“{row.shown}”与其他 {row.bodies} 家申报单位相同"
            yield Found(crowd if row.bodies >= CROWD else points, text, links=row.links, key=row.shown)

    look.__doc__ = f"{what} shared with other applicants."
    return look


signal("body.account", "收款账号相同", bond=HARD)(_sharing("account", "收款账号", 45, 45))
signal("body.phone", "联系电话相同", bond=SOFT)(_sharing("phone", "联系电话", 7, 3))
signal("body.email", "电子邮箱相同", bond=SOFT)(_sharing("email", "电子邮箱", 7, 3))
signal("body.address", "注册地址相同", bond=SOFT)(_sharing("address", "注册地址", 8, 2))
signal("body.person", "法定代表人同名", bond=SOFT)(_sharing("person", "法定代表人姓名", 8, 2))
signal("body.user", "经办账号相同", bond=SOFT)(_sharing("user", "平台账号", 7, 3))


@signal("body.young", "新设单位")
def founded_just_before(case: Case) -> Finds:
    """Founded days before the claim: by itself no more than a reason to look."""
    if case.founded_on is None:
        return
    days = (case.filed_on - case.founded_on).days
    if 0 <= days <= YOUNGISH:
        yield Found(12 if days <= YOUNG else 5, f"成立 {days} 天后即提出申报", key=str(case.founded_on))


@signal("group.round", "同批关联申报")
def group_in_one_round(case: Case) -> Finds:
    """
    Others in the same round that share two or more things with this applicant, at least one of them telling.

    One accountant brings a phone, an e-mail and a user of the portal, so these three count as one thing.
    """
    bonds: dict[int, set[str]] = defaultdict(set)
    links: dict[int, Link] = {}
    for what, link in _bonds(case):
        if case.round is not None and link.round == case.round and link.applicant != case.applicant:
            bonds[link.applicant].add(what)
            links.setdefault(link.applicant, Link(link.case, link.applicant, round=link.round))
    bound = {applicant for applicant, kinds in bonds.items() if len(kinds) > 1 and kinds & TELLING}
    if bound:
        points = 35 if len(bound) >= GROUP else 20
        names = "、".join(sorted({what for applicant in bound for what in bonds[applicant]}))
        words = f"同一批次有 {len(bound)} 家申报单位与本单位同时在{names}方面相同"
        found = tuple(sorted(links[applicant] for applicant in bound))
        yield Found(points, words, links=found, key=",".join(str(applicant) for applicant in sorted(bound)))


THINGS = {
    "account": "收款账号",
    "phone": "联系方式",
    "email": "联系方式",
    "user": "联系方式",
    "address": "注册地址",
    "person": "法定代表人姓名",
}
PAGE, FILE = "材料页面", "材料文件"
TELLING = frozenset({"收款账号", "法定代表人姓名", PAGE, FILE})  # tenants of one park may share all the rest


def _bonds(case: Case) -> list[tuple[str, Link]]:
    found = [
        (THINGS[row.what], link)
        for row in case.shared
        if row.bodies < CROWD or row.what == "account"
        for link in row.links
    ]
    found += [(PAGE, match.other) for match in case.matches]
    found += [(FILE, echo.other) for echo in case.echoes if echo.what == "file" and echo.other]
    return found
