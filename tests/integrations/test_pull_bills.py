"""Bills that arise in HIS are there when a patient looks; without HIS, what we had is, and said to be old."""

import datetime as dt
import time
from typing import Any

import pytest
import redis

from apps.billing.models import Bill, BillSource, CancelCause
from apps.billing.services import checkout, his_feed
from apps.billing.services.refresh import refresh_bills
from apps.billing.services.settle import mark_paid
from apps.integrations.adapters import factory
from apps.integrations.adapters.his_client import HisClient
from apps.integrations.services import pull_turns
from apps.patients.models import Patient
from kernel import clock
from tests.integrations.conftest import HisControl, never

PAYABLE = "/api/miniprogram/v1/bills/payable"
NEVER = float("inf")


@pytest.fixture
def store(redis_url: str) -> redis.Redis:
    return redis.Redis.from_url(redis_url)


@pytest.fixture
def patient(world: Any, book: HisControl, store: redis.Redis) -> Patient:
    """Of a hospital whose HIS is reached over HTTP; nobody has asked it yet."""
    world.h1.settings = {"his.driver": "http"}
    world.h1.save()
    for key in store.scan_iter("yihui:his:*"):
        store.delete(key)
    found: Patient = Patient.objects.select_related("hospital").get(pk=world.patients["patient_a"].pk)
    return found


@pytest.fixture
def look(patient: Patient, store: redis.Redis) -> Any:
    """The patient looks a minute later; whether what is shown is current."""

    def refresh() -> bool:
        store.delete(f"yihui:his:pulled:{patient.pk}", pull_turns.resting_key(patient.hospital_id))
        return refresh_bills([patient])

    return refresh


def issued(patient: Patient) -> list[Bill]:
    return list(Bill.objects.filter(patient=patient, status="issued").order_by("pk"))


@pytest.mark.requirement("PAY-04")
def test_a_bill_that_arose_in_his_is_there_to_be_paid(world: Any, book: HisControl, patient: Patient) -> None:
    ordered = book.bill(
        mrn=patient.mrn,
        kind="prescription",
        title="门诊处方",
        department_code="cardiology",
        employee_no="doctor_a",
    )
    shown = world.client("patient_a").get(PAYABLE).json()
    assert shown["is_current"] is True
    (bill,) = shown["bills"]
    assert (bill["title"], bill["amount_fen"], bill["kind"]) == ("门诊处方", 2500, "prescription")
    (stored,) = issued(patient)
    assert (stored.source, stored.external_id) == (BillSource.HIS, ordered["number"])
    assert stored.department == world.departments["cardiology"]
    assert stored.practitioner == world.staff["doctor_a"]
    (item,) = stored.items.all()
    assert (item.name, item.quantity, item.unit, item.unit_price_fen) == ("阿莫西林胶囊", 2, "盒", 1250)


def test_looking_again_changes_nothing(book: HisControl, patient: Patient, look: Any) -> None:
    book.bill(mrn=patient.mrn)
    assert look()
    before = issued(patient)[0]
    assert look()
    (after,) = issued(patient)
    assert (after.pk, after.version) == (before.pk, before.version)


def test_a_bill_that_changed_in_his_is_issued_again(book: HisControl, patient: Patient, look: Any) -> None:
    number = book.bill(mrn=patient.mrn)["number"]
    look()
    book.bill(mrn=patient.mrn, external_id=number, price=2000)
    assert look()
    (bill,) = issued(patient)
    assert (bill.amount_fen, bill.replaces.external_id) == (4000, number)


@pytest.mark.requirement("PAY-04")
def test_a_bill_belongs_to_its_registration_of_his_or_of_ours(
    book: HisControl, patient: Patient, look: Any
) -> None:
    registration = book.bill(mrn=patient.mrn, kind="registration", external_id="HB-reg")
    book.bill(
        mrn=patient.mrn, kind="test", external_id="HB-a", registration_external_id=registration["number"]
    )
    assert look()
    ours = Bill.objects.get(external_id="HB-reg")
    book.bill(mrn=patient.mrn, kind="test", external_id="HB-b", registration_bill_no=ours.bill_no)
    assert look()
    belonging = Bill.objects.filter(registration_bill=ours).values_list("external_id", flat=True)
    assert sorted(belonging) == ["HB-a", "HB-b"]


def test_what_is_cancelled_in_his_is_cancelled_here(book: HisControl, patient: Patient, look: Any) -> None:
    number = book.bill(mrn=patient.mrn)["number"]
    look()
    book.settle(number, "cancelled")
    assert look()
    bill = Bill.objects.get(external_id=number)
    assert (bill.status, bill.cancel_cause) == ("cancelled", CancelCause.HIS)


@pytest.mark.requirement("PAY-04")
def test_what_the_window_of_his_took_money_for_is_paid_here(
    book: HisControl, patient: Patient, look: Any
) -> None:
    number, unknown = (book.bill(mrn=patient.mrn)["number"] for _ in range(2))
    look()
    book.settle(number, "paid")
    assert look()
    bill = Bill.objects.get(external_id=number)
    assert (bill.status, bill.channel, bill.order_id) == ("paid", his_feed.AT_HIS, None)
    book.settle(unknown, "paid")
    assert look()
    assert Bill.objects.filter(patient=patient, status="paid").count() == 2


@pytest.mark.requirement("PAY-08")
@pytest.mark.parametrize("state", ["cancelled", "paid"])
def test_a_bill_that_is_being_paid_is_left_to_its_payment(
    book: HisControl, patient: Patient, look: Any, state: str
) -> None:
    number = book.bill(mrn=patient.mrn)["number"]
    look()
    (bill,) = issued(patient)
    checkout.open_payment(
        hospital=patient.hospital, patient_id=patient.pk, bill_ids=[bill.pk], application="miniprogram"
    )
    book.settle(number, state)
    assert look()
    assert issued(patient) == [bill]


@pytest.mark.requirement("PAY-08")
def test_a_bill_that_was_paid_here_stays_paid(book: HisControl, patient: Patient, look: Any) -> None:
    number = book.bill(mrn=patient.mrn)["number"]
    look()
    (bill,) = issued(patient)
    mark_paid(
        {bill.pk: bill.amount_fen}, hospital_id=patient.hospital_id, paid_at=clock.now(), channel="wechat_pay"
    )
    assert look(), "HIS has it open still: the payment is on its way there"
    bill.refresh_from_db()
    assert bill.status == "paid"
    assert Bill.objects.filter(external_id=number).count() == 1


def test_a_bill_that_was_pushed_while_his_was_asked_stays(
    book: HisControl, patient: Patient, look: Any
) -> None:
    book.bill(mrn=patient.mrn)
    look()
    pushed = issued(patient)[0]
    Bill.objects.filter(pk=pushed.pk).update(issued_at=clock.now() + dt.timedelta(seconds=5))
    book.settle(pushed.external_id, "cancelled")
    look()
    assert issued(patient) == [pushed]


@pytest.mark.requirement("PAY-08")
@pytest.mark.parametrize("trouble", ["outage", "closing", "refusing", "silent"])
def test_without_his_the_patient_sees_what_we_had_and_that_it_is_old(
    world: Any, book: HisControl, patient: Patient, look: Any, trouble: str, store: redis.Redis
) -> None:
    number = book.bill(mrn=patient.mrn)["number"]
    assert look()
    (known,) = issued(patient)
    book.settle(number, "cancelled")
    if trouble == "outage":
        book.outage(True)
    elif trouble == "refusing":
        book.refuse(patient.mrn, "SYSTEM_CLOSED", operation="patients.bills")
    else:
        kind = "close" if trouble == "closing" else "silent_after_work"
        book.faults({"kind": kind})
    store.delete(f"yihui:his:pulled:{patient.pk}")
    shown = world.client("patient_a").get(PAYABLE).json()
    assert shown["is_current"] is False
    assert [bill["bill_no"] for bill in shown["bills"]] == [known.bill_no]


@pytest.mark.requirement("PAY-08")
def test_a_his_that_hangs_is_waited_for_three_seconds_once(
    world: Any, patient: Patient, raw_server: Any, settings: Any
) -> None:
    settings.HIS_BASE_URL = raw_server(never)
    factory.his_client.cache_clear()
    begin = time.monotonic()
    assert refresh_bills([patient]) is False
    assert time.monotonic() - begin < 3
    begin = time.monotonic()
    for _ in range(20):
        assert refresh_bills([patient, world.patients["patient_b"]]) is False
    assert time.monotonic() - begin < 1, "nobody waits again while HIS rests"


def test_his_is_asked_once_a_minute_for_each_patient(
    world: Any, book: HisControl, patient: Patient, store: redis.Redis
) -> None:
    assert refresh_bills([patient])
    book.bill(mrn=patient.mrn)
    assert refresh_bills([patient]), "as of a minute ago"
    assert issued(patient) == []
    assert 0 < store.ttl(f"yihui:his:pulled:{patient.pk}") <= 60
    book.bill(mrn=world.patients["patient_b"].mrn)
    assert refresh_bills([world.patients["patient_b"]])
    assert len(issued(world.patients["patient_b"])) == 1


def test_who_looks_while_another_pull_runs_does_not_wait_for_it(patient: Patient, store: redis.Redis) -> None:
    assert pull_turns.take(patient.pk, patient.hospital_id) is None
    assert refresh_bills([patient]) is False


def test_without_redis_his_is_not_asked(book: HisControl, patient: Patient, monkeypatch: Any) -> None:
    away = redis.Redis(port=9, retry=None)
    monkeypatch.setattr(pull_turns, "client", lambda: away)
    book.bill(mrn=patient.mrn)
    assert refresh_bills([patient]) is False
    assert issued(patient) == []


def test_a_patient_whom_his_does_not_know_has_no_bills_there(book: HisControl, patient: Patient) -> None:
    book.refuse(patient.mrn, "PATIENT_NOT_FOUND", operation="patients.bills")
    assert refresh_bills([patient])


def test_a_hospital_without_his_of_its_own_is_always_current(world: Any, book: HisControl) -> None:
    book.outage(True)
    patient = world.patients["patient_b"]
    assert patient.hospital.settings == {}
    assert refresh_bills([patient])


def test_one_client_serves_all_pulls_of_a_process(book: HisControl, patient: Patient) -> None:
    refresh_bills([patient])
    assert isinstance(factory.his_client(), HisClient)
    assert factory.his_client.cache_info().misses == 1
