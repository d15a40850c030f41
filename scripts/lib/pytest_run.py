"""One run of pytest: what failed in it runs again alone, after all others, and what passes then is named unstable."""

import json
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

#: pytest's exit codes: all passed, some failed, nothing was selected.
PASSED, FAILED, NOTHING = 0, 1, 5
#: More than so many failures have one cause, and it is no chance.
MAX_AGAIN = 20


def run(command: list[str], arguments: list[str], *, cwd: Path, environment: Mapping[str, str]) -> int:
    """Run `command` with `arguments`; returns pytest's exit code, 0 if what failed passed alone.

    `command` must know the option `--failures-file` (tests.plugins.failures).
    """

    def pytest(failures: Path, *more: str) -> tuple[int, list[str]]:
        whole = [*command, "--failures-file", str(failures), *more]
        code = subprocess.run(whole, cwd=cwd, env=environment).returncode
        return code, json.loads(failures.read_text()) if failures.exists() else []

    with tempfile.TemporaryDirectory() as directory:
        code, failed = pytest(Path(directory) / "first", *arguments)
        if code != FAILED or not failed or len(failed) > MAX_AGAIN:
            return code
        print(f"── again, alone: {len(failed)} tests that failed", flush=True)
        again, failed_again = pytest(Path(directory) / "again", "-n", "0", *failed)
    unstable = [] if again not in (PASSED, FAILED) else [test for test in failed if test not in failed_again]
    if unstable:
        print(
            f"── UNSTABLE, failed and then passed alone: {len(unstable)}", *unstable, sep="\n   ", flush=True
        )
    return again
