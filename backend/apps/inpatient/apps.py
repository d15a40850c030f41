from django.apps import AppConfig


class InpatientConfig(AppConfig):
    """住院: admissions, their charges day by day, and the deposits paid for them."""

    name = "apps.inpatient"
    label = "inpatient"

    def ready(self) -> None:
        """Have a say when a doctor's relation to a patient ends; deposits can be paid and are held."""
        from apps.inpatient import prepaid  # noqa: F401 - its kind is declared
        from apps.inpatient.payables import Deposits, Settlements
        from apps.inpatient.selectors.admissions import names_of_admissions
        from apps.inpatient.services.settlement_reopening import KIND as REOPENING
        from apps.inpatient.services.stays import Stays
        from apps.patients.ports import use_upholder
        from apps.payments import payables
        from apps.payments.owners import owned_by
        from apps.payments.types import AccountKind
        from apps.worklist import approvals

        owned_by(AccountKind.INPATIENT_DEPOSIT, names_of_admissions)
        use_upholder(Stays())
        payables.register(Deposits())
        payables.register(Settlements())
        approvals.register(REOPENING)
