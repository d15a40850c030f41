"""What staff do about a refund that failed."""

from django.db import transaction

from apps.identity.models import StaffMember
from apps.payments.channels.base import ChannelError, RefundState as ChannelState
from apps.payments.models import Refund, RefundRoute
from apps.payments.services.advance_refund import record, request_of
from apps.payments.services.merchants import channel_for
from apps.payments.services.record_refund import pay_out_in_cash, reissue, void_slip
from apps.payments.states import RefundState
from kernel.errors import ServiceUnavailable, StateConflict
from kernel.idempotency import store


def send_again(refund: Refund, *, staff: StaffMember) -> Refund:
    """Under the same number where the channel allows it. StateConflict unless it has failed, and for cash."""
    return reissue(refund, staff=staff)


def confirm_voided(refund: Refund, *, staff: StaffMember, reference: str) -> Refund:
    """The card machine has given it back, with that number. StateConflict unless it waits for that."""
    return void_slip(refund, staff=staff, reference=reference)


def pay_out(refund: Refund, *, staff: StaffMember) -> Refund:
    """In cash; the channel is asked once more before, so that nothing goes back twice.

    StateConflict unless it has failed, when the cash was handed back before, or when the channel has done it after all
    (the refund has succeeded then). ServiceUnavailable while the channel does not answer. Outside transactions.
    """
    if refund.state != RefundState.FAILED:
        raise StateConflict(current=refund.state)
    if refund.route == RefundRoute.ORIGINAL and refund.attempt.merchant is not None:
        try:
            result = channel_for(refund.attempt).query_refund(request_of(refund))
        except ChannelError as error:
            raise ServiceUnavailable from error
        if result.state == ChannelState.SUCCEEDED:
            record(refund, result)
            raise StateConflict(current=RefundState.SUCCEEDED)
        if result.state == ChannelState.PROCESSING:
            raise StateConflict(current=RefundState.PROCESSING)
    with transaction.atomic():
        paid = pay_out_in_cash(refund, staff=staff)
        store.finish_with(paid.pk, 200)
    return paid
