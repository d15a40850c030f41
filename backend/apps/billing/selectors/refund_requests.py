"""退费申请 as the front ends show them."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet, Sum

from apps.billing.models import RefundRequest, RefundRequestLine
from apps.billing.services.refund_rules import not_reprinted
from apps.billing.states import RefundRequestState
from apps.identity.models import WeChatAccount
from apps.patients.selectors import bound_patients
from apps.payments.selectors.refunds import decided_by
from apps.payments.states import RefundState
from kernel.errors import NotFound

RELATED = (
    "hospital",
    "patient",
    "department",
    "practitioner",
    "order",
    "requested_by",
    "approval__decided_by",
    "executed_by",
)
FAILED = (RefundState.FAILED, RefundState.CANCELLED)
WAITING = (RefundRequestState.REQUESTED, RefundRequestState.APPROVED)


def requests_of(account: WeChatAccount) -> QuerySet[RefundRequest]:
    """Requests about the patients that are bound to the account now, whoever asked."""
    return RefundRequest.objects.filter(patient_id__in=bound_patients(account))


def listed(queryset: QuerySet[RefundRequest]) -> QuerySet[RefundRequest]:
    """With everything that a row of a list names."""
    return queryset.select_related(*RELATED)


def rows_of(requests: Sequence[RefundRequest]) -> list[RefundRequest]:
    """A page of `listed`, each with `succeeded_fen` and `failed_fen` of its refunds, in one more query."""
    refunds = decided_by(*(request.pk for request in requests))
    sums = (
        refunds.order_by()
        .values("decision_id")
        .annotate(
            succeeded=Sum("amount_fen", filter=Q(state=RefundState.SUCCEEDED)),
            failed=Sum("amount_fen", filter=Q(state__in=FAILED)),
        )
    )
    known: dict[UUID | None, dict[str, Any]] = {row["decision_id"]: dict(row) for row in sums}
    for request in requests:
        row = known.get(request.pk, {})
        request.succeeded_fen, request.failed_fen = row.get("succeeded") or 0, row.get("failed") or 0
    return list(requests)


def one(queryset: QuerySet[RefundRequest], request_id: UUID) -> RefundRequest:
    """One request with its bills, its refunds and what its invoices still lack; NotFound."""
    found = listed(queryset).filter(pk=request_id).first()
    if found is None:
        raise NotFound
    (request,) = rows_of([found])
    request.bills, request.refunds = lines_of(request), refunds_of(request)
    # Afterwards the refund itself has reversed the invoice.
    request.missing_reprint_ids = not_reprinted(request) if request.state in WAITING else []
    return request


def lines_of(request: RefundRequest) -> list[dict[str, Any]]:
    """What is asked for, bill by bill."""
    rows = RefundRequestLine.objects.filter(request=request).select_related("bill").order_by("bill_id")
    return [
        {
            "bill_id": row.bill_id,
            "bill_no": row.bill.bill_no,
            "kind": row.bill.kind,
            "title": row.bill.title,
            "bill_amount_fen": row.bill.amount_fen,
            "amount_fen": row.amount_fen,
        }
        for row in rows
    ]


def refunds_of(request: RefundRequest) -> list[dict[str, Any]]:
    """How the money goes back, the newest order first."""
    rows = decided_by(request.pk)
    names = (
        "id", "refund_no", "order_id", "order__order_no", "amount_fen", "route", "state", "accepted_at",
        "succeeded_at",
    )  # fmt: skip
    return [{**row, "order_no": row.pop("order__order_no")} for row in rows.values(*names)]
