"""Whose bill is meant: a counterparty, and which of its accounts."""

from rest_framework import serializers

from apps.access.scoped.fields import ScopedRelatedField
from apps.identity.models import Hospital
from apps.payments.selectors.channels import merchants
from apps.payments.types import MerchantAccount
from apps.reconciliation.counterparties import his, merchant
from apps.reconciliation.counterparties.base import Account, Counterparty
from apps.reconciliation.counterparties.registry import COUNTERPARTIES
from apps.reconciliation.errors import HANDS_IN
from apps.reconciliation.models import CounterpartyKind
from kernel.errors import REQUIRED, InvalidValue
from kernel.expectations import OF_THE_HOSPITAL
from kernel.http.serializers import Serializer


class AccountSerializer(Serializer):
    """`merchant_id` for the counterparty merchant (of `hospital_id`, if that is said), `hospital_id` for HIS."""

    counterparty = serializers.ChoiceField(
        choices=CounterpartyKind.choices, default=CounterpartyKind.MERCHANT
    )
    merchant_id = ScopedRelatedField(source="merchant", queryset=merchants(), required=False, allow_null=True)
    hospital_id = ScopedRelatedField(
        source="hospital", queryset=Hospital.objects.all(), required=False, allow_null=True
    )

    def account(self) -> tuple[Counterparty, Account]:
        """What was named; InvalidValue where it is not."""
        given = self.validated_data
        return account_named(given["counterparty"], given.get("merchant"), given.get("hospital"))


def account_named(
    kind: str, named: MerchantAccount | None, hospital: Hospital | None
) -> tuple[Counterparty, Account]:
    """The counterparty and its account; InvalidValue for one that is not named."""
    if kind == CounterpartyKind.MERCHANT:
        if named is None:
            raise InvalidValue(field="merchant_id", expected=REQUIRED)
        if hospital is not None and named.hospital_id != hospital.pk:
            raise InvalidValue(field="merchant_id", expected=OF_THE_HOSPITAL)
        return COUNTERPARTIES[kind], merchant.account_of(named)
    if kind == CounterpartyKind.APPLICATION:
        raise InvalidValue(field="counterparty", expected=HANDS_IN)
    if hospital is None:
        raise InvalidValue(field="hospital_id", expected=REQUIRED)
    return COUNTERPARTIES[kind], his.account_of(hospital)
