"""The project's checks, side by side, each named and timed; the exit code is 1 if any failed.

    python scripts/lib/steps.py [--tier TIER] [--since REV] lock ruff … [pytest] [-- PYTEST ARGUMENTS]

pytest comes last, after the summary of the others, so that its closing lines are the last ones printed.
"""

import argparse
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import affected
import browser
import pytest_run
from embedded import ROOT, local_dir

#: How many times as many examples the widest tier gives to tests that invent theirs (tests.support.effort).
FULL_EXAMPLES = "10"

PYTHON = sys.executable
MANAGE = [PYTHON, "backend/manage.py"]
CACHE = local_dir() / "cache"

STEPS: dict[str, tuple[str, list[str]]] = {
    "lock": ("lock file", [PYTHON, "scripts/lib/lockfile.py"]),
    "ruff": ("ruff check", [PYTHON, "-m", "ruff", "check", "--quiet", "."]),
    "format": ("ruff format", [PYTHON, "-m", "ruff", "format", "--check", "--quiet", "."]),
    "types": ("mypy", [PYTHON, "-m", "mypy", "--no-error-summary"]),
    "imports": (
        "import contracts",
        [
            PYTHON,
            "-c",
            "from importlinter.cli import lint_imports_command; lint_imports_command()",
            "--no-logo",
            "--cache-dir",
            str(CACHE / "imports"),
        ],
    ),
    "migrations": ("migrations complete", [*MANAGE, "makemigrations", "--check", "--dry-run"]),
    "openapi": ("OpenAPI documents", [PYTHON, "scripts/lib/openapi.py", "--check"]),
    "requirements": ("requirements and their tests", [PYTHON, "scripts/lib/requirements.py", "--check"]),
    "pytest": ("pytest", [PYTHON, "-m", "pytest", "-o", f"cache_dir={CACHE / 'pytest'}"]),
}


def environment() -> dict[str, str]:
    """Import roots, and caches in the local directory instead of the checkout."""
    caches = {f"{tool}_CACHE_DIR": str(CACHE / tool.lower()) for tool in ("RUFF", "MYPY")}
    static = CACHE / "static"  # WhiteNoise warns about a directory that is missing
    static.mkdir(parents=True, exist_ok=True)
    own = caches | {"YIHUI_STATIC_ROOT": str(static), "PYTHONPATH": "backend"}
    return {"DJANGO_SETTINGS_MODULE": "config.settings.test"} | os.environ | own


def run(name: str) -> bool:
    """Run one check and print its output in full when it has ended; True if it passed."""
    title, command = STEPS[name]
    begin = time.monotonic()
    done = subprocess.run(
        command, cwd=ROOT, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    verdict = "passed" if done.returncode == 0 else "FAILED"
    print(f"── {title}\n{done.stdout}   {verdict} in {time.monotonic() - begin:.1f} s", flush=True)
    return done.returncode == 0


def run_pytest(tier: str, extra: list[str], folders: list[Path] | None) -> int:
    """Its output as it comes; returns its exit code. `folders`: what to run of all tests, None: what `extra` says."""
    print(f"── pytest, {tier} tier", flush=True)
    if folders == []:
        print("   concerns no test", flush=True)
        return pytest_run.PASSED
    if folders:
        print("  ", *(folder.relative_to(ROOT) for folder in folders), flush=True)
    more = {"YIHUI_TEST_EXAMPLES": FULL_EXAMPLES} if tier == "full" else {}
    command = [*STEPS["pytest"][1], "--tier", tier]
    if tier != "plain":
        command += ["--durations", "25", "--durations-min", "10"]
    arguments = [*pytest_arguments(extra), *map(str, folders or ())]
    code = pytest_run.run(command, arguments, cwd=ROOT, environment=more | environment())
    return pytest_run.PASSED if folders and code == pytest_run.NOTHING else code


def pytest_arguments(extra: list[str]) -> list[str]:
    """All cores unless the caller says otherwise; tests of one xdist_group stay together."""
    if any(argument == "-n" or argument.startswith(("-n", "--numprocesses")) for argument in extra):
        return ["--dist", "loadgroup", *extra]
    return ["-n", str(os.cpu_count() or 1), "--dist", "loadgroup", *extra]


def parse(arguments: list[str]) -> tuple[argparse.Namespace, list[str]]:
    """Our options, and pytest's after `--`."""
    cut = arguments.index("--") if "--" in arguments else len(arguments)
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--tier", choices=["plain", "thorough", "full"], default="plain")
    parser.add_argument("--since", metavar="REV")
    parser.add_argument("names", nargs="*", choices=STEPS, metavar="STEP")
    return parser.parse_args(arguments[:cut]), arguments[cut + 1 :]


def main(arguments: list[str]) -> int:
    """Run the named steps; returns the exit code."""
    options, extra = parse(arguments)
    try:
        folders = affected.since(options.since) if options.since else None
    except subprocess.CalledProcessError:
        print(f"git knows no revision {options.since}.", file=sys.stderr)
        return 2
    testing = "pytest" in options.names
    if testing and folders != []:  # while the other checks run; pytest waits for it
        subprocess.Popen(
            [PYTHON, "scripts/lib/template.py"], cwd=ROOT, env=environment(), stderr=subprocess.DEVNULL
        )
    checks = [name for name in options.names if name != "pytest"]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        results = dict(zip(checks, pool.map(run, checks), strict=True))
    failed = [STEPS[name][0] for name, passed in results.items() if not passed]
    if results:
        print(
            f"── {len(results) - len(failed)} of {len(results)} checks passed", *failed, sep="\n   FAILED: "
        )
    if testing and options.tier == "full" and (said := browser.provide()):
        print(f"── {said}", flush=True)
    if testing and run_pytest(options.tier, extra, folders):
        return 1
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
