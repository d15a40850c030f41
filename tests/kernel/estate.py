"""Rows of kernel for the rules that every resource keeps: one of patient_a, doctor_a and hospital 1 each."""

from kernel.outbox.models import DeadLetter, OutboxEvent
from tests.support.estates import Estate, Values


class KernelEstate(Estate):
    """Of kernel."""

    def make_dead_letter(self) -> DeadLetter:
        event = OutboxEvent.objects.create(topic="matrix", payload={}, hospital_id=self.world.h1.pk)
        return DeadLetter.objects.create(event=event, handler="matrix", error="matrix")


#: Path up to the parameter → the value that stands there.
OBJECTS: Values = {
    "admin/v1/operations/dead-letters/": lambda e: e.get("dead_letter").pk,
}
