"""The project's checks, side by side, each named and timed; the exit code is 1 if any failed.

    python scripts/lib/steps.py lock ruff … [pytest] [-- PYTEST ARGUMENTS]

pytest comes last, after the summary of the others, so that its closing line is the last one printed.
"""

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

from embedded import ROOT, local_dir

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


def run_pytest(extra: list[str]) -> bool:
    """Its output as it comes; True if all passed."""
    print("── pytest", flush=True)
    return subprocess.run([*STEPS["pytest"][1], *extra], cwd=ROOT, env=environment()).returncode == 0


def pytest_arguments(extra: list[str]) -> list[str]:
    """All cores unless the caller says otherwise; tests of one xdist_group stay together."""
    if any(argument == "-n" or argument.startswith(("-n", "--numprocesses")) for argument in extra):
        return extra
    return ["-n", str(os.cpu_count() or 1), "--dist", "loadgroup", *extra]


def main(arguments: list[str]) -> int:
    """Run the named steps; returns the exit code."""
    cut = arguments.index("--") if "--" in arguments else len(arguments)
    names, extra = arguments[:cut], arguments[cut + 1 :]
    if "pytest" in names:  # while the other checks run; pytest waits for it
        subprocess.Popen(
            [PYTHON, "scripts/lib/template.py"], cwd=ROOT, env=environment(), stderr=subprocess.DEVNULL
        )
    checks = [name for name in names if name != "pytest"]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        results = dict(zip(checks, pool.map(run, checks), strict=True))
    failed = [STEPS[name][0] for name, passed in results.items() if not passed]
    if results:
        print(
            f"── {len(results) - len(failed)} of {len(results)} checks passed", *failed, sep="\n   FAILED: "
        )
    if "pytest" in names and not run_pytest(pytest_arguments(extra)):
        return 1
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
