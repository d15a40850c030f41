"""Which numbers name the same identity document; free of models, so that an index may be derived by it."""

import re

from kernel.text import fold_number

#: 回乡证: the last two digits count reissues of one permit.
_HOME_RETURN = re.compile(r"([HM][0-9]{8})[0-9]{2}")
#: 台胞证: the bracketed letter or count is the issue, not the holder.
_TAIWAN = re.compile(r"([0-9]{8}|[0-9]{10})[A-Z]")


def document_key(number: str) -> str:
    """The part of a number that stays when the document is issued anew (`H8765432102` → `H87654321`)."""
    folded = fold_number(number)
    for pattern in (_HOME_RETURN, _TAIWAN):
        if found := pattern.fullmatch(folded):
            return found[1]
    return folded
