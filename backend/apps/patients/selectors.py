"""Reads that other apps may call."""

import contextlib
import datetime as dt
import re
from collections.abc import Collection, Iterable
from typing import Any
from uuid import UUID

import orjson
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce
from redis import RedisError

from apps.identity.models import WeChatAccount
from apps.identity.phones import normalise_phone
from apps.patients.documents import fold
from apps.patients.duplicates import ALIKE, Archive, Likeness, compare
from apps.patients.errors import CardRequired
from apps.patients.id_kinds import possible_keys
from apps.patients.models import (
    CardBinding,
    DuplicatePair,
    PairState,
    Patient,
    PatientCard,
    PatientMerge,
    PatientTag,
    Relationship,
)
from apps.patients.models.patient import FULL_PINYIN, OTHER_PINYIN
from kernel import clock
from kernel.crypto import blind_index, masking
from kernel.errors import InvalidValue, NotFound
from kernel.redis import client
from kernel.text import fold_code, name_key
from kernel.text.spelling import second_readings

#: Candidates looked at for each value that two archives have in common.
MAX_CANDIDATES = 50
COUNT_SECONDS = 600
#: Syllables, the last one perhaps unfinished.
_SPELT = re.compile(r"((zh|ch|sh|[b-df-hj-np-tw-z])?[aeiouv]+(ng|n|r)?)+(zh|ch|sh|[b-df-hj-np-tw-z])?")


def bindings_of(account: WeChatAccount) -> QuerySet[CardBinding]:
    """The account's live bindings with patient and card, the default first."""
    live = CardBinding.objects.filter(
        account=account, unbound_at=None, card__is_active=True, patient__is_active=True
    )
    return live.select_related("hospital", "patient", "card").order_by("-is_default", "id")


def bound_patients(account: WeChatAccount) -> list[UUID]:
    """Ids of the patients that are bound to the account now.

    Not a subquery: the planner takes it for many, and reads a whole table for what each patient's index has at once.
    """
    return list(bindings_of(account).order_by().values_list("patient_id", flat=True))


def require_binding(account: WeChatAccount, binding_id: UUID | None = None) -> CardBinding:
    """The live binding to act for (None: the default), with patient and card, in one query.

    CardRequired when the account has none at all; NotFound for a binding that is not the account's.
    """
    bindings = list(bindings_of(account))  # at most a handful: one query answers both questions
    if not bindings:
        raise CardRequired
    if binding_id is None:
        return bindings[0]
    for binding in bindings:
        if binding.pk == binding_id:
            return binding
    raise NotFound


def own_account_of(patient_id: UUID) -> UUID | None:
    """The account whose own card is the patient's, the latest one; None: a text to the patient's phone."""
    own = CardBinding.objects.filter(patient_id=patient_id, relationship=Relationship.SELF, unbound_at=None)
    return own.order_by("-pk").values_list("account_id", flat=True).first()


def own_accounts_of(patient_ids: Iterable[UUID]) -> dict[UUID, UUID]:
    """`own_account_of` for many: patient → account; those without are missing."""
    own = CardBinding.objects.filter(
        patient_id__in=list(patient_ids), relationship=Relationship.SELF, unbound_at=None
    )
    return dict(own.order_by("pk").values_list("patient_id", "account_id"))


def name_for(account_id: UUID | None, patient: Patient) -> str:
    """The patient's name as somebody with this account may read it: whole where the patient's card is bound.

    None: it goes to the patient.
    """
    if (
        account_id is None
        or CardBinding.objects.filter(account_id=account_id, patient_id=patient.pk, unbound_at=None).exists()
    ):
        return patient.name
    return masking.name(patient.name)


def unmerged(queryset: QuerySet[Patient]) -> QuerySet[Patient]:
    """Without archives that another one continues. A look-up in the few merges: lists stay on their own indexes."""
    return queryset.filter(~Exists(PatientMerge.objects.filter(merged_id=OuterRef("pk"), undone_at=None)))


def patient_count(hospital_id: UUID) -> tuple[int, dt.datetime]:
    """How many archives a hospital has, and when that was counted: some minutes ago at most, never per request."""
    key = f"patients:count:{hospital_id}"
    try:
        known = client().get(key)
    except RedisError:
        known = None
    if known:
        count, moment = orjson.loads(known)
        return count, dt.datetime.fromisoformat(moment)
    merged = PatientMerge.objects.filter(hospital_id=hospital_id, undone_at=None).count()
    counted = Patient.objects.filter(hospital_id=hospital_id).count() - merged, clock.now()
    with contextlib.suppress(RedisError):
        client().set(key, orjson.dumps([counted[0], counted[1].isoformat()]), ex=COUNT_SECONDS)
    return counted


def with_value(queryset: QuerySet[Patient], field: str, value: str) -> QuerySet[Patient]:
    """Patients whose encrypted `phone` or `national_id` is exactly `value`, however it is typed.

    A merged archive is found as the one that continues it.
    """
    everyone = Patient.objects.order_by()
    if field == "national_id":
        return queryset.filter(pk__in=_heirs(everyone.filter(national_id_index__in=_documents(value))))
    return queryset.filter(pk__in=_heirs(everyone.filter(phone_index=blind_index(_phone(value), "phone"))))


def _heirs(found: QuerySet[Patient]) -> QuerySet[Patient, Any]:
    return found.values(heir=Coalesce("merged_into_id", "id"))


def candidates_of(patient: Patient) -> list[tuple[Patient, Likeness]]:
    """Archives of the same hospital that may be this person's too, the likeliest first; not those decided distinct."""
    here = Patient.objects.select_related("hospital").filter(
        hospital_id=patient.hospital_id, merged_into=None
    )
    others = here.exclude(pk=patient.pk)
    rows: dict[UUID, Patient] = {}
    for key in ALIKE:
        values = {name: getattr(patient, name) for name in key}
        if all(values.values()):
            rows |= {other.pk: other for other in others.filter(**values).order_by("pk")[:MAX_CANDIDATES]}
    pairs = DuplicatePair.objects.filter(Q(first=patient) | Q(second=patient), state=PairState.DISTINCT)
    distinct = {key for pair in pairs.values_list("first_id", "second_id") for key in pair}
    ours = Archive.of(patient)
    alike = [(other, compare(ours, Archive.of(other))) for other in rows.values() if other.pk not in distinct]
    likely = [(other, likeness) for other, likeness in alike if likeness.likely]
    return sorted(likely, key=lambda found: (-found[1].score, found[0].pk))


def tag_names(hospitals: Collection[UUID] | None) -> set[str]:
    """The tags of these hospitals, None: of all, in force or not."""
    tags = (
        PatientTag.objects.all() if hospitals is None else PatientTag.objects.filter(hospital__in=hospitals)
    )
    return set(tags.values_list("name", flat=True))


def with_card(queryset: QuerySet[Patient], value: str) -> QuerySet[Patient]:
    """The owner of that card, active or not."""
    index = blind_index(value, "card_number")
    return queryset.filter(pk__in=PatientCard.objects.filter(card_number_index=index).values("patient_id"))


def with_mrn(queryset: QuerySet[Patient], value: str) -> QuerySet[Patient]:
    """The archive of that record number, whatever its cases."""
    return queryset.filter(mrn__iexact=fold_code(value))


def patient_of_mrn(hospital_id: UUID, mrn: str) -> Patient | None:
    """The hospital's archive of that record number, a merged one as the one that continues it."""
    rows = with_mrn(Patient.objects.filter(hospital_id=hospital_id), mrn)
    found = rows.select_related("merged_into").first()
    return found.merged_into if found and found.merged_into else found


def with_name(queryset: QuerySet[Patient], value: str) -> QuerySet[Patient]:
    """Names that begin with `value`, or whose initials or pinyin do when it is typed in latin letters.

    Traditional characters find simplified ones and the other way round; a surname is found by each of its readings.
    """
    text = name_key(value)
    if not text.isascii():
        return queryset.filter(name_key__startswith=text)
    text = re.sub(r"[^a-z0-9]", "", text)  # Smith, John
    if not text:
        return queryset.none()
    initials, spelling = _only_initials(text), _only_spelling(text)
    found = Q() if spelling and not initials else Q(pinyin__startswith=text)
    if not initials:
        queryset = queryset.alias(full_pinyin=FULL_PINYIN)
        found |= Q(full_pinyin__startswith=text)
    if text[:1] in second_readings():
        queryset = queryset.alias(other_pinyin=OTHER_PINYIN)
        other = Q(pinyin_other__startswith=text) | Q(other_pinyin__startswith=text)
        found |= Q(other) & ~Q(pinyin_other="")
    return queryset.filter(found)


def _only_initials(letters: str) -> bool:
    """One letter, or consonants that begin no syllable: the index of the initials answers alone."""
    return len(letters) < 2 or not (set(letters) & set("aeiouv") or letters in {"zh", "ch", "sh"})


def _only_spelling(letters: str) -> bool:
    """Long and spelt, or a letter with which no syllable begins: the index of the spelling answers alone."""
    return bool(set(letters) & set("iuv")) or (len(letters) > 3 and bool(_SPELT.fullmatch(letters)))


def _is_number(text: str) -> bool:
    """Digits, unless they stand beside Chinese: a name may have some."""
    written = any(character.isalpha() and not character.isascii() for character in text)
    return not written and any(character.isdigit() for character in text)


def find_patients(queryset: QuerySet[Patient], text: str) -> QuerySet[Patient]:
    """One search box: digits are a whole number (phone, ID, card, 病历号) unless beside Chinese; the rest are names."""
    number = fold(text)
    if not _is_number(number):
        return with_name(queryset, text)
    everyone = Patient.objects.order_by()
    found = [
        _heirs(everyone.filter(phone_index=blind_index(_phone(text), "phone"))),
        _heirs(everyone.filter(national_id_index__in=_documents(text))),
        _heirs(with_mrn(everyone, text)),
        PatientCard.objects.filter(card_number_index=blind_index(number, "card_number")).values("patient_id"),
    ]
    return queryset.filter(pk__in=found[0].union(*found[1:]))


def of_patients(queryset: QuerySet[Any], text: str, *numbers: str) -> QuerySet[Any]:
    """Rows that have a patient, by one search box: a whole number of these columns, or a patient's name or pinyin."""
    if _is_number(text):
        wanted = Q()
        for column in numbers:
            wanted |= Q(**{column: text.strip()})
        return queryset.filter(wanted)
    return queryset.filter(patient__in=with_name(Patient.objects.order_by(), text))


def _phone(value: str) -> str:
    try:
        return normalise_phone(value)
    except InvalidValue:
        return value


def _documents(number: str) -> list[bytes]:
    """The indexes of a number whose kind nobody said."""
    return [blind_index(key, "national_id") for key in sorted(possible_keys(number))]
