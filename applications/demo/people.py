"""The invented people of the demonstration: officers of five authorities, members of eleven applicants."""

from dataclasses import dataclass
from datetime import date, datetime

from stdnum.cn import uscc

from applications.actions import people
from applications.models import Applicant, Authority, Duty, Membership, Posting, User

PASSWORD = "Demo-suanli-2026"  # noqa: S105 - the public password of invented accounts

OFFICERS = {
    Duty.INTAKE: ("intake", "演示·收小理"),
    Duty.VERIFY: ("verify", "演示·何小验"),
    Duty.APPROVE: ("approve", "演示·沈小批"),
    Duty.PAY: ("pay", "演示·付小款"),
    Duty.COUNTERSIGN: ("countersign", "演示·傅小核"),
    Duty.INSPECT: ("inspect", "演示·季小查"),
    Duty.LEGAL: ("legal", "演示·法小审"),
    Duty.HEARING: ("hearing", "演示·丁小证"),
    Duty.EXPERT: ("expert", "演示·詹小家"),
    Duty.POLICY: ("policy", "演示·郑小策"),
    Duty.AUDIT: ("audit", "演示·申小计"),
    Duty.SYSTEM: ("system", "演示·席小统"),
}

MAIN = (Duty.INTAKE, Duty.VERIFY, Duty.APPROVE, Duty.PAY, Duty.COUNTERSIGN)
OTHER_AUTHORITIES = (*MAIN, Duty.EXPERT, Duty.POLICY)


@dataclass(frozen=True)
class Body:
    """One invented applicant: short name for accounts, name, kind, the first 17 characters of its code."""

    short: str
    name: str
    kind: str
    stem: str
    legal: str
    agent: str
    address: str = "第十三师新星市演示大道1号（虚构地址）"
    bank: str = "演示银行新星支行"


BODIES = (
    Body("xinghe", "演示星河智算科技有限公司", "enterprise", "91659901MADEM0001", "演示·星法人", "演示·星经办"),
    Body("hanhai", "演示瀚海数据标注有限公司", "enterprise", "91659901MADEM0002", "演示·瀚法人", "演示·瀚经办"),
    Body("tianshan", "演示天山软件信息技术有限公司", "enterprise", "91659901MADEM0003", "演示·天法人", "演示·天经办"),
    Body("lvzhou", "演示绿洲大模型科技有限公司", "enterprise", "91659901MADEM0004", "演示·绿法人", "演示·绿经办"),
    Body("hongliu", "演示红柳算力运营有限公司", "enterprise", "91659901MADEM0005", "演示·红法人", "演示·红经办"),
    Body("baiyang", "演示白杨智算科技有限公司", "enterprise", "91659901MADEM0007", "演示·白法人", "演示·白经办"),
    Body(
        "shizhu",
        "演示石珠智能科技有限公司",
        "enterprise",
        "91659001MADEM0008",
        "演示·石法人",
        "演示·石经办",
        "八师石河子市演示路8号（虚构地址）",
        "演示银行石河子支行",
    ),
    Body(
        "qinghu",
        "演示青湖数据中心有限公司",
        "enterprise",
        "91630200MADEM0009",
        "演示·青法人",
        "演示·青经办",
        "海东市演示路9号（虚构地址）",
        "演示银行海东支行",
    ),
    Body(
        "fenhe",
        "演示汾河大学",
        "institution",
        "12140000MADEM0010",
        "演示·汾法人",
        "演示·汾经办",
        "太原市演示路10号（虚构地址）",
        "演示银行太原支行",
    ),
    Body(
        "baiyangdian",
        "演示白洋云计算有限公司",
        "enterprise",
        "91130600MADEM0011",
        "演示·洋法人",
        "演示·洋经办",
        "保定市演示路11号（虚构地址）",
        "演示银行保定支行",
    ),
    Body("huyang", "演示胡杨医院", "institution", "12659901MADEM0006", "演示·胡法人", "演示·胡经办"),
)


def _user(username: str, name: str, hashed: str) -> User:
    user, _ = User.objects.get_or_create(username=username, defaults={"name": name, "password": hashed})
    return user


def make_officers(hashed: str) -> dict[tuple[str, str], User]:
    """Post one officer to each duty of 新星市 and to the main duties of the four others; return them by both."""
    officers: dict[tuple[str, str], User] = {}
    for authority in Authority.objects.all():
        duties = tuple(OFFICERS) if authority.code == "xinxing" else OTHER_AUTHORITIES
        for duty in duties:
            login, name = OFFICERS[duty]
            user = _user(f"{authority.code}_{login}", name, hashed)
            Posting.objects.get_or_create(
                user=user, until=None, defaults={"authority": authority, "duty": duty, "since": date(2024, 1, 1)}
            )
            officers[authority.code, duty] = user
        # A second policy manager confirms the readings that the first one proposes.
        second = _user(f"{authority.code}_policy2", "演示·郑大策", hashed)
        defaults = {"authority": authority, "duty": Duty.POLICY, "since": date(2024, 1, 1)}
        Posting.objects.get_or_create(user=second, until=None, defaults=defaults)
        officers[authority.code, "policy2"] = second
        if Duty.INSPECT in duties:  # two officers investigate (行政处罚法第四十二条)
            other = _user(f"{authority.code}_inspect2", "演示·季大查", hashed)
            defaults = {"authority": authority, "duty": Duty.INSPECT, "since": date(2024, 1, 1)}
            Posting.objects.get_or_create(user=other, until=None, defaults=defaults)
            officers[authority.code, "inspect2"] = other
    return officers


def make_body(body: Body, hashed: str, at: datetime) -> tuple[Applicant, User, User]:
    """Register an applicant through the real actions; return it with its 法定代表人 and 经办人."""
    legal = _user(f"{body.short}_legal", body.legal, hashed)
    agent = _user(f"{body.short}_agent", body.agent, hashed)
    values = {
        "uscc": body.stem + uscc.calc_check_digit(body.stem),
        "name": body.name,
        "kind": body.kind,
        "legal_representative": body.legal,
        "registered_address": body.address,
        "founded_on": date(2022, 3, 18),
        "contact_name": body.agent,
        "contact_phone": "0902-0000000",
    }
    applicant = people.register(values, role=Membership.Role.AGENT, by=agent, at=at)
    invitation = people.invite(applicant, role=Membership.Role.LEGAL, by=agent, at=at)
    people.join(invitation.code, by=legal, at=at)
    people.set_account(
        applicant,
        bank=body.bank,
        number=f"6200000000000{body.stem[-4:]}",
        line_number="102881000013",
        holder=body.name,
        by=agent,
        at=at,
    )
    return applicant, legal, agent
