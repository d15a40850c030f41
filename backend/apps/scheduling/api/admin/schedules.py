from dataclasses import asdict
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from apps.access.policies import policy_of
from apps.access.scoped.options import OptionsMixin
from apps.access.scoped.views import CrudViewSet
from apps.scheduling import errors
from apps.scheduling.api.admin import filters, serializers as io
from apps.scheduling.api.admin.planning import generated
from apps.scheduling.models import ClinicSession, ScheduleTemplate
from apps.scheduling.selectors.sessions import slots_with_numbers, with_numbers
from apps.scheduling.services import sessions, stop, templates
from apps.scheduling.services.generate import generate_sessions
from apps.scheduling.services.publish import publish_session
from apps.scheduling.services.session_appointments import Outcome
from apps.scheduling.services.substitute import substitute_session
from apps.scheduling.states import SessionState
from kernel import clock
from kernel.errors import DuplicateValue, InvalidValue, StateConflict
from kernel.http.schema import raises


@extend_schema(tags=["schedules"])
class ScheduleTemplateViewSet(OptionsMixin, CrudViewSet):
    """排班: weekly templates."""

    model = ScheduleTemplate
    resource = "scheduling.template"
    serializer_class = io.ScheduleTemplateSerializer
    filterset_class = filters.ScheduleTemplateFilter
    ordering_fields = ["weekday", "start_time", "valid_from"]
    ordering = ["-id"]
    option_columns = ("practitioner__name", "department__name", "weekday_name", "start_time")

    def base_queryset(self) -> Any:
        return ScheduleTemplate.objects.select_related("department", "practitioner")

    @raises(DuplicateValue, InvalidValue)
    def perform_create(self, data: dict[str, Any]) -> ScheduleTemplate:
        return templates.create_template(**data)

    @raises(DuplicateValue, InvalidValue)
    def perform_update(
        self, instance: ScheduleTemplate, data: dict[str, Any], version: int
    ) -> ScheduleTemplate:
        return templates.update_template(instance, version=version, **data)

    def perform_destroy(self, instance: ScheduleTemplate) -> None:
        templates.delete_template(instance)


@extend_schema(tags=["schedules"])
class ClinicSessionViewSet(OptionsMixin, CrudViewSet):
    """出诊: dated sessions and their slots."""

    model = ClinicSession
    resource = "scheduling.session"
    codes = {
        "generate": "generate",
        "publish": "publish",
        "stop": "stop",
        "substitute": "stop",
        "substitutions": "list",
        "slots": "list",
    }
    serializer_class = io.ClinicSessionSerializer
    filterset_class = filters.ClinicSessionFilter
    ordering_fields = ["date", "starts_at"]
    ordering = ["-id"]
    option_columns = ("practitioner__name", "starts_at", "department__name")
    keys_first = True  # joined at once, all to come are read and sorted
    keeps_plan = False  # of the days to come, which are few among all
    in_force = {"state": SessionState.PUBLISHED}

    def base_queryset(self) -> Any:
        return with_numbers(ClinicSession.objects.all())

    def to_choose_from(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Those that go on or take place from today on, the next first."""
        return (
            super()
            .to_choose_from(rows)
            .filter(date__gte=clock.service_day())
            .order_by("date", "starts_at", "id")
        )

    @raises(errors.PractitionerOnLeave, errors.SessionConflict, InvalidValue)
    def perform_create(self, data: dict[str, Any]) -> ClinicSession:
        return sessions.create_session(**data)

    @raises(InvalidValue, errors.SessionPublished, errors.PractitionerOnLeave, errors.SessionConflict)
    def perform_update(self, instance: ClinicSession, data: dict[str, Any], version: int) -> ClinicSession:
        return sessions.update_session(instance, version=version, **data)

    @raises(errors.SessionPublished)
    def perform_destroy(self, instance: ClinicSession) -> None:
        sessions.delete_session(instance)

    @extend_schema(request=io.GenerateSerializer, responses=io.GeneratedSerializer)
    @raises(InvalidValue)
    def generate(self, request: Any) -> Response:
        """Make draft sessions from templates for a range of days; what is left out, and why, is said."""
        data = self._body(io.GenerateSerializer)
        chosen = data.get("template_ids")
        if chosen is None:
            every = ScheduleTemplate.objects.filter(is_active=True).order_by("id")
            chosen = policy_of(ScheduleTemplate).scope(self.actor, self.code_of_action() or "", every)
        answer = generate_sessions(templates=chosen, first=data["first_date"], last=data["last_date"])
        return Response(generated(answer))

    @extend_schema(request=None, responses=io.ClinicSessionSerializer)
    @raises(StateConflict, errors.SlotPast)
    def publish(self, request: Any, pk: Any) -> Response:
        """发布: make the slots and their numbers and open them for booking."""
        publish_session(self.get_object())
        return self.retrieve(request, pk)

    @extend_schema(request=io.StopSerializer, responses=io.ChangedSessionSerializer)
    @raises(StateConflict, InvalidValue, errors.SessionNotOpen)
    def stop(self, request: Any, pk: Any) -> Response:
        """停诊: close the session for booking; its live appointments are moved or cancelled and the patients told."""
        session = self.get_object()
        data = self._body(io.StopSerializer)
        target = data.get("move_to")
        if target is None:
            return self._changed(stop.stop_session(session, reason=data["reason"]))
        self.check_reach(target)
        return self._changed(stop.stop_and_move(session, target=target, reason=data["reason"]))

    @extend_schema(request=io.SubstituteSerializer, responses=io.ChangedSessionSerializer)
    @raises(StateConflict, InvalidValue, errors.PractitionerOnLeave, errors.SessionConflict, errors.SlotPast)
    def substitute(self, request: Any, pk: Any) -> Response:
        """替诊: another doctor holds the session; its patients keep number and time and are told."""
        session = self.get_object()
        outcome = substitute_session(
            session, **self._body(io.SubstituteSerializer), by_id=self.actor.staff_id
        )
        return self._changed(outcome)

    @extend_schema(responses=io.SubstitutionSerializer(many=True), filters=False)
    def substitutions(self, request: Any, pk: Any) -> Response:
        """替诊 of the session, oldest first."""
        rows = self.get_object().substitutions.order_by("id")
        related = rows.select_related("from_practitioner", "to_practitioner", "substituted_by")
        return Response(io.SubstitutionSerializer(related, many=True).data)

    def _body(self, serializer: type[io.Serializer]) -> dict[str, Any]:
        body = serializer(data=self.request.data, context=self.get_serializer_context())
        body.is_valid(raise_exception=True)
        values: dict[str, Any] = body.validated_data
        return values

    def _changed(self, outcome: Outcome) -> Response:
        session = self.base_queryset().get(pk=self.kwargs["pk"])
        return Response(self.get_serializer(session).data | asdict(outcome))

    @extend_schema(responses=io.SlotSerializer(many=True), filters=False)
    def slots(self, request: Any, pk: Any) -> Response:
        """号源: the slots with the numbers left."""
        return Response(slots_with_numbers(self.get_object()))
