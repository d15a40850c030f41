"""What the window does with a registration after the money: take it back, print the slip."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from apps.access.scoped.views import ScopedViewSet
from apps.identity.models.staff import VisitTier
from apps.payments.errors import NoOpenShift
from apps.scheduling import errors
from apps.scheduling.api.admin.limits import ReasonSerializer
from apps.scheduling.api.serializers import AppointmentSerializer
from apps.scheduling.models import Appointment, AppointmentKind, PaymentStatus
from apps.scheduling.selectors import appointments
from apps.scheduling.selectors.slip_sheet import sheet_of
from apps.scheduling.services.reverse import reverse_settlement
from apps.scheduling.services.slips import newest_copy, print_slip, slip_of
from kernel.errors import StateConflict
from kernel.http.commands import command
from kernel.http.downloads import PDF, pdf_answer
from kernel.http.schema import raises
from kernel.http.serializers import Serializer
from kernel.pdf import render_spelt


class PrintSerializer(Serializer):
    """`reason` is asked for from the second copy on."""

    reason = serializers.CharField(max_length=200, allow_blank=True, default="")


class SlipSerializer(Serializer):
    """挂号凭条 as it is printed. `copy_no` counts every print; `ticket_no` once the number was taken."""

    appointment_no = serializers.CharField()
    hospital_name = serializers.CharField()
    patient_name = serializers.CharField()
    mrn = serializers.CharField()
    department_name = serializers.CharField()
    practitioner_name = serializers.CharField()
    practitioner_title = serializers.CharField(allow_blank=True)
    tier = serializers.ChoiceField(choices=VisitTier.choices)
    kind = serializers.ChoiceField(choices=AppointmentKind.choices)
    location = serializers.CharField(allow_blank=True)
    visit_date = serializers.DateField()
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    check_in_until = serializers.DateTimeField()
    number = serializers.IntegerField()
    ticket_no = serializers.IntegerField(allow_null=True)
    queue_name = serializers.CharField(allow_blank=True)
    fee_fen = serializers.IntegerField()
    payment_status = serializers.ChoiceField(choices=PaymentStatus.choices)
    copy_no = serializers.IntegerField()
    is_reprint = serializers.BooleanField()
    printed_at = serializers.DateTimeField()


class SlipPrintSerializer(Serializer):
    """One print of the slip."""

    copy_no = serializers.IntegerField()
    printed_at = serializers.DateTimeField(source="created_at")
    printed_by_name = serializers.CharField(source="printed_by.name", default="", allow_blank=True)
    reason = serializers.CharField(allow_blank=True)


@extend_schema(tags=["appointments"])
class RegistrationDeskViewSet(ScopedViewSet):
    """挂号凭条和冲正: slips, and cash that is given back."""

    model = Appointment
    resource = "scheduling.appointment"
    codes = {"reverse_settlement": "reverse", "print_slip": "print", "slip_prints": "list", "slip": "print"}
    serializer_class = AppointmentSerializer

    def base_queryset(self) -> Any:
        return Appointment.objects.select_related("hospital")

    @command(
        body=ReasonSerializer, answer=AppointmentSerializer, idempotent=True,
        raises=(errors.NotSettledInCash, errors.CheckInTooLate, StateConflict, NoOpenShift),
    )  # fmt: skip
    def reverse_settlement(self, appointment: Appointment, *, reason: str) -> dict[str, Any]:
        """冲正: the cash goes back to the patient, until the patient is called."""
        reverse_settlement(appointment, reason=reason, staff_id=self.actor.staff_id)
        return appointments.one(Appointment.objects.all(), appointment.pk)

    @command(
        body=PrintSerializer, answer=SlipSerializer, status=201, operation_id="appointments_print_slip",
        raises=(errors.ReprintNeedsReason, StateConflict), idempotent=True,
    )  # fmt: skip
    def print_slip(self, appointment: Appointment, *, reason: str) -> Any:
        """打印凭条: count a copy of the registration slip and return it for the printer."""
        return print_slip(appointment, staff_id=self.actor.staff_id, reason=reason)

    @extend_schema(
        responses=SlipPrintSerializer(many=True), filters=False, operation_id="appointments_slip_prints_list"
    )
    def slip_prints(self, request: Any, pk: UUID) -> Response:
        """Every print of the slip: when, by whom and why."""
        prints = self.get_object().slip_prints.select_related("printed_by").order_by("copy_no")
        return Response(SlipPrintSerializer(prints[:200], many=True).data)

    @raises(errors.SlipNotPrinted)
    @extend_schema(responses=PDF, filters=False, operation_id="appointments_slip")
    def slip(self, request: Any, pk: UUID) -> HttpResponse:
        """凭条打印件: the newest copy as a PDF, for who has printed it. Nothing is counted."""
        appointment = self.get_object()
        slip = slip_of(appointment, newest_copy(appointment, self.actor.staff_id))
        return pdf_answer(render_spelt(sheet_of(slip)), "appointments_slip", appointment.appointment_no)
