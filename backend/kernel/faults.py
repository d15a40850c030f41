"""Fault points: places where a test lets the process die, as a power cut would. Without the switch they do nothing.

`YIHUI_FAULT_FILE` names a file with the names of points, one a line. A process that passes a point named there strikes
the line out and kills itself. Production refuses to start with the switch set.
"""

import contextlib
import fcntl
import os
import signal
from pathlib import Path


def fault_point(name: str) -> None:
    """Die here, once, if the fault file says so."""
    switch = os.environ.get("YIHUI_FAULT_FILE")
    if switch and _struck_out(Path(switch), name):
        os.kill(os.getpid(), signal.SIGKILL)


def _struck_out(path: Path, name: str) -> bool:
    """Strike the line out if it is there. Of two processes at two points, each strikes out its own."""
    with contextlib.suppress(FileNotFoundError), path.open("r+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        names = file.read().split()
        if name in names:
            names.remove(name)
            file.seek(0)
            file.truncate()
            file.write("\n".join(names))
            return True
    return False
