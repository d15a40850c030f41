"""What a bench needs from inside the product: run by tests.bench.inside, answers must be JSON."""

import datetime as dt
import itertools
import json
import multiprocessing
import statistics
import time
from typing import Any
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext
from knox.crypto import create_token_string, hash_token
from knox.settings import CONSTANTS
from rest_framework.test import APIClient

from apps.identity.models import AuthSession, StaffMember, User, UserKind, WeChatAccount
from apps.patients.models import CardBinding, Patient, PatientCard, PatientUserObjectPermission
from apps.patients.selectors import find_patients
from apps.scheduling.models import ClinicSession, Slot, SlotNumber
from kernel import clock, ids
from sample import numbers
from sample.people import person

HOSPITAL = "YH01"


def _tokens(users: list[Any]) -> list[str]:
    """Fresh tokens for users (ids)."""
    texts = [create_token_string() for _ in users]
    AuthSession.objects.bulk_create(
        (
            AuthSession(digest=hash_token(text), token_key=text[: CONSTANTS.TOKEN_KEY_LENGTH], user_id=user)
            for user, text in zip(users, texts, strict=True)
        ),
        batch_size=1000,
    )
    return texts


def staff_tokens() -> dict[str, Any]:
    """role → token, for an ordinary doctor, a department head and an administrator of the first hospital."""
    people = StaffMember.objects.filter(hospital__code=HOSPITAL).order_by("employee_no")
    chosen = {
        role: list(people.filter(staff_roles__role__code=code).values_list("user_id", flat=True))
        for role, code in (
            ("doctor", "doctor"),
            ("head", "department_head"),
            ("administrator", "hospital_administrator"),
        )
    }
    counts = {user: _grants(user) for user in chosen["doctor"][:50]}
    middle = sorted(counts, key=lambda user: counts[user])[len(counts) // 2]
    users = [middle, chosen["head"][0], chosen["administrator"][0]]
    return dict(zip(chosen, _tokens(users), strict=True)) | {"doctor_patients": counts[middle]}


def _grants(user: Any) -> int:
    return PatientUserObjectPermission.objects.filter(
        user_id=user, permission__codename="view_patient"
    ).count()


def patient_tokens(count: str) -> list[tuple[str, str]]:
    """(token, patient id) of so many mini-program users, each with a bound card at the first hospital."""
    cards = list(PatientCard.objects.filter(hospital__code=HOSPITAL).order_by("id")[: int(count)])
    users = [User(username=f"bench:{card.pk}", kind=UserKind.PATIENT) for card in cards]
    User.objects.bulk_create(users, batch_size=1000)
    accounts = [WeChatAccount(user=u, app_id="bench", openid=f"b-{u.pk}") for u in users]
    WeChatAccount.objects.bulk_create(accounts, batch_size=1000)
    CardBinding.objects.bulk_create(
        (
            CardBinding(
                hospital_id=c.hospital_id, account=a, patient_id=c.patient_id, card=c,
                relationship="self", is_default=True,
            )
            for a, c in zip(accounts, cards, strict=True)
        ),
        batch_size=1000,
    )  # fmt: skip
    tokens = _tokens([u.pk for u in users])
    return [(token, str(card.patient_id)) for token, card in zip(tokens, cards, strict=True)]


def open_slots(wanted: str) -> list[list[str]]:
    """For each (sessions, capacity) of a JSON list: slots of new sessions of tomorrow, one slot a session."""
    pattern = ClinicSession.objects.filter(hospital__code=HOSPITAL, state="published").order_by("-id")[0]
    doctors = StaffMember.objects.filter(hospital__code=HOSPITAL).exclude(licence_no="")
    people = list(doctors.values_list("pk", "memberships__department_id"))
    day = clock.today() + dt.timedelta(days=1)
    starts = (clock.local(day, dt.time(6)) + dt.timedelta(seconds=n) for n in itertools.count())
    groups = []
    for sessions, capacity in json.loads(wanted):
        made = [
            ClinicSession(
                hospital_id=pattern.hospital_id, department_id=department, practitioner_id=practitioner, date=day,
                period="morning", starts_at=start, ends_at=start + dt.timedelta(hours=6), registration_fee_fen=1500,
                capacity_per_slot=capacity, state="published",
            )
            for start, (practitioner, department) in zip(itertools.islice(starts, sessions), itertools.cycle(people))
        ]  # fmt: skip
        groups.append(_publish(made))
    return groups


def _publish(sessions: list[ClinicSession]) -> list[str]:
    ClinicSession.objects.bulk_create(sessions)
    slots = [
        Slot(session=s, starts_at=s.starts_at, ends_at=s.ends_at, capacity=s.capacity_per_slot)
        for s in sessions
    ]
    Slot.objects.bulk_create(slots)
    rows = (
        SlotNumber(hospital_id=slot.session.hospital_id, session_id=slot.session_id, slot=slot, number=n)
        for slot in slots
        for n in range(1, slot.capacity + 1)
    )
    SlotNumber.objects.bulk_create(rows, batch_size=2000)
    return [str(slot.pk) for slot in slots]


def raw_bookings(processes: str, slot: str, *patients: str) -> float:
    """Bookings per second of the bare statement over psycopg2, from so many processes."""
    shares = [patients[n :: int(processes)] for n in range(int(processes))]
    connections.close_all()
    with multiprocessing.get_context("fork").Pool(int(processes)) as pool:
        spans = pool.starmap(_book_raw, [(slot, share) for share in shares])
    return len(patients) / (max(end for _, end in spans) - min(begin for begin, _ in spans))


def _book_raw(slot: str, patients: list[str]) -> tuple[float, float]:
    from tests.bench.bare.statement import TAKE, values_for

    values = [values_for(UUID(slot), UUID(patient)) for patient in patients]
    with connection.cursor() as cursor:
        begin = time.monotonic()
        for row in values:
            TAKE.execute(cursor, row)
            cursor.fetchone()
    return begin, time.monotonic()


def queries(asked: str) -> list[int]:
    """For each (token, path) of a JSON list: how many queries a GET makes once caches are warm."""
    return [_queries(token, path) for token, path in json.loads(asked)]


def _queries(token: str, path: str) -> int:
    client = APIClient(SERVER_NAME="127.0.0.1", HTTP_AUTHORIZATION=f"Bearer {token}")
    client.get(path)
    with CaptureQueriesContext(connection) as captured:
        answer = client.get(path)
    if answer.status_code != 200:
        raise RuntimeError(answer.content)
    return len(captured)


def find() -> dict[str, float]:
    """Milliseconds in the database to find a patient by each of its numbers and by initials (medians of 40).

    As a list is read: the keys of the page from the indexes, then the rows of those keys.
    """
    newest = int(Patient.objects.order_by("-id").values_list("mrn", flat=True)[0][1:])
    hospital = Patient.objects.filter(hospital__code=HOSPITAL).values_list("hospital_id", flat=True)[0]
    rows = Patient.objects.filter(hospital_id=hospital).order_by("-id")
    serials = [1 + n * (newest - 1) // 40 for n in range(40)]
    asked = {
        "phone": [person(n).phone for n in serials],
        "national ID": [person(n).national_id for n in serials],
        "card": [numbers.card_number(1, n) for n in serials],
        "initials": [person(n).pinyin.split(" ")[0] for n in serials],
        "name": [person(n).name for n in serials],
    }
    return {kind: _median(rows, texts) for kind, texts in asked.items()}


def _median(rows: Any, texts: list[str]) -> float:
    times = []
    for text in texts:
        keys = find_patients(rows, text).values("pk")[:20]
        page = Patient.objects.filter(pk__in=[key["pk"] for key in keys]).order_by("-id")
        times.append(_milliseconds(keys) + _milliseconds(page))
    return statistics.median(times)


def _milliseconds(queryset: Any) -> float:
    try:
        sql, values = queryset.query.sql_with_params()
    except EmptyResultSet:  # nobody was found: there is no page to read
        return 0.0
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {sql}", values)
        plan = cursor.fetchone()[0][0]
    return float(plan["Planning Time"] + plan["Execution Time"])


def schema(audience: str) -> dict[str, float]:
    """Seconds to make the document of an audience, and its number of operations."""
    from drf_spectacular.generators import SchemaGenerator

    begin = time.monotonic()
    document = SchemaGenerator(urlconf=f"config.urls.{audience}").get_schema(request=None, public=True)
    seconds = time.monotonic() - begin
    return {"seconds": seconds, "operations": sum(len(item) for item in document["paths"].values())}


def relay(count: str) -> dict[str, float]:
    """Events per second from the outbox to the queue."""
    from apps.scheduling.events import AppointmentBooked
    from kernel.outbox.events import publish
    from kernel.outbox.relay import drain

    while drain():
        pass
    key, now = ids.uuid7(), clock.now()
    event = AppointmentBooked(key, key, key, None, key, key, now, 1)
    publish(*[event] * int(count))
    begin, moved = time.monotonic(), 0
    while done := drain():
        moved += done
    return {"per_second": moved / (time.monotonic() - begin), "moved": moved}
