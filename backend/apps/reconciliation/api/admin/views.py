import functools
import operator
from typing import Any, ClassVar
from uuid import UUID

import django_filters
from drf_spectacular.utils import extend_schema

from apps.access.scoped.exporting import ExportMixin
from apps.access.scoped.options import OptionsMixin
from apps.access.scoped.views import ListMixin, RetrieveMixin, ScopedViewSet
from apps.identity.models import StaffMember
from apps.payments.channels.registry import CHANNELS
from apps.reconciliation import errors
from apps.reconciliation.api.admin import serializers as io
from apps.reconciliation.api.admin.accounts import account_named
from apps.reconciliation.api.admin.worksheet import WorksheetMixin
from apps.reconciliation.models import (
    CounterpartyKind,
    Difference,
    DifferenceKind,
    Direction,
    ReconciliationRun,
)
from apps.reconciliation.services import carry_bill, propose, runs, settle
from apps.reconciliation.services.ages import AgeBand, of_age
from apps.reconciliation.states import DIFFERENCES, RUNS, DifferenceState
from apps.worklist.errors import ApprovalOpen, NobodyDecides
from kernel.errors import InvalidValue, StateConflict
from kernel.expectations import EACH_ONCE, UNKNOWN
from kernel.http.commands import command
from kernel.http.filters import KnownFilter, in_force


class RunFilter(django_filters.FilterSet):
    """`business_date_from` and `…_to`: the first and the last day."""

    hospital_id = django_filters.UUIDFilter()
    counterparty = django_filters.MultipleChoiceFilter(choices=CounterpartyKind.choices)
    merchant_id = django_filters.UUIDFilter()
    channel = KnownFilter(known=lambda: in_force(CHANNELS))
    state = django_filters.MultipleChoiceFilter(choices=RUNS.choices)
    business_date_from = django_filters.DateFilter(field_name="business_date", lookup_expr="gte")
    business_date_to = django_filters.DateFilter(field_name="business_date", lookup_expr="lte")


class DifferenceFilter(django_filters.FilterSet):
    """`key`: a whole number of a payment or refund."""

    hospital_id = django_filters.UUIDFilter()
    run_id = django_filters.UUIDFilter()
    counterparty = django_filters.MultipleChoiceFilter(choices=CounterpartyKind.choices)
    channel = KnownFilter(known=lambda: in_force(CHANNELS))
    kind = django_filters.MultipleChoiceFilter(choices=DifferenceKind.choices)
    direction = django_filters.ChoiceFilter(choices=Direction.choices)
    state = django_filters.MultipleChoiceFilter(choices=DIFFERENCES.choices)
    key = django_filters.CharFilter(max_length=64)
    age_band = django_filters.MultipleChoiceFilter(
        choices=AgeBand.choices, method="of_ages", help_text="of those that are not settled"
    )
    search = django_filters.CharFilter(
        field_name="key", lookup_expr="startswith", max_length=64, help_text="the beginning of a number"
    )
    business_date_from = django_filters.DateFilter(field_name="business_date", lookup_expr="gte")
    business_date_to = django_filters.DateFilter(field_name="business_date", lookup_expr="lte")

    def of_ages(self, rows: Any, name: str, values: list[str]) -> Any:
        """Any of these bands."""
        return rows.filter(functools.reduce(operator.or_, map(of_age, values))) if values else rows


@extend_schema(tags=["reconciliation"])
class ReconciliationRunViewSet(OptionsMixin, ExportMixin, ListMixin, RetrieveMixin, ScopedViewSet):
    """对账批次: our day beside the counterparty's bill of it."""

    model = ReconciliationRun
    resource = "reconciliation.run"
    codes = {"create": "start", "carry": "carry"}
    serializer_class = io.ReconciliationRunSerializer
    filterset_class = RunFilter
    ordering_fields = ["business_date"]
    ordering = ["-id"]
    option_columns = ("account_name", "business_date")
    in_force: ClassVar[dict[str, Any]] = {}
    export_columns = {
        "business_date": "business_date", "counterparty": "counterparty", "account_name": "account_name",
        "channel": "channel", "state": "state",
        "our_count": "our_count", "their_count": "their_count", "our_in_fen": "our_in_fen",
        "their_in_fen": "their_in_fen", "our_out_fen": "our_out_fen", "their_out_fen": "their_out_fen",
        "fees_fen": "fees_fen", "hospital__name": "hospital_name", "error": "error",
    }  # fmt: skip

    @command(
        body=io.RunStartSerializer, answer=io.ReconciliationRunSerializer, status=201,
        raises=(InvalidValue, StateConflict, errors.NotReconciled),
    )  # fmt: skip
    def create(
        self, *, counterparty: str, business_date: Any, merchant: Any = None, hospital: Any = None
    ) -> ReconciliationRun:
        """发起对账 of a day, or once more: the same bill again changes nothing, a corrected one counts instead."""
        kind, account = account_named(counterparty, merchant, hospital)
        return runs.start_run(kind, account, business_date)

    @command(
        body=io.RunCarrySerializer, answer=io.ReconciliationRunSerializer, idempotent=True,
        raises=(StateConflict, errors.BillMayCome, ApprovalOpen, NobodyDecides),
    )  # fmt: skip
    def carry(self, run: ReconciliationRun, *, reason: str) -> ReconciliationRun:
        """申请结转缺失账单: the bill has not come for three working days; another person has to agree."""
        return carry_bill.ask_to_carry(run, by=self.me, reason=reason)


@extend_schema(tags=["reconciliation"])
class DifferenceViewSet(WorksheetMixin, OptionsMixin, ExportMixin, ListMixin, RetrieveMixin, ScopedViewSet):
    """对账差异: what does not agree, and how it was settled."""

    model = Difference
    resource = "reconciliation.difference"
    codes = {
        "propose": "propose", "propose_many": "propose", "undo": "undo", "ages": "list", "worksheet": "propose",
        "take_worksheet": "propose",
    }  # fmt: skip
    serializer_class = io.DifferenceSerializer
    filterset_class = DifferenceFilter
    ordering_fields = ["business_date", "effect_fen"]
    ordering = ["-id"]
    option_columns = ("key", "business_date", "effect_fen")
    in_force: ClassVar[dict[str, Any]] = {"state": DifferenceState.OPEN}
    export_columns = {
        "business_date": "business_date", "counterparty": "counterparty", "channel": "channel", "kind": "kind",
        "direction": "direction",
        "state": "state", "key": "key", "reference": "reference", "our_fen": "our_fen", "their_fen": "their_fen",
        "effect_fen": "effect_fen", "action": "action", "reason_code": "reason_code", "reason": "reason",
        "proposed_by__name": "proposed_by_name",
        "settled_at": "settled_at", "hospital__name": "hospital_name",
    }  # fmt: skip

    @command(
        body=io.ProposalSerializer, answer=io.DifferenceSerializer,
        raises=(StateConflict, InvalidValue, errors.NotLinkable, NobodyDecides),
    )  # fmt: skip
    def propose(self, row: Difference, **values: Any) -> Difference:
        """提出处理意见: another person has to approve it before anything moves."""
        return propose.propose(row, by=self._staff(), **values)

    @command(
        body=io.ProposalsSerializer, answer=io.ProposedSerializer, raises=(StateConflict, InvalidValue),
        operation_id="reconciliation_differences_propose_many",
    )  # fmt: skip
    def propose_many(self, *, ids: list[UUID], **values: Any) -> dict[str, int]:
        """批量提出处理意见, for differences of one kind: all of them or none."""
        if len(set(ids)) != len(ids):
            raise InvalidValue(field="ids", expected=EACH_ONCE)
        rows = list(self.get_queryset().select_related("run").filter(pk__in=ids))
        if len(rows) != len(ids):
            raise InvalidValue(field="ids", expected=UNKNOWN)
        if len({row.kind for row in rows}) > 1:
            raise InvalidValue(field="ids", expected=errors.ONE_KIND)
        return {"changed": len(propose.propose_many(rows, by=self._staff(), **values))}

    @command(body=io.UndoSerializer, answer=io.DifferenceSerializer, raises=(StateConflict,))
    def undo(self, row: Difference, *, reason: str) -> Difference:
        """撤销处理: a contra entry, and the difference is open again."""
        return settle.undo(row, reason=reason)

    def _staff(self) -> StaffMember:
        return StaffMember.objects.get(pk=self.actor.staff_id)
