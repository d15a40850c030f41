from django.apps import AppConfig


class QueueingConfig(AppConfig):
    """Queues in front of the consulting rooms: tickets of encounters, calls, boards."""

    name = "apps.queueing"
    label = "queueing"

    def ready(self) -> None:
        """Tickets follow what happens to appointments and sessions."""
        from apps.queueing.services.tickets import AppointmentTickets
        from apps.scheduling.ports import use_tickets

        use_tickets(AppointmentTickets())
