"""Names of files: as people gave them, without what could mislead them or a file system."""

import re

from apps.files.media_types import ENDINGS
from kernel.text import clean_line

MAX = 120
_RESERVED = re.compile(r'[<>:"|?*]')


def cleaned_name(name: str) -> str:
    """The last part of a path, visible characters alone; `file` if nothing is left. The ending survives a cut."""
    last = re.split(r"[/\\]", clean_line(name))[-1]
    plain = _RESERVED.sub("_", last).strip(" .") or "file"
    stem, dot, ending = plain.rpartition(".")
    if not dot or len(ending) > 16:
        return plain[:MAX]
    return f"{stem[: MAX - len(ending) - 1]}.{ending}"


def download_name(name: str, media_type: str) -> str:
    """The name with an ending of its content: no program is opened by a name that promises something else."""
    known = ENDINGS.get(media_type)
    if known is None or name.rpartition(".")[2].lower() in known:
        return name
    return f"{name}.{known[0]}"
