"""Rows are reached by hospital, department, as the doctor's own, or by whoever cares for the patient."""

from django.db.models import Q

from apps.access.actor import Actor
from apps.access.policies import Policy, hide, policy_for
from apps.billing.models import (
    BalanceAnnouncement,
    Bill,
    CardTopUp,
    ChargeItem,
    Invoice,
    InvoicePaper,
    InvoicePrint,
    InvoiceRange,
    RefundRequest,
    RefundRequestLine,
)

hide(InvoicePrint, RefundRequestLine)


@policy_for(Bill)
class BillPolicy(Policy):
    department = "department_id"
    owners = ("practitioner_id",)
    inherits = ("patient_id", "patients.Patient")


@policy_for(ChargeItem)
class ChargeItemPolicy(Policy):
    """Reached like the bill."""

    department = "bill__department_id"
    owners = ("bill__practitioner_id",)
    inherits = ("bill__patient_id", "patients.Patient")


@policy_for(Invoice)
class InvoicePolicy(Policy):
    """Reached like the bill."""

    department = "department_id"
    owners = ("bill__practitioner_id",)
    inherits = ("patient_id", "patients.Patient")


@policy_for(CardTopUp)
class CardTopUpPolicy(Policy):
    """By hospital, who asked for it at the window, or whoever cares for the patient."""

    owners = ("opened_by_id",)
    inherits = ("patient_id", "patients.Patient")


@policy_for(RefundRequest)
class RefundRequestPolicy(Policy):
    """By hospital, department, or as the doctor of the bills. Caring for the patient lets nobody decide on money."""

    department = "department_id"
    owners = ("practitioner_id",)


VIEW_ALL = "billing.invoice_range.view_all"
VOID = "billing.invoice_paper.void"


class _OfHolder(Policy):
    """One's own; of the whole hospital with a code that says so."""

    def arms(self, actor: Actor, code: str, grant: str = "view") -> list[Q]:
        if actor.has(VIEW_ALL):
            return super().arms(actor, code, grant)
        return [Q(**{owner: actor.staff_id}) for owner in self.owners] if actor.has(code) else []


@policy_for(InvoiceRange)
class InvoiceRangePolicy(_OfHolder):
    owners = ("holder_id",)


@policy_for(InvoicePaper)
class InvoicePaperPolicy(_OfHolder):
    """Whoever voids forms voids those of colleagues, too: who printed one may be gone when it comes back."""

    owners = ("issued_by_id",)

    def arms(self, actor: Actor, code: str, grant: str = "view") -> list[Q]:
        if code == VOID:
            return Policy.arms(self, actor, code, grant)
        return super().arms(actor, code, grant)


@policy_for(BalanceAnnouncement)
class BalanceAnnouncementPolicy(Policy):
    """Of a hospital."""
