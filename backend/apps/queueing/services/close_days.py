"""The end of a queue's day: whoever still waits has left, and is in the house no more."""

from django.db import transaction

from apps.encounters.models import Encounter
from apps.encounters.services import encounters
from apps.encounters.states import EncounterState
from apps.queueing.models import QueueTicket
from apps.queueing.selectors.waiting import over
from apps.queueing.states import OPEN_TICKETS, TicketState
from kernel import clock


@transaction.atomic
def close_days(*, limit: int) -> int:
    """Cancel up to `limit` tickets of days that are over whose patient nobody has called in; returns how many.

    Their encounters end: `cancelled` where nobody had begun, `finished` where a doctor had and passed the patient on.
    The appointment stays checked in: what becomes of its fee is for people to decide. Safe to repeat.
    """
    waiting = (
        over().filter(state__in=OPEN_TICKETS).select_for_update(of=("self",), skip_locked=True, no_key=True)
    )
    tickets = list(waiting.order_by("day", "pk").only("pk", "encounter_id")[:limit])
    keys, visits = [ticket.pk for ticket in tickets], [ticket.encounter_id for ticket in tickets]
    QueueTicket.objects.filter(pk__in=keys).update(state=TicketState.CANCELLED, updated_at=clock.now())
    begun = Encounter.objects.filter(pk__in=visits, state=EncounterState.IN_PROGRESS).order_by("pk")
    for encounter_id in list(begun.values_list("pk", flat=True)):
        encounters.finish(encounter_id)
    encounters.cancel(visits)
    return len(tickets)
