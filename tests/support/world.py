"""The small world most tests live in, built through the product's own services where they exist.

H1 一院: departments cardiology (心内科) and surgery (外科); H2 二院: department dental (口腔科).
Staff: boss (group administrator), admin1/admin2 (hospital administrators of H1/H2), head (of cardiology),
doctor_a and doctor_b (both cardiology, ordinary doctors), doctor_c (surgery), clerk (H1 window), doctor_h2.
Patients of H1, on file with a card that their own account has bound: patient_a (in the care of doctor_a, cardiology)
and patient_b (in nobody's); the account patient_none has bound nothing.
"""

import base64
import datetime as dt
import functools
import pickle
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from oauth2_provider.models import AccessToken
from rest_framework.test import APIClient

from apps.access.models import Role, StaffRole
from apps.identity.models import (
    AuthSession,
    Department,
    Group,
    Hospital,
    OrgUnit,
    PartnerApplication,
    StaffDepartment,
    StaffMember,
    User,
    UserKind,
    WeChatAccount,
)
from apps.identity.oauth import SCOPES
from apps.identity.services import partners
from apps.patients.models import CardBinding, Patient, PatientCard, Relationship
from apps.patients.services import archive, bindings, cards, care_team
from kernel import clock
from kernel.ids import uuid7
from kernel.text import pinyin_key

PASSWORD = "correct horse 医院 staple"


def client_for(user: User | None) -> APIClient:
    """An API client signed in as `user` (None: nobody)."""
    client = APIClient()
    if user is not None:
        _, token = AuthSession.objects.create(user=user)
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    return client


@dataclass
class World:
    """Handles to everything; `client("doctor_a")` is signed in, `client(None)` is nobody."""

    h1: Hospital
    h2: Hospital
    departments: dict[str, Department] = field(default_factory=dict)
    staff: dict[str, StaffMember] = field(default_factory=dict)
    accounts: dict[str, WeChatAccount] = field(default_factory=dict)
    patients: dict[str, Patient] = field(default_factory=dict)
    cards: dict[str, PatientCard] = field(default_factory=dict)
    bindings: dict[str, CardBinding] = field(default_factory=dict)
    partner_application: PartnerApplication | None = None
    _clients: dict[str | None, APIClient] = field(default_factory=dict)

    def client(self, who: str | None) -> APIClient:
        """The client of a staff member or account by its name here."""
        if who == "partner" and who not in self._clients:
            self._clients[who] = self._partner_client()
        if who not in self._clients:
            found = self.staff.get(who or "") or self.accounts.get(who or "")
            self._clients[who] = client_for(found.user if found else None)
        return self._clients[who]

    def _partner_client(self) -> APIClient:
        """A client with an access token of H1's partner application."""
        token = AccessToken.objects.create(
            application=self.partner_application, token=f"partner-{uuid7()}", scope=" ".join(SCOPES),
            expires=clock.now() + dt.timedelta(hours=1),
        )  # fmt: skip
        client = APIClient()
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {token.token}")
        return client

    def add_staff(
        self, name: str, role: str, hospital: Hospital, departments: list[str], **extra: Any
    ) -> StaffMember:
        """A staff member with a user, a system role and departments."""
        user = User.objects.create_user(name, PASSWORD)
        unit = self.departments[departments[0]].org_unit if departments else None
        staff = StaffMember.objects.create(
            hospital=hospital, user=user, org_unit=unit, employee_no=name, name=name, pinyin=pinyin_key(name),
            gender="female", **extra,
        )  # fmt: skip
        for key in departments:
            StaffDepartment.objects.create(hospital=hospital, staff=staff, department=self.departments[key])
        StaffRole.objects.create(staff=staff, role=Role.objects.get(hospital=None, code=role))
        self.staff[name] = staff
        return staff

    def add_account(self, name: str) -> WeChatAccount:
        """A mini-program user who has signed in before."""
        user = User.objects.create(username=f"wx:{name}", kind=UserKind.PATIENT)
        self.accounts[name] = WeChatAccount.objects.create(
            user=user, app_id="wx00000000sandbox1", openid=f"o-{name}"
        )
        return self.accounts[name]

    def add_patient(self, key: str, /, **fields: Any) -> Patient:
        """A patient on file, by default of H1, with a card."""
        fields = {"hospital": self.h1, "id_kind": "resident_id", **fields}
        patient = self.patients[key] = archive.create_patient(**fields)
        number = f"6222000000{len(self.cards) + 1:06d}"
        self.cards[key] = cards.issue_card(patient=patient, card_number=number)
        return patient

    def add_binding(self, name: str, relationship: Relationship = Relationship.SELF) -> CardBinding:
        """The account of that name binds the card of the patient of that name."""
        self.bindings[name] = bindings.attach(
            account=self.accounts[name], card_id=self.cards[name].pk, relationship=relationship,
            address="北京市东城区东长安街1号",
        )  # fmt: skip
        return self.bindings[name]


def build_world() -> World:
    """Make the world of the module's docstring."""
    group = Group.objects.create(name="医汇医疗集团")
    h1 = Hospital.objects.create(group=group, code="H1", name="第一医院")
    h2 = Hospital.objects.create(group=group, code="H2", name="第二医院")
    world = World(h1, h2)
    for key, hospital, name in (
        ("cardiology", h1, "心内科"),
        ("surgery", h1, "外科"),
        ("dental", h2, "口腔科"),
    ):
        unit = OrgUnit.objects.create(hospital=hospital, code=key, name=name)
        unit.path = f"/{unit.pk}/"
        unit.save()
        world.departments[key] = Department.objects.create(
            hospital=hospital, org_unit=unit, code=key, name=name, pinyin=pinyin_key(name)
        )
    world.add_staff("boss", "group_administrator", h1, [])
    world.add_staff("admin1", "hospital_administrator", h1, [])
    world.add_staff("admin2", "hospital_administrator", h2, [])
    world.add_staff("head", "department_head", h1, ["cardiology"], licence_no="L0")
    for name, department in (("doctor_a", "cardiology"), ("doctor_b", "cardiology"), ("doctor_c", "surgery")):
        world.add_staff(name, "doctor", h1, [department], licence_no=f"L-{name}")
    world.add_staff("doctor_h2", "doctor", h2, ["dental"], licence_no="L-h2")
    world.add_staff("clerk", "clerk", h1, [])
    world.partner_application, _ = partners.create_application(
        hospital=h1, name="支付平台", allowed_scopes=list(SCOPES)
    )
    for name in ("patient_a", "patient_b", "patient_none"):
        world.add_account(name)
    world.add_patient("patient_a", name="张三丰", national_id="110101199003070134", phone="13800138001")
    world.add_patient("patient_b", name="李四光", national_id="110101198512240029", phone="13800138002")
    for name in ("patient_a", "patient_b"):
        world.add_binding(name)
    care_team.note_booking(
        hospital_id=h1.pk, patient_id=world.patients["patient_a"].pk, staff_id=world.staff["doctor_a"].pk,
        department_id=world.departments["cardiology"].pk, by_booking=False,
    )  # fmt: skip
    return world


def shared_world() -> World:
    """Fresh handles to the world that every copy of the template holds (tests.support.populate)."""
    world = pickle.loads(_handles())
    assert isinstance(world, World)
    return world


@functools.cache
def _handles() -> bytes:
    with connection.cursor() as cursor:
        cursor.execute("SELECT obj_description('public'::regnamespace, 'pg_namespace')")
        return base64.b64decode(cursor.fetchone()[0])
