"""What passes through the edge is kept by nobody: no cache, no log with a provider's secret."""

import io
import json
import logging
from typing import Any

import pytest
import structlog
from django.test import Client

from config.logs import drop_secrets, logging_config
from kernel.http.paths import without_secrets
from tests.support.world import World

pytestmark = pytest.mark.requirement("ACC-05")


@pytest.mark.parametrize("path", ["departments", "patients", "nowhere", "auth/me"])
def test_answers_about_people_are_kept_by_no_cache(world: World, path: str) -> None:
    for who in ("admin1", None):
        answer = world.client(who).get(f"/api/admin/v1/{path}")
        assert "no-store" in answer["Cache-Control"] or "no-cache" in answer["Cache-Control"]


def test_an_answer_that_says_how_it_is_kept_keeps_its_word(world: World) -> None:
    assert world.client("admin1").get("/api/admin/v1/patients")["Cache-Control"] == "no-store"
    assert world.client("admin1").get("/api/admin/v1/me/access")["Cache-Control"] == "private, no-cache"


@pytest.mark.django_db
@pytest.mark.parametrize("token", ["s3cret-token", "01a2287a-d225-74d8-b15b-2269506fd04a"])
def test_the_token_of_a_callback_stands_in_no_log(token: str) -> None:
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    formatter = logging_config("INFO")["formatters"]["json"]
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(**{k: v for k, v in formatter.items() if k != "()"})
    )
    logger = logging.getLogger("yihui.request")
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel("INFO")
    try:
        Client().post(f"/callbacks/aliyun-sms/{token}", [], content_type="application/json")
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)
    (line,) = written.getvalue().splitlines()
    assert json.loads(line)["path"] == "/callbacks/aliyun-sms/[dropped]"


def test_a_path_within_a_text_is_dropped_too() -> None:
    event: Any = {
        "event": "Server Error: /callbacks/aliyun-sms/s3cret/x?a=1",
        "paths": ["/callbacks/aliyun-sms/b"],
    }
    assert drop_secrets(None, "", event) == {
        "event": "Server Error: /callbacks/aliyun-sms/[dropped]?a=1", "paths": ["/callbacks/aliyun-sms/[dropped]"]
    }  # fmt: skip
    assert without_secrets("/api/admin/v1/patients") == "/api/admin/v1/patients"
