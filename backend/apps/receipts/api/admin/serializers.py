from typing import Any, ClassVar

from rest_framework import serializers

from apps.access.scoped.fields import ScopedRelatedField
from apps.identity.models import Hospital
from apps.receipts.api.serializers import WithPicture
from apps.receipts.models import EReceipt, ReceiptAccount, ReceiptDayCheck
from apps.receipts.services.accounts import MAX_CODE, MAX_VALUE, shown_connection
from kernel.http.serializers import ModelSerializer, Serializer, VersionedModelSerializer

COLUMNS = [
    "id", "receipt_no", "kind", "state", "amount_fen", "bill_id", "bill_no", "patient_id", "patient_name", "payer_name",
    "e_code", "e_number", "e_check_code", "issued_at", "reversal_code", "reversal_number", "reversed_at", "paper_code",
    "paper_no", "paper_at", "error", "error_text", "is_reversing", "is_waiting", "may_retry", "hospital_id",
    "hospital_name", "department_id", "department_name", "created_at",
]  # fmt: skip


class EReceiptSerializer(ModelSerializer):
    """电子票据. `error`, `error_text`: why it is not issued, or not reversed, in the platform's words or ours.

    `is_reversing`: the platform was asked to reverse it; `is_waiting`: a worker will look at it; `may_retry`: staff may
    have it tried again.
    """

    bill_no = serializers.CharField(source="bill.bill_no", read_only=True)
    is_reversing = serializers.SerializerMethodField()
    is_waiting = serializers.SerializerMethodField()
    may_retry = serializers.SerializerMethodField()

    class Meta:
        model = EReceipt
        fields = COLUMNS
        read_only_fields = COLUMNS

    def get_is_reversing(self, receipt: EReceipt) -> bool:
        return receipt.ended_at is None and receipt.reversal_sent_at is not None

    def get_is_waiting(self, receipt: EReceipt) -> bool:
        return receipt.due_at is not None

    def get_may_retry(self, receipt: EReceipt) -> bool:
        failed = receipt.state == "failed" or (receipt.state == "issued" and bool(receipt.error))
        return receipt.ended_at is None and receipt.reversal_sent_at is None and failed


class WholeEReceiptSerializer(EReceiptSerializer, WithPicture):
    """电子票据 with its lines and its QR code."""

    class Meta(EReceiptSerializer.Meta):
        fields = [
            *COLUMNS, "replaces_id", "receipt_account_id", "receipt_account_name", "picture_url", "qr_picture_url",
            "lines", "business_at", "sent_at", "sends", "paper_by_id", "paper_by_name",
        ]  # fmt: skip
        read_only_fields = fields

    receipt_account_id = serializers.UUIDField(source="account_id", read_only=True)
    receipt_account_name = serializers.CharField(source="account.name", read_only=True)


class ReceiptAccountSerializer(VersionedModelSerializer):
    """开票账户: `connection` is write-only; `shown_connection` is what of it is no secret."""

    fixed = frozenset({"hospital", "platform"})
    hospital_id = ScopedRelatedField(source="hospital", queryset=Hospital.objects.all())
    connection = serializers.DictField(
        child=serializers.CharField(max_length=MAX_VALUE, allow_blank=True), write_only=True
    )
    charge_codes = serializers.DictField(child=serializers.CharField(max_length=MAX_CODE, allow_blank=True))
    shown_connection = serializers.SerializerMethodField()

    class Meta:
        model = ReceiptAccount
        validators: ClassVar[list[Any]] = []  # a new one replaces the active one
        fields = [
            "id", "hospital_id", "hospital_name", "platform", "name", "is_active", "connection", "shown_connection",
            "charge_codes", "version", "created_at", "updated_at",
        ]  # fmt: skip
        read_only_fields = ["id", "created_at", "updated_at"]

    def get_shown_connection(self, account: ReceiptAccount) -> dict[str, str]:
        return shown_connection(account)


class ReceiptPlatformSerializer(serializers.Serializer[Any]):
    """A platform that the product knows, and what an account of it has to name."""

    code = serializers.CharField()
    zh = serializers.CharField()
    en = serializers.CharField()
    connection_fields = serializers.ListField(child=serializers.CharField())
    optional = serializers.ListField(child=serializers.CharField())
    secrets = serializers.ListField(child=serializers.CharField())
    available = serializers.BooleanField()


class ReceiptDayCheckSerializer(ModelSerializer):
    """日汇总核对. `missing_there`, `missing_here`, `amount_differs`: our numbers, at most 100 of each."""

    receipt_account_id = serializers.UUIDField(source="account_id", read_only=True)
    receipt_account_name = serializers.CharField(source="account.name", read_only=True)
    missing_there = serializers.ListField(child=serializers.CharField())
    missing_here = serializers.ListField(child=serializers.CharField())
    amount_differs = serializers.ListField(child=serializers.CharField())

    class Meta:
        model = ReceiptDayCheck
        fields = [
            "id", "business_date", "state", "receipt_account_id", "receipt_account_name", "issued_count",
            "their_issued_count", "issued_fen", "their_issued_fen", "reversed_count", "their_reversed_count",
            "reversed_fen", "their_reversed_fen", "missing_there", "missing_here", "amount_differs", "error",
            "checked_at", "hospital_id", "hospital_name",
        ]  # fmt: skip
        read_only_fields = fields


class DayCheckStartSerializer(Serializer):
    """Which account, and which of its days."""

    receipt_account_id = ScopedRelatedField(
        source="account", queryset=ReceiptAccount.objects.select_related("hospital")
    )
    business_date = serializers.DateField()
