"""From the packs to rows: five authorities, their policies, and one row for every clause."""

from collections.abc import Sequence

from django.db import transaction

import rules
from applications.assessing import published_versions
from applications.models import Authority, Clause, Payer, Policy, Publication

# Names and letter signs (代字) are examples until an authority enters its own; 海东's text names no authority.
AUTHORITIES = {
    "xinxing": ("第十三师新星市发展和改革委员会（数据局）", "第十三师新星市", "师新数"),
    "shihezi": ("八师石河子市政务服务和大数据局", "八师石河子市", "师市数"),
    "haidong": ("海东市绿色算力奖补主管单位", "海东市", "东算"),
    "shanxi": ("山西省数据局", "山西省", "晋数"),
    "baoding": ("保定市发展和改革委员会", "保定市", "保发改"),
}

PAPER_NUMBERS = {"shihezi": "师市规发〔2024〕2号", "haidong": "东政办〔2024〕59号", "shanxi": "晋政办发〔2024〕35号"}


@transaction.atomic
def load_policies() -> list[Policy]:
    """
    Create or update authorities, policies and clauses; what an authority changed about itself stays.

    A policy keeps the version it was first loaded with: a newer file counts once two people have published it. Raises
    PackError where a published file is gone or is not the one that was published.
    """
    library = rules.load()
    for code, (name, place, sign) in AUTHORITIES.items():
        authority, _ = Authority.objects.get_or_create(
            code=code, defaults={"name": name, "place": place, "letter_sign": sign}
        )
        Payer.objects.get_or_create(
            authority=authority, standard=True, replaced_at=None, defaults={"name": f"{place}财政局"}
        )
    return [_load(code, library) for code in AUTHORITIES if code in library.chains]


def _load(code: str, library: "rules.Library") -> Policy:
    policy = Policy.objects.filter(code=code).first()
    pack = library.versions[policy.pack_version if policy else library.chains[code][0]]
    if policy is None:
        policy = Policy(
            code=code,
            authority=Authority.objects.get(code=code),
            paper_number=PAPER_NUMBERS.get(code, ""),
            pack_version=pack.version,
        )
    policy.title, policy.pack_sha256 = pack.name, pack.sha256
    policy.save()
    for row in Publication.objects.counting().filter(policy=policy):
        found = library.versions.get(row.pack_version)
        if found is None or found.sha256 != row.pack_sha256:
            raise rules.PackError(f"{row.pack_version}.yaml", None, "已发布的版本文件不见了或者已被改动")
    lay_out_clauses(policy, published_versions(policy))
    return policy


def lay_out_clauses(policy: Policy, versions: Sequence[str]) -> None:
    """
    Create or update a row for every item of the versions that count, named oldest first; no row is ever deleted.

    A row has the words of the newest version with this item. It takes claims as long as one version pays under it,
    since a claim is judged by the version of its own day.
    """
    packs = [rules.load().versions[name] for name in versions]
    found = {clause.number: clause for pack in packs for clause in pack.clauses}
    paying = {clause.number for pack in packs for clause in pack.clauses if clause.monetary}
    order = rules.merged_order([[clause.number for clause in pack.clauses] for pack in packs])
    rows = [
        Clause(
            code=found[number].id,
            policy=policy,
            number=number,
            article=found[number].article,
            title=found[number].name,
            monetary=number in paying,
            position=position,
        )
        for position, number in enumerate(order)
    ]
    told = ("policy", "number", "article", "title", "monetary", "position")
    Clause.objects.bulk_create(rows, update_conflicts=True, unique_fields=["code"], update_fields=told)
