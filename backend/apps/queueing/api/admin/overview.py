from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from apps.access.policies import policy_of
from apps.access.scoped.views import CodedView
from apps.identity.models import Hospital
from apps.queueing.selectors import overview as read
from apps.scheduling.models import ClinicSession
from kernel import clock
from kernel.errors import NotFound
from kernel.http.schema import raises
from kernel.http.serializers import Serializer
from kernel.http.views import APIView


class DayQuerySerializer(Serializer):
    hospital_id = serializers.UUIDField(required=False, help_text="default: one's own")
    date = serializers.DateField(required=False, help_text="default: today")


class BoardQuerySerializer(DayQuerySerializer):
    department_id = serializers.UUIDField(required=False)


class BuildingFloorSerializer(Serializer):
    building = serializers.CharField()
    floor = serializers.CharField()


class TitleCountSerializer(Serializer):
    title = serializers.CharField(allow_blank=True)
    count = serializers.IntegerField()


class StaffCountSerializer(Serializer):
    """Active staff; a doctor has a licence."""

    total = serializers.IntegerField()
    doctors = serializers.IntegerField()
    experts = serializers.IntegerField()
    others = serializers.IntegerField()
    by_title = TitleCountSerializer(many=True)


class FiguresSerializer(Serializer):
    capacity = serializers.IntegerField(help_text="numbers of sessions that were not stopped")
    booked = serializers.IntegerField(help_text="numbers taken, seen patients included")
    checked_in = serializers.IntegerField(help_text="took their number, seen patients included")
    no_shows = serializers.IntegerField()
    cancelled = serializers.IntegerField()
    waiting = serializers.IntegerField()
    inside = serializers.IntegerField(help_text="called or with the doctor")
    seen = serializers.IntegerField()


class DayLoadSerializer(FiguresSerializer):
    """The day's load within the actor's reach."""

    sessions = serializers.IntegerField()
    stopped_sessions = serializers.IntegerField()
    doctors = serializers.IntegerField(help_text="doctors with a session")
    first_starts_at = serializers.DateTimeField(allow_null=True)
    last_ends_at = serializers.DateTimeField(allow_null=True)


class OverviewSerializer(Serializer):
    """诊所概况."""

    hospital_id = serializers.UUIDField()
    hospital_name = serializers.CharField()
    address = serializers.CharField(allow_blank=True)
    phone = serializers.CharField(allow_blank=True)
    introduction = serializers.CharField(allow_blank=True)
    opening_hours = serializers.DictField()
    locations = BuildingFloorSerializer(many=True)
    departments = serializers.IntegerField(help_text="部门")
    sections = serializers.IntegerField(help_text="科室")
    staff = StaffCountSerializer()
    patients = serializers.IntegerField(
        allow_null=True, help_text="null for who does not see the whole hospital"
    )
    patients_counted_at = serializers.DateTimeField(
        allow_null=True, help_text="the count may be some minutes old"
    )
    date = serializers.DateField()
    load = DayLoadSerializer()


class BoardSessionSerializer(FiguresSerializer):
    id = serializers.UUIDField()
    period = serializers.CharField()
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    tier = serializers.CharField()
    state = serializers.CharField()
    current_number = serializers.IntegerField(allow_null=True, help_text="queue number called last")


class BoardDoctorSerializer(Serializer):
    id = serializers.UUIDField()
    name = serializers.CharField()
    title = serializers.CharField(allow_blank=True)
    sessions = BoardSessionSerializer(many=True)


class BoardDepartmentSerializer(Serializer):
    id = serializers.UUIDField()
    name = serializers.CharField()
    doctors = BoardDoctorSerializer(many=True)


class DayBoardSerializer(Serializer):
    """The day's sessions, department by department and doctor by doctor."""

    hospital_id = serializers.UUIDField()
    hospital_name = serializers.CharField()
    date = serializers.DateField()
    truncated = serializers.BooleanField(help_text="there are more than 2,000 sessions: ask by department")
    departments = BoardDepartmentSerializer(many=True)


class OfHospitalView(CodedView, APIView):
    """Reads of a hospital's day within the actor's reach."""

    resource = "queueing.overview"
    codes = {"get": "list"}
    query: type[Serializer] = DayQuerySerializer

    def asked(self) -> tuple[Hospital, dict[str, Any]]:
        """The hospital (NotFound outside the actor's reach) and the checked query."""
        body = self.query(data=self.request.query_params.dict())
        body.is_valid(raise_exception=True)
        query: dict[str, Any] = {"date": clock.service_day(), **body.validated_data}
        key = query.get("hospital_id", self.actor.hospital_id)
        hospital = Hospital.objects.filter(pk=key).first()
        if hospital is None or not (key == self.actor.hospital_id or self.sees_whole(hospital)):
            raise NotFound
        return hospital, query

    def sees_whole(self, hospital: Hospital) -> bool:
        """Whether the actor's scope covers all of it."""
        scope = self.actor.scope(self.code_of_action() or "")
        return scope is not None and (scope.everything or hospital.pk in scope.hospitals)

    def sessions(self, hospital: Hospital, query: dict[str, Any]) -> Any:
        """The day's sessions within reach."""
        policy = policy_of(ClinicSession)
        reach = policy.scope(self.actor, self.code_of_action() or "", ClinicSession.objects.all())
        return read.sessions_of(hospital.pk, query["date"], reach)


@extend_schema(tags=["overview"])
class OverviewView(OfHospitalView):
    """诊所概况: what the hospital is and how full the day is."""

    @extend_schema(
        operation_id="clinic_overview", parameters=[DayQuerySerializer], responses=OverviewSerializer
    )
    @raises(NotFound)
    def get(self, request: Any) -> Response:
        """诊所概况: counts, opening hours, place, staff and the day's load in one read."""
        hospital, query = self.asked()
        answer = read.overview(hospital, whole=self.sees_whole(hospital))
        load = read.load(self.sessions(hospital, query))
        return Response(OverviewSerializer(answer | {"date": query["date"], "load": load}).data)


@extend_schema(tags=["overview"])
class DayBoardView(OfHospitalView):
    """今日看板: each doctor's sessions with bookings and queue."""

    query = BoardQuerySerializer

    @extend_schema(operation_id="day_board", parameters=[BoardQuerySerializer], responses=DayBoardSerializer)
    @raises(NotFound)
    def get(self, request: Any) -> Response:
        """今日看板: per department and doctor the day's sessions in one read."""
        hospital, query = self.asked()
        sessions = self.sessions(hospital, query)
        if "department_id" in query:
            sessions = sessions.filter(department_id=query["department_id"])
        board = read.day_board(sessions) | {
            "hospital_id": hospital.pk,
            "hospital_name": hospital.name,
            "date": query["date"],
        }
        return Response(DayBoardSerializer(board).data)
