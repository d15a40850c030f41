"""The browser that the tests of the console click in: from the system's packages where that may be."""

import os
import shutil
import subprocess
import time

PROGRAM = "chromium"
PACKAGES = (PROGRAM, "fonts-noto-cjk")
#: For everything together.
SECONDS = 300


def provide(seconds: float = SECONDS) -> str:
    """What became of it, in words; "" where it stands already. Never fails, and never takes much longer than that."""
    if shutil.which(PROGRAM):
        return ""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return f"{PROGRAM} is not installed, and only root may, with apt-get: tests in it are skipped"
    print(f"── installing {' and '.join(PACKAGES)} …", flush=True)
    end = time.monotonic() + seconds
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update"], ["install", "--yes", "--no-install-recommends", *PACKAGES]):
        try:
            done = subprocess.run(
                ["apt-get", "-qq", *command], env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL, timeout=max(end - time.monotonic(), 1),
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            return f"apt-get took longer than {seconds:.0f} s: tests in {PROGRAM} are skipped"
        if done.returncode and command[0] == "install":
            return f"apt-get could not install {PROGRAM}: tests in it are skipped"
    return f"{PROGRAM} was installed" if shutil.which(PROGRAM) else f"apt-get has no program {PROGRAM}"
