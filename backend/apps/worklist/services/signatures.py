"""签名: bound to a person, a role, a place and the hash of what is signed; what is changed afterwards is not signed."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Model, QuerySet

from apps.access.models import Role, StaffRole
from apps.identity.services.proof import Proof
from apps.identity.states import StaffState
from apps.worklist import errors
from apps.worklist.canonical import digest_of
from apps.worklist.models import Signature
from apps.worklist.places import Place
from kernel import clock
from kernel.errors import PermissionDenied

OUTDATED = "content_changed"
PROOF_LASTS = dt.timedelta(minutes=5)


@transaction.atomic
def sign(subject: Any, *, place: Place, content: Mapping[str, Any], proof: Proof, role: Role) -> Signature:
    """Who gave `proof` (see identity.services.proof) signs `content` of `subject`, a row with a hospital.

    A signature of older content in that place is void by this. PermissionDenied (a proof older than five minutes,
    another hospital, a role that the signer does not hold), PlaceSigned, SignsTwice: one person fills one place.
    """
    signer = proof.staff
    if not _may_sign(proof, subject, role):
        raise PermissionDenied
    digest = digest_of(type_of(subject), subject.pk, content)
    _void(_valid(subject).filter(place=place.code).exclude(digest=digest), OUTDATED)
    signature = Signature(
        hospital=subject.hospital, subject_type=type_of(subject), subject_id=subject.pk, place=place.code,
        signer=signer, role=role, method=proof.method, digest=digest, signed_at=clock.now(),
    )  # fmt: skip
    try:
        with transaction.atomic():
            signature.save(force_insert=True)
    except IntegrityError as error:
        raise _refusal(error, subject, place) from error
    return signature


def is_valid(subject: Any, *, place: Place, content: Mapping[str, Any]) -> bool:
    """Whether this very content is signed in that place."""
    digest = digest_of(type_of(subject), subject.pk, content)
    return _valid(subject).filter(place=place.code, digest=digest).exists()


@transaction.atomic
def void_signatures(subject: Any, *, reason: str) -> int:
    """The owner has changed what was signed: every signature of it is void from now on; how many. Safe to repeat."""
    return _void(_valid(subject), reason)


def type_of(subject: Model) -> str:
    """`<app>.<model>`, as signatures name it."""
    return subject._meta.label_lower


def _may_sign(proof: Proof, subject: Any, role: Role) -> bool:
    signer = proof.staff
    held = StaffRole.objects.filter(staff=signer, role=role, role__is_active=True)
    here = signer.status == StaffState.ACTIVE and signer.hospital_id == subject.hospital_id
    return here and clock.now() - proof.at <= PROOF_LASTS and held.exists()


def _valid(subject: Any) -> QuerySet[Signature]:
    return Signature.objects.filter(subject_type=type_of(subject), subject_id=subject.pk, voided_at=None)


def _void(rows: QuerySet[Signature], reason: str) -> int:
    now = clock.now()
    return rows.update(voided_at=now, void_reason=reason[:200], updated_at=now)


def _refusal(error: IntegrityError, subject: Any, place: Place) -> Exception:
    if "signature_signer_once" in str(error):
        return errors.SignsTwice()
    if "signature_place_once" in str(error):
        there = _valid(subject).filter(place=place.code).select_related("signer").first()
        return errors.PlaceSigned(signer_name=there.signer.name if there else "")
    return error
