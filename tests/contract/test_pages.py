"""Swagger UI and Redoc of the three documents: served whole by the product, nothing is fetched from elsewhere."""

import ast
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.management import call_command
from django.test import Client, override_settings

pytestmark = pytest.mark.requirement("INT-04")
ROOT = Path(__file__).resolve().parents[2]
PAGES = [
    f"/api/{audience}/v1/{page}/"
    for audience in ("miniprogram", "admin", "partner")
    for page in ("docs", "redoc")
]
PRODUCTION = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
#: What makes expectations.
MAKERS = {"Expectation", "within_days", "whole_number"}
#: Loads every module of the apps after the manifest was made, and shows what expectations came with them.
EXPECTATIONS_LATE = """
import importlib, pkgutil, django
django.setup()
import apps
from config.contract import manifest
from kernel.errors import EXPECTATIONS
before = {row["code"] for row in manifest()["field_errors"]}
for found in pkgutil.walk_packages(apps.__path__, "apps."):
    importlib.import_module(found.name)
print(sorted({each.code for each in EXPECTATIONS.values()} - before))
"""


@pytest.fixture(scope="module")
def collected(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Static files as production collects them."""
    root = tmp_path_factory.mktemp("static")
    with override_settings(STATIC_ROOT=str(root), STORAGES=PRODUCTION):
        call_command("collectstatic", "--noinput", "--verbosity", "0")
    return root


@pytest.mark.parametrize("url", PAGES)
def test_the_pages_load_their_parts_from_the_product_alone(url: str, client: Client, collected: Path) -> None:
    with override_settings(STATIC_ROOT=str(collected), STORAGES=PRODUCTION):
        staticfiles_storage._setup()
        answer = client.get(url)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "医汇 Yihui" in page
    loaded = re.findall(r"""(?:<script[^>]+src|<link[^>]+href|<img[^>]+src)=["']([^"']+)""", page)
    assert loaded
    for address in loaded:
        assert address.startswith("/static/"), address
        assert (collected / address.removeprefix("/static/")).is_file(), address
    assert f"{url.rsplit('/', 2)[0]}/schema" in page.replace("\\u002D", "-").replace("\\/", "/")


@pytest.mark.parametrize("url", PAGES)
def test_the_browser_is_told_to_fetch_nothing_from_elsewhere(url: str, client: Client) -> None:
    policy = client.get(url)["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert not re.search(r"https?:|\*", policy)


def test_the_styles_of_the_pages_refer_to_nothing_elsewhere(collected: Path) -> None:
    for style in collected.rglob("*.css"):
        assert not re.search(r"url\(\s*[\"']?(https?:)?//", style.read_text(errors="replace")), style


@pytest.mark.parametrize("audience", ["miniprogram", "admin", "partner"])
def test_a_document_is_answered_once_and_then_asked_about_by_its_tag(audience: str, client: Client) -> None:
    url = f"/api/{audience}/v1/schema"
    first = client.get(url)
    assert (first.status_code, first["Content-Type"]) == (200, "application/vnd.oai.openapi")
    again = client.get(url, headers={"if-none-match": first["ETag"]})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    assert client.get(url, headers={"if-none-match": '"another"'}).status_code == 200
    as_json = client.get(url, headers={"accept": "application/vnd.oai.openapi+json"})
    assert as_json["ETag"] != first["ETag"]
    assert yaml.load(first.content, yaml.CSafeLoader) == as_json.json()


def test_the_manifest_is_the_committed_one_and_asked_about_by_its_tag(client: Client) -> None:
    first = client.get("/api/admin/v1/manifest")
    kept = json.loads((ROOT / "frontend-contract" / "admin" / "manifest.json").read_text())
    assert first.json().keys() == kept.keys()
    shown = first.json()
    for entries in shown[
        "dictionaries"
    ].values():  # what tests of this process have declared is not the product's
        entries[:] = [entry for entry in entries if not str(entry["value"]).startswith("test.")]
    assert {name for name, part in shown.items() if part != kept[name]} == set()
    again = client.get("/api/admin/v1/manifest", headers={"if-none-match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    refused = client.get("/api/admin/v1/manifest", {"page": "bills"})
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (400, "unknown_parameter")


def test_the_manifest_names_every_expectation_of_the_product() -> None:
    """It is made by a program that has loaded no more than it needs: what a service says alone would be missing."""
    found = subprocess.run(
        [sys.executable, "-c", EXPECTATIONS_LATE],
        cwd=ROOT / "backend",
        capture_output=True,
        text=True,
        check=True,
    )
    assert found.stdout.strip() == "[]"


def test_no_expectation_comes_into_being_only_when_something_is_refused() -> None:
    """Those that are made from a number belong to a constant: the manifest would not know them before the refusal."""
    late = [
        f"{path.name}:{node.lineno}"
        for path in (ROOT / "backend" / "apps").rglob("*.py")
        for function in ast.walk(ast.parse(path.read_text()))
        if isinstance(function, ast.FunctionDef) and function.name != "expected"
        for node in ast.walk(function)
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in MAKERS
    ]
    assert late == []


def test_swagger_is_collapsed_searched_and_shows_the_words_of_tags(client: Client) -> None:
    page = client.get("/api/admin/v1/docs/").content.decode()
    assert re.search(r'"docExpansion":\s*"none"', page) and re.search(r'"filter":\s*true', page)
    assert "schema?tags=words" in page.encode().decode("unicode_escape")
    shown = yaml.load(client.get("/api/admin/v1/schema?tags=words").content, yaml.CSafeLoader)
    names = {tag["name"] for tag in shown["tags"]}
    assert all(re.search("[一-鿿]", name) for name in names), names
    used = {name for item in shown["paths"].values() for node in item.values() for name in node["tags"]}
    assert used == names
