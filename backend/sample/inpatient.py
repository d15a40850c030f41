"""Patients who lie in: some days of charges, deposits paid at the window, one who has left and one line taken back.

The first two are the patients whom the sample's mini-program users bind.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from apps.billing.services.items import ItemSpec
from apps.billing.types import BillSource
from apps.identity.models import Department, Hospital, StaffMember
from apps.identity.services.hospital_settings import change_settings
from apps.inpatient.models import Admission, Bed, DepositCeiling, Ward
from apps.inpatient.services.admissions import admit, discharge
from apps.inpatient.services.beds import place
from apps.inpatient.services.charges import ChargeSpec, charge
from apps.inpatient.services.deposits import open_deposit
from apps.inpatient.services.reversals import reverse_charge
from apps.patients.models import Patient
from apps.payments.services.counter import pay_at_counter
from kernel import clock
from kernel.rows import create_row
from sample.bulk.patients import mrn
from sample.organisation import House

#: Beds of each ward.
BEDS = 24
#: (code begins with, most that a deposit may hold)
CEILINGS = (("I25", 2_000_000), ("J18", 800_000), ("K80", 1_500_000))


@dataclass(frozen=True, slots=True)
class StayPlan:
    """One stay. `serial` names the patient, `department` counts from 0, `left`: was discharged this morning."""

    serial: int
    department: int
    bed: str
    diagnosis: str
    code: str
    days: int
    deposit_fen: int
    left: bool = False


STAYS = (
    StayPlan(1, 0, "12", "冠状动脉粥样硬化性心脏病", "I25.103", 4, 500_000),
    StayPlan(2, 1, "03", "社区获得性肺炎", "J18.901", 3, 80_000),
    StayPlan(4, 0, "15", "高血压病3级", "I10.X05", 2, 100_000),
    StayPlan(6, 7, "21", "胆囊结石伴急性胆囊炎", "K80.000", 6, 300_000, left=True),
)


def _items(text: str) -> tuple[ItemSpec, ...]:
    """One item a line: category code name spec unit quantity price in fen."""
    rows = (line.split() for line in text.strip().splitlines())
    return tuple(
        ItemSpec(name, Decimal(quantity), int(price), category, code, "" if spec == "-" else spec, unit)
        for category, code, name, spec, unit, quantity, price in rows
    )


FIRST_DAY = _items("""
consultation 110200001 住院诊察费 - 日 1 2500
examination 310701001 常规心电图检查 十二导联 次 1 3000
test 250101015 血常规 五分类 次 1 2000
test 250301001 肝功能全套 - 次 1 9800
examination 210300001 胸部CT平扫 64排 次 1 28000
""")
EVERY_DAY = _items("""
bed 110900001 普通病房床位费 三人间 日 1 4000
nursing 120100003 Ⅱ级护理 - 日 1 1200
treatment 120400006 静脉输液 - 组 2 1050
western_medicine XA01 注射用头孢呋辛钠 0.75g 支 4 1850
western_medicine XB05 0.9%氯化钠注射液 250ml 袋 2 420
material 270000123 一次性输液器 带针 套 2 360
""")


def admit_patients(house: House) -> list[tuple[Admission, StayPlan]]:
    """The stays with their charges; deposits are switched on for the hospital."""
    hospital = Hospital.objects.get(pk=house.hospital.pk)
    change_settings(hospital, version=hospital.version, values={"inpatient.deposit_enabled": True})
    clerk = StaffMember.objects.get(hospital=hospital, employee_no="C001")
    for prefix, most in CEILINGS:
        create_row(DepositCeiling, hospital=hospital, code_prefix=prefix, ceiling_fen=most)
    numbers = {mrn(plan.serial): plan for plan in STAYS}
    patients = Patient.objects.filter(hospital=hospital, mrn__in=numbers).select_related("hospital")
    return [
        (_stay(house, numbers[patient.mrn], patient, clerk), numbers[patient.mrn])
        for patient in patients.order_by("mrn")
    ]


def take_deposits(stays: Sequence[tuple[Admission, StayPlan]]) -> None:
    """Paid in cash at the window, outside transactions; then some leave."""
    for stay, plan in stays:
        fresh = Admission.objects.select_related("hospital", "registered_by").get(pk=stay.pk)
        clerk = fresh.registered_by
        deposit = open_deposit(
            admission=fresh, amount_fen=plan.deposit_fen, application="window", staff=clerk
        )
        if deposit.order is not None and clerk is not None:
            pay_at_counter(order=deposit.order, channel="cash", staff=clerk)
        if plan.left:
            discharge(fresh)


def _stay(house: House, plan: StayPlan, patient: Patient, clerk: StaffMember) -> Admission:
    department, now = house.departments[plan.department], clock.now()
    doctors = StaffMember.objects.filter(memberships__department=department).exclude(licence_no="")
    stay = admit(
        patient=patient,
        department=department,
        practitioner=doctors.order_by("employee_no")[1],
        diagnosis=plan.diagnosis,
        diagnosis_code=plan.code,
        admitted_at=now - dt.timedelta(days=plan.days - 1),
        staff=clerk,
    )
    place(stay, bed=_beds(house, department)[plan.bed], staff=clerk)
    rows, _ = charge(source=BillSource.OWN, specs=list(_charges(stay, plan.days)), staff=clerk)
    reverse_charge(rows[-1], quantity=Decimal(1), note="多记,退回", staff=clerk)
    return stay


def _beds(house: House, department: Department) -> dict[str, Bed]:
    """The beds of the department's ward, made with it."""
    name, hospital = f"{department.name}病区", house.hospital
    ward = Ward.objects.filter(hospital=hospital, code=department.code).first()
    if ward is None:
        ward = create_row(Ward, hospital=hospital, department=department, code=department.code, name=name)
        for number in range(1, BEDS + 1):
            create_row(Bed, hospital=hospital, ward=ward, code=f"{number:02d}", sort=number)
    return {bed.code: bed for bed in Bed.objects.filter(ward=ward)}


def _charges(stay: Admission, days: int) -> Iterator[ChargeSpec]:
    for number in range(days):
        day = clock.today() - dt.timedelta(days=days - 1 - number)
        for item in (*(FIRST_DAY if number == 0 else ()), *EVERY_DAY):
            yield ChargeSpec(admission=stay, day=day, item=item)
