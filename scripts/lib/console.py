"""Builds the reference console, frontend-contract/console/, into a folder; again when its sources have changed."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CONTRACT = ROOT / "frontend-contract"
DOCUMENT = ROOT / "openapi" / "admin.yaml"
SHELL = ["bash", str(ROOT / "scripts" / "lib" / "frontend.sh")]
SOURCES = ("console/*", "shared/*.ts", "admin/manifest.json", "package-lock.json", "tsconfig.json")
BUILD = "tsc -p . >&2 && node console/build.mjs {target} {document}"


def stamp() -> str:
    """What the files would be made of."""
    digest = hashlib.sha256(DOCUMENT.read_bytes())
    for path in sorted(path for pattern in SOURCES for path in CONTRACT.glob(pattern) if path.is_file()):
        digest.update(f"{path.relative_to(CONTRACT)}\0".encode() + path.read_bytes())
    return digest.hexdigest()


class Build:
    """Files in the making: begun at once, since it takes some seconds, and waited for when they are served.

    YIHUI_CONSOLE_DIST names files that stand ready.
    """

    def __init__(self, target: Path) -> None:
        ready = os.environ.get("YIHUI_CONSOLE_DIST")
        self.target = Path(ready) if ready else target
        self.log = target.with_suffix(".log")
        self._stamp = target.with_suffix(".stamp")
        self._wanted = stamp()
        self._process: subprocess.Popen[bytes] | None = None
        if not ready and not self._is_up_to_date():
            self._begin()

    def _is_up_to_date(self) -> bool:
        known = self._stamp.read_text() if self._stamp.exists() else ""
        return known == self._wanted and (self.target / "index.html").exists()

    def _begin(self) -> None:
        self.target.parent.mkdir(parents=True, exist_ok=True)
        self._stamp.unlink(missing_ok=True)
        command = BUILD.format(target=f"'{self.target}'", document=f"'{DOCUMENT}'")
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                [*SHELL, "bash", "-c", command], stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )

    def wait(self) -> Path | None:
        """The folder once it stands, None where it can't be built here: its log says why."""
        if self._process:
            if self._process.wait() != 0:
                return None
            self._stamp.write_text(self._wanted)
        return self.target

    def stop(self) -> None:
        """Leave nothing behind of a build that nobody waits for any more."""
        if self._process and self._process.poll() is None:
            self._process.terminate()
            self._process.wait()


def main(arguments: list[str]) -> int:
    """Entry of the command line: console.py TARGET."""
    build = Build(Path(arguments[0]).resolve())
    if build.wait() is None:
        print(build.log.read_text(errors="replace"), file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
