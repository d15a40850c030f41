"""The console knows the contract and no page of it; it is small, and what is built of it runs without a bundler."""

import json
import re
import subprocess
from pathlib import Path

import pytest
import yaml

import console

pytestmark = pytest.mark.requirement("INT-04")
FOLDER = console.CONTRACT / "console"
SOURCES = sorted(FOLDER.glob("*.ts"))
MANIFEST = json.loads((console.CONTRACT / "admin" / "manifest.json").read_text())
#: Signing in, one's own account, and what every page needs: my rights, the entries of dictionaries.
KNOWN = re.compile(r"auth_\w+|me_access|dictionaries_lookup")
#: Names of icons are words of their own.
ICONS = "icons.ts"


def pages_named(text: str) -> set[str]:
    """Pages, resources and operations that a source names in a string."""
    operations = {row["operation_id"] for row in MANIFEST["operations"]}
    resources = {code.rpartition(".")[0] for code in MANIFEST["permission_codes"]}
    paths = {row["path"] for row in MANIFEST["operations"]}
    wanted = set(MANIFEST["pages"]) | operations | resources | paths | set(MANIFEST["permission_codes"])
    said = {
        single or double or back
        for single, double, back in re.findall(r"'([^'\n]+)'|\"([^\"\n]+)\"|`([^`\n]+)`", text)
    }
    return {each for each in said & wanted if not KNOWN.fullmatch(each)}


@pytest.mark.parametrize(
    "source", [each for each in SOURCES if each.name != ICONS], ids=lambda each: each.name
)
def test_no_source_names_a_page(source: Path) -> None:
    assert pages_named(source.read_text()) == set()


def test_a_page_that_is_named_is_found() -> None:
    text = 'if (name === "departments") call(\'departments_create\'); call("auth_sign_in"); `/api/admin/v1/roles`'
    assert pages_named(text) == {"departments", "departments_create", "/api/admin/v1/roles"}


def test_the_console_stays_small() -> None:
    lines = {each.name: len(each.read_text().splitlines()) for each in SOURCES}
    assert sum(lines.values()) <= 2_500, lines
    assert max(lines.values()) <= 300, lines


def test_it_keeps_nothing_on_the_device() -> None:
    for source in SOURCES:
        assert not re.search(r"localStorage|sessionStorage|indexedDB|document\.cookie", source.read_text()), (
            source
        )


#: All that need what is built share it, on one worker.
BUILT = pytest.mark.xdist_group("console-build")


@BUILT
def test_every_import_of_what_is_built_is_one_of_its_files(built: Path) -> None:
    modules = sorted(built.rglob("*.js"))
    assert {built / "console" / "main.js"} <= set(modules)
    for module in modules:
        for name in re.findall(r"\b(?:from|import)\s*\(?\s*[\"`']([\w@./-]+)[\"`']", module.read_text()):
            assert (module.parent / name).resolve() in modules, f"{module}: {name}"


@BUILT
def test_the_page_has_no_script_of_its_own(built: Path) -> None:
    page = (built / "index.html").read_text()
    scripts = re.findall(r"<script([^>]*)>(.*?)</script>", page, re.DOTALL)
    assert scripts
    for attributes, text in scripts:
        assert 'src="./' in attributes and not text.strip()
    assert not re.search(r"\son\w+=", page)


@BUILT
def test_nothing_that_is_built_makes_code_of_texts(built: Path) -> None:
    for module in built.rglob("*.js"):
        assert not re.search(r"\bnew Function\(|\beval\(", module.read_text()), module


@BUILT
def test_the_contract_that_is_served_is_the_committed_one(built: Path) -> None:
    assert json.loads((built / "contract" / "manifest.json").read_text()) == MANIFEST
    served = json.loads((built / "contract" / "document.json").read_text())
    whole = yaml.load(console.DOCUMENT.read_text(), Loader=yaml.CSafeLoader)
    assert served["paths"].keys() == whole["paths"].keys()
    for name, schema in served["components"]["schemas"].items():
        assert (
            schema.get("properties", {}).keys()
            == whole["components"]["schemas"][name].get("properties", {}).keys()
        )


@BUILT
def test_what_stands_is_not_made_again_until_a_source_changes(built: Path) -> None:
    assert console.Build(built).wait() == built
    assert built.with_suffix(".stamp").read_text() == console.stamp()
    before = subprocess.run(["stat", "-c", "%Y", built / "index.html"], capture_output=True).stdout
    assert (
        console.Build(built).wait()
        and before == subprocess.run(["stat", "-c", "%Y", built / "index.html"], capture_output=True).stdout
    )
