"""What stands where in Redis: written by the API and the workers, read by the polling patients and the stream."""

import hashlib
from uuid import UUID

#: Published with the queue's id when its board has changed.
CHANNEL = "yihui:boards"
#: Seconds without a sweep after which a board, or a screen's right to see it, is forgotten.
BOARD_SECONDS, SCREEN_SECONDS, VERSION_SECONDS = 86_400, 900, 300


def version(queue_id: UUID | str) -> str:
    """The version of a queue: all that an unchanged poll reads."""
    return f"yihui:queue:{queue_id}:version"


def board(queue_id: UUID | str) -> str:
    """Hash of a queue: `version`, `desk` and `screen` as JSON, and the counters that keep an old one from winning."""
    return f"yihui:queue:{queue_id}:board"


def screen(digest: str) -> str:
    """The queues that the screen with this token digest shows, as a JSON list."""
    return f"yihui:screen:{digest}"


def digest(token: str) -> str:
    """What is kept of a screen's token."""
    return hashlib.sha256(token.encode()).hexdigest()
