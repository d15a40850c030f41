"""Tests: as local, with cheap password hashing and quiet logs."""

import os

os.environ.setdefault("YIHUI_LOG_LEVEL", "ERROR")
_worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
if os.environ.get(
    "REDIS_URL"
):  # one Redis database per parallel worker; here, because settings come before conftest
    os.environ["REDIS_URL"] = os.environ["REDIS_URL"].rsplit("/", 1)[0] + f"/{int(_worker) + 1}"

from config.settings.local import *  # noqa: E402 - the environment comes first

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
PASSWORDS_PER_SECOND = PASSWORDS_PER_SECOND_KNOWN = 1_000_000
