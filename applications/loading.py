"""From the packs to rows: five authorities, their policies, and one row for every clause."""

from django.db import transaction

import rules
from applications.models import Authority, Clause, Policy

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
    """Create or update authorities, policies and clauses; what an authority changed about itself stays."""
    library = rules.load()
    for code, (name, place, sign) in AUTHORITIES.items():
        Authority.objects.get_or_create(code=code, defaults={"name": name, "place": place, "letter_sign": sign})
    return [_load(code, library.pack(code)) for code in AUTHORITIES if code in library.packs]


def _load(code: str, pack: "rules.Pack") -> Policy:
    policy, _ = Policy.objects.update_or_create(
        code=code,
        defaults={"title": pack.name, "pack_version": pack.version, "pack_sha256": pack.sha256},
        create_defaults={
            "authority": Authority.objects.get(code=code),
            "title": pack.name,
            "paper_number": PAPER_NUMBERS.get(code, ""),
            "pack_version": pack.version,
            "pack_sha256": pack.sha256,
        },
    )
    for position, clause in enumerate(pack.clauses):
        Clause.objects.update_or_create(
            code=clause.id,
            defaults={
                "policy": policy,
                "number": clause.number,
                "article": clause.article,
                "title": clause.name,
                "monetary": clause.monetary,
                "position": position,
            },
        )
    return policy
