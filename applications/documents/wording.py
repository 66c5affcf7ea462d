"""
What an authority may word by itself in its letters, and within which limits.

The law's sentences (reasons, basis, remedies, terms) stand in the templates and cannot be worded away. Adjustable are
the parts below; in them `{{标签}}` stands for a value of the case. A text is checked when it is saved, so that a letter
never meets a tag it does not know.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

TAG = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")

AUTHORITY = ("主管单位", "咨询电话", "办公地址")
CASE = ("单位名称", "统一社会信用代码", "申报编号", "政策名称", "条款", "事项名称")
ADDRESS = re.compile(r"https?://[^\s，。；）]+")


@dataclass(frozen=True)
class Part:
    """
    One adjustable part: its built-in text, the tags that may and those that must stand in it.

    A part that may be empty is left out of the letter then.
    """

    key: str
    label: str
    default: str
    tags: tuple[str, ...] = ()
    needed: tuple[str, ...] = ()
    longest: int = 200
    may_be_empty: bool = False
    help: str = ""


@dataclass(frozen=True)
class Kind:
    """One kind of letter: its name and its adjustable parts in the order of the page."""

    code: str
    name: str
    parts: tuple[Part, ...]

    def part(self, key: str) -> Part:
        """Return one part."""
        return next(part for part in self.parts if part.key == key)


CLAIM = "（申报编号：{{申报编号}}；申报事项：《{{政策名称}}》{{条款}}“{{事项名称}}”）收悉。"
RECEIVED = "你单位（统一社会信用代码：{{统一社会信用代码}}）于{{收到日期}}提交的奖补资金申报" + CLAIM
NAMED = ("申报编号", "政策名称", "条款")
RECOVERY = (
    "关于你单位（统一社会信用代码：{{统一社会信用代码}}）申报取得“{{事项名称}}”奖补资金（申报编号：{{申报编号}}；"
    "兑现通知书：{{通知书文号}}）一案（案号：{{案号}}），"
)


def _kind(
    code: str, name: str, opening: str, *more: str, needed: tuple[str, ...] = NAMED, remedies: bool = False
) -> Kind:
    """Return a kind with the parts that every letter has, around its own opening; `more` are tags of this kind."""
    tags = (*CASE, *more, *AUTHORITY)
    parts = [
        Part("heading", "发文机关标志", "{{主管单位}}", ("主管单位",), longest=30, help="文书首页红色的机关名称。"),
        Part("opening", "开头语", opening, tags, needed, 300, help="正文第一句；其后的结论由文种固定，不能修改。"),
        Part("closing", "结束语", "", tags, longest=200, may_be_empty=True, help="正文最后一段，可以不写。"),
        Part(
            "contact",
            "联系方式",
            "咨询电话：{{咨询电话}}。",
            AUTHORITY,
            longest=120,
            may_be_empty=True,
            help="所用标签都没有内容时，这一行不印。",
        ),
        Part("copies_to", "抄送", "", AUTHORITY, longest=120, may_be_empty=True, help="版记中的抄送机关，不写句号。"),
        Part("printed_by", "印发机关", "{{主管单位}}", ("主管单位",), longest=40, help="版记中的印发机关。"),
    ]
    if remedies:
        parts += [
            Part("review_organ", "行政复议机关", "{{复议机关}}", ("复议机关",), longest=60),
            Part("court", "行政诉讼管辖法院", "{{人民法院}}", ("人民法院",), longest=60),
            Part(
                "channel",
                "行政复议的互联网渠道",
                "{{在线渠道}}",
                ("在线渠道",),
                longest=120,
                help="行政复议法第二十二条：通过互联网渠道送达的决定，应当提供受理复议申请的互联网渠道；须写明网址。",
            ),
        ]
    return Kind(code, name, tuple(parts))


def _recovery(code: str, name: str, opening: str = RECOVERY, *, remedies: bool = False) -> Kind:
    """Return a kind of letter of a recovery case, which every such letter names by its number."""
    return _kind(code, name, opening, "案号", "通知书文号", needed=("申报编号", "案号"), remedies=remedies)


KINDS = {
    kind.code: kind
    for kind in (
        _kind(
            "receipt",
            "收件回执",
            "你单位（统一社会信用代码：{{统一社会信用代码}}）于{{收到时间}}提交的申报材料已收到，申报编号{{申报编号}}。"
            "申报事项：《{{政策名称}}》{{条款}}“{{事项名称}}”。",
            "收到时间",
            needed=(*NAMED, "收到时间"),
        ),
        _kind("acceptance", "受理通知书", RECEIVED, "收到日期"),
        _kind("leeway", "容缺受理通知书", RECEIVED, "收到日期"),
        _kind("correction", "一次性补正告知书", "你单位于{{收到日期}}提交的奖补资金申报" + CLAIM, "收到日期"),
        _kind("decline", "不予受理通知书", RECEIVED, "收到日期", remedies=True),
        _kind("refusal", "不予兑现决定书", RECEIVED, "收到日期", remedies=True),
        _kind(
            "notice",
            "奖补资金兑现通知书",
            "你单位（统一社会信用代码：{{统一社会信用代码}}）提交的奖补资金申报（申报编号：{{申报编号}}）收悉。",
            needed=("申报编号",),
            remedies=True,
        ),
        _kind(
            "payment",
            "拨付通知",
            "你单位（统一社会信用代码：{{统一社会信用代码}}）申报的“{{事项名称}}”奖补资金"
            "（申报编号：{{申报编号}}；兑现通知书：{{通知书文号}}）已经拨付。",
            "通知书文号",
            needed=("申报编号", "通知书文号"),
        ),
        _kind(
            "objection",
            "异议答复书",
            "你（单位）于{{收到日期}}对{{公示}}“{{单位名称}}”申报事项（申报编号：{{申报编号}}；"
            "《{{政策名称}}》{{条款}}“{{事项名称}}”）提出的异议收悉。",
            "收到日期",
            "公示",
            remedies=True,
        ),
        _recovery("rec_filed", "立案通知书"),
        _recovery("rec_proposal", "拟处理告知书"),
        _recovery("rec_hearing", "听证告知书"),
        _recovery("rec_convene", "听证通知书"),
        _recovery("rec_decision", "追回决定书", remedies=True),
        _recovery(
            "rec_service",
            "送达回证",
            "下列文书（案号：{{案号}}；申报编号：{{申报编号}}）送达受送达人，请收件后在本回证上签名或者盖章。",
        ),
        _recovery("rec_urge", "催告书"),
        _recovery("rec_plan", "分期退回协议"),
        _recovery(
            "rec_transfer",
            "移送函",
            "在办理{{单位名称}}（统一社会信用代码：{{统一社会信用代码}}）申报取得“{{事项名称}}”奖补资金"
            "（申报编号：{{申报编号}}）一案（案号：{{案号}}）中，",
        ),
        _recovery("rec_closed", "结案通知书"),
        _recovery("restrict", "限制申报决定书", remedies=True),
        _recovery("unrestrict", "解除限制申报决定书"),
        _kind("batch", "公示公告", "按照有关政策和办理程序，", needed=()),
        _kind("funds", "资金安排表", "根据已经作出的奖补决定，现将奖补资金安排如下。", needed=()),
    )
}
# Letters about many cases know nothing of one; a public notice says in its text how to reach the authority.
for _code in ("batch", "funds"):
    _whole = KINDS[_code]
    KINDS[_code] = Kind(
        _code,
        _whole.name,
        tuple(
            replace(p, tags=AUTHORITY, default="" if p.key == "contact" else p.default)
            if p.key in {"opening", "closing", "contact"}
            else p
            for p in _whole.parts
        ),
    )


def text_of(code: str, key: str, wording: Mapping[str, str]) -> str:
    """Return the text of a part with its tags: the authority's, else the built-in one."""
    return wording.get(key, KINDS[code].part(key).default)


def filled(code: str, key: str, wording: Mapping[str, str], values: Mapping[str, str]) -> str:
    """
    Return the text of a part with the values of the case.

    A part that may be empty is empty when it has tags and none of them has a value: a telephone line without a number.
    """
    text = text_of(code, key, wording)
    tags = TAG.findall(text)
    if KINDS[code].part(key).may_be_empty and tags and not any(values.get(tag) for tag in tags):
        return ""
    return TAG.sub(lambda found: values[found[1]], text)


def problem(part: Part, text: str) -> str:
    """Return what is wrong with a text for a part, in a sentence for who typed it; "" when nothing is."""
    if not text:
        return "" if part.may_be_empty else f"请填写{part.label}。"
    if len(text) > part.longest:
        return f"{part.label}最多{part.longest}个字，现有{len(text)}个字。"
    if any(character in text for character in "\r\n\t"):
        return f"{part.label}写成一段，不能换行。"
    if "{" in TAG.sub("", text) or "}" in TAG.sub("", text):
        return "标签的花括号不成对，应写成{{标签}}。"
    used = TAG.findall(text)
    if unknown := [tag for tag in used if tag not in part.tags]:
        can = "、".join("{{" + tag + "}}" for tag in part.tags) or "没有"
        return f"“{{{{{unknown[0]}}}}}”不是这里可用的标签；可用的标签：{can}。"
    if lost := [tag for tag in part.needed if tag not in used]:
        return f"须保留标签{'、'.join('{{' + tag + '}}' for tag in lost)}。"
    if part.key == "channel" and "在线渠道" not in used and not ADDRESS.search(text):
        return "须写明网址，以https://开头。"
    if part.key == "copies_to" and text.endswith("。"):
        return "抄送机关后面不写句号，印发时自动加上。"
    return ""
