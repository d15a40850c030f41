from typing import Any

from rest_framework import serializers

from apps.reconciliation.api.admin.accounts import AccountSerializer
from apps.reconciliation.models import Action, Difference, ReasonCode, ReconciliationRun
from apps.reconciliation.services.ages import AgeBand
from kernel.http.serializers import ModelSerializer, Serializer

#: What many may be settled with at once.
BULK_ACTIONS = [Action.WRITE_OFF, Action.TAKE_UP, Action.VOID_TEST, Action.TELL_HIS, Action.WITHDRAW_HIS]


class ReconciliationRunSerializer(ModelSerializer):
    """对账批次. `error`: why there is no result, or a corrected bill is of no use, in the provider's words or ours."""

    is_fetching = serializers.BooleanField(read_only=True)
    account_id = serializers.UUIDField(
        read_only=True, help_text="of a merchant its own id, of HIS the hospital's"
    )

    class Meta:
        model = ReconciliationRun
        fields = [
            "id", "hospital_id", "hospital_name", "counterparty", "account_id", "account_name", "merchant_id",
            "merchant_name", "channel", "business_date", "attempt",
            "state", "is_fetching", "starts_at",
            "ends_at", "our_count", "their_count", "our_in_fen", "their_in_fen", "our_out_fen",
            "their_out_fen", "stated_in_fen", "stated_out_fen", "fees_fen", "stated_fees_fen", "error",
            "error_detail", "tries",
            "content_sha256", "matched_at", "carry_approval_id", "carried_at", "created_at",
        ]  # fmt: skip
        read_only_fields = fields


class RunStartSerializer(AccountSerializer):
    """Which account, and which of its days."""

    business_date = serializers.DateField()


class RunCarrySerializer(Serializer):
    """Why the day has to be closed without the bill."""

    reason = serializers.CharField(max_length=200)


class SideSerializer(Serializer):
    """A row as one side has it; of totals what was stated and what was counted. Null: that side says nothing of it."""

    line = serializers.IntegerField(allow_null=True)
    at = serializers.DateTimeField(allow_null=True)
    state = serializers.CharField(allow_null=True)
    fee_fen = serializers.IntegerField(allow_null=True)
    stated_fen = serializers.IntegerField(allow_null=True)
    counted_fen = serializers.IntegerField(allow_null=True)

    def to_representation(self, instance: Any) -> dict[str, Any]:
        return {str(name): instance.get(name) for name in self.fields}


class DifferenceSerializer(ModelSerializer):
    """对账差异. `effect_fen` > 0: 长款, the counterparty holds more of our money than we believe; < 0: 短款."""

    action = serializers.ChoiceField(choices=Action.choices, allow_blank=True, read_only=True)
    reason_code = serializers.ChoiceField(choices=ReasonCode.choices, allow_blank=True, read_only=True)
    ours = SideSerializer(read_only=True)
    theirs = SideSerializer(read_only=True)

    class Meta:
        model = Difference
        fields = [
            "id", "hospital_id", "hospital_name", "run_id", "counterparty", "business_date", "channel", "kind",
            "direction", "state", "key", "reference", "our_fen", "their_fen", "effect_fen", "ours",
            "theirs", "order_id", "carried_until",
            "action", "reason_code", "reason", "linked_ids", "proposed_by_id", "proposed_by_name", "approval_id",
            "outcome", "settled_at", "created_at", "version",
        ]  # fmt: skip
        read_only_fields = fields


class ProposalSerializer(Serializer):
    """How it should be settled, and why."""

    action = serializers.ChoiceField(choices=Action.choices)
    reason_code = serializers.ChoiceField(choices=ReasonCode.choices, default=ReasonCode.OTHER)
    reason = serializers.CharField(max_length=200)
    linked_ids = serializers.ListField(child=serializers.UUIDField(), max_length=100, required=False)
    carried_until = serializers.DateField(required=False, allow_null=True)


class ProposalsSerializer(Serializer):
    """The same for many of one kind: all of them or none."""

    ids = serializers.ListField(child=serializers.UUIDField(), min_length=1, max_length=500)
    action = serializers.ChoiceField(choices=BULK_ACTIONS)
    reason_code = serializers.ChoiceField(choices=ReasonCode.choices, default=ReasonCode.OTHER)
    reason = serializers.CharField(max_length=200)


class ProposedSerializer(Serializer):
    changed = serializers.IntegerField()


class WorksheetSerializer(Serializer):
    """The sheet that was downloaded, filled in."""

    file = serializers.FileField(help_text="Excel or CSV, at most 10 MB; at most 500 rows with an action")


class RowProblemSerializer(Serializer):
    """What is wrong with a cell of the sheet: `row` as a spreadsheet counts, from 1."""

    row = serializers.IntegerField()
    column = serializers.CharField()
    code = serializers.CharField()
    reason = serializers.CharField()


class WorksheetTakenSerializer(Serializer):
    """`changed`: how many settlements were proposed; with `problems` none: all rows are good, or nothing is taken."""

    changed = serializers.IntegerField()
    problems = RowProblemSerializer(many=True)


class AgeSerializer(Serializer):
    """Unsettled differences of an age: how many, and how much the counterparties hold more, or less, in fen."""

    age_band = serializers.ChoiceField(choices=AgeBand.choices)
    count = serializers.IntegerField()
    over_fen = serializers.IntegerField()
    short_fen = serializers.IntegerField()


class AgesSerializer(Serializer):
    ages = AgeSerializer(many=True)


class UndoSerializer(Serializer):
    """Why it was no settlement after all."""

    reason = serializers.CharField(max_length=200)
