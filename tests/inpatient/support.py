"""Stays with charges and deposits, through the product's own services."""

import csv
import datetime as dt
import io
from decimal import Decimal
from typing import Any

from apps.billing.models import BillSource
from apps.billing.services.items import ItemSpec
from apps.identity.models import Hospital
from apps.inpatient.models import Admission, Bed, DepositTransaction, InpatientCharge, Ward
from apps.inpatient.selectors.deposits import deposit_of
from apps.inpatient.services import admissions, charges
from apps.inpatient.services.deposits import open_deposit
from apps.inpatient.services.his_feed import ToldAdmission, receive_admission
from apps.payments.models import PaymentOrder
from kernel import clock
from tests.billing.refund_support import handle, pay_online
from tests.billing.support import ADMIN, MINI, PARTNER, at_desk, code, in_app
from tests.scheduling.support import NOW, TODAY
from tests.support.world import World

ON = {"inpatient.deposit_enabled": True}
BED = ItemSpec("床位费", Decimal(1), 4_000, "bed", "C001", unit="日")
DRUG = ItemSpec("注射用头孢呋辛钠", Decimal(3), 1_850, "western_medicine", "Y101", "0.75g", "支")
BLOOD = ItemSpec("血常规", Decimal(1), 2_000, "test", "J001", unit="次")


def configure(world: World, **values: Any) -> None:
    """Settings of the first hospital; `inpatient__x` stands for inpatient.x."""
    settings = {name.replace("__", "."): value for name, value in values.items()}
    world.h1.settings = {**world.h1.settings, **settings}
    Hospital.objects.filter(pk=world.h1.pk).update(settings=world.h1.settings)


def admit(world: World, patient: str = "patient_a", **facts: Any) -> Admission:
    """That patient lies in cardiology under doctor_a since three days ago, unless told otherwise."""
    values: dict[str, Any] = {
        "patient": world.patients[patient],
        "department": world.departments["cardiology"],
        "practitioner": world.staff["doctor_a"],
        "ward": "心内一病区",
        "bed": "12",
        "diagnosis": "冠心病",
        "admitted_at": clock.now() - dt.timedelta(days=3),
        "staff": world.staff["clerk"],
    }
    return admissions.admit(**values | facts)


def told(world: World, **facts: Any) -> ToldAdmission:
    """What HIS says of a stay of patient_a."""
    values: dict[str, Any] = {
        "external_id": "HA1",
        "admission_no": "0012345",
        "patient": world.patients["patient_a"],
        "department": world.departments["cardiology"],
        "practitioner": world.staff["doctor_a"],
        "ward": "一病区",
        "bed": "3",
        "diagnosis": "冠心病",
        "admitted_at": clock.now() - dt.timedelta(days=3),
        "discharged_at": None,
        "as_of": clock.now() - dt.timedelta(hours=1),
    }
    return ToldAdmission(**values | facts)


def his_stay(world: World, **facts: Any) -> Admission:
    """A stay that HIS keeps."""
    return receive_admission(hospital=world.h1, told=told(world, **facts))[0]


def charge(
    stay: Admission, *items: ItemSpec, day: dt.date | None = None, **facts: Any
) -> list[InpatientCharge]:
    """Charged on that day (today); a bed, three ampoules and a blood count unless told otherwise."""
    specs = [
        charges.ChargeSpec(admission=stay, day=day or clock.today(), item=item, **facts)
        for item in items or (BED, DRUG, BLOOD)
    ]
    return charges.charge(source=BillSource(stay.source), specs=specs)[0]


def pending(
    world: World, stay: Admission, amount_fen: int = 50_000, account: str = "patient_a"
) -> DepositTransaction:
    """A deposit that waits to be paid."""
    configure(world, **ON)
    fresh = Admission.objects.select_related("hospital").get(pk=stay.pk)
    return open_deposit(
        admission=fresh, amount_fen=amount_fen, application="miniprogram", account=world.accounts[account]
    )


def order_of(deposit: DepositTransaction) -> PaymentOrder:
    assert deposit.order is not None
    return deposit.order


def paid(world: World, stay: Admission, amount_fen: int = 50_000) -> DepositTransaction:
    """A deposit that was paid and posted."""
    deposit = pending(world, stay, amount_fen)
    pay_online(order_of(deposit))
    deposit.refresh_from_db()
    return deposit


def put(world: World, who: str, path: str, body: Any) -> Any:
    """POST as a partner, or PATCH as staff."""
    if who == "partner":
        return world.client(who).post(f"{PARTNER}/{path}", body, format="json")
    return world.client(who).patch(f"{ADMIN}/{path}", body, format="json")


def get(world: World, who: str, path: str, **query: Any) -> Any:
    """GET from the audience of that caller."""
    base = MINI if who.startswith("patient") else PARTNER if who == "partner" else ADMIN
    return world.client(who).get(f"{base}/{path}", query)


def export(world: World, stay: Admission, who: str = "clerk") -> list[list[str]]:
    """The exported rows, the header first."""
    answer = get(world, who, f"admissions/{stay.pk}/statement/export")
    assert answer.status_code == 200
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))


__all__ = [
    "ADMIN", "MINI", "NOW", "PARTNER", "TODAY", "at_desk", "code", "deposit_of", "handle", "in_app", "pay_online",
]  # fmt: skip


def bed(world: World, code: str = "01", *, ward: str = "心内一病区", department: str = "cardiology") -> Bed:
    """A free bed in that ward, which is made if there is none."""
    place = world.departments[department]
    found, _ = Ward.objects.get_or_create(
        hospital=place.hospital, department=place, code=ward, defaults={"name": ward}
    )
    return Bed.objects.create(hospital=place.hospital, ward=found, code=code)
