from django.db import models
from django.db.models import F, Q

from apps.audit.triggers import audited
from apps.identity.models import Department, Hospital, StaffMember, WeChatAccount
from apps.patients.models import Patient
from apps.scheduling.models.appointment import Appointment
from apps.scheduling.models.schedule import ClinicSession, Period, Slot, SlotNumber
from apps.scheduling.states import LIVE_ENTRIES, EntryState, OfferState
from kernel.models import BaseModel, VersionedModel
from kernel.states import choices_of


class WaitlistEntry(VersionedModel):
    """候补: a patient wants a number of a department (or one of its doctors) on a day from `first_date` to `last_date`.

    Whoever has the higher priority comes first, then whoever came first.
    """

    hospital = models.ForeignKey(Hospital, on_delete=models.PROTECT, related_name="+", db_index=False)
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="+", db_index=False)
    practitioner = models.ForeignKey(
        StaffMember, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+", db_index=False)
    account = models.ForeignKey(
        WeChatAccount, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False
    )
    added_by = models.ForeignKey(
        StaffMember, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False
    )
    first_date = models.DateField()
    last_date = models.DateField()
    period = models.CharField(
        max_length=12, choices=Period.choices, blank=True, default="", help_text="empty = any"
    )
    priority = models.SmallIntegerField(default=0, help_text="the higher, the earlier")
    state = models.CharField(max_length=12, choices=choices_of(EntryState), default=EntryState.WAITING)
    appointment = models.ForeignKey(
        Appointment, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["patient", "department", "practitioner", "first_date", "last_date", "period"],
                condition=Q(state__in=LIVE_ENTRIES),
                nulls_distinct=False,
                name="waitlist_once",
            ),
            models.CheckConstraint(condition=Q(last_date__gte=F("first_date")), name="waitlist_dates"),
        ]
        indexes = [
            models.Index(
                fields=["department", "-priority", "id"],
                condition=Q(state="waiting"),
                name="waitlist_in_order",
            ),
            models.Index(fields=["hospital", "-id"], name="waitlist_of_hospital"),
            models.Index(fields=["department", "-id"], name="waitlist_of_department"),
            models.Index(fields=["practitioner", "-id"], name="waitlist_of_practitioner"),
            models.Index(fields=["patient", "-id"], name="waitlist_of_patient"),
        ]
        triggers = [audited()]


class WaitlistOffer(BaseModel):
    """A number kept for the patient of an entry until `expires_at`; the number is `offered` meanwhile."""

    hospital = models.ForeignKey(Hospital, on_delete=models.PROTECT, related_name="+", db_index=False)
    entry = models.ForeignKey(WaitlistEntry, on_delete=models.PROTECT, related_name="offers", db_index=False)
    session = models.ForeignKey(ClinicSession, on_delete=models.CASCADE, related_name="+", db_index=False)
    slot = models.ForeignKey(Slot, on_delete=models.CASCADE, related_name="+", db_index=False)
    slot_number = models.ForeignKey(SlotNumber, on_delete=models.CASCADE, related_name="+", db_index=False)
    state = models.CharField(max_length=12, choices=choices_of(OfferState), default=OfferState.OPEN)
    expires_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["slot_number"], condition=Q(state="open"), name="offer_of_number_once"
            ),
            models.UniqueConstraint(fields=["entry"], condition=Q(state="open"), name="offer_to_entry_once"),
        ]
        indexes = [
            models.Index(fields=["entry", "-id"], name="offer_of_entry"),
            models.Index(fields=["expires_at"], condition=Q(state="open"), name="offer_due"),
            models.Index(fields=["session"], condition=Q(state="open"), name="offer_of_session"),
        ]
