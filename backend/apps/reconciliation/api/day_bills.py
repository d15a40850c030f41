"""Our own bill of a day, for both audiences."""

import base64
from typing import Any, TypeVar

from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers

from apps.reconciliation.errors import BillNotReady
from apps.reconciliation.services.day_bill import DayBill
from kernel.errors import InvalidValue
from kernel.http.downloads import attachment, title_of
from kernel.http.schema import raises
from kernel.http.serializers import Serializer

F = TypeVar("F", bound=Any)


class DayQuerySerializer(Serializer):
    """Which day: before today, three months back at most."""

    business_date = serializers.DateField()


def answers_bill(**documented: Any) -> Any:
    """Declare an operation that answers a bill."""

    def decorate(method: F) -> F:
        file = {(200, "text/csv"): OpenApiResponse(OpenApiTypes.STR)}
        declared: F = extend_schema(responses=file, tags=["reconciliation"], **documented)(
            raises(InvalidValue, BillNotReady)(method)
        )
        return declared

    return decorate


def answer(bill: DayBill, *parts: Any) -> StreamingHttpResponse:
    """The file, named by `parts`; `ETag` is its SHA-256 in hexadecimal, `Repr-Digest` the same by RFC 9530."""
    response = StreamingHttpResponse(bill.blocks(), content_type="text/csv; charset=utf-8")
    response["Content-Length"] = str(bill.size)
    response["Content-Disposition"] = attachment(title_of("reconciliation_day_bill"), "csv", *parts)
    response["ETag"] = f'"{bill.sha256}"'
    digest = base64.b64encode(bytes.fromhex(bill.sha256)).decode()
    response["Repr-Digest"] = f"sha-256=:{digest}:"
    return response
