from django.db import models

from apps.audit.triggers import audited
from apps.files.models import File
from apps.identity.models.organisation import Department, Hospital, OrgUnit, Position
from apps.identity.models.user import User
from apps.identity.states import STAFF, StaffState
from kernel.crypto import BlindIndexField, EncryptedTextField
from kernel.models import VersionedModel
from kernel.text import name_key, name_spellings


class VisitTier(models.TextChoices):
    NORMAL = "normal"
    EXPERT = "expert"


class StaffMember(VersionedModel):
    """员工档案. With a licence number the person is a practitioner (医生)."""

    hospital = models.ForeignKey(Hospital, on_delete=models.PROTECT, related_name="staff")
    user = models.OneToOneField(User, on_delete=models.PROTECT, null=True, blank=True, related_name="staff")
    org_unit = models.ForeignKey(
        OrgUnit, on_delete=models.PROTECT, null=True, blank=True, related_name="staff"
    )
    position = models.ForeignKey(
        Position, on_delete=models.PROTECT, null=True, blank=True, related_name="staff"
    )
    departments = models.ManyToManyField(Department, through="StaffDepartment", related_name="staff")
    employee_no = models.CharField(max_length=32)
    name = models.CharField(max_length=80)
    pinyin = models.CharField(max_length=255, editable=False, default="")
    gender = models.CharField(
        max_length=8, choices=[("male", "male"), ("female", "female"), ("unknown", "unknown")]
    )
    title = models.CharField(max_length=40, blank=True, default="", help_text="职称, e.g. 主任医师")
    tier = models.CharField(max_length=8, choices=VisitTier.choices, default=VisitTier.NORMAL)
    licence_no = models.CharField(max_length=32, blank=True, default="")
    phone = EncryptedTextField()
    phone_index = BlindIndexField(source="phone", purpose="phone")
    speciality = models.CharField(max_length=500, blank=True, default="", help_text="擅长")
    introduction = models.TextField(blank=True, default="")
    skills = models.JSONField(default=list, blank=True)
    languages = models.JSONField(default=list, blank=True)
    portrait = models.ForeignKey(File, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    employed_on = models.DateField(null=True, blank=True)
    left_on = models.DateField(null=True, blank=True)
    status = models.CharField(max_length=12, choices=STAFF.choices, default=StaffState.ACTIVE.value)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["hospital", "employee_no"], name="staff_employee_no"),
            models.UniqueConstraint(
                fields=["hospital", "licence_no"], condition=~models.Q(licence_no=""), name="staff_licence_no"
            ),
        ]
        indexes = [
            models.Index(fields=["hospital", "status", "pinyin"], name="staff_by_name"),
            models.Index(fields=["hospital", "pinyin", "-id"], name="staff_of_hospital_in_order"),
            models.Index(fields=["pinyin", "-id"], name="staff_in_order"),
        ]
        triggers = [audited()]

    @staticmethod
    def spelling(name: str) -> str:
        """The search key (kernel.rows): the surname as surnames are read, in its other reading, in simplified signs."""
        key = name_key(name)
        return " ".join(filter(None, [*name_spellings(name), key if key not in name.casefold() else ""]))[
            :255
        ]


class StaffDepartment(models.Model):
    """A person works in a department; `is_head` makes the person its head (主任)."""

    hospital = models.ForeignKey(Hospital, on_delete=models.PROTECT, related_name="+")
    staff = models.ForeignKey(StaffMember, on_delete=models.CASCADE, related_name="memberships")
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="memberships")
    is_primary = models.BooleanField(default=False)
    is_head = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["staff", "department"], name="staff_department"),
            models.UniqueConstraint(
                fields=["staff"], condition=models.Q(is_primary=True), name="staff_primary_department"
            ),
        ]
        triggers = [audited()]
