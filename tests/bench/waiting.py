"""Tasks of the waiting list, run by tests.bench.inside."""

import datetime as dt
import json
import time
from typing import Any
from uuid import UUID

from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.patients.models import Patient
from apps.scheduling.models import Slot, SlotNumber, WaitlistEntry, WaitlistOffer
from apps.scheduling.services.waitlist_offers import offer_free_numbers
from kernel import clock
from tests.bench.tasks import HOSPITAL, open_slots


def offer_waiting(count: str) -> dict[str, Any]:
    """One number, then `count` numbers of tomorrow become free for as many who wait: seconds, statements, offers."""
    many = int(count)
    groups = open_slots(json.dumps([[1, 1], [1, many]]))
    slots = list(
        Slot.objects.select_related("session").filter(pk__in=[slot for group in groups for slot in group])
    )
    people = Patient.objects.filter(hospital__code=HOSPITAL).order_by("id").values_list("pk", flat=True)
    chosen = list(people[: many + 1])
    first, second = (_dispatch(slots[0], patients) for patients in (chosen[:1], chosen[1:]))
    offers = WaitlistOffer.objects.filter(slot__in=slots, state="open")
    numbers = SlotNumber.objects.filter(slot__in=slots, state="offered")
    right = offers.values("slot_number").distinct().count() == numbers.count() == many + 1
    return {"one": first, "many": second, "right": right}


def _dispatch(slot: Slot, patients: list[UUID]) -> dict[str, float]:
    session, tomorrow = slot.session, clock.today() + dt.timedelta(days=1)
    WaitlistEntry.objects.bulk_create(
        WaitlistEntry(
            hospital_id=session.hospital_id, department_id=session.department_id, patient_id=patient,
            practitioner_id=session.practitioner_id, first_date=tomorrow, last_date=tomorrow,
        )
        for patient in patients
    )  # fmt: skip
    with CaptureQueriesContext(connection) as queries:
        begin = time.perf_counter()
        offer_free_numbers([session.department_id])
        seconds = time.perf_counter() - begin
    return {"seconds": seconds, "queries": len(queries.captured_queries)}
