"""Two hospitals with a HIS each: everything is asked of the hospital's own, and one that is down is one alone."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
import redis

from apps.billing.models import Bill
from apps.billing.services.refresh import refresh_bills
from apps.identity import his
from apps.identity.models import Hospital
from apps.integrations.adapters import factory
from apps.integrations.adapters.http_his import HttpHis
from apps.patients.adapters.own_archive import OwnArchive
from apps.patients.models import CardBinding, Patient, PatientCard
from apps.patients.ports import CARDS, BindingClaim
from apps.payments.ports import HisRefused
from tests.integrations.conftest import HisControl
from tests.support.sandbox import Sandbox, running_sandbox
from tests.support.world import World

BINDINGS = "/api/miniprogram/v1/cards/bindings"


@dataclass
class Houses:
    """A patient and the HIS of each hospital."""

    world: World
    books: dict[str, HisControl]
    patients: dict[str, Patient]

    def order(self, key: str) -> str:
        """A doctor of that hospital orders something in its HIS; the number of its bill there."""
        patient = self.patients[key]
        code = patient.hospital.code
        made = self.books[key].bill(mrn=patient.mrn, hospital_code=code, external_id=f"HB-{code}")
        return str(made["number"])


@pytest.fixture(scope="module")
def other_process() -> Iterator[Sandbox]:
    with running_sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def houses(
    world: World, sandbox: Sandbox, other_process: Sandbox, settings: Any, redis_url: str
) -> Iterator[Houses]:
    """The second hospital has a connection of its own, the first the common one."""
    other_process.control("POST", "reset")
    settings.HIS_CONNECTIONS = {
        world.h2.code: {
            "base_url": other_process.url, "app_id": settings.HIS_APP_ID, "secret": settings.HIS_SECRET,
        }
    }  # fmt: skip
    factory.his_client.cache_clear()
    for hospital in (world.h1, world.h2):
        Hospital.objects.filter(pk=hospital.pk).update(settings={"his.driver": "http"})
    with redis.Redis.from_url(redis_url) as store:
        for key in store.scan_iter("yihui:his:*"):
            store.delete(key)
    world.add_patient(
        "south", hospital=world.h2, name="南山", national_id="110101195001010033", phone="13800138033"
    )
    of = Patient.objects.select_related("hospital")
    patients = {
        "h1": of.get(pk=world.patients["patient_a"].pk),
        "h2": of.get(pk=world.patients["south"].pk),
    }
    yield Houses(world, {"h1": HisControl(sandbox), "h2": HisControl(other_process)}, patients)
    factory.his_client.cache_clear()


def shown(patient: Patient) -> list[str]:
    return list(Bill.objects.filter(patient=patient).values_list("external_id", flat=True))


@pytest.mark.requirement("PAY-04")
def test_bills_come_from_the_hospitals_own_his(houses: Houses) -> None:
    ordered = {key: houses.order(key) for key in ("h1", "h2")}
    assert refresh_bills(houses.patients.values())
    assert {key: shown(patient) for key, patient in houses.patients.items()} == {
        key: [number] for key, number in ordered.items()
    }


@pytest.mark.requirement("PAY-04")
def test_a_his_that_is_down_holds_up_no_other_hospital(houses: Houses) -> None:
    houses.books["h1"].outage(True)
    ordered = houses.order("h2")
    assert not refresh_bills([houses.patients["h1"]])
    assert refresh_bills([houses.patients["h2"]])
    assert shown(houses.patients["h2"]) == [ordered]


class Asking:
    """A directory of cards that the hospital's HIS has a say in."""

    def __init__(self, hospital: Hospital) -> None:
        self.his = HttpHis(hospital)

    def find_card(self, claim: BindingClaim) -> UUID | None:
        found = OwnArchive().find_card(claim)
        if found is None:
            return None
        try:
            self.his.bills_of(PatientCard.objects.get(pk=found).patient.mrn, seconds=2)
        except HisRefused:
            return None
        return found


@pytest.fixture
def directories(houses: Houses) -> Iterator[None]:
    """A driver for each hospital."""
    for name, hospital in (("north", houses.world.h1), ("south", houses.world.h2)):
        his.register(name, CARDS, Asking)
        Hospital.objects.filter(pk=hospital.pk).update(settings={"his.driver": name})
    yield
    for name in ("north", "south"):
        his.forget(name)


def bind(houses: Houses, key: str) -> Any:
    patient = houses.patients[key]
    card = PatientCard.objects.filter(patient=patient).first()
    assert card is not None
    body = {
        "hospital_id": str(patient.hospital_id), "name": patient.name, "national_id": patient.national_id,
        "phone": patient.phone, "card_number": card.card_number, "address": "北京市东城区", "relationship": "other",
    }  # fmt: skip
    return houses.world.client("patient_none").post(BINDINGS, body, format="json")


@pytest.mark.requirement("CARD-02")
@pytest.mark.usefixtures("directories")
def test_cards_of_both_hospitals_are_bound_each_by_its_own_his(houses: Houses) -> None:
    for key in ("h1", "h2"):
        answer = bind(houses, key)
        assert answer.status_code == 201, answer.json()
    assert CardBinding.objects.filter(account=houses.world.accounts["patient_none"]).count() == 2


@pytest.mark.requirement("CARD-02")
@pytest.mark.usefixtures("directories")
def test_what_one_his_does_not_know_is_nothing_to_the_other(houses: Houses) -> None:
    houses.books["h2"].refuse(houses.patients["h2"].mrn, "PATIENT_NOT_FOUND", operation="patients.bills")
    assert bind(houses, "h2").json()["code"] == "binding_mismatch"
    assert bind(houses, "h1").status_code == 201


def test_a_his_that_knows_no_cards_leaves_them_to_our_archive(houses: Houses) -> None:
    assert [bind(houses, key).status_code for key in ("h1", "h2")] == [201, 201]
