"""Rows of audit for the rules that every resource keeps: one of patient_a, doctor_a and hospital 1 each."""

from apps.audit.models import AuditEvent
from tests.support.estates import Estate, Values


class AuditEstate(Estate):
    """Of audit."""

    def make_audit_event(self) -> AuditEvent:
        self.get("position")
        return AuditEvent.objects.filter(hospital_id=self.world.h1.pk).latest("id")


#: Path up to the parameter → the value that stands there.
OBJECTS: Values = {
    "admin/v1/audit/events/": lambda e: e.get("audit_event").pk,
}
