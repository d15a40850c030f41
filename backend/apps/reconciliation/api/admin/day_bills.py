"""本方账单 for staff: what HIS or an application is given, to send it by hand or to look into it."""

from typing import Any

from django.http import StreamingHttpResponse
from rest_framework import serializers

from apps.access.scoped.fields import ScopedRelatedField
from apps.access.scoped.views import CodedView
from apps.audit.services import record
from apps.identity.models import Hospital
from apps.reconciliation.api.day_bills import DayQuerySerializer, answer, answers_bill
from apps.reconciliation.services.day_bill import day_bill
from kernel.http.views import APIView


class StaffDayQuerySerializer(DayQuerySerializer):
    """`application`: window, miniprogram, or the client id of a third-party application; without it all of them."""

    hospital_id = ScopedRelatedField(source="hospital", queryset=Hospital.objects.all())
    application = serializers.CharField(max_length=100, allow_blank=True, default="")


class DayBillView(CodedView, APIView):
    """Our own bill of a day."""

    resource = "reconciliation.run"
    codes = {"get": "export"}

    @answers_bill(operation_id="reconciliation_day_bill", parameters=[StaffDayQuerySerializer], filters=False)
    def get(self, request: Any) -> StreamingHttpResponse:
        """下载本方账单 of a day: payments and refunds, with their number and sums in the last line."""
        asked = StaffDayQuerySerializer(
            data=request.query_params.dict(), context={"request": request, "view": self}
        )
        asked.is_valid(raise_exception=True)
        values = asked.validated_data
        day, hospital = values["business_date"], values["hospital"]
        bill = day_bill(hospital.pk, day, application=values["application"], for_people=True)
        record(
            action="export", object_type="reconciliation.day_bill", object_id=str(day),
            detail={"hospital_id": str(hospital.pk), "application": values["application"], "sha256": bill.sha256},
        )  # fmt: skip
        return answer(bill, hospital.code, day)
