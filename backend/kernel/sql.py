"""Long statements live in `sql/*.sql` beside their app, with a `-- why` per step; this reads and completes them."""

import re
from pathlib import Path

_ROOT = Path(__file__).resolve().parent.parent
_FRAGMENT = re.compile(r"\{([a-z_]+)\}")
_WHY = re.compile(r"^[ \t]*--.*\n", re.MULTILINE)
#: File → every text that was made of it, for the test that lets PostgreSQL plan each.
STATEMENTS: dict[Path, list[str]] = {}


def statement(package: str, name: str, **fragments: str) -> str:
    """The text of `<package>/sql/<name>.sql` with each `{fragment}` filled in, without its comments.

    For module level only: fragments are SQL of our own, never what somebody typed; values are `%(name)s` parameters of
    the statement. TypeError where a fragment is missing or the file knows none of that name.
    """
    path = _ROOT.joinpath(*package.split("."), "sql", f"{name}.sql")
    text = _WHY.sub("", path.read_text())
    wanted = set(_FRAGMENT.findall(text))
    if wanted != fragments.keys():
        wrong = ", ".join(sorted(wanted ^ fragments.keys()))
        raise TypeError(f"{name}.sql: fragments that are missing or unknown: {wrong}")
    made = _FRAGMENT.sub(lambda match: fragments[match[1]], text)
    STATEMENTS.setdefault(path, []).append(made)
    return made
