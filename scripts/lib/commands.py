"""Several management commands in one process, for each start of Django costs seconds.

python scripts/lib/commands.py COMMAND [OPTION …] [--then COMMAND [OPTION …]] …
"""

import sys
from collections.abc import Iterator
from pathlib import Path

THEN = "--then"
BACKEND = Path(__file__).resolve().parents[2] / "backend"


def parts(arguments: list[str]) -> Iterator[list[str]]:
    """What stands between `--then` and the next one."""
    part: list[str] = []
    for argument in arguments:
        if argument == THEN:
            yield part
            part = []
        else:
            part.append(argument)
    yield part


def main(arguments: list[str]) -> None:
    """One after the other; the first that fails ends it."""
    sys.path.insert(0, str(BACKEND))
    from django.core.management import execute_from_command_line

    for part in parts(arguments):
        execute_from_command_line(["manage.py", *part])


if __name__ == "__main__":
    main(sys.argv[1:])
