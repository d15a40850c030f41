"""Which folders of tests a change can break: those of the changed apps and of the apps above them.

python scripts/lib/affected.py REV      what has changed since REV, committed or not, and what that means
"""

import ast
import re
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

import grimp

from embedded import ROOT, local_dir

TESTS = ROOT / "tests"
SOURCES = ("apps", "kernel", "sample", "workflows")
#: They look at all apps together.
WHOLE = {"architecture", "conformance", "contract", "journeys", "permissions"}
#: Read by people, and by the checks that run anyway.
PROSE = re.compile(r"(docs/.*|.*\.md|LICENSE|\.gitignore)")
OWN_TESTS = re.compile(r"tests/(?!support/|plugins/)(\w+)/.*")
BUSINESS = re.compile(r"backend/(?:apps/(\w+)|(sample|workflows))/.*")
CONTRACT = re.compile(r"(openapi|frontend-contract)/.*")
APP_OR_TESTS = re.compile(r"apps\.(\w+)|(sample|workflows)\b|(tests\.(?!support|plugins)\w+)")


def changed(revision: str) -> list[str]:
    """Paths that differ from the revision, new files included; CalledProcessError for one that git doesn't know."""
    commands = (
        ["git", "diff", "--name-only", "--no-renames", "-z", revision, "--"],
        ["git", "ls-files", "--others", "--exclude-standard", "-z"],
    )
    found: set[str] = set()
    for command in commands:
        done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True, text=True)
        found.update(filter(None, done.stdout.split("\0")))
    return sorted(found)


def folders(
    paths: Iterable[str], above: Mapping[str, set[str]], needs: Mapping[str, set[str]]
) -> set[str] | None:
    """Names of test folders to run for changed paths; None: all of them.

    `above`: app → apps that import it; `needs`: test folder → apps and test folders that it imports.
    """
    touched: set[str] = set()
    chosen: set[str] = set()
    for path in paths:
        if PROSE.fullmatch(path):
            continue
        if business := BUSINESS.fullmatch(path):
            app = business[1] or business[2]
            touched |= {app} | above.get(app, set())
        elif own := OWN_TESTS.fullmatch(path):
            touched.add(f"tests.{own[1]}")
        elif CONTRACT.fullmatch(path):
            chosen.add("contract")
        else:
            return None
    if any(not name.startswith("tests.") for name in touched):
        chosen |= WHOLE
    return chosen | {folder for folder, names in needs.items() if names & touched}


def apps_above() -> dict[str, set[str]]:
    """App → the apps, and what stands above them, with a module that imports it, directly or through others."""
    sys.path.insert(0, str(ROOT / "backend"))
    graph = grimp.build_graph(*SOURCES, cache_dir=str(local_dir() / "cache" / "grimp"))
    packages = {*graph.find_children("apps"), "sample", "workflows"}
    names = {module: module.removeprefix("apps.") for module in packages}
    found = {}
    for module, name in names.items():
        modules = graph.find_downstream_modules(module, as_package=True)
        found[name] = {match[1] or match[2] for m in modules if (match := APP_OR_TESTS.match(m))} - {name}
    return found


def needs_of_tests() -> dict[str, set[str]]:
    """Test folder → `tests.` itself, its app, and what its files import of apps and of other folders of tests."""
    found = {}
    for folder in {path.relative_to(TESTS).parts[0] for path in TESTS.glob("*/**/test_*.py")}:
        found[folder] = {folder, f"tests.{folder}"}
        ahead, seen = set((TESTS / folder).rglob("*.py")), set()
        while ahead:
            path = ahead.pop()
            seen.add(path)
            for module in _imported(path):
                if match := APP_OR_TESTS.match(module):
                    found[folder].add(next(filter(None, match.groups())))
                ahead |= {file for file in _files(module) if file not in seen}
    return found


def _imported(path: Path) -> set[str]:
    """Modules, and names that may be modules."""
    modules = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module:
            modules |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
        elif isinstance(node, ast.Import):
            modules |= {alias.name for alias in node.names}
    return modules


def _files(module: str) -> list[Path]:
    """The file of a module of a test folder, if it is one; what all tests share says nothing about any."""
    path = ROOT.joinpath(*module.split(".")).with_suffix(".py")
    return [path] if APP_OR_TESTS.match(module) and path.is_file() and TESTS in path.parents else []


def since(revision: str) -> list[Path] | None:
    """The folders to give to pytest for what has changed since a revision; None: all tests."""
    needs = needs_of_tests()
    found = folders(changed(revision), apps_above(), needs)
    return None if found is None else [TESTS / name for name in sorted(found & needs.keys())]


if __name__ == "__main__":
    chosen = since(sys.argv[1])
    print("all tests" if chosen is None else "\n".join(str(path.relative_to(ROOT)) for path in chosen))
