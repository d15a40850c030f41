from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q

from apps.audit.triggers import audited
from apps.identity.models import Department, Hospital, StaffMember
from apps.inpatient.models.admission import Admission
from apps.inpatient.states import BEDS, BedState
from kernel.models import BaseModel, VersionedModel


class Ward(VersionedModel):
    """病区 of a department."""

    hospital = models.ForeignKey(Hospital, on_delete=models.PROTECT, related_name="+", db_index=False)
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="+")
    code = models.CharField(max_length=32)
    name = models.CharField(max_length=40)
    is_active = models.BooleanField(default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["hospital", "code"], name="ward_code")]
        triggers = [audited()]


class Bed(VersionedModel):
    """床位. `state` follows from who lies in it; a closed one says why in `note`."""

    hospital = models.ForeignKey(Hospital, on_delete=models.PROTECT, related_name="+", db_index=False)
    ward = models.ForeignKey(Ward, on_delete=models.PROTECT, related_name="beds", db_index=False)
    code = models.CharField(max_length=20, help_text="床号")
    sort = models.PositiveIntegerField(default=0)
    note = models.CharField(max_length=100, blank=True, default="")
    state = models.CharField(max_length=12, choices=BEDS.choices, default=BedState.FREE.value)
    is_unclean = models.BooleanField(default=False, help_text="closed before it was cleaned")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["ward", "code"], name="bed_code")]
        indexes = [models.Index(fields=["hospital", "ward", "sort", "code"], name="bed_board")]
        triggers = [audited()]


#: When a patient lay in a bed; open at its end while they do.
_DURING = Func(F("started_at"), F("ended_at"), function="tstzrange", output_field=DateTimeRangeField())


class BedStay(BaseModel):
    """床位记录: who lay in which bed from when to when. PostgreSQL holds that a bed and a patient are in one at a time.

    `from_ward`: where the patient lay before, null on admission; `to_ward`: where they went, null when they left.
    """

    hospital = models.ForeignKey(Hospital, on_delete=models.PROTECT, related_name="+", db_index=False)
    admission = models.ForeignKey(
        Admission, on_delete=models.PROTECT, related_name="bed_stays", db_index=False
    )
    bed = models.ForeignKey(Bed, on_delete=models.PROTECT, related_name="stays", db_index=False)
    ward = models.ForeignKey(Ward, on_delete=models.PROTECT, related_name="+", db_index=False)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    from_ward = models.ForeignKey(Ward, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    to_ward = models.ForeignKey(Ward, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    placed_by = models.ForeignKey(
        StaffMember, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="bed_one_patient",
                expressions=[("bed", RangeOperators.EQUAL), (_DURING, RangeOperators.OVERLAPS)],
            ),
            ExclusionConstraint(
                name="bed_one_for_a_stay",
                expressions=[("admission", RangeOperators.EQUAL), (_DURING, RangeOperators.OVERLAPS)],
            ),
            ExclusionConstraint(  # what a census looks through, too
                name="bed_stay_of_ward",
                expressions=[
                    ("ward", RangeOperators.EQUAL),
                    ("bed", RangeOperators.EQUAL),
                    (_DURING, RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, to_ward__isnull=True) | Q(ended_at__gte=F("started_at")),
                name="bed_stay_ends_after_it_began",
            ),
        ]
        indexes = [
            models.Index(fields=["admission", "-id"], name="bed_stay_of_admission"),
            models.Index(fields=["bed", "-id"], name="bed_stay_of_bed"),
        ]
        triggers = [audited()]
