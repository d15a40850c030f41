"""States of a file: an upload waits for its owner, hangs on it, and is let go."""

from enum import StrEnum

from kernel.states import StateTable


class FileState(StrEnum):
    """`deleted`: the bytes are gone, or go with the next cleaning; the row stays."""

    STAGED = "staged"
    ATTACHED = "attached"
    DELETED = "deleted"


FILES: StateTable[FileState] = StateTable(
    {
        FileState.STAGED: {FileState.ATTACHED, FileState.DELETED},
        FileState.ATTACHED: {FileState.DELETED},
        FileState.DELETED: frozenset(),
    }
)
