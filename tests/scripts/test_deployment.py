"""The production stack has no secret of its own and names every setting it takes."""

import json
import re
import tomllib
from pathlib import Path

import pytest
import yaml

import envfile
import static_server
from config.version import VERSION
from postgres_server import QUIET

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = (ROOT / "compose.yaml").read_text()
SERVICES = yaml.safe_load(COMPOSE)["services"]
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
    assert {
        "api",
        "stream",
        "relay",
        "workers",
        "scheduler",
        "migrate",
        "postgres",
        "redis",
    } <= SERVICES.keys()
    assert all(service["mem_limit"] for service in SERVICES.values())


def test_no_log_of_the_stack_grows_without_end() -> None:
    for service in SERVICES.values():
        assert service["logging"]["options"] == {"max-size": "20m", "max-file": "5"}


def test_the_image_has_a_version_and_is_built_from_the_networks_own_mirrors() -> None:
    image = {service["image"] for service in SERVICES.values() if "build" in service}
    assert image == {"${YIHUI_IMAGE:-yihui}:${YIHUI_VERSION:-0.3.0}"}
    given = next(service["build"]["args"] for service in SERVICES.values() if "build" in service)
    text = (ROOT / "Dockerfile").read_text()
    for argument in given:
        assert re.search(rf"^ARG {argument}\b", text, re.MULTILINE), argument
    assert re.findall(r"^FROM (\S+)", text, re.MULTILINE) == ["${PYTHON_IMAGE}"] * 2


def test_everything_that_names_the_version_names_the_same() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    package = json.loads((ROOT / "frontend-contract/package.json").read_text())["version"]
    assert (project, package) == (VERSION, VERSION)
    assert f"ARG VERSION={VERSION}\n" in (ROOT / "Dockerfile").read_text()
    assert f"${{YIHUI_VERSION:-{VERSION}}}" in (ROOT / "compose.yaml").read_text()
    for document in (ROOT / "openapi").glob("*.yaml"):
        assert f"\n  version: {VERSION}\n" in document.read_text(), document.name
    assert f"\n## [{VERSION}] - " in (ROOT / "CHANGELOG.md").read_text()


def test_the_sample_proxy_passes_the_stream_at_once_and_takes_bodies_in_first() -> None:
    text = (ROOT / "deploy" / "nginx.conf").read_text()
    stream = text[text.index("location /stream/") :].partition("}")[0]
    assert "proxy_buffering off" in stream
    assert "127.0.0.1:8001" in stream
    api = text[text.index("location / ") :].partition("}")[0]
    assert "proxy_request_buffering on" in api
    assert "127.0.0.1:8000" in api
    assert "client_max_body_size 32m" in text
    for closed in ("/metrics", "/readyz"):
        assert f"location = {closed}" in text


def test_the_proxy_on_the_host_is_the_one_that_is_trusted() -> None:
    network = yaml.safe_load(COMPOSE)["networks"]["default"]["ipam"]["config"][0]
    assert network["gateway"] == envfile.GATEWAY


def test_the_console_is_served_with_the_same_headers_wherever_it_is() -> None:
    text = (ROOT / "deploy" / "console.conf").read_text()
    assert dict(re.findall(r'add_header (\S+) "([^"]+)" always;', text)) == static_server.HEADERS
    # a location with headers of its own would have none of these
    assert "add_header" not in text[text.index("location") :]


def test_the_proxy_sends_the_console_to_its_files() -> None:
    service = SERVICES["console"]
    text = (ROOT / "deploy" / "nginx.conf").read_text()
    port = re.search(r"location /console/ {\s+proxy_pass http://(127\.0\.0\.1:\d+);", text)
    assert port and service["ports"] == [f"{port[1]}:8080"]
    assert service["read_only"] and service["profiles"] == ["console"]
    assert "./frontend-contract/console/dist:/srv/console:ro" in service["volumes"]
