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
    members = ("ticket_id", "ticket_no", "queue_name")
    zh = "该患者已在{queue_name}候诊,排队号{ticket_no}"
    en = "The patient waits in {queue_name} already, with number {ticket_no}."


class HasAppointment(DomainError):
    """`appointment_id` and `starts_at`: the booking that the patient checks in for instead."""

    code, status = "has_appointment", 409
    members = ("appointment_id", "starts_at")
    zh = "该患者今天已预约该医生({starts_at}),请为预约取号"
    en = "The patient has booked this doctor today ({starts_at}): check in for the appointment."


class SessionNotToday(DomainError):
    """`visit_date`: the day of the session."""

    code, status = "session_not_today", 409
    members = ("visit_date",)
    zh, en = (
        "该出诊在 {visit_date},只能叫当日出诊的号",
        "The session is on {visit_date}; only patients of today's are called.",
    )
