"""Handing work to the workers after the commit. The row stays due: the sweep makes up for a wakeup that is lost."""

from uuid import UUID

from django.db import transaction


def wake_order(order_id: UUID) -> None:
    """Have a worker look at the order."""
    _after_commit("advance_order", order_id)


def wake_attempt(attempt_id: UUID) -> None:
    """Have a worker ask the channel about the attempt."""
    _after_commit("check_attempt", attempt_id)


def wake_refund(refund_id: UUID) -> None:
    """Have a worker bring the refund forward."""
    _after_commit("advance_refund", refund_id)


def _after_commit(actor: str, pk: UUID) -> None:
    def send() -> None:
        from apps.payments import tasks  # the broker is configured late

        getattr(tasks, actor).send(str(pk))

    transaction.on_commit(send, robust=True)
