"""Bills that counterparties or people hand in."""

from apps.files.media_types import HTML, PLAIN, UNKNOWN, XLSX, ZIP
from kernel.files import FileOwner, define_owner, nobody

MAX_BYTES = 500 * 1024 * 1024
#: Text may look like a page by what its cells say; a bill that is packed by gzip looks like nothing.
BILL = define_owner(
    FileOwner(
        "reconciliation.bill", "对方账单", "Bill of a counterparty",
        (PLAIN, XLSX, ZIP, HTML, UNKNOWN), MAX_BYTES, nobody,
        is_sealed=True,
    )
)  # fmt: skip
