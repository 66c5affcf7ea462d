"""
追回: every act on a recovery case. Each is one transaction under the lock of the application, one event, one step.

Which act starts from which state stands in `recovering.STEPS`, and what keeps it shut in `permissions.recovery`. The
ledger has a file of its own (`recovery_money`).
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from applications import papers, permissions, recovering, recovery_papers
from applications.actions import findings, recovery_money, recovery_outcome, setoff
from applications.actions.desk_file import Paper
from applications.actions.money import give_back_unpaid
from applications.actions.recovery_act import Act, begin, keep, said
from applications.actions.recovery_outcome import Judgment
from applications.actions.shared import lock, move, next_number, refuse_if, stop, take_duty
from applications.clocks import months_after
from applications.documents.letter import chinese_date
from applications.models import (
    Applicant,
    Application,
    Authority,
    CaseDuty,
    Document,
    Duty,
    Finding,
    RecoveryCase,
    RecoveryPaper,
    RecoveryStep,
    SetOff,
    Status,
    Unit,
    User,
)
from applications.recovering import Charge, Limit, Road, Term

State = RecoveryCase.State
PaperKind = RecoveryPaper.Kind
Standings = Document.Standing

LONGEST_PLAN = 60  # parts


# ---- from the doubt to the notice ----


@transaction.atomic
def open_case(
    application: Application, *, kind: str, alleged: str, finding: Finding | None = None, by: User, at: datetime
) -> RecoveryCase:
    """
    Open a case against the award of an application; from now on this authority pays the body nothing.

    The doubt that led to it is filed with it. Raises ActionRefused.
    """
    application, standing = lock(application, by)
    award = application.awards.filter(replaced_by=None).order_by("-pk").first()
    if finding is not None:
        finding = Finding.objects.select_for_update(of=("self",)).get(pk=finding.pk)
    refuse_if(permissions.why_not_open_recovery(application, standing, awarded=award is not None, finding=finding))
    assert award is not None
    if kind not in RecoveryCase.Kind.values:
        stop("请选择案由。")
    alleged = said(alleged, "请写明涉嫌的事实。", 3000)

    authority = application.authority
    year = timezone.localdate(at).year
    duty = take_duty(application, standing, at)
    sequence = next_number(f"recovery:{authority.pk}:{year}")
    recovery = RecoveryCase.objects.create(
        authority=authority,
        application=application,
        award=award,
        finding=finding,
        year=year,
        sequence=sequence,
        number=f"{authority.letter_sign}追〔{year}〕{sequence}号",
        kind=kind,
        alleged=alleged,
        opened_by=duty,
        opened_at=at,
        party=_party_now(application.applicant),
    )
    if finding is not None:
        findings.file(finding, ruling=f"已立案：{recovery.number}", by=by, at=at)
    recovering.start_term(recovery, Term.DECIDE, timezone.localdate(at), at)
    act = Act(application, recovery, standing, recovering.read(recovery), by, at)
    recovery_papers.issue_filed(recovery, by=by, at=at)
    act.done("open", text=alleged, kind=kind, award=award.pk, finding=finding.pk if finding else None)
    return recovery


@transaction.atomic
def add_paper(recovery: RecoveryCase, paper: Paper, *, kind: str, by: User, at: datetime) -> RecoveryPaper:
    """Put a file into a case that has not ended. Raises ActionRefused."""
    act = begin(recovery, "add_paper", by=by, at=at)
    if kind not in PaperKind.values:
        stop("请选择材料种类。")
    row = keep(act.recovery, paper, kind=kind, by=by, at=at)
    assert row is not None
    act.done("add_paper", paper=row, kind=kind)
    return row


@transaction.atomic
def investigate(
    recovery: RecoveryCase,
    *,
    text: str,
    officers: Sequence[User],
    paper: Paper | RecoveryPaper | None = None,
    by: User,
    at: datetime,
) -> RecoveryStep:
    """Write down what two officers found; each of them takes 稽核 on the case. Raises ActionRefused."""
    act = begin(recovery, "investigate", by=by, at=at)
    refuse_if(permissions.why_not_investigators(act.recovery, officers, by))
    text = said(text, "请写明调查情况。")
    for officer in officers:
        _take(act.application, officer, Duty.INSPECT, at)
    row = keep(act.recovery, paper, kind=PaperKind.EVIDENCE, by=by, at=at)
    return act.done("investigate", text=text, paper=row, officers=sorted({officer.pk for officer in officers}))


def _take(application: Application, user: User, duty: str, at: datetime) -> CaseDuty:
    held, _ = CaseDuty.objects.get_or_create(application=application, user=user, defaults={"duty": duty, "since": at})
    assert held.duty == duty, "permissions have refused a second duty"
    return held


# What a snapshot of the party holds: lists of people or bodies have a name each.
PARTY_TEXTS = ("name", "uscc", "address", "representative", "source", "seen_on")
PARTY_LISTS = ("shareholders", "controllers", "affiliates")
OF_A_PERSON = ("name", "uscc", "share", "relation")


def _party_now(applicant: Applicant) -> dict[str, Any]:
    return {
        "name": applicant.name,
        "uscc": applicant.uscc,
        "address": applicant.registered_address,
        "representative": applicant.legal_representative,
    }


def party_of(told: Mapping[str, Any]) -> dict[str, Any]:
    """
    Return a snapshot as it is stored: known keys, every shareholder, controller and affiliate with a name.

    `deregistration` is {"state", "noticed_on", "until", "promise"}. Raises ActionRefused.
    """
    party: dict[str, Any] = {key: str(told[key]).strip() for key in PARTY_TEXTS if told.get(key)}
    for key in PARTY_LISTS:
        rows = [{k: str(v).strip() for k, v in row.items() if k in OF_A_PERSON and v} for row in told.get(key, ())]
        if any(not row.get("name") for row in rows):
            stop("股东、实际控制人和关联单位须填写名称。")
        party[key] = rows
    gone = {key: str(value) for key, value in dict(told.get("deregistration", {})).items() if value}
    if gone.get("state", "") not in recovering.DEREGISTRATION:
        stop("请选择当事人的登记状态。")
    if not (party.get("source") and party.get("seen_on")):
        stop("请填写查询来源和查询日期。")
    return party | {"deregistration": gone}


@transaction.atomic
def snapshot(recovery: RecoveryCase, *, party: Mapping[str, Any], by: User, at: datetime) -> RecoveryStep:
    """Keep who stands behind the body on a day, before anybody can deregister it. Raises ActionRefused."""
    act = begin(recovery, "snapshot", by=by, at=at)
    kept = _party_now(act.application.applicant) | party_of(party)
    act.recovery.party = kept
    return act.done("snapshot", text=recovering.DEREGISTRATION[kept["deregistration"].get("state", "")], party=kept)


# ---- the party is told and heard ----


@transaction.atomic
def notify(
    recovery: RecoveryCase,
    *,
    facts: str,
    basis: str,
    whole: bool,
    principal_fen: int,
    large: bool,
    by: User,
    at: datetime,
) -> RecoveryCase:
    """
    Tell the party facts, basis, what is intended and its rights; its five working days begin (行政处罚法第四十四条).

    `whole` takes back the award and demands all that was paid; a `large` sum gives the right to a hearing. Raises
    ActionRefused.
    """
    act = begin(recovery, "notify", by=by, at=at)
    facts = said(facts, "请写明查明的事实和证据。")
    basis = said(basis, "请写明法律依据。", 2000)
    refuse_if(permissions.why_not_principal(act.road, whole, principal_fen))
    row = act.recovery
    row.facts, row.basis, row.whole, row.principal_fen, row.large = facts, basis, whole, principal_fen, large
    row.save()
    recovering.end_terms(row, at, Term.STATE, Term.HEARING, Term.CONVENE)
    kinds = (Term.STATE, Term.HEARING) if large else (Term.STATE,)
    terms = {kind: recovering.start_term(row, kind, act.today, at) for kind in kinds}
    recovery_papers.issue_proposal(row, state_until=terms[Term.STATE].due_on, by=by, at=at)
    if large:
        recovery_papers.issue_hearing(row, ask_until=terms[Term.HEARING].due_on, by=by, at=at)
    act.done(
        "notify",
        text=facts,
        to=State.NOTIFIED,
        basis=basis,
        whole=whole,
        principal_fen=principal_fen,
        large=large,
        terms={str(kind): term.pk for kind, term in terms.items()},
    )
    return row


@transaction.atomic
def make_statement(
    recovery: RecoveryCase, *, text: str, paper: Paper | None = None, waived: bool = False, by: User, at: datetime
) -> RecoveryStep:
    """
    Let the party speak, or waive being heard (and with it a hearing it has not asked for).

    What comes after the five working days is still taken as long as nothing was answered. Raises ActionRefused.
    """
    act = begin(recovery, "state", by=by, at=at)
    if waived:
        if act.road.told("ask_hearing"):
            stop("已经要求听证，不能再放弃。")
        text = text.strip() or "放弃陈述、申辩和听证。"
    text = said(text, "请写明陈述、申辩的意见。")
    row = keep(act.recovery, paper, kind=PaperKind.STATEMENT, by=by, at=at, party=True)
    if not waived:
        recovering.end_terms(act.recovery, at, Term.STATE)
    return act.done("state", text=text, paper=row, waived=waived)


@transaction.atomic
def ask_hearing(recovery: RecoveryCase, *, text: str, by: User, at: datetime) -> RecoveryStep:
    """Let the party ask for a hearing, within five working days (行政处罚法第六十四条). Raises ActionRefused."""
    act = begin(recovery, "ask_hearing", by=by, at=at)
    text = text.strip() or "要求听证。"
    recovering.end_terms(act.recovery, at, Term.HEARING)
    return act.done("ask_hearing", text=text[:5000])


@transaction.atomic
def convene(
    recovery: RecoveryCase, *, held_at: datetime, place: str, host: User, by: User, at: datetime
) -> RecoveryStep:
    """
    Tell the party when and where the hearing is and who leads it, seven working days ahead; a new day tells it anew.

    The host takes the duty on the case with it. Raises ActionRefused.
    """
    act = begin(recovery, "convene", by=by, at=at)
    refuse_if(permissions.why_not_host(act.road, host))
    place = said(place, "请填写听证地点。", 200)
    term = recovering.start_term(act.recovery, Term.CONVENE, act.today, at)
    refuse_if(permissions.why_not_hearing_day(term, act.today, timezone.localdate(held_at)))
    _take(act.application, host, Duty.HEARING, at)
    recovery_papers.issue_convene(act.recovery, held_at=held_at, place=place, host_name=host.name, by=by, at=at)
    return act.done("convene", text=place, held_at=timezone.localtime(held_at).isoformat(), host=host.pk)


@transaction.atomic
def hold_hearing(
    recovery: RecoveryCase, *, minutes: Paper | RecoveryPaper, report: str, by: User, at: datetime
) -> RecoveryStep:
    """Keep the minutes of the hearing and the host's report; the host alone may. Raises ActionRefused."""
    act = begin(recovery, "hold_hearing", by=by, at=at)
    report = said(report, "请填写听证报告。")
    recovering.end_terms(act.recovery, at, Term.CONVENE, Term.STATE)  # who was heard there has spoken
    row = keep(act.recovery, minutes, kind=PaperKind.HEARING, by=by, at=at)
    return act.done("hold_hearing", text=report, paper=row)


@transaction.atomic
def answer_statement(recovery: RecoveryCase, *, adopted: bool, text: str, by: User, at: datetime) -> RecoveryCase:
    """Say whether what the party brought forward is adopted, and why; 法制审核 is next. Raises ActionRefused."""
    act = begin(recovery, "answer", by=by, at=at)
    spoke = bool(act.road.statement or act.road.told("hold_hearing"))
    if spoke:
        text = said(text, "请写明对陈述申辩意见是否采纳及理由（行政处罚法第四十五条）。")
    else:
        text = text.strip() or ("当事人放弃陈述、申辩。" if act.road.waived else "当事人未在期限内陈述、申辩。")
    recovering.end_terms(act.recovery, at, Term.STATE, Term.HEARING, Term.CONVENE)
    act.done("answer", text=text, to=State.HEARD, adopted=adopted and spoke)
    return act.recovery


# ---- reviewed, discussed, decided ----


@transaction.atomic
def review(
    recovery: RecoveryCase,
    *,
    passed: bool,
    opinion: str,
    paper: Paper | RecoveryPaper | None = None,
    by: User,
    at: datetime,
) -> RecoveryCase:
    """Let 法制审核 pass the case, or send it back to the investigation. Raises ActionRefused."""
    act = begin(recovery, "review", by=by, at=at)
    opinion = said(opinion, "请填写法制审核意见。")
    row = keep(act.recovery, paper, kind=PaperKind.LEGAL, by=by, at=at)
    to = State.REVIEWED if passed else State.INVESTIGATING
    act.done("review", text=opinion, paper=row, to=to, passed=passed, back=not passed)
    return act.recovery


@transaction.atomic
def discuss(
    recovery: RecoveryCase,
    *,
    held_on: date,
    people: Sequence[str],
    result: str,
    minutes: Paper | RecoveryPaper,
    agreed: bool = True,
    by: User,
    at: datetime,
) -> RecoveryCase:
    """
    Keep what the heads of the authority concluded together: who was there, the result, the minutes.

    One that does not agree goes back to the investigation. Raises ActionRefused.
    """
    act = begin(recovery, "discuss", by=by, at=at)
    names = [name.strip() for name in people if name.strip()]
    if len(names) < 2:
        stop("请填写参加集体讨论的负责人员，不少于两人（行政处罚法第五十七条）。")
    if held_on > act.today:
        stop("讨论日期不能晚于今天。")
    passed = act.road.told("review")
    assert passed is not None
    if held_on < timezone.localdate(passed.at):
        stop("集体讨论不能早于法制审核。")
    result = said(result, "请填写讨论结论。")
    row = keep(act.recovery, minutes, kind=PaperKind.MINUTES, by=by, at=at)
    to = State.DISCUSSED if agreed else State.INVESTIGATING
    detail: dict[str, Any] = {"held_on": held_on.isoformat(), "people": names, "agreed": agreed, "back": not agreed}
    act.done("discuss", text=result, paper=row, to=to, **detail)
    return act.recovery


@transaction.atomic
def reopen(recovery: RecoveryCase, *, reason: str, by: User, at: datetime) -> RecoveryCase:
    """Send a case back to the investigation before it is decided; the party is told anew then. Raises ActionRefused."""
    act = begin(recovery, "reopen", by=by, at=at)
    reason = said(reason, "请写明退回补充调查的理由。")
    recovering.end_terms(act.recovery, at, Term.STATE, Term.HEARING, Term.CONVENE)
    act.done("reopen", text=reason, to=State.INVESTIGATING, back=True)
    return act.recovery


@transaction.atomic
def decide(
    recovery: RecoveryCase,
    *,
    pay_into: str,
    remark: str,
    pay_days: int,
    interest: Charge | None = None,
    by: User,
    at: datetime,
) -> RecoveryCase:
    """
    Decide what comes back. The whole award is revoked with it, and what was not paid goes back to the pool.

    What was paid comes back to the treasury and never to the pool. Interest needs a basis in the policy, the promise
    or an agreement, with rate, days and source. Raises ActionRefused.
    """
    act = begin(recovery, "decide", by=by, at=at)
    row = act.recovery
    Applicant.objects.select_for_update().get(pk=act.application.applicant_id)
    assert row.principal_fen is not None
    if row.principal_fen:
        pay_into = said(pay_into, "请填写国库收款账户。", 300)
    if not 0 < pay_days <= 365:
        stop("退回期限为1至365日。")
    refuse_if(recovery_money.why_not_interest(act.road, interest, act.today))
    duty = act.duty()
    assert duty is not None
    row.pay_into, row.remark, row.pay_days = pay_into.strip(), remark.strip()[:200], pay_days
    row.decided_by, row.decided_at = duty, at
    row.state = State.DECIDED  # the letter reads the case as it is decided
    row.save()
    paid = recovering.shared_out(act.road.paid, row.principal_fen)
    owed = [(f"第{part.payment.instalment.number}期本金", part.fen) for part in paid]
    if interest is not None:
        owed.append(("利息", interest.amount_fen))
    words = interest.words if interest else "不计收利息。"
    letter = recovery_papers.issue_decision(
        row, owed=owed, heard=_heard(act.road), interest=words, pay_until=None, by=by, at=at
    )
    recovery_money.demand(row, paid, interest, letter, duty, at)
    recovering.end_terms(row, at, Term.DECIDE)
    recovering.start_term(row, Term.SERVE, act.today, at)
    if row.whole:
        _revoke(act, letter)
    act.done(
        "decide",
        text=f"{letter.number}",
        to=State.DECIDED,
        document=letter.pk,
        whole=row.whole,
        principal_fen=row.principal_fen,
        interest=interest.to_json() if interest else None,
    )
    return row


def _heard(road: Road) -> str:
    """Return what the decision says about how the party was heard."""
    answer = road.told("answer")
    assert answer is not None
    return answer.text


def _revoke(act: Act, letter: Document) -> None:
    """Take the award back: the case, the unpaid money of the pool, and the letters that said it was granted."""
    application = act.application
    note = f"{act.recovery.number}：{letter.number}"
    # No duty is named: that the payment was late is nothing this decision has to wait for.
    move(application, "revoke", Status.REVOKED, by=act.by, at=act.at, note=note, detail={"recovery": act.recovery.pk})
    give_back_unpaid(application, at=act.at)
    for paper in _letters_of(application, Standings.VALID):
        papers.mark(paper, Standings.REVOKED, by=act.by, at=act.at, note=note)


def _letters_of(application: Application, *standings: str) -> list[Document]:
    kinds = (Document.Kind.NOTICE, Document.Kind.PAYMENT)
    return list(application.documents.filter(kind__in=kinds, standing__in=standings).order_by("pk"))


# ---- served and carried out ----


@transaction.atomic
def serve(
    recovery: RecoveryCase,
    *,
    method: str,
    on: date,
    paper: Paper | RecoveryPaper | None,
    receiver: str = "",
    by: User,
    at: datetime,
) -> RecoveryCase:
    """
    Write down how the decision reached the party; the times to pay, to ask for 复议 and to sue begin.

    `on` is the day it was received, or the day of the announcement, which counts 30 days later. Electronic service
    needs the signed consent (送达地址确认书, 行政处罚法第六十一条). Raises ActionRefused.
    """
    act = begin(recovery, "serve", by=by, at=at)
    row = act.recovery
    if method not in recovering.METHODS:
        stop("请选择送达方式。")
    if paper is None:
        stop("请上传送达凭证。")
    if method == "online" and not row.papers.filter(kind=PaperKind.CONSENT).exists():
        stop("电子送达须经当事人签订送达地址确认书（行政处罚法第六十一条），请先收入该确认书。")
    assert row.decided_at is not None
    served_on = on + timedelta(days=recovering.ANNOUNCED_DAYS) if method == "announce" else on
    if on < timezone.localdate(row.decided_at):
        stop("送达日期不能早于作出决定的日期。")
    if served_on > act.today:
        stop("公告满三十日方为送达，期满后再登记。" if method == "announce" else "送达日期不能晚于今天。")

    row.served_on = served_on
    row.save(update_fields=["served_on"])
    recovering.end_terms(row, at, Term.SERVE)
    terms = _start_terms_of_the_party(row, served_on, at)
    proof = keep(row, paper, kind=PaperKind.SERVICE, by=by, at=at)
    letter = row.documents.filter(kind=Document.Kind.REC_DECISION).order_by("-pk")[0]
    receiver = receiver.strip() or act.application.applicant.name
    recovery_papers.issue_service(
        row, letter, method=recovering.METHODS[method], on=served_on, receiver=receiver, by=by, at=at
    )
    detail = {"method": method, "on": on.isoformat(), "served_on": served_on.isoformat(), "receiver": receiver}
    act.done("serve", text=recovering.METHODS[method], paper=proof, to=State.SERVED, terms=terms, **detail)
    return row


def _start_terms_of_the_party(row: RecoveryCase, served_on: date, at: datetime) -> dict[str, int]:
    """Start what begins with the service; where nothing is demanded there is nothing to pay or to enforce."""
    owes = recovering.outstanding(row) > 0
    terms = {
        Term.REVIEW: recovering.start_term(row, Term.REVIEW, served_on, at),
        Term.SUE: recovering.start_term(row, Term.SUE, served_on, at),
    }
    if owes:
        limit = Limit(Unit.CALENDAR, row.pay_days, recovering.LIMITS[Term.PAY].law)
        terms[Term.PAY] = recovering.start_term(row, Term.PAY, served_on, at, limit)
        recovering.follow_appeals(row, at)
    return {str(kind): term.pk for kind, term in terms.items()}


@transaction.atomic
def plan(
    recovery: RecoveryCase, *, parts: Sequence[tuple[date, int]], basis: str = "", by: User, at: datetime
) -> RecoveryStep:
    """
    Agree that what is open comes back in parts: (day, fen) each, later and later, all that is open together.

    Until a part is late nobody is urged (行政强制法第四十二条). Raises ActionRefused.
    """
    act = begin(recovery, "plan", by=by, at=at)
    days = [day for day, _ in parts]
    if not 0 < len(parts) <= LONGEST_PLAN:
        stop(f"分期为1至{LONGEST_PLAN}期。")
    if days != sorted(set(days)) or days[0] < act.today:
        stop("各期日期须依次推后，且不早于今天。")
    if any(fen <= 0 for _, fen in parts) or sum(fen for _, fen in parts) != act.road.outstanding:
        stop("各期金额须大于0，合计须等于尚未退回的金额。")
    recovery_papers.issue_plan(act.recovery, parts=list(parts), by=by, at=at)
    recovering.await_day(act.recovery, days[0], at)
    recovering.end_terms(act.recovery, at, Term.URGE)
    stored = [[day.isoformat(), fen] for day, fen in parts]
    return act.done("plan", text=basis.strip(), parts=stored, open_fen=act.road.outstanding)


@transaction.atomic
def urge(recovery: RecoveryCase, *, by: User, at: datetime) -> RecoveryStep:
    """Urge who has not paid in time; ten working days begin (行政强制法第五十四条). Raises ActionRefused."""
    act = begin(recovery, "urge", by=by, at=at)
    term = recovering.start_term(act.recovery, Term.URGE, act.today, at)
    recovering.end_terms(act.recovery, at, Term.PAY)
    left = recovery_money.open_sums(act.road)
    recovery_papers.issue_urge(act.recovery, left=left, pay_until=term.due_on, by=by, at=at)
    return act.done("urge", left=left, term=term.pk)


@transaction.atomic
def enforce(
    recovery: RecoveryCase, *, court: str, number: str = "", late_reason: str = "", by: User, at: datetime
) -> RecoveryStep:
    """
    Write down that the court was asked to enforce, within three months after the appeals (行政强制法第五十三条).

    Later than that a good reason has to be given. The state does not change. Raises ActionRefused.
    """
    act = begin(recovery, "enforce", by=by, at=at)
    court = said(court, "请填写受理申请的人民法院。", 200)
    term = act.road.term(Term.ENFORCE)
    if recovering.ran_out(term, act.today) and not late_reason.strip():
        stop("已超过申请强制执行的三个月期限（行政强制法第五十三条），确有正当理由的请写明。")
    recovering.end_terms(act.recovery, at, Term.ENFORCE, Term.URGE)
    left = recovery_money.open_sums(act.road)
    return act.done("enforce", text=late_reason.strip()[:1000], court=court, number=number.strip(), left=left)


@transaction.atomic
def transfer(
    recovery: RecoveryCase,
    *,
    to: str,
    matter: str,
    reason: str,
    organ: str = "",
    listed: Sequence[str] = (),
    by: User,
    at: datetime,
) -> RecoveryStep:
    """
    Hand a matter to the treasury, the police or the discipline inspection (`recovering.TRANSFERS`), with its papers.

    A fine is the treasury's alone (财政违法行为处罚处分条例第二条). The state does not change. Raises ActionRefused.
    """
    act = begin(recovery, "transfer", by=by, at=at)
    if to not in recovering.TRANSFERS:
        stop("请选择移送的机关。")
    matter = said(matter, "请填写移送的事项。", 500)
    reason = said(reason, "请填写移送的理由。", 2000)
    name = organ.strip() or recovering.TRANSFERS[to]
    recovery_papers.issue_transfer(
        act.recovery, to=name, matter=matter, reason=reason, papers=list(listed), by=by, at=at
    )
    return act.done("transfer", text=reason, to_organ=to, organ=name, matter=matter, papers=list(listed))


@transaction.atomic
def contest(
    recovery: RecoveryCase,
    *,
    kind: str,
    on: date,
    outcome: str = "",
    number: str = "",
    principal_fen: int | None = None,
    interest_fen: int | None = None,
    revoked: bool | None = None,
    note: str = "",
    paper: Paper | RecoveryPaper | None = None,
    by: User,
    at: datetime,
) -> RecoveryStep:
    """
    Write down that the party asked for 复议 or went to court (`outcome` empty), or how that ended.

    While it is pending nothing is enforced; after 复议 fifteen days remain to sue (行政诉讼法第四十五条). One that
    changed or annulled the decision names its paper (`number`); a change says what is owed now, in fen, and whether the
    award is still `revoked` as a whole. What follows stands in `recovery_outcome`. A case that was closed because all
    was paid is led on, as paying takes nobody's right to appeal. Raises ActionRefused.
    """
    act = begin(recovery, "contest", by=by, at=at)
    row, pending = act.recovery, act.road.contest_pending(kind) if kind in recovering.CONTESTS else None
    if kind not in recovering.CONTESTS:
        stop("请选择复议或者诉讼。")
    if outcome and outcome not in recovering.OUTCOMES:
        stop("请选择结果。")
    if bool(outcome) != bool(pending):
        stop("尚未登记该项复议、诉讼，不能登记结果。" if outcome else "该项复议、诉讼已经登记，尚无结果。")
    assert row.served_on is not None
    if not row.served_on <= on <= act.today:
        stop("日期不能早于送达日期，也不能晚于今天。")
    judgment = Judgment(kind, on, outcome, number.strip(), principal_fen, interest_fen, revoked)
    recovery_outcome.refuse_incomplete(act, judgment, proved=paper is not None)
    resumed = row.state == State.CLOSED
    if resumed:
        _resume(act)
    row.published_until = None  # nothing is shown in public that is contested; afterwards it is published anew
    followed = recovery_outcome.follow(act, judgment)
    proof = keep(row, paper, kind=PaperKind.OUTSIDE, by=by, at=at)
    told = {"kind": kind, "on": on.isoformat(), "outcome": outcome} | followed
    if resumed:
        told["resumed"] = True
    step = act.done("contest", text=note.strip()[:2000], paper=proof, **told)
    if not outcome:
        # Who has gone to court asks for no 复议 any more (行政复议法第二十九条).
        recovering.end_terms(row, at, *((Term.REVIEW,) if kind == "review" else (Term.REVIEW, Term.SUE)))
    elif kind == "review" and outcome != "annulled":
        recovering.start_term(row, Term.SUE, on, at, recovering.SUE_AFTER_REVIEW)
    if judgment.annuls:
        recovering.end_terms(row, at)
    elif recovering.outstanding(row):
        recovering.follow_appeals(row, at)
    if outcome == "changed":
        recovery_money.follow(row, at)
    if judgment.annuls:
        recovery_outcome.lift_restrictions(act, judgment)
    recovering.turn(row, at)
    row.save(update_fields=["next_due_on"])
    return step


def _resume(act: Act) -> None:
    """Lead a closed case on; its letters, which said that the money came back, say again that the award is revoked."""
    row = act.recovery
    if RecoveryCase.objects.filter(award=row.award_id).exclude(state__in=RecoveryCase.ENDED).exists():
        stop("本项奖补另有在办的追回案件，请先办结该案。")
    row.state, row.closed_at, row.close_reason = State.SERVED, None, ""
    row.save(update_fields=["state", "closed_at", "close_reason"])
    act.before = State.SERVED
    if recovery_outcome.revocation_by(act) is None:
        return
    for paper in _letters_of(act.application, Document.Standing.RECOVERED):
        papers.mark(paper, Document.Standing.REVOKED, by=act.by, at=act.at, note=f"{row.number}恢复办理")


@transaction.atomic
def set_off(recovery: RecoveryCase, *, amount_fen: int, by: User, at: datetime) -> SetOff:
    """
    Propose that what is open is taken from what this authority pays the body next; 财政 confirms it.

    Only principal and interest, and never more than is open beside other set-offs of the case. Raises ActionRefused.
    """
    act = begin(recovery, "set_off", by=by, at=at)
    row = act.recovery
    Applicant.objects.select_for_update().get(pk=act.application.applicant_id)
    room = sum(act.road.balances[account].open for account in recovering.SET_OFF_ACCOUNTS)
    room -= recovering.set_offs_of(row)
    if not 0 < amount_fen <= room:
        stop("抵扣须大于0，且不超过尚未退回、也未提出抵扣的本金和利息。")
    letter = row.documents.filter(kind=Document.Kind.REC_DECISION).order_by("-pk")[0]
    authority = Authority.objects.select_for_update().get(pk=row.authority_id)
    made = setoff.put(
        authority,
        applicant=act.application.applicant,
        amount_fen=amount_fen,
        basis=f"追回案件{row.number}",
        paper=f"{letter.get_kind_display()}{letter.number}",
        recovery=row,
        by=by,
        at=at,
    )
    act.done("set_off", set_off=made.pk, amount_fen=amount_fen)
    return made


# ---- shown, ended ----


@transaction.atomic
def publish(recovery: RecoveryCase, *, grade: str, until: date, by: User, at: datetime) -> RecoveryCase:
    """
    Set until when the decision is shown in public, within the bounds of its grade (国办发〔2025〕22号).

    Raises ActionRefused.
    """
    act = begin(recovery, "publish", by=by, at=at)
    if grade not in recovering.GRADES:
        stop("请选择失信程度：轻微、一般或者严重。")
    one = recovering.GRADES[grade]
    if not recovering.fits(grade, act.today, until):
        least = f"不少于{one.over_months}个月、" if one.over_months else ""
        stop(f"{one.label}失信的公示期{least}不超过{one.most_months}个月（国办发〔2025〕22号）。")
    act.recovery.published_until = until
    act.done("publish", text=one.label, grade=grade, until=until.isoformat())
    return act.recovery


@transaction.atomic
def unpublish(recovery: RecoveryCase, *, reason: str, paper: Paper, by: User, at: datetime) -> RecoveryCase:
    """
    End the public display before its day, on the paper by which the body's credit is repaired. Raises ActionRefused.

    What its grade asks for at least is shown in any case (国办发〔2025〕22号).
    """
    act = begin(recovery, "unpublish", by=by, at=at)
    row, reason = act.recovery, said(reason, "请填写停止公示的理由。", 500)
    shown = act.road.last("publish")
    assert shown is not None, "what is shown was published by a step"
    grade = recovering.GRADES[shown.detail["grade"]]
    earliest = months_after(timezone.localdate(shown.at), grade.over_months)
    if grade.over_months and act.today < earliest:
        stop(f"{grade.label}失信的公示期不少于{grade.over_months}个月，{chinese_date(earliest)}起方可停止公示。")
    row.published_until = None
    proof = keep(row, paper, kind=PaperKind.OUTSIDE, by=by, at=at)
    act.done("unpublish", text=reason, paper=proof)
    row.save(update_fields=["published_until"])  # a step of a closed case leaves its row alone
    return row


@transaction.atomic
def close(recovery: RecoveryCase, *, reason: str, by: User, at: datetime) -> RecoveryCase:
    """
    End a case on which nothing is open any more; with everything back, its letters say that the money came back.

    Raises ActionRefused.
    """
    act = begin(recovery, "close", by=by, at=at)
    reason = said(reason, "请填写结案说明。", 500)
    _end(act, "close", State.CLOSED, reason)
    written_off = any(balance.written_off for balance in act.road.balances.values())
    revoked = recovery_outcome.revocation_by(act) is not None  # and not given back since by an appeal
    if revoked and not written_off and act.road.balances["principal"].recovered:
        for paper in _letters_of(act.application, Standings.VALID, Standings.REVOKED):
            papers.mark(paper, Standings.RECOVERED, by=by, at=at, note=act.recovery.number)
    return act.recovery


@transaction.atomic
def drop(recovery: RecoveryCase, *, reason: str, by: User, at: datetime) -> RecoveryCase:
    """End a case before it is decided, because there is nothing in it; the award stands. Raises ActionRefused."""
    act = begin(recovery, "drop", by=by, at=at)
    reason = said(reason, "请写明撤销立案的理由。", 500)
    _end(act, "drop", State.DROPPED, reason)
    return act.recovery


def _end(act: Act, name: str, to: str, reason: str) -> None:
    recovery_papers.issue_closed(act.recovery, result=reason, by=act.by, at=act.at)
    recovering.end_terms(act.recovery, act.at)
    act.recovery.closed_at, act.recovery.close_reason = act.at, reason
    act.done(name, text=reason, to=to)
