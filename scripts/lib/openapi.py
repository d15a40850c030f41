"""Writes openapi/<audience>.yaml and what front ends build against (frontend.py) from the code.

With --check it compares instead, and looks for breaking changes of the documents.

Breaking changes are judged against the documents of an earlier revision: --base, else the last tag, else where
this branch left main, else the commit before. One that is meant is accepted by a line in
openapi/ACCEPTED_BREAKING.txt: `<audience> <finding>`, shell-style patterns allowed, # for the reason.
"""

import argparse
import difflib
import os
import subprocess
import sys
import tempfile
from fnmatch import fnmatchcase
from itertools import islice
from pathlib import Path
from typing import Any

import yaml

import frontend
from breaking import breaking_changes

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "openapi"
AUDIENCES = ("miniprogram", "admin", "partner")
ACCEPTED = FOLDER / "ACCEPTED_BREAKING.txt"
DIFF_LINES = 30


def generate(target: Path) -> bool:
    """Write documents and contract below `target`; False if one is invalid or warned about."""
    (target / "openapi").mkdir(exist_ok=True)
    return documents(target / "openapi") and frontend.generate(target)


def documents(folder: Path) -> bool:
    """Write the three documents there, side by side; False if one is invalid or warned about."""
    environment = {"DJANGO_SETTINGS_MODULE": "config.settings.test"} | os.environ
    manage = [
        sys.executable,
        str(ROOT / "backend" / "manage.py"),
        "spectacular",
        "--validate",
        "--fail-on-warn",
    ]
    running = []
    for name in AUDIENCES:
        target = ["--urlconf", f"config.urls.{name}", "--file", str(folder / f"{name}.yaml")]
        running.append(subprocess.Popen([*manage, *target], env=environment, cwd=ROOT / "backend"))
    codes = [process.wait() for process in running]
    return not any(codes)


def drift(fresh: Path) -> list[str]:
    """What the committed files lack, as the beginning of a diff each."""
    found: list[str] = []
    for name in (*(f"openapi/{name}.yaml" for name in AUDIENCES), *frontend.FILES):
        pair = _lines(ROOT / name), _lines(fresh / name)
        difference = difflib.unified_diff(*pair, name, "generated", lineterm="")
        found += islice(difference, DIFF_LINES)
    return found


def _lines(path: Path) -> list[str]:
    return path.read_text().splitlines() if path.exists() else []


def git(*arguments: str) -> str | None:
    """What git prints, or None where there is no git, no repository or no such thing."""
    command = ["git", "-c", "safe.directory=*", *arguments]
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    except FileNotFoundError:
        return None
    return done.stdout.strip() if done.returncode == 0 else None


def base_revision() -> str | None:
    """The revision whose clients must go on working; None if there is none."""
    if tag := git("describe", "--tags", "--abbrev=0"):
        return tag
    head = git("rev-parse", "HEAD")
    for branch in ("origin/main", "main"):
        if (fork := git("merge-base", "HEAD", branch)) and fork != head:
            return fork
    return git("rev-parse", "HEAD~1")


def accepted() -> list[str]:
    """The patterns of ACCEPTED_BREAKING.txt."""
    lines = ACCEPTED.read_text().splitlines() if ACCEPTED.exists() else []
    return [pattern for line in lines if (pattern := line.partition("#")[0].strip())]


def unaccepted(base: str, fresh: Path) -> list[str]:
    """Breaking changes against that revision that no line accepts."""
    found: list[str] = []
    for name in AUDIENCES:
        text = git("show", f"{base}:openapi/{name}.yaml")
        if text is not None:
            old, new = _load(text), _load((fresh / f"openapi/{name}.yaml").read_text())
            found += [f"{name} {finding}" for finding in breaking_changes(old, new)]
    patterns = accepted()
    return [line for line in found if not any(fnmatchcase(line, pattern) for pattern in patterns)]


def _load(text: str) -> dict[str, Any]:
    document: dict[str, Any] = yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return document


def check(fresh: Path, base: str | None) -> int:
    """Print what is wrong; returns the exit code."""
    if difference := drift(fresh):
        print(*difference, "The generated files are not those of the code: run ./scripts/openapi", sep="\n")
    if base is None:
        print("No earlier revision: breaking changes are not looked for.")
    broken = unaccepted(base, fresh) if base else []
    if broken:
        print(
            *broken,
            f"These break clients written against {base}. See {ACCEPTED.relative_to(ROOT)}.",
            sep="\n",
        )
    return 1 if difference or broken else 0


def main(arguments: list[str]) -> int:
    """Entry of the command line; returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="openapi", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--check", action="store_true", help="change nothing; fail on drift and breaking changes"
    )
    parser.add_argument("--base", help="the git revision whose clients must go on working")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        fresh = ROOT if not options.check else Path(folder)
        if not generate(fresh):
            return 1
        return check(fresh, options.base or base_revision()) if options.check else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
