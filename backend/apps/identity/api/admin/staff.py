from typing import Any

import django_filters
from django.db.models import Exists, OuterRef, QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.response import Response

from apps.access.scoped.options import OptionsMixin
from apps.access.scoped.views import CrudViewSet
from apps.identity.api.admin.staff_serializers import (
    AccountSerializer,
    LeaveSerializer,
    OneTimePasswordSerializer,
    SensitiveStaffSerializer,
    StaffCreateSerializer,
    StaffSerializer,
)
from apps.identity.api.pictures import PictureSerializer, PictureUrlSerializer
from apps.identity.errors import (
    LastAdministrator,
    OwnPlacement,
    OwnSecondFactor,
    PictureInvalid,
    PictureTooLarge,
    StaffHasAccount,
    StaffHasNoAccount,
)
from apps.identity.models import StaffDepartment, StaffMember
from apps.identity.models.staff import VisitTier
from apps.identity.pictures import url_of
from apps.identity.selectors import staff_like
from apps.identity.services import staff as services, totp
from apps.identity.services.passwords import reset_password
from apps.identity.services.pictures import remove_picture, set_picture
from apps.identity.services.placing import PLACE
from apps.identity.services.staff_status import leave_staff, reactivate_staff, suspend_staff
from apps.identity.states import STAFF, StaffState
from kernel.errors import DuplicateValue, InUse, InvalidValue, PermissionDenied, StateConflict
from kernel.http.schema import raises


class StaffFilter(django_filters.FilterSet):
    hospital_id = django_filters.UUIDFilter()
    department_id = django_filters.UUIDFilter(method="works_in")
    status = django_filters.ChoiceFilter(choices=STAFF.choices)
    title = django_filters.CharFilter(max_length=40)
    tier = django_filters.ChoiceFilter(choices=VisitTier.choices)
    is_practitioner = django_filters.BooleanFilter(method="of_doctors", help_text="has a licence number")
    search = django_filters.CharFilter(
        method="find", max_length=64, help_text="part of the name or pinyin, start of the employee number"
    )

    def of_doctors(self, queryset: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        return queryset.exclude(licence_no="") if value else queryset.filter(licence_no="")

    def works_in(self, queryset: QuerySet[Any], name: str, value: Any) -> QuerySet[Any]:
        rows = StaffDepartment.objects.filter(staff=OuterRef("pk"), department_id=value)
        return queryset.filter(Exists(rows))

    def find(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return queryset.filter(staff_like(value))


@extend_schema(tags=["staff"])
class StaffViewSet(OptionsMixin, CrudViewSet):
    """员工: employee files, their accounts and their comings and goings."""

    model = StaffMember
    resource = "identity.staff"
    codes = {
        "sensitive": "sensitive", "suspend": "status", "leave": "status", "reactivate": "status", "account": "account",
        "reset_password": "account", "reset_totp": "second_factor", "portrait": "change", "delete_portrait": "change",
    }  # fmt: skip
    serializer_class = StaffSerializer
    filterset_class = StaffFilter
    ordering_fields = ["pinyin", "employee_no", "employed_on"]
    ordering = ["pinyin"]
    option_columns = ("name", "employee_no", "title")
    in_force = {"status": StaffState.ACTIVE}
    options_for_all = True

    def base_queryset(self) -> QuerySet[StaffMember]:
        return StaffMember.objects.select_related("user").prefetch_related("memberships__department")

    def get_serializer_class(self) -> Any:
        return StaffCreateSerializer if self.action == "create" else StaffSerializer

    @raises(DuplicateValue, InvalidValue)
    def perform_create(self, data: dict[str, Any]) -> StaffMember:
        if data.get("memberships") or data.get("org_unit"):
            self.require(PLACE)
        staff, password = services.create_staff(**data, by=self.me)
        staff.initial_password = password  # type: ignore[attr-defined]
        return staff

    @raises(DuplicateValue, InvalidValue, OwnPlacement)
    def perform_update(self, instance: StaffMember, data: dict[str, Any], version: int) -> StaffMember:
        before = services.placement_of(instance)
        services.update_staff(instance, version=version, **data, by=self.me)
        if services.placement_of(instance) != before:
            self.require(PLACE, instance)
        return self.base_queryset().get(pk=instance.pk)

    @raises(InUse)
    def perform_destroy(self, instance: StaffMember) -> None:
        services.delete_staff(instance)

    @extend_schema(responses=SensitiveStaffSerializer)
    @action(detail=True, methods=["get"])
    def sensitive(self, request: Any, pk: Any = None) -> Response:
        """查看敏感信息 The phone number unmasked; the reading is recorded."""
        return Response(services.read_sensitive(self.get_object()))

    @extend_schema(request=None, responses=StaffSerializer)
    @raises(StateConflict, LastAdministrator)
    @action(detail=True, methods=["post"])
    def suspend(self, request: Any, pk: Any = None) -> Response:
        """停用 Suspend somebody: every session ends at once."""
        return Response(self.get_serializer(suspend_staff(self.get_object())).data)

    @extend_schema(request=LeaveSerializer, responses=StaffSerializer)
    @raises(StateConflict, LastAdministrator, InvalidValue)
    @action(detail=True, methods=["post"])
    def leave(self, request: Any, pk: Any = None) -> Response:
        """离职 Somebody leaves: every session ends at once."""
        staff = self.get_object()
        serializer = LeaveSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        return Response(self.get_serializer(leave_staff(staff, **serializer.validated_data)).data)

    @extend_schema(request=None, responses=StaffSerializer)
    @raises(StateConflict)
    @action(detail=True, methods=["post"])
    def reactivate(self, request: Any, pk: Any = None) -> Response:
        """复职 Somebody is back at work."""
        return Response(self.get_serializer(reactivate_staff(self.get_object())).data)

    @extend_schema(request=AccountSerializer, responses={201: OneTimePasswordSerializer})
    @raises(StaffHasAccount, DuplicateValue)
    @action(detail=True, methods=["post"])
    def account(self, request: Any, pk: Any = None) -> Response:
        """开通账号 Give somebody an account with a one-time password."""
        staff = self.get_object()
        serializer = AccountSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        username = serializer.validated_data["username"]
        password = services.open_account(staff, username=username)
        return Response({"username": username, "initial_password": password}, status=201)

    @extend_schema(request=None, responses=OneTimePasswordSerializer)
    @raises(StaffHasNoAccount)
    @action(detail=True, methods=["post"], url_path="reset-password")
    def reset_password(self, request: Any, pk: Any = None) -> Response:
        """重置密码 Give a new one-time password: the account is unlocked, every session ends."""
        staff = self.get_object()
        if staff.pk == self.me.pk:
            raise PermissionDenied  # one's own is changed by who knows it
        password = reset_password(staff)
        return Response({"username": staff.user.username, "initial_password": password})

    @extend_schema(request=None, responses={204: None})
    @raises(OwnSecondFactor, StaffHasNoAccount, StateConflict)
    @action(detail=True, methods=["post"], url_path="reset-totp")
    def reset_totp(self, request: Any, pk: Any = None) -> Response:
        """重置动态验证码 Switch off the second factor of somebody who lost it; the person is told."""
        totp.reset(self.get_object(), by=self.me)
        return Response(status=204)

    @extend_schema(request={"multipart/form-data": PictureSerializer}, responses=PictureUrlSerializer)
    @raises(PictureInvalid, PictureTooLarge)
    @action(detail=True, methods=["post"], parser_classes=[MultiPartParser])
    def portrait(self, request: Any, pk: Any = None) -> Response:
        """上传照片 Set the portrait, at most 2 MB."""
        staff = self.get_object()
        serializer = PictureSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        set_picture(staff, "portrait", serializer.validated_data["file"], user_id=request.user.pk)
        return Response({"url": url_of(staff.portrait_id)})

    @extend_schema(responses={204: None})
    @portrait.mapping.delete
    def delete_portrait(self, request: Any, pk: Any = None) -> Response:
        """删除照片 Remove the portrait."""
        remove_picture(self.get_object(), "portrait")
        return Response(status=204)
