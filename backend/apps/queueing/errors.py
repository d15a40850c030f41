from kernel.errors import DomainError


class QueueEmpty(DomainError):
    code, status = "queue_empty", 409
    zh, en = "没有候诊患者", "Nobody is waiting."


class QueuePaused(DomainError):
    code, status = "queue_paused", 409
    zh, en = "该队列已暂停叫号", "The queue is paused; nobody is called."


class AlreadyQueued(DomainError):
    """`ticket_id`, `ticket_no` and `queue_name` say where the patient waits."""

    code, status = "already_queued", 409
    zh = "该患者已在{queue_name}候诊,排队号{ticket_no}"
    en = "The patient waits in {queue_name} already, with number {ticket_no}."
