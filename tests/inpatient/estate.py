"""Rows of inpatient for the rules that every resource keeps: one of patient_a, doctor_a and hospital 1 each."""

import datetime as dt

from apps.inpatient.models import (
    Admission,
    Bed,
    DepositCeiling,
    DepositOrder,
    DepositTransaction,
    DischargeSettlement,
    InpatientCharge,
    Ward,
)
from apps.inpatient.services.deposit_orders import ask_for_deposit
from apps.inpatient.services.settling import settle
from kernel import clock
from tests.inpatient.support import ON, admit, bed, charge, configure, his_stay, pending
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

    def make_bed(self) -> Bed:
        return bed(self.world)

    def make_ward(self) -> Ward:
        return self.get("bed").ward

    def make_deposit_ceiling(self) -> DepositCeiling:
        return DepositCeiling.objects.create(
            hospital=self.world.h1, code_prefix="I25", diagnosis_name="冠心病", ceiling_fen=5_000_000
        )

    def make_deposit_order(self) -> DepositOrder:
        configure(self.world, **ON)
        stay = Admission.objects.select_related("hospital").get(pk=self.get("admission").pk)
        due = clock.today() + dt.timedelta(days=1)
        return ask_for_deposit(stay, amount_fen=10_000, due_on=due, note="", staff=self.world.staff["clerk"])

    def make_settlement(self) -> DischargeSettlement:
        now = clock.now()
        facts = {"external_id": "HAS", "admission_no": "0099", "discharged_at": now, "as_of": now}
        stay = his_stay(self.world, **facts, charges_final=True, his_deposit_fen=0)
        charge(stay, external_id="")
        return settle(stay, staff=self.world.staff["clerk"])


#: Path up to the parameter → the value that stands there.
OBJECTS: Values = {
    "admin/v1/admissions/": lambda e: e.get("admission").pk,
    "admin/v1/beds/": lambda e: e.get("bed").pk,
    "admin/v1/wards/": lambda e: e.get("ward").pk,
    "admin/v1/deposit-ceilings/": lambda e: e.get("deposit_ceiling").pk,
    "admin/v1/deposit-orders/": lambda e: e.get("deposit_order").pk,
    "admin/v1/settlements/": lambda e: e.get("settlement").pk,
    "miniprogram/v1/deposit-orders/": lambda e: e.get("deposit_order").pk,
    "miniprogram/v1/settlements/": lambda e: e.get("settlement").pk,
    "admin/v1/inpatient-charges/": lambda e: e.get("inpatient_charge").pk,
    "admin/v1/inpatient-deposits/": lambda e: e.get("inpatient_deposit").pk,
    "miniprogram/v1/admissions/": lambda e: e.get("admission").pk,
    "miniprogram/v1/inpatient-deposits/": lambda e: e.get("inpatient_deposit").pk,
    "partner/v1/admissions/": lambda e: e.get("his_admission").external_id,
}
