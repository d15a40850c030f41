from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from apps.access.models import Role
from apps.audit.triggers import audited
from apps.identity.models import Hospital
from apps.worklist.kinds import KINDS
from kernel.errors import InvalidValue
from kernel.expectations import IN_FORCE
from kernel.models import VersionedModel

MAX_HOURS = 2_000
ROLES = ("executor_role", "manager_role", "supervisor_role")


class WorkDuty(VersionedModel):
    """职责: which roles execute, manage and supervise a kind of work in a hospital, and its working hours until due."""

    hospital = models.ForeignKey(Hospital, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=60)
    executor_role = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="+")
    manager_role = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="+")
    supervisor_role = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="+")
    hours = models.PositiveSmallIntegerField(validators=[MinValueValidator(1), MaxValueValidator(MAX_HOURS)])

    class Meta:
        constraints = [models.UniqueConstraint(fields=["hospital", "kind"], name="work_duty_once")]
        triggers = [audited()]

    @property
    def kind_name(self) -> str:
        """In the request's language; the code of a kind that is no more."""
        kind = KINDS.get(self.kind)
        return kind.name if kind else self.kind

    def check_values(self) -> None:
        """A kind of work that is declared, roles in force."""
        if self.kind not in KINDS:
            raise InvalidValue(field="kind", choices=sorted(KINDS))
        for name in ROLES:
            if not getattr(self, name).is_active:
                raise InvalidValue(field=f"{name}_id", expected=IN_FORCE)
