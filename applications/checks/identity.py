"""Who claims: the code and its check digit, the licence, the account, the names on certificates."""

from stdnum.cn import uscc

from applications.checks.claim import (
    FAIL,
    NO_DATA,
    PASS,
    Claim,
    Result,
    Results,
    plain_name,
    same_name,
    state_of,
)
from applications.checks.registry import look


@look("uscc.digit")
def code_has_its_check_digit(claim: Claim, kind: str) -> Results:
    """The 18th character of the code follows from the first 17 (GB 32100-2015)."""
    code = claim.uscc
    right = uscc.calc_check_digit(code[:17]) if len(code) == 18 and code.isalnum() else ""
    words = f"统一社会信用代码 {code}：末位校验码应为 {right or '（长度不符）'}"
    yield Result(kind, "", state_of(uscc.is_valid(code)), words, {"uscc": code})


@look("licence.code")
def licence_states_the_registered_code(claim: Claim, kind: str) -> Results:
    """The code on the licence is the applicant's; a registered code that is wrong itself proves nothing."""
    for paper in claim.of("business_licence"):
        stated = paper.text("credit_code")
        known = bool(stated) and uscc.is_valid(claim.uscc)
        words = f"证照载明的信用代码 {stated or '未录入'}；登记代码 {claim.uscc}"
        fits = stated == claim.uscc if known else None
        yield Result(kind, "", state_of(fits), words, {"stated": stated, "uscc": claim.uscc}, paper.pk)


@look("account.holder")
def account_is_the_applicants(claim: Claim, kind: str) -> Results:
    """户名 equals the applicant's name."""
    words = f"收款账户户名 {claim.holder or '未登记'}；单位名称 {claim.name}"
    fits = same_name(claim.holder, claim.name) if claim.holder else None
    yield Result(kind, "", state_of(fits), words, {"holder": claim.holder, "name": claim.name})


@look("holder.name")
def certificate_names_the_applicant(claim: Claim, kind: str) -> Results:
    """Filings and certificates name the applicant itself: the number of a supplier is not one's own."""
    for paper in claim.of("algorithm_filing", "model_filing", "award_certificate"):
        name = "winners" if paper.slot == "award_certificate" else "holder"
        stated = paper.text(name)
        joint = name == "winners" and plain_name(claim.name) in plain_name(stated)
        state = NO_DATA if not stated else PASS if joint or same_name(stated, claim.name) else FAIL
        words = f"{paper.label}载明的单位 {stated or '未录入'}；申报单位 {claim.name}"
        yield Result(kind, f"slot:{paper.slot}", state, words, {"stated": stated, "name": claim.name}, paper.pk)
