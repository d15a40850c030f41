"""Base classes of the admin API: permission codes decide on the action, policies on the rows."""

from collections.abc import Callable
from typing import Any, ClassVar
from uuid import UUID

from django.db import transaction
from django.db.models import Model, QuerySet
from rest_framework.response import Response

from apps.access.actor import Actor
from apps.access.policies.base import GrantedArm, for_lists, policy_of
from apps.access.scoped.paging import MergedRows
from apps.access.scoped.permissions import HasCode, request_actor
from apps.identity.models import Hospital, StaffMember
from kernel.errors import PermissionDenied, StaleVersion
from kernel.http.names import add_names
from kernel.http.pagination import PageNumberPagination
from kernel.http.schema import raises
from kernel.http.serializers import named_relations
from kernel.http.views import APIView, GenericViewSet

STANDARD = {
    "list": "list", "retrieve": "list", "create": "add", "update": "change", "partial_update": "change",
    "destroy": "delete", "export": "export", "offer": "list",
}  # fmt: skip
#: For `named_ids` of apps below the hospitals.
HOSPITAL = Hospital
READS = frozenset({"list", "export", "sensitive"})


def with_relations(queryset: QuerySet[Any], names: tuple[str, ...]) -> QuerySet[Any]:
    """Joined with the named foreign keys."""
    return queryset.select_related(*names) if names else queryset


class CodedView(APIView):
    """Mixin of every admin view: `resource` is `<module>.<resource>`, `codes` names the code's last part per action."""

    resource: ClassVar[str] = ""
    codes: ClassVar[dict[str, str]] = {}
    permission_classes: Any = [HasCode]

    def code_of_action(self) -> str | None:
        """The permission code of the running action; None denies."""
        action = getattr(self, "action", None) or str(self.request.method).lower()
        verb = self.codes.get(action) or STANDARD.get(action)
        if verb is None or not self.resource:
            return None
        return verb if verb.count(".") == 2 else f"{self.resource}.{verb}"

    @property
    def actor(self) -> Actor:
        """The acting staff member; PermissionDenied for anybody else."""
        actor = request_actor(self.request)
        if actor is None:
            raise PermissionDenied
        return actor

    @property
    def me(self) -> StaffMember:
        """The acting staff member's row."""
        staff: StaffMember = self.request.user.staff  # type: ignore[union-attr]
        return staff

    def require(self, code: str, row: Model | None = None) -> None:
        """PermissionDenied without that code too (and, with `row`, within its reach): for parts of an edit."""
        if not self.actor.has(code) or (
            row is not None and not policy_of(type(row)).allows(self.actor, code, row, "change")
        ):
            raise PermissionDenied


class ScopedViewSet(CodedView, GenericViewSet[Any]):
    """Rows of one model within the actor's reach. Foreign rows answer 404, visible ones out of reach 403."""

    model: ClassVar[type[Model]]
    lookup_value_converter = "uuid"
    http_method_names = ["get", "post", "patch", "delete"]
    #: Large tables whose filters have indexes that hold the key: find the keys of a page first (see paging).
    keys_first: ClassVar[bool] = False
    #: Names beside ids that are no foreign keys: name → path of the id, model.
    named_ids: ClassVar[dict[str, tuple[str, type[Model]]]] = {}

    def base_queryset(self) -> QuerySet[Any]:
        """The unscoped rows; override for select_related."""
        return self.model._default_manager.all()

    def row_queryset(self) -> QuerySet[Any]:
        """What a row of a list is read from once its key is found; override to join only then (with `keys_first`)."""
        return self.base_queryset()

    def as_now(self, pk: UUID) -> Any:
        """What commands answer of a row; override where that is more than what lists join."""
        return self.base_queryset().get(pk=pk)

    def get_queryset(self) -> QuerySet[Any]:
        if getattr(self, "swagger_fake_view", False):
            return self.model._default_manager.none()
        return policy_of(self.model).scope(self.actor, self.visible_code(), self.base_queryset())

    def visible_code(self) -> str:
        """The code whose scope says which rows exist for the actor."""
        visible = f"{self.resource}.list"
        if self.actor.has(visible):
            return visible
        return self.code_of_action() or ""  # may act without browsing: then the action's own scope decides

    def listed(self) -> Any:
        """The filtered, ordered rows of a list: a queryset, or merged arms (see paging) where several make it up."""
        kind: Any = self.get_serializer_class()
        beside = named_relations(kind)
        standard = type(self).get_queryset is ScopedViewSet.get_queryset
        if standard and isinstance(self.paginator, PageNumberPagination):
            arms = for_lists(policy_of(self.model).arms(self.actor, self.visible_code()))
            if not arms:
                return self.filter_queryset(self.model._default_manager.none())
            if len(arms) > 1 or self.keys_first or isinstance(arms[0], GrantedArm):
                return MergedRows(
                    self.filter_queryset(self.base_queryset()),
                    arms,
                    with_relations(self.row_queryset(), beside),
                )
            return with_relations(self.filter_queryset(self.base_queryset().filter(arms[0])), beside)
        return with_relations(self.filter_queryset(self.get_queryset()), beside)

    def get_object(self) -> Any:
        instance = super().get_object()
        self.check_reach(instance)
        if self.named_ids:
            add_names([instance], **self.named_ids)
        return instance

    def check_reach(self, instance: Model) -> None:
        """PermissionDenied unless the action's own scope (or a grant to change) covers the stored row."""
        code = self.code_of_action() or ""
        verb = code.rsplit(".", 1)[-1]
        grant = "view" if verb in READS else "change"
        if not policy_of(type(instance)).allows(self.actor, code, instance, grant):
            raise PermissionDenied


class ListMixin(ScopedViewSet):
    """GET list."""

    def list(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        page = self.paginate_queryset(self.listed())
        if self.named_ids:
            add_names(page, **self.named_ids)
        answer: Response = self.get_paginated_response(self.get_serializer(page, many=True).data)
        return answer


class RetrieveMixin(ScopedViewSet):
    """GET one."""

    def retrieve(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        return Response(self.get_serializer(self.get_object()).data)


class CreateMixin(ScopedViewSet):
    """POST: `perform_create(data)` calls the service; the new row must be within the actor's reach."""

    perform_create: Callable[..., Any]

    def create(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        with transaction.atomic():
            instance = self.perform_create(serializer.validated_data)
            self.check_reach(instance)
        return Response(self.get_serializer(instance).data, status=201)


class UpdateMixin(ScopedViewSet):
    """PATCH with `version`: `perform_update(instance, data, version)` calls the service; checked again after saving."""

    perform_update: Callable[..., Any]

    @raises(StaleVersion)
    def partial_update(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        instance = self.get_object()
        serializer = self.get_serializer(instance, data=request.data, partial=True)
        serializer.is_valid(raise_exception=True)
        data = dict(serializer.validated_data)
        with transaction.atomic():
            instance = self.perform_update(instance, data, data.pop("version"))
            self.check_reach(instance)
        return Response(self.get_serializer(instance).data)


class DestroyMixin(ScopedViewSet):
    """DELETE: `perform_destroy(instance)` calls the service, which refuses what is in use."""

    perform_destroy: Callable[..., None]

    def destroy(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        self.perform_destroy(self.get_object())
        return Response(status=204)


class CrudViewSet(ListMixin, RetrieveMixin, CreateMixin, UpdateMixin, DestroyMixin, ScopedViewSet):
    """List, read, create, change and delete."""
