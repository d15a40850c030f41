"""States of a job, and which may follow which."""

from enum import StrEnum

from kernel.states import StateTable


class ReportState(StrEnum):
    """`cancelling`: the worker is told and has not stopped yet. `expired`: its file has gone."""

    QUEUED = "queued"
    RUNNING = "running"
    CANCELLING = "cancelling"
    CANCELLED = "cancelled"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    EXPIRED = "expired"


class ReportStage(StrEnum):
    """What a running job does; in this order."""

    WAITING = "waiting"
    READING = "reading"
    WRITING = "writing"
    STORING = "storing"
    DONE = "done"


class ReportFailure(StrEnum):
    """Why a job has no file. `worker_died`: twice, or its database did. `database_failed`: that lacks room."""

    RIGHTS_WITHDRAWN = "rights_withdrawn"
    TOO_LONG = "too_long"
    TOO_MANY_ROWS = "too_many_rows"
    FILE_TOO_LARGE = "file_too_large"
    STORAGE_FAILED = "storage_failed"
    DATABASE_FAILED = "database_failed"
    WORKER_DIED = "worker_died"
    GONE = "gone"
    ERROR = "error"


class PauseReason(StrEnum):
    """Why a schedule stands still."""

    RIGHTS_WITHDRAWN = "rights_withdrawn"
    PARAMETERS_INVALID = "parameters_invalid"


_S = ReportState
#: Jobs that somebody still waits for.
OPEN = (_S.QUEUED, _S.RUNNING, _S.CANCELLING)
#: `running → queued`: the worker stops in good order, or lost its database: another one begins anew.
JOBS: StateTable[ReportState] = StateTable(
    {
        _S.QUEUED: {_S.RUNNING, _S.CANCELLED, _S.FAILED},
        _S.RUNNING: {_S.SUCCEEDED, _S.FAILED, _S.CANCELLING, _S.QUEUED},
        _S.CANCELLING: {_S.CANCELLED},
        _S.SUCCEEDED: {_S.EXPIRED},
        _S.CANCELLED: frozenset(),
        _S.FAILED: frozenset(),
        _S.EXPIRED: frozenset(),
    }
)
