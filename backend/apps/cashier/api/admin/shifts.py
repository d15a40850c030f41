from typing import Any, ClassVar
from uuid import UUID

import django_filters
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from apps.access.scoped.exporting import ExportMixin
from apps.access.scoped.options import OptionsMixin
from apps.access.scoped.views import ListMixin, RetrieveMixin, ScopedViewSet
from apps.cashier import errors
from apps.cashier.api.admin import serializers as io
from apps.cashier.denominations import pieces
from apps.cashier.models import CashierShift, EntryKind
from apps.cashier.selectors import current_of
from apps.cashier.services import count, hand_over, handling, open_shift
from apps.cashier.services.tenders import by_channel
from apps.cashier.settings import SHIFT_REQUIRED
from apps.cashier.states import SHIFTS, ShiftState
from apps.identity.models import Hospital
from kernel.errors import InvalidValue, PermissionDenied, StateConflict
from kernel.http.commands import command

OWN = (StateConflict, PermissionDenied)
_SHOWN = io.CashierShiftSerializer


class ShiftFilter(django_filters.FilterSet):
    """`opened_from` is in the range, `opened_to` no more."""

    hospital_id = django_filters.UUIDFilter()
    clerk_id = django_filters.UUIDFilter()
    receiver_id = django_filters.UUIDFilter()
    drawer_id = django_filters.UUIDFilter()
    deposit_id = django_filters.UUIDFilter()
    state = django_filters.MultipleChoiceFilter(choices=SHIFTS.choices)
    opened_from = django_filters.IsoDateTimeFilter(field_name="opened_at", lookup_expr="gte")
    opened_to = django_filters.IsoDateTimeFilter(field_name="opened_at", lookup_expr="lt")


@extend_schema(tags=["cashier"])
class CashierShiftViewSet(OptionsMixin, ExportMixin, ListMixin, RetrieveMixin, ScopedViewSet):
    """收费班次: opened with a float, counted blind, handed over to somebody who accepts it."""

    model = CashierShift
    resource = "cashier.shift"
    codes = {
        "create": "work", "current": "work", "paid_in": "work", "paid_out": "work", "safe_drop": "work",
        "start_count": "close", "enter_count": "close", "explain": "close", "hand_over": "close", "accept": "accept",
        "reject": "accept", "withdraw": "close", "countersign": "countersign", "recount": "countersign",
    }  # fmt: skip
    serializer_class = _SHOWN
    filterset_class = ShiftFilter
    ordering_fields = ["opened_at"]
    ordering = ["-id"]
    #: What can be brought to the bank.
    option_columns = ("shift_no", "clerk__name", "takings_fen")
    in_force: ClassVar[dict[str, Any]] = {"state": ShiftState.ACCEPTED, "deposit": None}
    export_columns = {
        "shift_no": "shift_no", "clerk__name": "clerk_name", "drawer__name": "drawer_name", "state": "state",
        "opened_at": "opened_at", "closed_at": "closed_at", "float_fen": "float_fen", "expected_fen": "expected_fen",
        "counted_fen": "counted_fen", "difference_fen": "difference_fen", "difference_reason": "difference_reason",
        "first_difference_fen": "first_difference_fen", "count_no": "count_no", "safe_drop_fen": "safe_drop_fen",
        "paid_out_fen": "paid_out_fen", "closed_by__name": "closed_by_name",
        "countersigned_by__name": "countersigned_by_name", "receiver__name": "receiver_name",
        "handed_over_at": "handed_over_at", "accepted_at": "accepted_at", "takings_fen": "takings_fen",
        "hospital__name": "hospital_name",
    }  # fmt: skip

    @extend_schema(responses=io.WholeCashierShiftSerializer)
    def retrieve(self, request: Any, pk: UUID) -> Response:
        """收费班次 with its denominations and the sums of each day."""
        shown = io.WholeCashierShiftSerializer(self.get_object(), context=self.get_serializer_context())
        return Response(shown.data)

    @extend_schema(responses=io.CurrentShiftSerializer, filters=False)
    def current(self, request: Any) -> Response:
        """我的当前班次: what is not handed over yet, and whether cash needs one."""
        hospital = Hospital.objects.get(pk=self.actor.hospital_id)
        found = {"is_required": SHIFT_REQUIRED.of(hospital), "shift": current_of(self.actor.staff_id)}
        return Response(io.CurrentShiftSerializer(found, context=self.get_serializer_context()).data)

    @command(
        body=io.ShiftOpenSerializer, answer=_SHOWN, status=201, idempotent=True,
        raises=(errors.ShiftOpenAlready, errors.DrawerInUse, InvalidValue),
    )  # fmt: skip
    def create(self, *, drawer: Any, **cash: Any) -> CashierShift:
        """开班: take a drawer with its float."""
        return open_shift.open_shift(clerk=self.me, drawer=drawer, cash=pieces(cash))

    @command(body=io.ShiftCashSerializer, answer=_SHOWN, raises=OWN, idempotent=True)
    def paid_in(self, shift: CashierShift, **values: Any) -> CashierShift:
        """钱箱存入: cash that comes into the drawer and is no payment, such as more change."""
        return handling.move_cash(shift, EntryKind.PAID_IN, by=self.me, **values)

    @command(body=io.ShiftCashSerializer, answer=_SHOWN, raises=OWN, idempotent=True)
    def paid_out(self, shift: CashierShift, **values: Any) -> CashierShift:
        """钱箱支出: cash that leaves the drawer and is no refund."""
        return handling.move_cash(shift, EntryKind.PAID_OUT, by=self.me, **values)

    @command(body=io.ShiftCashSerializer, answer=_SHOWN, raises=OWN, idempotent=True)
    def safe_drop(self, shift: CashierShift, **values: Any) -> CashierShift:
        """缴存保险柜: cash that is put away before the shift ends."""
        return handling.move_cash(shift, EntryKind.SAFE_DROP, by=self.me, **values)

    @command(answer=_SHOWN, raises=OWN, idempotent=True)
    def start_count(self, shift: CashierShift) -> CashierShift:
        """开始清点: no cash comes or goes from now on."""
        return count.start_count(shift, by=self.me)

    @command(
        body=io.ShiftCountSerializer, answer=_SHOWN, raises=(*OWN, errors.CountedAlready, InvalidValue), idempotent=True
    )  # fmt: skip
    def enter_count(self, shift: CashierShift, *, tenders: list[Any], **cash: Any) -> CashierShift:
        """录入清点结果: whatever it is; the answer says what was expected."""
        return count.enter_count(shift, by=self.me, cash=pieces(cash), tenders=by_channel(tenders))

    @command(
        body=io.ShiftReasonSerializer, answer=_SHOWN, raises=(*OWN, errors.NotCounted), idempotent=True
    )  # fmt: skip
    def explain(self, shift: CashierShift, *, reason: str) -> CashierShift:
        """说明差额: why the count differs; it goes into the books so."""
        return count.explain(shift, by=self.me, reason=reason)

    @command(
        answer=_SHOWN, idempotent=True,
        raises=(StateConflict, errors.SamePerson, errors.NotCounted, errors.DifferenceUnexplained),
    )  # fmt: skip
    def countersign(self, shift: CashierShift) -> CashierShift:
        """复核签字 of a difference, or of cash put away or paid out, above the limit, by another person."""
        return count.countersign(shift, by=self.me)

    @command(
        body=io.ShiftReasonSerializer, answer=_SHOWN,
        raises=(StateConflict, errors.SamePerson, errors.NotCounted),
    )  # fmt: skip
    def recount(self, shift: CashierShift, *, reason: str) -> CashierShift:
        """退回重新清点 instead of countersigning."""
        return count.recount(shift, by=self.me, reason=reason)

    @command(
        body=io.ShiftHandOverSerializer, answer=_SHOWN, idempotent=True,
        raises=(
            *OWN, InvalidValue, errors.SamePerson, errors.NotCounted, errors.DifferenceUnexplained,
            errors.CountersignRequired,
        ),
    )  # fmt: skip
    def hand_over(self, shift: CashierShift, *, receiver: Any) -> CashierShift:
        """交班: give what was counted to somebody who has to accept it."""
        return hand_over.hand_over(shift, by=self.me, receiver=receiver)

    @command(answer=_SHOWN, raises=(*OWN, errors.SamePerson), idempotent=True)
    def accept(self, shift: CashierShift) -> CashierShift:
        """接收: the receiver has the cash."""
        return hand_over.accept(shift, by=self.me)

    @command(
        body=io.ShiftReasonSerializer, answer=_SHOWN, raises=(*OWN, errors.SamePerson), idempotent=True
    )  # fmt: skip
    def reject(self, shift: CashierShift, *, reason: str) -> CashierShift:
        """退回: the receiver does not agree, it is counted again."""
        return hand_over.reject(shift, by=self.me, reason=reason)

    @command(answer=_SHOWN, raises=OWN, idempotent=True)
    def withdraw(self, shift: CashierShift) -> CashierShift:
        """撤回交班: nobody has accepted it; the count stays, and it may be given to somebody else."""
        return hand_over.withdraw(shift, by=self.me)
