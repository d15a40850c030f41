from django.db import models

from apps.audit.triggers import audited
from apps.files.models import File
from kernel.models import VersionedModel


class Group(VersionedModel):
    """集团: the owner of one or several hospitals; one per installation."""

    name = models.CharField(max_length=120)

    class Meta:
        triggers = [audited()]


class Ownership(models.TextChoices):
    """Who owns a hospital; what it may take ahead of treatment depends on it."""

    PUBLIC = "public", "公立"
    MILITARY = "military", "军队"
    PRIVATE = "private", "社会办"


class Hospital(VersionedModel):  # type: ignore[django-manager-missing]  # made by an abstract model of a library
    """医院/门诊/分公司: the tenant boundary; every scoped row carries its id."""

    group = models.ForeignKey(Group, on_delete=models.PROTECT, related_name="hospitals")
    code = models.CharField(max_length=16, unique=True)
    name = models.CharField(max_length=120)
    address = models.CharField(max_length=255, blank=True, default="")
    phone = models.CharField(max_length=32, blank=True, default="")
    introduction = models.TextField(blank=True, default="")
    opening_hours = models.JSONField(default=dict, blank=True)
    settings = models.JSONField(
        default=dict, blank=True, help_text="overrides of identity.settings.Setting defaults"
    )
    is_active = models.BooleanField(default=True)
    ownership = models.CharField(max_length=12, choices=Ownership.choices, default=Ownership.PRIVATE)
    is_insurance_designated = models.BooleanField(default=False, help_text="医保定点")

    class Meta:
        triggers = [audited()]

    @property
    def bars_outpatient_prepayment(self) -> bool:
        """Whether it may take no money ahead of outpatient treatment (the rule of 2025)."""
        return self.is_insurance_designated or self.ownership != Ownership.PRIVATE


class OrgUnit(VersionedModel):
    """部门: administrative unit, a tree inside a hospital. `path` is the ids from the root, for subtree look-ups."""

    hospital = models.ForeignKey(Hospital, on_delete=models.PROTECT, related_name="org_units")
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="children"
    )
    code = models.CharField(max_length=32)
    name = models.CharField(max_length=120)
    path = models.TextField(editable=False, default="")
    sort = models.PositiveIntegerField(default=0)
    is_active = models.BooleanField(default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["hospital", "code"], name="org_unit_code")]
        triggers = [audited()]


class Location(VersionedModel):
    """科室分布: a place in a building, with a picture of the map."""

    hospital = models.ForeignKey(Hospital, on_delete=models.PROTECT, related_name="locations")
    building = models.CharField(max_length=80)
    floor = models.CharField(max_length=16)
    room = models.CharField(max_length=32, blank=True, default="")
    directions = models.CharField(max_length=255, blank=True, default="")
    map_picture = models.ForeignKey(
        File, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["hospital", "building", "floor", "room"], name="location_place")
        ]
        triggers = [audited()]

    @property
    def name(self) -> str:
        """The place in words: building, floor, room."""
        return " ".join(part for part in (self.building, self.floor, self.room) if part)


class Department(VersionedModel):
    """科室: clinical department; the unit of data scope."""

    hospital = models.ForeignKey(Hospital, on_delete=models.PROTECT, related_name="departments")
    org_unit = models.ForeignKey(
        OrgUnit, on_delete=models.PROTECT, null=True, blank=True, related_name="departments"
    )
    location = models.ForeignKey(
        Location, on_delete=models.PROTECT, null=True, blank=True, related_name="departments"
    )
    code = models.CharField(max_length=32)
    name = models.CharField(max_length=120)
    pinyin = models.CharField(
        max_length=255, editable=False, default="", help_text="initials and full, for search"
    )
    introduction = models.TextField(blank=True, default="")
    sort = models.PositiveIntegerField(default=0)
    is_active = models.BooleanField(default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["hospital", "code"], name="department_code")]
        triggers = [audited()]


class Position(VersionedModel):
    """职务: a fact of human resources; grants nothing (roles do)."""

    hospital = models.ForeignKey(Hospital, on_delete=models.PROTECT, related_name="positions")
    code = models.CharField(max_length=32)
    name = models.CharField(max_length=120)
    is_active = models.BooleanField(default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["hospital", "code"], name="position_code")]
        triggers = [audited()]
