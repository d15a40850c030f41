"""Every list of the documents as every role sees it, with none to very many grants: what its plans really read."""

import json
import re
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db import connection
from django.test.utils import CaptureQueriesContext
from drf_spectacular.generators import SchemaGenerator
from rest_framework.test import APIClient

from apps.access.policies.base import permission_id
from apps.identity.models import Hospital, StaffMember
from apps.identity.oauth import SCOPES
from apps.identity.services.partners import create_application
from apps.patients.models import Patient, PatientUserObjectPermission
from tests.bench.tasks import HOSPITAL, _tokens, patient_tokens

STAFF = ("group_administrator", "hospital_administrator", "department_head", "doctor", "clerk", "finance")
#: Who is no member of staff → the document that is read.
OUTSIDE = {"patient": "miniprogram", "partner": "partner"}
LOOKS = 5
SCANS = {"Index Scan", "Index Only Scan", "Bitmap Heap Scan", "CTE Scan", "Sample Scan"}
COUNT = " AS capped"


def ladder(levels: str) -> list[dict[str, Any]]:
    """For each list, role and number of grants: ms of a page (least), rows its worst plan read, rows it showed."""
    found = []
    for role, user_id, token in _people():
        for grants in [0] if role in OUTSIDE else json.loads(levels):
            if role not in OUTSIDE:
                _grant(user_id, grants)
            for path in _lists(OUTSIDE.get(role, "admin")):
                measured = _look(token, path)
                if measured is not None:
                    found.append({"path": path, "role": role, "grants": grants, **measured})
    return found


def _people() -> Iterator[tuple[str, Any, str]]:
    people = StaffMember.objects.filter(hospital__code=HOSPITAL, user__isnull=False).order_by("employee_no")
    for code in STAFF:
        one = people.filter(staff_roles__role__code=code).first()
        if one is not None:
            yield code, one.user_id, _tokens([one.user_id])[0]
    yield "patient", None, patient_tokens("1")[0][0]
    yield "partner", None, _partner_token()


def _partner_token() -> str:
    """Of an application that may do everything."""
    hospital = Hospital.objects.get(code=HOSPITAL)
    made, secret = create_application(hospital=hospital, name="ladder", allowed_scopes=sorted(SCOPES))
    form = {"grant_type": "client_credentials", "client_id": made.client_id, "client_secret": secret}
    answer = APIClient(SERVER_NAME="127.0.0.1").post(
        "/api/partner/v1/oauth/token", urlencode(form), content_type="application/x-www-form-urlencoded"
    )
    return str(answer.json()["access_token"])


def _grant(user_id: UUID, count: int) -> None:
    """The person's grants are these and no others: patients from all over the hospital's years."""
    PatientUserObjectPermission.objects.filter(user_id=user_id).delete()
    ids = Patient.objects.filter(hospital__code=HOSPITAL).order_by("mrn").values_list("pk", flat=True)
    everybody = list(ids) if count else []
    step = max(1, len(everybody) // count) if count else 1
    view = permission_id("patients", "view_patient")
    PatientUserObjectPermission.objects.bulk_create(
        (
            PatientUserObjectPermission(user_id=user_id, permission_id=view, content_object_id=pk)
            for pk in everybody[::step][:count]
        ),
        batch_size=5_000,
    )


def _lists(audience: str) -> list[str]:
    """GET paths without an object and without parameters that must be given, as the document has them."""
    document = SchemaGenerator(urlconf=f"config.urls.{audience}").get_schema(request=None, public=True)
    return sorted(
        path
        for path, item in document["paths"].items()
        if "{" not in path
        and "get" in item
        and not any(each.get("required") for each in item["get"].get("parameters", ()))
        and not path.endswith(("/export", "/template", "/schema"))
    )


def _look(token: str, path: str) -> dict[str, Any] | None:
    """None where the role may not look."""
    client = APIClient(SERVER_NAME="127.0.0.1", HTTP_AUTHORIZATION=f"Bearer {token}")
    times = []
    for _ in range(LOOKS):
        begin = time.perf_counter()
        answer = client.get(path)
        times.append((time.perf_counter() - begin) * 1000)
        if answer.status_code != 200:
            return None
    with CaptureQueriesContext(connection) as captured:
        answer = client.get(path)
    body = answer.json()
    rows = body.get("results", body) if isinstance(body, dict) else body
    plans = [_read(query["sql"]) for query in captured if COUNT not in query["sql"]]
    worst = max(plans, default=(0, ""))
    shown = len(rows) if isinstance(rows, list) else None  # figures of a day are no list
    return {"ms": round(min(times), 2), "read": worst[0], "shown": shown, "sql": worst[1]}


def _read(sql: str) -> tuple[int, str]:
    """Rows that the scans of its plan looked at; of a table read from end to end, its pages.

    A small table is read so by right: its few pages cost less than twenty look-ups by an index.
    """
    bare = re.sub(r"^(/\*.*?\*/|SELECT set_config\([^)]*\);)\s*", "", sql.strip())
    if not re.match(r"(\(?SELECT|WITH|EXECUTE)\b", bare) or ";" in bare:
        return 0, ""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {bare}")
        (plan,) = cursor.fetchone()
    tree = plan if isinstance(plan, list) else json.loads(plan)
    return sum(_scanned(tree[0]["Plan"])), bare[:200]


def _scanned(node: dict[str, Any]) -> Iterator[int]:
    if node["Node Type"] == "Seq Scan":
        yield node["Shared Hit Blocks"] + node["Shared Read Blocks"]
    elif node["Node Type"] in SCANS:
        removed = node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Index Recheck", 0)
        yield round((node["Actual Rows"] + removed) * node["Actual Loops"])
    for inner in node.get("Plans", ()):
        yield from _scanned(inner)
