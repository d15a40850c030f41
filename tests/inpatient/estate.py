"""Rows of inpatient for the rules that every resource keeps: one of patient_a, doctor_a and hospital 1 each."""

from apps.inpatient.models import Admission, DepositTransaction, InpatientCharge
from tests.inpatient.support import admit, charge, his_stay, pending
from tests.support.estates import Estate, Values


class InpatientEstate(Estate):
    """Of inpatient."""

    def make_admission(self) -> Admission:
        return admit(self.world)

    def make_his_admission(self) -> Admission:
        return his_stay(self.world)

    def make_inpatient_charge(self) -> InpatientCharge:
        return charge(self.get("admission"))[0]

    def make_inpatient_deposit(self) -> DepositTransaction:
        return pending(self.world, self.get("admission"))


#: Path up to the parameter → the value that stands there.
OBJECTS: Values = {
    "admin/v1/admissions/": lambda e: e.get("admission").pk,
    "admin/v1/inpatient-charges/": lambda e: e.get("inpatient_charge").pk,
    "admin/v1/inpatient-deposits/": lambda e: e.get("inpatient_deposit").pk,
    "miniprogram/v1/admissions/": lambda e: e.get("admission").pk,
    "miniprogram/v1/inpatient-deposits/": lambda e: e.get("inpatient_deposit").pk,
    "partner/v1/admissions/": lambda e: e.get("his_admission").external_id,
}
