"""The production stack has no secret of its own and names every setting it takes."""

import re
from pathlib import Path

import pytest
import yaml

from postgres_server import QUIET

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = (ROOT / "compose.yaml").read_text()
EXAMPLE = dict(re.findall(r"^([A-Z_]+)=(.*)$", (ROOT / ".env.example").read_text(), re.MULTILINE))
NEEDED = (
    "POSTGRES_PASSWORD",
    "REDIS_PASSWORD",
    "YIHUI_SECRET_KEY",
    "YIHUI_FIELD_KEYS",
    "YIHUI_BLIND_INDEX_KEY",
    "YIHUI_AUDIT_KEY",
    "YIHUI_ALLOWED_HOSTS",
)


@pytest.mark.parametrize("name", NEEDED)
def test_what_must_be_set_is_refused_when_unset_and_has_no_example_value(name: str) -> None:
    used = re.findall(rf"\$\{{{name}(.*?)\}}", COMPOSE)
    assert used
    assert all(rest.startswith(":?") for rest in used)
    assert EXAMPLE[name] == ""


def test_every_setting_of_the_stack_is_explained_in_the_example_and_none_else() -> None:
    assert set(re.findall(r"\$\{([A-Z_]+)", COMPOSE)) == set(EXAMPLE)


def test_the_image_runs_as_an_ordinary_user_and_checks_hashes() -> None:
    text = (ROOT / "Dockerfile").read_text()
    assert re.search(r"^USER yihui$", text, re.MULTILINE)
    assert "--constraint requirements.txt" in text
    assert re.search(r"^HEALTHCHECK ", text, re.MULTILINE)


def test_the_database_of_the_stack_logs_errors_without_statements_and_rows() -> None:
    for name, value in QUIET.items():
        assert f"-c {name}={value}" in COMPOSE


def test_no_program_of_the_stack_may_take_all_memory() -> None:
    services = yaml.safe_load(COMPOSE)["services"]
    ours = {name: service for name, service in services.items() if service.get("image") == "yihui"}
    assert {"api", "stream", "relay", "workers", "scheduler", "migrate"} <= ours.keys()
    assert all(service["mem_limit"] for service in ours.values())
