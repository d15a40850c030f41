"""A clinic to book in: one doctor's published session, patients with bound cards."""

import datetime as dt
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

from django.db import connection

from apps.identity.models import AuthSession, Hospital
from apps.patients.models import CardBinding, Patient, PatientCard
from apps.scheduling.models import ClinicSession, Slot, SlotNumber
from apps.scheduling.services.publish import publish_session
from apps.scheduling.services.sessions import create_session
from kernel import clock
from kernel.models import OutboxEvent
from kernel.outbox.events import rebuild, subscriptions_of
from tests.support.world import World

#: Monday morning, before the first session.
NOW = dt.datetime(2026, 11, 23, 8, 0, tzinfo=clock.LOCAL)
TODAY = NOW.date()
TOMORROW = TODAY + dt.timedelta(days=1)
ADMIN, MINI = "/api/admin/v1", "/api/miniprogram/v1"


def make_patient(hospital: Hospital, name: str = "张三") -> Patient:
    """A registered patient of the hospital."""
    return Patient.objects.create(
        hospital=hospital, mrn=uuid4().hex[:12], name=name, registered_at=clock.now()
    )


def bind(world: World, account: str, patient: Patient, *, default: bool = False) -> CardBinding:
    """The account has bound the patient's card."""
    card = PatientCard.objects.create(
        hospital=patient.hospital, patient=patient, card_number=uuid4().hex[:16]
    )
    return CardBinding.objects.create(
        hospital=patient.hospital, account=world.accounts[account], patient=patient, card=card,
        relationship="other", is_default=default,
    )  # fmt: skip


def open_session(
    world: World,
    *,
    date: dt.date = TODAY,
    start: str = "09:00",
    end: str = "10:00",
    slot_minutes: int = 30,
    capacity: int = 1,
    fee: int = 2_000,
    doctor: str = "doctor_a",
    department: str = "cardiology",
    publish: bool = True,
    **quotas: Any,
) -> ClinicSession:
    """A session of the doctor; two half-hour slots unless told otherwise."""
    session = create_session(
        date=date, start_time=dt.time.fromisoformat(start), end_time=dt.time.fromisoformat(end),
        department=world.departments[department], practitioner=world.staff[doctor], period="morning",
        slot_minutes=slot_minutes, capacity_per_slot=capacity, registration_fee_fen=fee, tier="normal", **quotas,
    )  # fmt: skip
    return publish_session(session) if publish else session


def sign_in_for_good(world: World) -> None:
    """Everybody is signed in with a token that outlives any move of the clock."""
    for name in (*world.staff, *world.accounts):
        world.client(name)
    AuthSession.objects.update(expiry=None)


def first_slot(session: ClinicSession) -> Slot:
    """The earliest slot."""
    slot = session.slots.order_by("starts_at").first()
    assert slot is not None
    return slot


def book(
    world: World,
    account: str,
    slot: Slot,
    kind: str = "same_day",
    *,
    binding: CardBinding | None = None,
    key: str | None = None,
) -> Any:
    """POST a booking as that account."""
    body = {"slot_id": str(slot.pk), "kind": kind, **({"binding_id": str(binding.pk)} if binding else {})}
    return world.client(account).post(
        f"{MINI}/appointments", body, format="json", HTTP_IDEMPOTENCY_KEY=key or uuid4().hex
    )


def code(answer: Any) -> tuple[int, str]:
    """Status and problem code."""
    return answer.status_code, answer.json().get("code", "")


def states(session: ClinicSession) -> list[str]:
    """The states of the session's numbers, by number."""
    return list(SlotNumber.objects.filter(session=session).order_by("number").values_list("state", flat=True))


def at_once(jobs: list[Callable[[], Any]], workers: int = 16) -> list[Any]:
    """Run the jobs in threads with connections of their own; exceptions are results."""

    def run(job: Callable[[], Any]) -> Any:
        try:
            return job()
        except Exception as error:  # noqa: BLE001
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(workers) as pool:
        return list(pool.map(run, jobs))


def deliver(topic: str = "scheduling.") -> None:
    """Run the handlers of every event whose topic begins so, as the workers do."""
    for event in OutboxEvent.objects.filter(topic__startswith=topic).order_by("id"):
        for subscription in subscriptions_of(event.topic):
            subscription.handler(rebuild(subscription.event, event.payload))
