"""Third-party applications and HIS fetch the bill of a day, to reconcile by themselves."""

from typing import Any

from django.http import StreamingHttpResponse

from apps.access.scoped.partner import HasScope, Partner, PartnerAuthentication
from apps.audit.services import record
from apps.identity.models import PartnerApplication
from apps.reconciliation.api.day_bills import DayQuerySerializer, answer, answers_bill
from apps.reconciliation.services.day_bill import day_bill
from kernel.http.serializers import validated
from kernel.http.views import APIView


class BillView(APIView):
    """A bill of the application's hospital."""

    authentication_classes = [PartnerAuthentication]
    permission_classes = [HasScope]
    required_scope = ""

    def application(self) -> PartnerApplication:
        """Who asks."""
        partner: Partner = self.request.user  # type: ignore[assignment]  # HasScope lets in nobody else
        return partner.application

    def bill(self, application: str) -> StreamingHttpResponse:
        """The file of the day that is asked for, and a line in the operation log."""
        day = validated(DayQuerySerializer, self.request.query_params.dict())["business_date"]
        found = day_bill(self.application().hospital_id, day, application=application)
        record(
            action="export", object_type="reconciliation.day_bill", object_id=str(day),
            detail={"application": application, "sha256": found.sha256},
        )  # fmt: skip
        return answer(found, day)


class OwnBillView(BillView):
    """The application's own."""

    required_scope = "payments:write"

    @answers_bill(operation_id="day_bill", parameters=[DayQuerySerializer])
    def get(self, request: Any) -> StreamingHttpResponse:
        """下载本应用账单 What moved through the application on a day; ready at 02:00, kept for three months."""
        return self.bill(self.application().client_id)


class HospitalBillView(BillView):
    """The hospital's whole."""

    required_scope = "reconciliation:read"

    @answers_bill(operation_id="hospital_day_bill", parameters=[DayQuerySerializer])
    def get(self, request: Any) -> StreamingHttpResponse:
        """下载全院账单 What moved at the hospital on a day, all applications together: for HIS to reconcile."""
        return self.bill("")
