"""Accounts to try the product with. Passwords are random, told once, and kept in the file that the caller names.

    {"accounts": [{"role", "username", "password", "must_change_password", "hospital", "department", "name"}],
     "miniprogram": [{"openid", "unionid", "phone", "binding": {"hospital", "name", "national_id", "phone",
                      "card_number", "address"}}]}

The mini-program users are for the WeChat sandbox to create; what stands under `binding` is what its patient knows.
"""

import json
import os
from pathlib import Path
from typing import Any

from apps.identity.models import StaffMember, User
from apps.identity.services.passwords import reset_password
from sample import numbers
from sample.bulk.plan import PATTERN
from sample.organisation import House
from sample.people import person
from sample.staff import NAMED

Document = dict[str, list[dict[str, Any]]]
WECHAT_USERS = 2


def write_accounts(houses: list[House], path: Path | None) -> Document:
    """Give the named accounts passwords unless those in the file still hold; what the file now says is returned."""
    known = _known(path)
    document: Document = {
        "accounts": [_account(username, known.get(username, "")) for username in NAMED.values()],
        "miniprogram": [_wechat_user(houses, serial) for serial in range(1, WECHAT_USERS + 1)],
    }
    if path:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            json.dump(document, file, ensure_ascii=False, indent=2)
    return document


def _known(path: Path | None) -> dict[str, str]:
    try:
        rows = json.loads(path.read_text())["accounts"] if path else []
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        rows = []
    return {row["username"]: row["password"] for row in rows}


def _account(username: str, password: str) -> dict[str, Any]:
    staff = StaffMember.objects.select_related("user", "hospital").get(user__username=username)
    user = User.objects.get(username=username)
    if not (password and user.check_password(password)):
        # Only the administrator has to change it before anything else.
        password = reset_password(staff, must_change=username == "admin")
    department = staff.departments.first()
    role = staff.staff_roles.select_related("role").first()
    return {
        "role": role.role.code if role else "",
        "username": username,
        "password": password,
        "must_change_password": User.objects.get(pk=user.pk).must_change_password,
        "hospital": staff.hospital.code,
        "department": department.name if department else "",
        "name": staff.name,
    }


def _wechat_user(houses: list[House], serial: int) -> dict[str, Any]:
    patient, house = person(serial), houses[PATTERN[serial - 1] - 1]
    return {
        "openid": f"o-sample-patient-{serial}",
        "unionid": f"u-sample-patient-{serial}",
        "phone": patient.phone,
        "binding": {
            "hospital": house.plan.code,
            "name": patient.name,
            "national_id": patient.national_id,
            "phone": patient.phone,
            "card_number": numbers.card_number(house.ordinal, serial),
            "address": patient.address,
        },
    }
