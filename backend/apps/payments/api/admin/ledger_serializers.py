"""How the ledger is shown: balances positive on the usual side of their kind, entries as debits and credits."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.payments.models import AccountKind, LedgerAccount, LedgerEntry, LedgerTransaction
from apps.payments.selectors.ledger import entries_of
from apps.payments.services.ledger import natural
from kernel.errors import InvalidValue
from kernel.expectations import within_days
from kernel.http.serializers import ModelSerializer, Serializer

MAX_PERIOD = 366
WITHIN_DAYS = within_days(MAX_PERIOD)


class LedgerAccountSerializer(ModelSerializer):
    """账户: `balance_fen` is positive on the usual side of its kind."""

    owner_name = serializers.CharField(read_only=True)
    balance_fen = serializers.SerializerMethodField()

    class Meta:
        model = LedgerAccount
        fields = [
            "id", "hospital_id", "hospital_name", "kind", "owner", "owner_name", "balance_fen", "created_at",
        ]  # fmt: skip
        read_only_fields = fields

    @extend_schema_field(OpenApiTypes.INT64)
    def get_balance_fen(self, account: Any) -> int:
        return natural(account.kind, account.signed_fen)


class LedgerTransactionSerializer(ModelSerializer):
    """流水: one movement of money; `key` is its name, `kind` what happened."""

    class Meta:
        model = LedgerTransaction
        fields = [
            "id", "hospital_id", "hospital_name", "key", "kind", "order_id", "refund_id", "note", "created_at",
            "posted_on", "corrects_date",
        ]  # fmt: skip
        read_only_fields = fields


class LedgerStatementEntrySerializer(ModelSerializer):
    """账户明细: `amount_fen` raised the balance (negative: lowered it) to `balance_fen`."""

    transaction = LedgerTransactionSerializer(read_only=True)
    amount_fen = serializers.SerializerMethodField()
    balance_fen = serializers.SerializerMethodField()

    class Meta:
        model = LedgerEntry
        fields = ["id", "amount_fen", "balance_fen", "transaction"]
        read_only_fields = fields

    @extend_schema_field(OpenApiTypes.INT64)
    def get_amount_fen(self, entry: Any) -> int:
        return natural(self.context["kind"], entry.amount_fen)

    @extend_schema_field(OpenApiTypes.INT64)
    def get_balance_fen(self, entry: Any) -> int:
        return natural(self.context["kind"], entry.after_fen)


class LedgerEntrySerializer(ModelSerializer):
    """分录: what one account was debited or credited with; the other one is 0."""

    account_kind = serializers.ChoiceField(source="account.kind", choices=AccountKind.choices, read_only=True)
    account_owner = serializers.CharField(source="account.owner", read_only=True)
    account_owner_name = serializers.CharField(source="account.owner_name", read_only=True)
    debit_fen = serializers.SerializerMethodField()
    credit_fen = serializers.SerializerMethodField()

    class Meta:
        model = LedgerEntry
        fields = [
            "id", "account_id", "account_kind", "account_owner", "account_owner_name", "debit_fen", "credit_fen",
        ]  # fmt: skip
        read_only_fields = fields

    @extend_schema_field(OpenApiTypes.INT64)
    def get_debit_fen(self, entry: LedgerEntry) -> int:
        return max(entry.amount_fen, 0)

    @extend_schema_field(OpenApiTypes.INT64)
    def get_credit_fen(self, entry: LedgerEntry) -> int:
        return max(-entry.amount_fen, 0)


class WholeLedgerTransactionSerializer(LedgerTransactionSerializer):
    """流水 with its entries."""

    entries = serializers.SerializerMethodField()

    class Meta(LedgerTransactionSerializer.Meta):
        fields = [*LedgerTransactionSerializer.Meta.fields, "entries"]
        read_only_fields = fields

    @extend_schema_field(LedgerEntrySerializer(many=True))
    def get_entries(self, transaction: LedgerTransaction) -> Any:
        return LedgerEntrySerializer(entries_of(transaction), many=True).data


class TrialBalanceRowSerializer(Serializer):
    """One system account, or all accounts of a prepaid kind; debits and credits are summed apart."""

    kind = serializers.ChoiceField(choices=AccountKind.choices)
    owner = serializers.CharField(allow_blank=True)
    owner_name = serializers.CharField(allow_blank=True)
    accounts = serializers.IntegerField(help_text="how many")
    debit_fen = serializers.IntegerField()
    credit_fen = serializers.IntegerField()
    balance_fen = serializers.IntegerField(help_text="positive on the usual side of the kind")


class TrialBalanceSerializer(Serializer):
    """试算平衡表: `debit_fen` and `credit_fen` are equal."""

    as_of = serializers.DateTimeField()
    debit_fen = serializers.IntegerField()
    credit_fen = serializers.IntegerField()
    rows = TrialBalanceRowSerializer(many=True)


class TrialBalanceQuerySerializer(Serializer):
    hospital_id = serializers.UUIDField(required=False, help_text="default: all within reach")


class LedgerExportQuerySerializer(Serializer):
    posted_from = serializers.DateField()
    posted_to = serializers.DateField(help_text=f"the last day; at most {MAX_PERIOD} days")
    hospital_id = serializers.UUIDField(required=False, help_text="default: all within reach")
    kind = serializers.CharField(max_length=40, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        days = (attrs["posted_to"] - attrs["posted_from"]).days
        if not 0 <= days < MAX_PERIOD:
            raise InvalidValue(field="posted_to", expected=WITHIN_DAYS)
        return attrs
