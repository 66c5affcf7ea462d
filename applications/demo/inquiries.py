"""One invented claim of 山西省 with everything that an office finds out beyond the papers, half way through."""

from datetime import datetime, timedelta

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from applications.actions import inquiry, joint_review, opinion
from applications.actions.demand import set_demand
from applications.actions.desk_file import Paper
from applications.demo import samples
from applications.models import Application, Clause, User
from applications.uploads import inspect

CLAUSE = "shanxi-4"
UNITS = ("演示省数据局", "演示省财政厅", "演示省工业和信息化厅")


def demand(manager: User, at: datetime) -> None:
    """Demand registers, a visit and a joint review before a sum is proposed under the ceiling of this clause."""
    set_demand(
        Clause.objects.select_related("policy").get(code=CLAUSE),
        credit_check=True,
        site_visit=True,
        expert_opinion=False,
        joint_review=True,
        joint_units=UNITS,
        source="演示审核办法第3条",
        by=manager,
        at=at,
    )


def find_out(case: Application, *, verifier: User, companion: User, expert: User, at: datetime) -> None:
    """Look into a register, visit the site, ask an expert, and call a joint review in which one unit is silent yet."""
    day = timezone.localdate(at)
    inquiry.record_credit_check(
        case,
        stage="verify",
        source="信用中国（演示）",
        queried_on=day,
        result="clean",
        note="未列入严重失信主体名单，未查到同一事项的其他支持。",
        paper=_paper(case, "信用查询报告", {"查询结果": "未列入严重失信主体名单", "查询日期": f"{day}"}),
        by=verifier,
        at=at,
    )
    inquiry.record_site_visit(
        case,
        visited_on=day,
        place="太原市演示路10号数据中心机房（虚构地址）",
        officer=verifier,
        companion=companion,
        met_with="演示·汾经办，机房主管",
        findings="现场清点物理机架2000架，均已上电；配电室计量表具编号与检测报告所列一致。",
        conclusion="fits",
        paper=_paper(case, "现场核查记录", {"机架数量": "2000", "核查人员": f"{verifier}、{companion}"}),
        by=verifier,
        at=at + timedelta(hours=5),
    )
    joint_review.call_joint_review(case, held_on=day, units=UNITS, by=verifier, at=at + timedelta(hours=6))
    for unit, person, said, words in (
        (UNITS[0], "演示·孙处长", "agree", ""),
        (UNITS[1], "演示·钱处长", "abstain", "请核定时扣除已列入基本建设投资的部分。"),
    ):
        joint_review.vote(
            case, unit=unit, person=person, vote=said, opinion=words, by=verifier, at=at + timedelta(hours=6)
        )
    opinion.ask_expert(
        case,
        question="PUE检测覆盖的时段是否足以代表全年平均水平？",
        expert=expert,
        expected_on=day + timedelta(days=20),
        by=verifier,
        at=at + timedelta(hours=6),
    )


def _paper(case: Application, title: str, rows: dict[str, str]) -> Paper:
    data = samples.page(title, "desk", case.applicant, rows, case.number)
    upload = inspect(SimpleUploadedFile(f"{title}.pdf", data))  # type: ignore[arg-type] # has a name and a size
    return Paper(file=ContentFile(data), upload=upload)
