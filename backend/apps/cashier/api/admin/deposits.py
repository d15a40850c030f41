from typing import Any, ClassVar
from uuid import UUID

import django_filters
from django.db.models import Prefetch
from drf_spectacular.utils import extend_schema

from apps.access.policies import policy_of
from apps.access.scoped.options import OptionsMixin
from apps.access.scoped.views import ListMixin, RetrieveMixin, ScopedViewSet
from apps.cashier import errors
from apps.cashier.api.admin import serializers as io
from apps.cashier.models import BankDeposit, CashierShift
from apps.cashier.services import deposits
from apps.cashier.states import DEPOSITS
from kernel.errors import InvalidValue, StateConflict
from kernel.expectations import EACH_ONCE, UNKNOWN
from kernel.http.commands import command


class DepositFilter(django_filters.FilterSet):
    hospital_id = django_filters.UUIDFilter()
    state = django_filters.MultipleChoiceFilter(choices=DEPOSITS.choices)
    bag_no = django_filters.CharFilter(max_length=32)


@extend_schema(tags=["cashier"])
class BankDepositViewSet(OptionsMixin, ListMixin, RetrieveMixin, ScopedViewSet):
    """缴款单: takings of accepted shifts, brought to the bank by one person and confirmed by another."""

    model = BankDeposit
    resource = "cashier.deposit"
    codes = {"confirm": "confirm", "reject": "confirm"}
    serializer_class = io.BankDepositSerializer
    filterset_class = DepositFilter
    ordering_fields = ["made_at", "amount_fen"]
    ordering = ["-id"]
    option_columns = ("deposit_no", "bag_no", "amount_fen")
    in_force: ClassVar[dict[str, Any]] = {}

    def base_queryset(self) -> Any:
        shifts = CashierShift.objects.select_related("clerk").order_by("pk")
        return BankDeposit.objects.prefetch_related(Prefetch("shifts", queryset=shifts))

    @command(
        body=io.DepositMakeSerializer, answer=io.BankDepositSerializer, status=201, raises=(InvalidValue,),
        idempotent=True,
    )  # fmt: skip
    def create(self, *, shift_ids: list[UUID], **values: Any) -> BankDeposit:
        """缴款: the takings of these shifts, which their amount has to equal."""
        if len(set(shift_ids)) != len(shift_ids):
            raise InvalidValue(field="shift_ids", expected=EACH_ONCE)
        rows = CashierShift.objects.filter(pk__in=shift_ids)
        shifts = list(policy_of(CashierShift).scope(self.actor, self.code_of_action() or "", rows))
        if len(shifts) != len(shift_ids):
            raise InvalidValue(field="shift_ids", expected=UNKNOWN)
        return deposits.make_deposit(shifts=shifts, by=self.me, **values)

    @command(
        body=io.DepositConfirmSerializer, answer=io.BankDepositSerializer, idempotent=True,
        raises=(StateConflict, errors.SamePerson),
    )  # fmt: skip
    def confirm(self, deposit: BankDeposit, *, slip_no: str) -> BankDeposit:
        """确认缴款: another person has seen the bank's slip."""
        return deposits.confirm(deposit, slip_no=slip_no, by=self.me)

    @command(
        body=io.ShiftReasonSerializer, answer=io.BankDepositSerializer, idempotent=True,
        raises=(StateConflict, errors.SamePerson),
    )  # fmt: skip
    def reject(self, deposit: BankDeposit, *, reason: str) -> BankDeposit:
        """退回缴款: it is not at the bank; its shifts are free for another deposit."""
        return deposits.reject(deposit, reason=reason, by=self.me)
