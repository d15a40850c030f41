from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from apps.access.scoped.own import OwnViewSet
from apps.access.scoped.permissions import IsPatientAccount
from apps.patients.errors import CardRequired
from apps.patients.selectors import require_binding
from apps.scheduling import errors
from apps.scheduling.api.filters import OwnAppointmentFilter
from apps.scheduling.api.miniprogram import serializers as io
from apps.scheduling.api.serializers import (
    AppointmentSerializer,
    ChangeSerializer,
    new_appointment,
)
from apps.scheduling.models import Appointment, AppointmentKind
from apps.scheduling.selectors import appointments, browse
from apps.scheduling.selectors.changes import changes_of
from apps.scheduling.services.book import book_for_account
from apps.scheduling.services.cancel import cancel_by_patient
from apps.scheduling.services.reschedule import reschedule_by_patient
from kernel.errors import InvalidValue, NotFound, StateConflict
from kernel.http.commands import command
from kernel.http.schema import raises
from kernel.http.serializers import validated
from kernel.http.views import APIView


class BrowseView(APIView):
    """A read with declared query parameters; nothing to page through, the answer is bounded by the booking window."""

    permission_classes = [IsPatientAccount]
    query_class: type[io.Serializer]

    def asked(self) -> dict[str, Any]:
        """The checked query parameters; an unknown one is an error."""
        return validated(self.query_class, self.request.query_params.dict())


class BookableDepartmentsView(BrowseView):
    query_class = io.DepartmentsQuerySerializer

    @extend_schema(
        tags=["booking"],
        operation_id="bookable_departments_list",
        parameters=[io.DepartmentsQuerySerializer],
        responses=io.BookableDepartmentSerializer(many=True),
    )
    def get(self, request: Any) -> Response:
        """Departments, and whether a doctor can be booked there now."""
        return Response(browse.bookable_departments(self.asked().get("hospital")))


class BookableDoctorsView(BrowseView):
    query_class = io.DoctorsQuerySerializer

    @extend_schema(
        tags=["booking"],
        operation_id="bookable_doctors_list",
        parameters=[io.DoctorsQuerySerializer],
        responses=io.BookableDoctorSerializer(many=True),
    )
    def get(self, request: Any) -> Response:
        """Doctors of a department on a day, with their sessions and the numbers left."""
        asked = self.asked()
        return Response(browse.doctors_of(asked["department_id"], asked["date"]))


class BookableDaysView(BrowseView):
    query_class = io.DaysQuerySerializer

    @extend_schema(
        tags=["booking"],
        operation_id="bookable_days_list",
        parameters=[io.DaysQuerySerializer],
        responses=io.BookableDaySerializer(many=True),
    )
    def get(self, request: Any) -> Response:
        """Days on which a doctor, or any doctor of a department, can be booked, with sessions and the numbers left."""
        asked = self.asked()
        if "practitioner_id" not in asked:
            return Response(browse.days_of_department(asked["department_id"]))
        return Response(browse.days_of(asked["practitioner_id"], asked.get("department_id")))


class BookableSlotsView(BrowseView):
    query_class = io.SlotsQuerySerializer

    @extend_schema(
        tags=["booking"],
        operation_id="bookable_slots_list",
        parameters=[io.SlotsQuerySerializer],
        responses=io.BookableSlotSerializer(many=True),
    )
    def get(self, request: Any) -> Response:
        """Slots of a session with the numbers left."""
        return Response(browse.slots_of(self.asked()["session_id"]))


@extend_schema(tags=["appointments"])
class AppointmentViewSet(OwnViewSet):
    """挂号: book, look up, cancel; for the patients whose cards are bound to the account."""

    serializer_class = AppointmentSerializer
    filterset_class = OwnAppointmentFilter
    ordering_fields = ["visit_date"]
    ordering = ["-id"]

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            return Appointment.objects.none()
        return appointments.appointments_of(self.account)

    @command(
        body=io.BookSerializer, answer=AppointmentSerializer, status=201, idempotent=True, atomic=False,
        raises=(CardRequired, NotFound, *errors.BOOKING, errors.SlotFull),
    )  # fmt: skip
    def create(self, *, slot_id: UUID, kind: str, binding_id: UUID | None = None) -> dict[str, Any]:
        """Book a number: in advance (预约挂号), or for today (今日挂号), which is held until it is paid."""
        account, what = self.account, AppointmentKind(kind)
        booked = book_for_account(account=account, binding_id=binding_id, slot_id=slot_id, kind=what)
        return new_appointment(booked)

    def replay(self, made: UUID) -> dict[str, Any]:
        """The appointment as it is now."""
        return appointments.one(Appointment.objects.filter(account=self.account), made)

    @raises(CardRequired, NotFound)
    def list(self, request: Any) -> Response:
        """挂号记录: bookings and registrations of the bound patients; choose one with `binding_id`."""
        require_binding(self.account)
        rows = self.paginate_queryset(appointments.rows_of(self.filter_queryset(self.get_queryset())))
        return self.get_paginated_response([appointments.shown(row) for row in rows or ()])

    def retrieve(self, request: Any, pk: UUID) -> Response:
        """One appointment of a bound patient."""
        return Response(appointments.one(self.get_queryset(), pk))

    @command(
        body=io.GiveBackSerializer, answer=AppointmentSerializer,
        raises=(errors.CancelTooLate, errors.RefundAtCounter, StateConflict),
    )  # fmt: skip
    def cancel(self, appointment: Appointment, **why: Any) -> dict[str, Any]:
        """退号: give the number back, up to the hospital's cut-off."""
        cancel_by_patient(appointment, **why)
        return appointments.one(self.get_queryset(), appointment.pk)

    @command(
        body=io.RescheduleSerializer, answer=AppointmentSerializer, idempotent=True,
        raises=(
            NotFound, StateConflict, InvalidValue, errors.CancelTooLate, errors.TooManyChanges,
            errors.OtherDepartment, errors.FeeDiffers, *errors.BOOKING, errors.SlotFull,
        ),
    )  # fmt: skip
    def reschedule(self, appointment: Appointment, **wanted: Any) -> dict[str, Any]:
        """改期: move the booking to another slot of the department, up to the hospital's cut-off."""
        reschedule_by_patient(appointment, account=self.account, **wanted)
        return appointments.one(self.get_queryset(), appointment.pk)

    @extend_schema(responses=ChangeSerializer(many=True), filters=False)
    def changes(self, request: Any, pk: UUID) -> Response:
        """改期记录: how the appointment came to its present time."""
        return Response(changes_of(self.get_object()))

    def get_object(self) -> Appointment:
        found = self.get_queryset().select_related("hospital").filter(pk=self.kwargs["pk"])
        appointment: Appointment | None = found.first()
        if appointment is None:
            raise NotFound
        return appointment
