from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.access.scoped.fields import ScopedRelatedField
from apps.access.scoped.permissions import own_records, request_actor
from apps.cashier.denominations import MAX_PIECES
from apps.cashier.models import BankDeposit, CashDrawer, CashierShift, ShiftTender
from apps.cashier.selectors import by_day
from apps.cashier.services.count import is_explained
from apps.cashier.services.hand_over import is_ready
from apps.cashier.services.rows import reaches
from apps.cashier.services.tenders import tenders_of
from apps.cashier.states import ShiftState
from apps.identity.models import StaffMember
from kernel.http.serializers import ModelSerializer, Serializer
from kernel.money import MAX_FEN


class CashSerializer(Serializer):
    """面额: how many of each note and coin."""

    yuan_100 = serializers.IntegerField(min_value=0, max_value=MAX_PIECES)
    yuan_50 = serializers.IntegerField(min_value=0, max_value=MAX_PIECES)
    yuan_20 = serializers.IntegerField(min_value=0, max_value=MAX_PIECES)
    yuan_10 = serializers.IntegerField(min_value=0, max_value=MAX_PIECES)
    yuan_5 = serializers.IntegerField(min_value=0, max_value=MAX_PIECES)
    yuan_1 = serializers.IntegerField(min_value=0, max_value=MAX_PIECES)
    jiao_5 = serializers.IntegerField(min_value=0, max_value=MAX_PIECES)
    jiao_1 = serializers.IntegerField(min_value=0, max_value=MAX_PIECES)

    def to_representation(self, instance: Any) -> dict[str, Any]:
        return {str(name): instance.get(name, 0) for name in self.fields}


class ShiftOpenSerializer(CashSerializer):
    """Which drawer, and the float in it."""

    drawer_id = ScopedRelatedField(source="drawer", queryset=CashDrawer.objects.all())


class CountedTenderSerializer(Serializer):
    """What the slips of a channel, or its provider's own total, add up to."""

    channel = serializers.CharField(max_length=24)
    counted_fen = serializers.IntegerField(min_value=0, max_value=MAX_FEN)


class ShiftCountSerializer(CashSerializer):
    """Everything that is in the drawer, the float with it; and, of other tenders, what the slips say."""

    tenders = CountedTenderSerializer(many=True, required=False, default=list)


class ShiftTenderSerializer(ModelSerializer):
    """What was taken otherwise than in cash, and what was counted of it; null where nobody has looked."""

    class Meta:
        model = ShiftTender
        fields = ["channel", "expected_count", "expected_fen", "counted_fen", "difference_fen"]
        read_only_fields = fields


class ShiftCashSerializer(Serializer):
    """Cash that is no payment and no refund, and why it moves."""

    amount_fen = serializers.IntegerField(min_value=1, max_value=MAX_FEN)
    reason = serializers.CharField(max_length=200)


class ShiftReasonSerializer(Serializer):
    """Why; kept with what is done."""

    reason = serializers.CharField(max_length=200)


class ShiftHandOverSerializer(Serializer):
    """Who receives the cash."""

    receiver_id = ScopedRelatedField(source="receiver", queryset=StaffMember.objects.filter(status="active"))


class CashierShiftSerializer(ModelSerializer):
    """收费班次. What tells how much is expected is null until the count is entered; the first difference stays.

    `may_…`: whether who reads it may, as it stands: handle its cash, count and hand it over (in the clerk's place,
    too), receive it, countersign it, have it counted again. `is_ready`: to be handed over.
    """

    may_work = serializers.SerializerMethodField()
    may_close = serializers.SerializerMethodField()
    may_receive = serializers.SerializerMethodField()
    may_countersign = serializers.SerializerMethodField()
    may_recount = serializers.SerializerMethodField()
    is_explained = serializers.SerializerMethodField()
    is_ready = serializers.SerializerMethodField()

    class Meta:
        model = CashierShift
        fields = [
            "id", "hospital_id", "hospital_name", "shift_no", "clerk_id", "clerk_name", "drawer_id", "drawer_name",
            "state", "float_fen", "opened_at", "closed_at", "counted_at", "counted_fen", "expected_fen",
            "difference_fen", "first_difference_fen", "count_no", "safe_drop_fen", "paid_out_fen", "closed_by_id",
            "closed_by_name", "difference_reason", "difference_posted", "needs_countersign", "countersigned_by_id",
            "countersigned_by_name", "countersigned_at", "receiver_id", "receiver_name", "handed_over_at",
            "accepted_at", "reject_reason", "takings_fen", "deposit_id", "may_work", "may_close",
            "may_receive", "may_countersign", "may_recount", "is_explained", "is_ready", "version",
        ]  # fmt: skip
        read_only_fields = fields

    def get_may_work(self, shift: CashierShift) -> bool:
        return shift.state == ShiftState.OPEN and self._reader == shift.clerk_id

    def get_may_close(self, shift: CashierShift) -> bool:
        given = (ShiftState.ACCEPTED, ShiftState.BANKED)
        return shift.state not in given and (self._reader == shift.clerk_id or self._supervises(shift))

    def get_may_receive(self, shift: CashierShift) -> bool:
        return shift.state == ShiftState.HANDED_OVER and self._reader == shift.receiver_id

    def get_may_countersign(self, shift: CashierShift) -> bool:
        if not shift.needs_countersign or shift.countersigned_at or not is_explained(shift):
            return False
        return self.get_may_recount(shift) and shift.closed_by_id not in own_records(self.context["request"])

    def get_may_recount(self, shift: CashierShift) -> bool:
        is_counted = shift.state == ShiftState.COUNTING and shift.counted_at is not None
        return is_counted and self._supervises(shift)

    def get_is_explained(self, shift: CashierShift) -> bool | None:
        return None if shift.counted_at is None else is_explained(shift)

    def get_is_ready(self, shift: CashierShift) -> bool:
        return is_ready(shift)

    @property
    def _reader(self) -> Any:
        actor = request_actor(self.context["request"])
        return actor.staff_id if actor else None

    def _supervises(self, shift: CashierShift) -> bool:
        """A supervisor, and another person than the clerk."""
        request = self.context["request"]
        return reaches(shift, request_actor(request)) and shift.clerk_id not in own_records(request)


class ShiftDaySerializer(Serializer):
    """The cash of a shift on one calendar day. `net_fen`: in minus out."""

    date = serializers.DateField()
    cash_in_fen = serializers.IntegerField()
    cash_refund_fen = serializers.IntegerField()
    paid_in_fen = serializers.IntegerField()
    paid_out_fen = serializers.IntegerField()
    safe_drop_fen = serializers.IntegerField()
    net_fen = serializers.IntegerField()


class WholeCashierShiftSerializer(CashierShiftSerializer):
    """收费班次 with its denominations and, once it is counted, with other tenders and the sums of each day."""

    float_cash = CashSerializer(read_only=True)
    counted_cash = CashSerializer(read_only=True, allow_null=True)
    tenders = serializers.SerializerMethodField()
    by_day = serializers.SerializerMethodField()

    class Meta(CashierShiftSerializer.Meta):
        fields = [*CashierShiftSerializer.Meta.fields, "float_cash", "counted_cash", "tenders", "by_day"]
        read_only_fields = fields

    @extend_schema_field(ShiftTenderSerializer(many=True))
    def get_tenders(self, shift: CashierShift) -> Any:
        return ShiftTenderSerializer(tenders_of(shift), many=True).data

    @extend_schema_field(ShiftDaySerializer(many=True))
    def get_by_day(self, shift: CashierShift) -> Any:
        return ShiftDaySerializer(by_day(shift) if shift.counted_at else [], many=True).data


class CurrentShiftSerializer(Serializer):
    """The own shift that is not handed over yet, if there is one. `is_required`: no cash is handled without."""

    is_required = serializers.BooleanField()
    shift = CashierShiftSerializer(allow_null=True)


class DepositedShiftSerializer(ModelSerializer):
    """A shift whose takings are in the bag."""

    class Meta:
        model = CashierShift
        fields = ["id", "shift_no", "clerk_id", "clerk_name", "accepted_at", "takings_fen"]
        read_only_fields = fields


class BankDepositSerializer(ModelSerializer):
    """缴款单. `shifts`: none once it was rejected."""

    shifts = DepositedShiftSerializer(many=True, read_only=True)

    class Meta:
        model = BankDeposit
        fields = [
            "id", "hospital_id", "hospital_name", "deposit_no", "state", "amount_fen", "bank_account", "bag_no",
            "slip_no", "reason", "made_by_id", "made_by_name", "made_at", "decided_by_id", "decided_by_name",
            "decided_at", "shifts", "version",
        ]  # fmt: skip
        read_only_fields = fields


class DepositMakeSerializer(Serializer):
    """Whose takings; `amount_fen` is what they add up to, as it lies in the bag."""

    shift_ids = serializers.ListField(child=serializers.UUIDField(), min_length=1, max_length=200)
    amount_fen = serializers.IntegerField(min_value=1, max_value=MAX_FEN)
    bank_account = serializers.CharField(max_length=64)
    bag_no = serializers.CharField(max_length=32)


class DepositConfirmSerializer(Serializer):
    """The number of the bank's slip."""

    slip_no = serializers.CharField(max_length=64)
