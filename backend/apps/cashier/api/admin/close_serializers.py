"""日结 and 月结 as they are shown: what they were closed with, and what came of them."""

from typing import Any

from rest_framework import serializers

from apps.access.scoped.fields import ScopedRelatedField
from apps.identity.models import Hospital
from apps.payments.owners import owner_name
from apps.payments.selectors.closes import is_intact
from apps.payments.types import AccountKind, DailyClose, MonthlyClose
from apps.worklist.states import ApprovalState
from kernel.expectations import MONTH
from kernel.http.fields import PatternField
from kernel.http.serializers import ModelSerializer, Serializer

_MONTH = r"^[1-9][0-9]{3}-(0[1-9]|1[0-2])\Z"
_COLUMNS = [
    "id", "hospital_id", "hospital_name", "number", "state", "is_newest", "is_reopening", "closed_by_id",
    "closed_by_name", "closed_at", "sha256", "approval_id", "reopen_reason", "reopened_by_id", "reopened_by_name",
    "reopened_at", "version",
]  # fmt: skip


class ChannelTotalSerializer(Serializer):
    """What came in and went out by one channel."""

    channel = serializers.CharField()
    in_count = serializers.IntegerField()
    in_fen = serializers.IntegerField()
    out_count = serializers.IntegerField()
    out_fen = serializers.IntegerField()


class PrepaidTotalSerializer(Serializer):
    """opening + in − out = closing."""

    kind = serializers.ChoiceField(choices=AccountKind.choices)
    opening_fen = serializers.IntegerField()
    in_fen = serializers.IntegerField()
    out_fen = serializers.IntegerField()
    closing_fen = serializers.IntegerField()


class TotalLineSerializer(Serializer):
    """Debits and credits by what happened and account; `owner` of channels and banks only."""

    transaction_kind = serializers.CharField()
    account_kind = serializers.ChoiceField(choices=AccountKind.choices)
    owner = serializers.CharField(allow_blank=True)
    owner_name = serializers.SerializerMethodField()
    debit_count = serializers.IntegerField()
    debit_fen = serializers.IntegerField()
    credit_count = serializers.IntegerField()
    credit_fen = serializers.IntegerField()

    def get_owner_name(self, line: dict[str, Any]) -> str:
        return owner_name(line["account_kind"], line["owner"])


class DayTotalsSerializer(Serializer):
    """`corrections`: how many of the transactions correct days before."""

    transactions = serializers.IntegerField()
    corrections = serializers.IntegerField()
    debit_fen = serializers.IntegerField()
    credit_fen = serializers.IntegerField()
    channels = ChannelTotalSerializer(many=True)
    prepaid = PrepaidTotalSerializer(many=True)
    lines = TotalLineSerializer(many=True)


class AccountProofSerializer(Serializer):
    """Positive on the usual side of the kind."""

    kind = serializers.ChoiceField(choices=AccountKind.choices)
    opening_fen = serializers.IntegerField()
    debit_fen = serializers.IntegerField()
    credit_fen = serializers.IntegerField()
    closing_fen = serializers.IntegerField()


class ClosedDaySerializer(Serializer):
    """A close of a day of the month."""

    business_date = serializers.DateField()
    number = serializers.IntegerField()
    sha256 = serializers.CharField()


class MonthProofSerializer(Serializer):
    """The ledger of the days from `from_date` to `to_date`."""

    from_date = serializers.DateField()
    to_date = serializers.DateField()
    transactions = serializers.IntegerField()
    debit_fen = serializers.IntegerField()
    credit_fen = serializers.IntegerField()
    accounts = AccountProofSerializer(many=True)
    days = ClosedDaySerializer(many=True)


class _CloseSerializer(ModelSerializer):
    is_newest = serializers.BooleanField()
    is_reopening = serializers.SerializerMethodField()

    def get_is_reopening(self, row: DailyClose | MonthlyClose) -> bool:
        return row.approval is not None and row.approval.state == ApprovalState.REQUESTED


class DailyCloseSerializer(_CloseSerializer):
    """日结. `number`: the how manieth close of the day; `is_reopening`: somebody has asked for it."""

    class Meta:
        model = DailyClose
        fields = ["business_date", *_COLUMNS]
        read_only_fields = fields


class MonthlyCloseSerializer(_CloseSerializer):
    """月结, as a daily close."""

    class Meta:
        model = MonthlyClose
        fields = ["month", *_COLUMNS]
        read_only_fields = fields


class WholeDailyCloseSerializer(DailyCloseSerializer):
    """日结 with its totals. `is_intact`: they are what their sha256 says."""

    totals = DayTotalsSerializer()
    is_intact = serializers.SerializerMethodField()

    class Meta(DailyCloseSerializer.Meta):
        fields = [*DailyCloseSerializer.Meta.fields, "totals", "is_intact"]
        read_only_fields = fields

    def get_is_intact(self, row: DailyClose) -> bool:
        return is_intact(row)


class WholeMonthlyCloseSerializer(MonthlyCloseSerializer):
    """月结 with the proof of its ledger."""

    totals = MonthProofSerializer()
    is_intact = serializers.SerializerMethodField()

    class Meta(MonthlyCloseSerializer.Meta):
        fields = [*MonthlyCloseSerializer.Meta.fields, "totals", "is_intact"]
        read_only_fields = fields

    def get_is_intact(self, row: MonthlyClose) -> bool:
        return is_intact(row)


class DayToCloseSerializer(Serializer):
    """Which day of which hospital."""

    hospital_id = ScopedRelatedField(source="hospital", queryset=Hospital.objects.all())
    business_date = serializers.DateField(source="day")


class MonthToCloseSerializer(Serializer):
    """Which month (YYYY-MM) of which hospital."""

    hospital_id = ScopedRelatedField(source="hospital", queryset=Hospital.objects.all())
    month = PatternField(_MONTH, MONTH)


class CloseReopenSerializer(Serializer):
    """Why."""

    reason = serializers.CharField(max_length=200)


class OpenItemSerializer(Serializer):
    """One thing that keeps the day open. `subject_id` is blank where there is no row yet."""

    kind = serializers.CharField()
    kind_name = serializers.CharField()
    subject_type = serializers.CharField()
    subject_id = serializers.CharField(allow_blank=True)
    subject_name = serializers.CharField()


class BusinessDaySerializer(Serializer):
    """`next_date`: the day to be closed next, null before the first. `totals`: as frozen, or so far."""

    hospital_id = serializers.UUIDField()
    hospital_name = serializers.CharField()
    business_date = serializers.DateField()
    is_closed = serializers.BooleanField()
    is_over = serializers.BooleanField()
    next_date = serializers.DateField(allow_null=True)
    open_items = OpenItemSerializer(many=True)
    totals = DayTotalsSerializer()
