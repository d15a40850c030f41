from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import StrIndex, Substr, Upper

from apps.audit.triggers import audited
from apps.identity.models import Hospital
from apps.patients.id_kinds import document_key
from apps.patients.naming import DERIVED_FROM_NAME
from kernel.crypto import BlindIndexField, EncryptedTextField
from kernel.models import VersionedModel


class Gender(models.TextChoices):
    MALE = "male"
    FEMALE = "female"
    UNKNOWN = "unknown"


class IdKind(models.TextChoices):
    """Kinds of identity document (rules.md 27)."""

    RESIDENT_ID = "resident_id"
    HK_MACAO_PERMIT = "hk_macao_permit"
    TAIWAN_PERMIT = "taiwan_permit"
    FOREIGN_PERMANENT_RESIDENT = "foreign_permanent_resident"
    PASSPORT = "passport"
    NONE = "none"


#: The full spelling within `pinyin` (`zsf zhangsanfeng`): what a search for `zhangs` compares with.
FULL_PINYIN = Substr(F("pinyin"), StrIndex(F("pinyin"), Value(" ")) + 1)
OTHER_PINYIN = Substr(F("pinyin_other"), StrIndex(F("pinyin_other"), Value(" ")) + 1)


class Patient(VersionedModel):
    """患者档案. The id is time-ordered: the newest patients are the last ids."""

    hospital = models.ForeignKey(Hospital, on_delete=models.PROTECT, related_name="+")
    mrn = models.CharField(max_length=32, help_text="病历号")
    name = models.CharField(max_length=80)
    name_key = models.CharField(max_length=80, editable=False, default="", help_text="compared and searched")
    pinyin = models.CharField(max_length=255, editable=False, default="")
    pinyin_other = models.CharField(
        max_length=255, editable=False, default="", help_text="the other reading of an ambiguous surname"
    )
    gender = models.CharField(max_length=8, choices=Gender.choices, default=Gender.UNKNOWN)
    birth_date = models.DateField(null=True, blank=True)
    id_kind = models.CharField(max_length=32, choices=IdKind.choices, default=IdKind.NONE)
    national_id = EncryptedTextField()
    national_id_index = BlindIndexField(
        source="document", purpose="national_id", columns=("id_kind", "national_id"), db_index=False
    )
    phone = EncryptedTextField()
    phone_index = BlindIndexField(source="phone", purpose="phone", db_index=False)
    address = EncryptedTextField()
    occupation = models.CharField(max_length=64, blank=True, default="", help_text="dictionary: occupation")
    industry = models.CharField(max_length=64, blank=True, default="", help_text="dictionary: industry")
    insurance_no = EncryptedTextField()
    source = models.CharField(max_length=64, blank=True, default="", help_text="dictionary: patient_source")
    referrer = models.CharField(max_length=80, blank=True, default="")
    vip_level = models.CharField(max_length=32, blank=True, default="", help_text="dictionary: vip_level")
    allergies = models.TextField(blank=True, default="")
    hereditary_history = models.TextField(blank=True, default="")
    cardiac_history = models.TextField(blank=True, default="")
    tags = models.JSONField(default=list, blank=True)
    consents = models.JSONField(default=dict, blank=True, help_text="{kind: ISO time of consent or null}")
    is_provisional = models.BooleanField(default=False, help_text="临时档案")
    registered_at = models.DateTimeField(null=True, blank=True, help_text="建档时间; null while provisional")
    is_active = models.BooleanField(default=True)
    merged_into = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        db_index=False,
        help_text="the archive that continues this one (合并)",
    )

    class Meta:
        constraints = [models.UniqueConstraint("hospital", Upper("mrn"), name="patient_mrn_once")]
        indexes = [
            models.Index(fields=["hospital", "-id"], name="patient_newest"),
            models.Index(fields=["national_id_index", "hospital"], name="patient_by_national_id"),
            models.Index(fields=["phone_index", "hospital"], name="patient_by_phone"),
            models.Index(Upper("mrn"), name="patient_by_any_mrn"),
            models.Index(
                fields=["name_key"],
                opclasses=["varchar_pattern_ops"],
                include=["id", "hospital"],
                name="patient_by_name_key",
            ),
            models.Index(
                fields=["pinyin"],
                opclasses=["varchar_pattern_ops"],
                include=["id", "hospital"],
                name="patient_by_initials",
            ),
            models.Index(
                OpClass(FULL_PINYIN, "text_pattern_ops"),
                include=["id", "hospital", "pinyin"],
                name="patient_by_pinyin",
            ),
            models.Index(
                fields=["pinyin_other"],
                opclasses=["varchar_pattern_ops"],
                condition=~Q(pinyin_other=""),
                name="patient_by_other_initials",
            ),
            models.Index(
                OpClass(OTHER_PINYIN, "text_pattern_ops"),
                condition=~Q(pinyin_other=""),
                name="patient_by_other_pinyin",
            ),
            *(
                models.Index(fields=[column, "-id"], include=["hospital"], name=f"patient_by_{column}")
                for column in ("source", "vip_level", "occupation", "industry")
            ),
            GinIndex(fields=["tags"], opclasses=["jsonb_path_ops"], name="patient_by_tag"),
            models.Index(
                fields=["merged_into"], condition=Q(merged_into__isnull=False), name="patient_merged_into"
            ),
        ]
        triggers = [audited(exclude=DERIVED_FROM_NAME)]

    @property
    def document(self) -> str:
        """The key by which the identity document is compared; "" without one."""
        return document_key(self.id_kind, self.national_id)
