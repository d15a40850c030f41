from django.contrib.postgres.fields import ArrayField
from django.db import models

from apps.audit.triggers import audited
from apps.identity.fragments import hospital_of_department, hospital_of_staff
from apps.identity.models import Department, Hospital, StaffMember
from kernel.models import BaseModel, VersionedModel

_HOSPITAL_OF_ROLE = "SELECT hospital_id FROM access_role WHERE id = coalesce(NEW.role_id, OLD.role_id)"


class ScopeKind(models.TextChoices):
    """数据范围, widest first."""

    ALL = "all"
    HOSPITAL = "hospital"
    DEPARTMENT_AND_BELOW = "department_and_below"
    DEPARTMENT = "department"
    CHOSEN = "chosen"
    OWN = "own"


class Module(VersionedModel):
    """模块: a part of the product; data scopes are set per role and module."""

    code = models.CharField(max_length=32, unique=True)
    name = models.CharField(max_length=80)
    sort = models.PositiveIntegerField(default=0)
    is_active = models.BooleanField(default=True)

    class Meta:
        triggers = [audited()]


class Permission(BaseModel):
    """权限路径: `<module>.<resource>.<action>`, declared in code, written by `manage.py sync_access`."""

    module = models.ForeignKey(Module, on_delete=models.PROTECT, related_name="permissions")
    code = models.CharField(max_length=96, unique=True)
    name = models.CharField(max_length=120)
    is_retired = models.BooleanField(default=False)

    class Meta:
        triggers = [audited()]


class MenuItem(VersionedModel):
    """菜单: a node of the admin SPA's menu tree (directory, page or button)."""

    class Kind(models.TextChoices):
        DIRECTORY = "directory"
        PAGE = "page"
        BUTTON = "button"

    module = models.ForeignKey(Module, on_delete=models.PROTECT, related_name="menu_items")
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="children"
    )
    kind = models.CharField(max_length=12, choices=Kind.choices)
    code = models.CharField(max_length=64, unique=True)
    title = models.CharField(max_length=80)
    title_en = models.CharField(max_length=80, blank=True, default="")
    path = models.CharField(max_length=160, blank=True, default="")
    component = models.CharField(max_length=160, blank=True, default="")
    icon = models.CharField(max_length=64, blank=True, default="")
    permissions = models.ManyToManyField(
        Permission, through="MenuItemPermission", blank=True, related_name="menu_items"
    )
    sort = models.PositiveIntegerField(default=0)
    is_hidden = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)

    class Meta:
        triggers = [audited()]


class MenuItemPermission(BaseModel):
    """A menu entry is shown to holders of any of its codes."""

    menu_item = models.ForeignKey(MenuItem, on_delete=models.CASCADE, related_name="+")
    permission = models.ForeignKey(Permission, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["menu_item", "permission"], name="menu_item_permission")
        ]
        triggers = [audited()]


class Role(VersionedModel):
    """角色: grants permission codes with a data scope. `hospital` null = a role of the whole group."""

    hospital = models.ForeignKey(
        Hospital, on_delete=models.PROTECT, null=True, blank=True, related_name="roles"
    )
    code = models.CharField(max_length=64)
    name = models.CharField(max_length=80)
    is_administrator = models.BooleanField(default=False, help_text="every code, within the role's scope")
    is_system = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    default_scope = models.CharField(max_length=24, choices=ScopeKind.choices, default=ScopeKind.OWN)
    permissions = models.ManyToManyField(
        Permission, through="RolePermission", blank=True, related_name="roles"
    )
    first_pages = ArrayField(
        models.CharField(max_length=64),
        default=list,
        db_default=[],
        blank=True,
        help_text="pages that the menu begins with",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["hospital", "code"], name="role_code", nulls_distinct=False)
        ]
        triggers = [audited()]


class RolePermission(BaseModel):
    """A role grants a permission code."""

    role = models.ForeignKey(Role, on_delete=models.CASCADE, related_name="+")
    permission = models.ForeignKey(Permission, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["role", "permission"], name="role_permission")]
        triggers = [audited(hospital=_HOSPITAL_OF_ROLE)]


class RoleScope(BaseModel):
    """数据范围 of one role in one module; without a row the role's default scope holds."""

    role = models.ForeignKey(Role, on_delete=models.CASCADE, related_name="scopes")
    module = models.ForeignKey(Module, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=24, choices=ScopeKind.choices)
    departments = models.ManyToManyField(
        Department, through="RoleScopeDepartment", blank=True, related_name="+"
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["role", "module"], name="role_scope_module")]
        triggers = [audited(hospital=_HOSPITAL_OF_ROLE)]


class RoleScopeDepartment(BaseModel):
    """One of the chosen departments of a scope."""

    scope = models.ForeignKey(RoleScope, on_delete=models.CASCADE, related_name="+")
    department = models.ForeignKey(Department, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["scope", "department"], name="role_scope_department")]
        triggers = [
            audited(hospital=hospital_of_department("coalesce(NEW.department_id, OLD.department_id)"))
        ]


class StaffRole(BaseModel):
    """A staff member holds a role."""

    staff = models.ForeignKey(StaffMember, on_delete=models.CASCADE, related_name="staff_roles")
    role = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="staff_roles")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["staff", "role"], name="staff_role")]
        triggers = [audited(hospital=hospital_of_staff("coalesce(NEW.staff_id, OLD.staff_id)"))]
