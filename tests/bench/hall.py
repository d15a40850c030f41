"""Tasks of a waiting hall, run by tests.bench.inside."""

import json
import time
from uuid import UUID

from apps.patients.models import Patient
from apps.queueing.models import QueueTicket
from apps.queueing.services.calls import call_next
from apps.queueing.services.check_in import check_in
from apps.queueing.services.screens import create_screen
from apps.scheduling.models import Appointment, AppointmentKind, Slot
from apps.scheduling.services.book import book_on_behalf
from kernel import clock
from tests.bench.tasks import open_slots, patient_tokens


def waiting_hall(count: str, lines: str) -> dict[str, object]:
    """So many patients wait in so many lines: (token, appointment) of each, and a screen that shows one line."""
    people, many = patient_tokens(count), int(lines)
    slots = Slot.objects.in_bulk(open_slots(json.dumps([[many, len(people)]]))[0])
    chosen = list(slots.values())
    waiting = []
    for number, (token, patient) in enumerate(people):
        slot = chosen[number % many]
        booked = book_on_behalf(
            staff_id=slot.session.practitioner_id,
            patient=Patient.objects.get(pk=patient),
            slot_id=slot.pk,
            kind=AppointmentKind.ADVANCE,
            paid_at_counter=True,
        )
        with clock.frozen(slot.starts_at):
            check_in(Appointment.objects.get(pk=booked.values["id"]))
        waiting.append((token, str(booked.values["id"])))
    QueueTicket.objects.update(day=clock.today())
    line = QueueTicket.objects.select_related("queue__department").earliest("id").queue
    _, screen = create_screen(department=line.department, name="bench", queues=[line])
    return {"waiting": waiting, "screen": screen, "queue": str(line.pk)}


def call_one(queue: str) -> float:
    """Call the next patient of a line; the moment before."""
    line = QueueTicket.objects.select_related("queue").filter(queue_id=UUID(queue)).earliest("id").queue
    begin = time.time()
    call_next(line)
    return begin
