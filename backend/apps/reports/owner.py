"""Whose the files of reports are: sealed, and read through their job alone."""

from apps.files.media_types import HTML, PDF, PLAIN, XLSX
from kernel.files import FileOwner, define_owner, nobody

#: A name may make a table look like a page; it is answered as what it is.
OWNER = define_owner(
    FileOwner(
        "reports.job", "报表文件", "File of a report", (XLSX, PLAIN, HTML, PDF), 500_000_000, nobody, is_sealed=True
    )
)  # fmt: skip
