"""排班: weekly templates. Changing one does not touch sessions that were generated from it."""

from typing import Any

from django.db import IntegrityError, transaction

from apps.identity.models import Department, StaffDepartment, StaffMember
from apps.scheduling.models import ClinicSession, ScheduleTemplate
from apps.scheduling.services.slot_plan import check_slot_plan, span
from kernel.errors import DuplicateValue, InvalidValue
from kernel.expectations import DOCTOR_OF_DEPARTMENT, END_NOT_BEFORE_START, OF_THE_HOSPITAL
from kernel.locks import save_version


def create_template(**fields: Any) -> ScheduleTemplate:
    """Add a template; InvalidValue for impossible times or a doctor of another department, DuplicateValue."""
    template = ScheduleTemplate(**fields, hospital_id=fields["department"].hospital_id)
    _check(template)
    try:
        with transaction.atomic():
            template.save(force_insert=True)
    except IntegrityError as error:
        raise DuplicateValue(field="start_time") from error
    return template


def update_template(template: ScheduleTemplate, *, version: int, **changes: Any) -> ScheduleTemplate:
    """Change a template read at `version`; as create_template, and StaleVersion."""
    for name, value in changes.items():
        setattr(template, name, value)
    template.hospital_id = template.department.hospital_id
    _check(template)
    try:
        with transaction.atomic():
            save_version(template, {*changes, "hospital_id"}, version=version)
    except IntegrityError as error:
        raise DuplicateValue(field="start_time") from error
    return template


def delete_template(template: ScheduleTemplate) -> None:
    """Delete it; sessions generated from it stay."""
    template.delete()


def check_practitioner(practitioner: StaffMember, department: Department) -> None:
    """InvalidValue unless the person is a doctor in active service who works in that department."""
    works = StaffDepartment.objects.filter(staff=practitioner, department=department).exists()
    if not practitioner.licence_no or practitioner.status != "active" or not works:
        raise InvalidValue(field="practitioner_id", expected=DOCTOR_OF_DEPARTMENT)


def check_room(planned: ScheduleTemplate | ClinicSession) -> None:
    """InvalidValue for a room of another hospital."""
    if planned.room is not None and planned.room.hospital_id != planned.hospital_id:
        raise InvalidValue(field="room_id", expected=OF_THE_HOSPITAL)


def _check(template: ScheduleTemplate) -> None:
    check_practitioner(template.practitioner, template.department)
    check_room(template)
    starts_at, ends_at = span(template.valid_from, template.start_time, template.end_time)
    check_slot_plan(template, int((ends_at - starts_at).total_seconds() // 60))
    if template.valid_until is not None and template.valid_until < template.valid_from:
        raise InvalidValue(field="valid_until", expected=END_NOT_BEFORE_START)
