"""Rows are reached by hospital, department, as the doctor's own, or by whoever cares for the patient."""

from apps.access.policies import Policy, hide, policy_for
from apps.billing.models import Bill, ChargeItem, Invoice, InvoicePrint

hide(InvoicePrint)


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
