"""Which numbers name the same identity document; free of models, so that an index may be derived by it."""

import re

from kernel.text import fold_number

#: 公民身份号码 and what is numbered like it (residence permits, the foreigner's card of 2023): one series, whatever
#: people call the card.
_UNIFORM = re.compile(r"[0-9]{17}[0-9X]")
#: The foreigner's card before 2023, also where it was taken for a passport: no passport is numbered so.
_FOREIGNER = re.compile(r"[A-Z]{3}[0-9]{12}")
#: Kind → the part of its numbers that stays when the document is issued anew: of a 回乡证 the last two digits count
#: reissues, of a 台胞证 the bracketed letter does. No other kind has such a part.
_LASTING = {
    "hk_macao_permit": re.compile(r"([HM][0-9]{8})[0-9]{2}"),
    "taiwan_permit": re.compile(r"([0-9]{8}|[0-9]{10})[A-Z]"),
}
KINDS = ("resident_id", "hk_macao_permit", "taiwan_permit", "foreign_permanent_resident", "passport")


def document_key(kind: str, number: str) -> str:
    """What two documents have alike if and only if they are one: the series and the lasting part of the number.

    `hk_macao_permit`, `H87654321(02)` → `hk_macao_permit:H87654321`; "" without a number.
    """
    folded = fold_number(number)
    if not folded:
        return ""
    if _UNIFORM.fullmatch(folded):
        return f"resident_id:{folded}"
    if _FOREIGNER.fullmatch(folded):
        return f"foreign_permanent_resident:{folded}"
    lasting = _LASTING[kind].fullmatch(folded) if kind in _LASTING else None
    return f"{kind}:{lasting[1] if lasting else folded}"


def possible_keys(number: str) -> set[str]:
    """The keys of a number whose kind nobody said; empty without one."""
    return {document_key(kind, number) for kind in KINDS} - {""}
