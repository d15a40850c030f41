"""Rows of queueing for the rules that every resource keeps: one of patient_a, doctor_a and hospital 1 each."""

from apps.queueing.models import Queue, QueuePriority, QueueRule, QueueScreen, QueueTicket
from apps.queueing.services import check_in, screens
from kernel import clock
from tests.support.estates import Estate, Values


class QueueingEstate(Estate):
    """Of queueing."""

    def make_ticket(self) -> QueueTicket:
        appointment = self.get("appointment")
        with clock.frozen(appointment.starts_at):
            return check_in.check_in(appointment)

    def make_queue(self) -> Queue:
        return self.get("ticket").queue  # type: ignore[no-any-return]

    def make_queue_rule(self) -> QueueRule:
        department = self.world.departments["cardiology"]
        return QueueRule.objects.create(hospital=self.world.h1, department=department)

    def make_queue_screen(self) -> QueueScreen:
        return screens.create_screen(department=self.world.departments["cardiology"], name="大屏")[0]

    def make_queue_priority(self) -> QueuePriority:
        return QueuePriority.objects.create(hospital=self.world.h1, code="vip", name="VIP", minutes=5)


#: Path up to the parameter → the value that stands there.
OBJECTS: Values = {
    "admin/v1/queue-priorities/": lambda e: e.get("queue_priority").pk,
    "admin/v1/queue-rules/": lambda e: e.get("queue_rule").pk,
    "admin/v1/queue-screens/": lambda e: e.get("queue_screen").pk,
    "admin/v1/queue-tickets/": lambda e: e.get("ticket").pk,
    "admin/v1/queues/": lambda e: e.get("queue").pk,
    "miniprogram/v1/appointments/": lambda e: e.get("ticket").appointment_id,
}
