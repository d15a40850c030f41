from django.urls import path
from rest_framework.routers import SimpleRouter

from apps.access.api.admin.dead_letters import DeadLetterViewSet, OutboxStateView
from apps.access.api.admin.me import MyAccessView
from apps.access.api.admin.menus import MenuViewSet, ModuleViewSet, PermissionViewSet
from apps.access.api.admin.roles import RoleViewSet
from apps.access.api.admin.staff_roles import StaffRolesView

router = SimpleRouter(trailing_slash=False, use_regex_path=False)
router.register("roles", RoleViewSet, basename="roles")
router.register("modules", ModuleViewSet, basename="modules")
router.register("permissions", PermissionViewSet, basename="permissions")
router.register("menus", MenuViewSet, basename="menus")
router.register("operations/dead-letters", DeadLetterViewSet, basename="dead-letters")

urlpatterns = [
    *router.urls,
    path("me/access", MyAccessView.as_view(), name="me-access"),
    path("staff/<uuid:staff_id>/roles", StaffRolesView.as_view(), name="staff-roles"),
    path("operations/outbox", OutboxStateView.as_view(), name="outbox-state"),
]
