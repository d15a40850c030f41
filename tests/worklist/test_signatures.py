"""签名: a person, proved anew, a role, a place, the content; a changed content is not signed."""

import datetime as dt
from decimal import Decimal
from typing import Any
from uuid import UUID

import pyotp
import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import given, strategies as st

from apps.access.models import Role
from apps.audit.models import AuditEvent
from apps.identity.errors import AccountLocked, CurrentPasswordWrong, StaffHasNoAccount, TotpCodeInvalid
from apps.identity.models import StaffMember, TotpDevice
from apps.identity.services.proof import Proof, ProofMethod, prove
from apps.worklist import errors
from apps.worklist.canonical import digest_of
from apps.worklist.models import Signature
from apps.worklist.places import PLACES, Place, define_place
from apps.worklist.services.signatures import is_valid, sign, void_signatures
from kernel import clock
from kernel.errors import InvalidValue, PermissionDenied
from tests.scheduling.support import at_once
from tests.support.world import PASSWORD, World

pytestmark = pytest.mark.requirement("ORG-04")
DOCTOR = define_place(Place("test.doctor", "医生签名", "The doctor"))
REVIEWER = define_place(Place("test.reviewer", "审核签名", "The reviewer"))
CONTENT = {"drug": "阿莫西林", "days": 7, "price": Decimal("12.50")}
SUBJECT = UUID(int=7)


def role(code: str) -> Role:
    return Role.objects.get(hospital=None, code=code)


def signed(
    world: World, who: str = "doctor_a", place: Place = DOCTOR, content: Any = None, **more: Any
) -> Signature:
    """That person signs doctor_b's file, which stands for anything with a hospital."""
    person = world.staff[who]
    values = {
        "proof": Proof(person, ProofMethod.PASSWORD, clock.now()),
        "role": role_of(person),
    }
    return sign(world.staff["doctor_b"], place=place, content=content or CONTENT, **(values | more))


def role_of(person: StaffMember) -> Role:
    return Role.objects.get(staff_roles__staff=person)


def valid(world: World, place: Place = DOCTOR, content: Any = None) -> bool:
    return is_valid(world.staff["doctor_b"], place=place, content=content or CONTENT)


def test_a_signature_says_who_as_what_where_when_and_what(world: World) -> None:
    proof = prove(world.staff["doctor_a"], password=PASSWORD)
    made = signed(world, proof=proof)
    assert (made.signer, made.role.code, made.place, made.method) == (
        world.staff["doctor_a"], "doctor", "test.doctor", "password",
    )  # fmt: skip
    assert made.digest == digest_of("identity.staffmember", world.staff["doctor_b"].pk, CONTENT)
    assert valid(world)
    assert not valid(world, REVIEWER)


@pytest.mark.parametrize(
    "changed",
    [{**CONTENT, "days": 8}, {**CONTENT, "days": "7"}, {**CONTENT, "more": None}, {"drug": "阿莫西林"},
     {**CONTENT, "price": "12.5"}, {**CONTENT, "drug": ["阿莫西林"]}],
)  # fmt: skip
def test_a_change_of_the_content_voids_it(world: World, changed: dict[str, Any]) -> None:
    signed(world)
    assert not valid(world, content=changed)
    assert valid(world, content={**dict(reversed(CONTENT.items())), "price": Decimal("12.500")}), (
        "the same, said otherwise"
    )


def test_it_is_for_one_subject(world: World) -> None:
    signed(world)
    assert not is_valid(world.staff["doctor_a"], place=DOCTOR, content=CONTENT)


def test_a_place_is_filled_once_and_nobody_fills_two(world: World) -> None:
    signed(world)
    with pytest.raises(errors.PlaceSigned) as taken:
        signed(world, "head")
    assert "doctor_a" in taken.value.text
    with pytest.raises(errors.PlaceSigned):
        signed(world)
    with pytest.raises(errors.SignsTwice):
        signed(world, place=REVIEWER)
    signed(world, "head", REVIEWER)
    assert valid(world) and valid(world, REVIEWER)
    assert Signature.objects.count() == 2


def test_the_owner_voids_all_of_them_and_they_are_signed_anew(world: World) -> None:
    signed(world)
    signed(world, "head", REVIEWER)
    assert void_signatures(world.staff["doctor_b"], reason="改了剂量") == 2
    assert void_signatures(world.staff["doctor_b"], reason="再改") == 0
    assert not valid(world) and not valid(world, REVIEWER)
    assert set(Signature.objects.values_list("void_reason", flat=True)) == {"改了剂量"}
    signed(world, "head")
    assert valid(world)


def test_what_was_signed_for_older_content_makes_room_for_the_new(world: World) -> None:
    signed(world)
    newer = {**CONTENT, "days": 3}
    signed(world, "head", content=newer)
    assert (valid(world), valid(world, content=newer)) == (False, True)
    old = Signature.objects.get(signer=world.staff["doctor_a"])
    assert (old.voided_at is not None, old.void_reason) == (True, "content_changed")


def test_nobody_signs_as_what_they_are_not_nor_elsewhere(world: World) -> None:
    for who, code in (
        ("doctor_a", "department_head"),
        ("admin1", "doctor"),
        ("doctor_h2", "doctor"),
        ("admin2", "hospital_administrator"),
    ):
        with pytest.raises(PermissionDenied):
            signed(world, who, role=role(code))
    StaffMember.objects.filter(pk=world.staff["doctor_a"].pk).update(status="left")
    world.staff["doctor_a"].refresh_from_db()
    with pytest.raises(PermissionDenied):
        signed(world)
    assert not Signature.objects.exists()


def test_a_proof_is_of_the_moment(world: World) -> None:
    old = Proof(world.staff["doctor_a"], ProofMethod.PASSWORD, clock.now() - dt.timedelta(minutes=6))
    with pytest.raises(PermissionDenied):
        signed(world, proof=old)
    assert not Signature.objects.exists()


def test_signatures_are_never_changed_or_deleted(world: World) -> None:
    made = signed(world)
    rows = Signature.objects.filter(pk=made.pk)
    connection.check_constraints()  # nothing is pending that TRUNCATE would stop at
    for refused in (
        lambda: rows.update(signer=world.staff["head"]),
        lambda: rows.update(digest="0" * 64),
        lambda: rows.update(voided_at=clock.now(), place="test.reviewer"),
        lambda: rows.update(void_reason="x"),
        rows.delete,
        lambda: connection.cursor().execute("TRUNCATE worklist_signature"),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            refused()
    void_signatures(world.staff["doctor_b"], reason="x")
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.update(voided_at=None)
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.update(voided_at=clock.now(), void_reason="y")


@pytest.mark.requirement("ACC-01")
def test_a_wrong_password_is_counted_and_locks_as_at_sign_in(world: World) -> None:
    person = world.staff["doctor_a"]
    for _ in range(5):
        with pytest.raises(CurrentPasswordWrong):
            prove(person, password="wrong")
    with pytest.raises(AccountLocked):
        prove(person, password=PASSWORD)
    refused = AuditEvent.objects.filter(action="identity_proof_refused", object_id=str(person.user_id))
    assert refused.count() == 6
    with clock.frozen(clock.now() + dt.timedelta(minutes=31)):
        assert prove(person, password=PASSWORD).method == "password"


@pytest.mark.requirement("ACC-01")
def test_a_code_of_the_second_factor_proves_once_and_a_wrong_one_is_counted(world: World) -> None:
    person, secret = world.staff["doctor_a"], pyotp.random_base32()
    now = clock.now()
    with pytest.raises(TotpCodeInvalid):
        prove(person, totp_code=pyotp.TOTP(secret).at(now))
    TotpDevice.objects.create(user=person.user, secret=secret, confirmed_at=now)
    with clock.frozen(now):
        code = pyotp.TOTP(secret).at(now)
        assert prove(person, totp_code=code).method == "totp"
        for _ in range(5):
            with pytest.raises(TotpCodeInvalid):
                prove(person, totp_code=code)
        with pytest.raises(AccountLocked):
            prove(person, password=PASSWORD)


@pytest.mark.parametrize("given_", [{}, {"password": PASSWORD, "totp_code": "123456"}])
def test_a_proof_is_one_of_both(world: World, given_: dict[str, str]) -> None:
    with pytest.raises(InvalidValue):
        prove(world.staff["doctor_a"], **given_)


def test_who_has_no_account_proves_nothing(world: World) -> None:
    StaffMember.objects.filter(pk=world.staff["doctor_a"].pk).update(user=None)
    world.staff["doctor_a"].refresh_from_db()
    with pytest.raises(StaffHasNoAccount):
        prove(world.staff["doctor_a"], password=PASSWORD)


@pytest.mark.django_db(transaction=True)
def test_two_who_sign_a_place_at_once_are_one_and_a_refusal(world: World) -> None:
    def job(who: str, place: Place) -> Any:
        return signed(world, who, place)

    jobs = [("doctor_a", DOCTOR), ("head", DOCTOR), ("doctor_a", REVIEWER), ("head", REVIEWER)] * 2
    done = at_once([lambda who=who, place=place: job(who, place) for who, place in jobs], workers=8)
    made = [each for each in done if isinstance(each, Signature)]
    assert all(isinstance(each, (Signature, errors.PlaceSigned, errors.SignsTwice)) for each in done), done
    assert len({row.place for row in made}) == len({row.signer_id for row in made}) == len(made)
    assert 1 <= len(made) <= 2


def test_the_overseer_reads_who_signed_and_nobody_else(world: World) -> None:
    made = signed(world)
    for who, status in (("admin1", 200), ("boss", 200), ("admin2", 404), ("doctor_a", 403), ("head", 403)):
        answer = world.client(who).get(f"/api/admin/v1/signatures/{made.pk}")
        assert answer.status_code == status, who
    shown = (
        world.client("admin1").get("/api/admin/v1/signatures", {"subject_id": str(made.subject_id)}).json()
    )
    assert [(row["place_name"], row["signer_name"], row["role_name"]) for row in shown["results"]] == [
        ("医生签名", "doctor_a", "医生")
    ]


def test_a_place_is_known_by_one_name() -> None:
    with pytest.raises(TypeError):
        define_place(Place(DOCTOR.code, "", ""))
    assert all(place.zh and place.en for place in PLACES.values())


LEAVES = (
    st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
)
TREES = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text("abc", min_size=1, max_size=3), inner, max_size=3)
    ),
    max_leaves=8,
)
CONTENTS = st.dictionaries(st.text("abcd", min_size=1, max_size=3), TREES, max_size=4)


def typed(value: Any) -> Any:
    """The value with its types: True is not 1."""
    if isinstance(value, dict):
        return {name: typed(each) for name, each in value.items()}
    if isinstance(value, list):
        return [typed(each) for each in value]
    return (type(value).__name__, value)


@given(CONTENTS, CONTENTS)
def test_contents_have_one_digest_if_and_only_if_they_are_the_same(
    one: dict[str, Any], other: dict[str, Any]
) -> None:
    turned = dict(reversed(one.items()))
    assert digest_of("a", SUBJECT, one) == digest_of("a", SUBJECT, turned)
    assert (digest_of("a", SUBJECT, one) == digest_of("a", SUBJECT, other)) == (typed(one) == typed(other))
    assert digest_of("a", SUBJECT, one) != digest_of("b", SUBJECT, one)


@pytest.mark.parametrize(
    "value", [1.5, object(), b"x", dt.datetime(2026, 1, 1), Decimal("NaN"), {7: 1}, {"$date": "2026-01-01"}, {1, 2}]
)  # fmt: skip
def test_what_has_no_canonical_form_is_not_signed(value: Any) -> None:
    with pytest.raises(TypeError):
        digest_of("a", SUBJECT, {"value": value})


def test_values_of_different_kinds_are_different() -> None:
    day, moment = dt.date(2026, 1, 1), dt.datetime(2026, 1, 1, 8, tzinfo=dt.UTC)
    same = moment.astimezone(dt.timezone(dt.timedelta(hours=8)))
    assert digest_of("a", SUBJECT, {"v": moment}) == digest_of("a", SUBJECT, {"v": same})
    values = [1, True, "1", Decimal(1), day, moment, str(day), SUBJECT, str(SUBJECT), None, [], {}]
    assert len({digest_of("a", SUBJECT, {"v": value}) for value in values}) == len(values)
