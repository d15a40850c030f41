"""挂号凭条 on paper: a strip of the roll at the window."""

from collections.abc import Mapping
from typing import Any

from apps.identity.models.staff import VisitTier
from apps.scheduling.models import AppointmentKind, PaymentStatus
from kernel import clock
from kernel.money import fen_to_yuan
from kernel.pdf import ROLL_80, Document, Fields, Paragraph, Rule
from kernel.words import title, value_text

_NAMES = (
    "appointment_no", "patient_name", "mrn", "department_name", "practitioner_name", "practitioner_title", "tier",
    "kind", "location", "starts_at", "ends_at", "check_in_until", "number", "ticket_no", "queue_name", "fee_fen",
    "payment_status",
)  # fmt: skip
_ENUMS: dict[str, Any] = {"tier": VisitTier, "kind": AppointmentKind, "payment_status": PaymentStatus}
REPRINT = "补打"


def sheet_of(slip: Mapping[str, Any]) -> Document:
    """The print of a slip as `slip_of` says it; a reprint says so."""
    pairs = [
        (title("Slip", name), _text(name, slip[name])) for name in _NAMES if slip[name] not in (None, "")
    ]
    printed = f"{title('Slip', 'printed_at')} {_text('printed_at', slip['printed_at'])}"
    again = f" {REPRINT} {slip['copy_no']}" if slip["is_reprint"] else ""
    return Document(
        f"{slip['hospital_name']} 挂号凭条", (Fields(pairs, 1), Rule(dashed=True), Paragraph(printed + again)),
        page=ROLL_80, watermark=REPRINT if slip["is_reprint"] else "",
    )  # fmt: skip


def _text(name: str, value: Any) -> str:
    if name in _ENUMS:
        return value_text(_ENUMS[name], value)
    if name.endswith("_fen"):
        return f"{fen_to_yuan(value)}元"
    return f"{value.astimezone(clock.LOCAL):%Y-%m-%d %H:%M}" if hasattr(value, "astimezone") else str(value)
