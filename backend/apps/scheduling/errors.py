from kernel.errors import DomainError


class SlotFull(DomainError):
    code, status = "slot_full", 409
    zh, en = "该时段号源已满", "This slot is full."


class AlreadyBooked(DomainError):
    code, status = "already_booked", 409
    zh, en = (
        "该就诊人已挂过此医生本次出诊的号",
        "The patient already has a number with this doctor in this session.",
    )


class SessionNotOpen(DomainError):
    code, status = "session_not_open", 409
    zh, en = "该出诊未开放或已停诊", "The session is not open for booking."


class WaitsAsWalkIn(DomainError):
    """`ticket_id`, `ticket_no` and `queue_name`: where the patient waits without the appointment."""

    code, status = "waits_as_walk_in", 409
    members = ("ticket_id", "ticket_no", "queue_name")
    zh = "该患者已在{queue_name}现场排队,排队号{ticket_no},请先处理该排队号"
    en = "The patient waits in {queue_name} as a walk-in, with number {ticket_no}; settle that one first."


class SessionPublished(DomainError):
    """What was published is stopped or its doctor substituted; it is not edited any more."""

    code, status = "session_published", 409
    zh, en = (
        "该出诊已发布,不能修改或删除,请停诊、替诊或另建出诊",
        "The session was published: stop it, substitute its doctor or make another one.",
    )


class SlotPast(DomainError):
    code, status = "slot_past", 409
    zh, en = "该时段已过", "The slot is over."


class OutsideBookingWindow(DomainError):
    """`first_date` and `last_date` are the days that this kind of booking covers; `opens_at`: when this one opens."""

    code, status = "outside_booking_window", 409
    members = ("first_date", "last_date", "opens_at")
    zh, en = "就诊日期不在可挂号范围内", "The day is outside the days that can be booked."


class HoldExpired(DomainError):
    code, status = "hold_expired", 409
    zh, en = "锁号已超时,号源已释放", "The hold has expired and the number was released."


class CancelTooLate(DomainError):
    code, status = "cancel_too_late", 409
    zh, en = "已超过退号截止时间", "It is too late to cancel."


class RefundAtCounter(DomainError):
    """`bring` says what to bring to the counter, `fee_fen` what was paid."""

    code, status = "refund_at_counter", 409
    members = ("bring", "bill_ids", "fee_fen")
    zh, en = "已缴费的挂号请到窗口退号:{bring}", "A paid registration is refunded at the counter: {bring}"


class PaymentRequired(DomainError):
    code, status = "registration_fee_unpaid", 409
    zh, en = "请先缴纳挂号费", "The registration fee must be paid first."


class AlreadyPaid(DomainError):
    code, status = "registration_fee_paid", 409
    zh, en = "挂号费已缴纳", "The registration fee is already paid."


class CheckInTooEarly(DomainError):
    code, status = "check_in_too_early", 409
    zh, en = "请在就诊当日取号", "The number can be collected on the day of the visit."


class CheckInTooLate(DomainError):
    code, status = "check_in_too_late", 409
    zh, en = "已过取号时间,号已作废", "The deadline for collecting the number has passed."


class SessionConflict(DomainError):
    """`conflicts` names the sessions in the way, with `because`: practitioner or room."""

    code, status = "session_conflict", 409
    members = ("what", "conflicts")
    zh, en = "时间冲突:{what}", "Conflicting sessions: {what}"


class CapacityBelowBooked(DomainError):
    """`booked` numbers of the slot at `starts_at` are held or taken."""

    code, status = "capacity_below_booked", 409
    members = ("booked", "starts_at")
    zh, en = "该时段已有 {booked} 个号被预约,容量不能更小", "{booked} numbers of a slot are booked already."


class SessionTimesFixed(DomainError):
    code, status = "session_times_fixed", 409
    zh, en = (
        "已发布的出诊不能改时间,请停诊或改期",
        "The times of a published session stay: stop it or move its patients.",
    )


class BulkRefused(DomainError):
    """`refused` says which sessions and why; nothing was changed."""

    code, status = "bulk_refused", 409
    members = ("refused", "count", "of")
    zh, en = (
        "{of} 个出诊中有 {count} 个不能调整,未作任何修改",
        "{count} of {of} sessions cannot be changed; none was.",
    )


class BookingLimitReached(DomainError):
    """`scope`, `days` and `value` say which limit, `used` how many bookings count against it."""

    code, status = "booking_limit_reached", 409
    members = ("scope", "days", "value", "used")
    zh = "已达挂号上限:{days} 天内最多 {value} 个,现有 {used} 个"
    en = "The booking limit is reached: {value} within {days} day(s), {used} already booked."


class BookingSuspended(DomainError):
    """`until` says when booking is possible again."""

    code, status = "booking_suspended", 409
    members = ("until",)
    zh, en = "该就诊人已被停止预约至 {until}", "The patient cannot book before {until}."


class AppealOpen(DomainError):
    code, status = "appeal_open", 409
    zh, en = "已有申诉正在处理", "An appeal is being looked at already."


class SuspensionOver(DomainError):
    code, status = "suspension_over", 409
    zh, en = "停止预约已结束或已解除", "The suspension is over or was lifted."


class NotMissed(DomainError):
    code, status = "appointment_not_missed", 409
    zh, en = "该挂号不是爽约状态", "The appointment was not missed."


class TooManyChanges(DomainError):
    code, status = "too_many_changes", 409
    members = ("allowed",)
    zh, en = "改期次数已达上限({allowed} 次)", "The booking can be changed {allowed} time(s) only."


class OtherDepartment(DomainError):
    code, status = "slot_of_other_department", 409
    zh, en = "只能改到同一科室", "A booking can move within its department only."


class FeeDiffers(DomainError):
    """`fee_fen` and `new_fee_fen` in fen."""

    code, status = "registration_fee_differs", 409
    members = ("fee_fen", "new_fee_fen")
    zh, en = (
        "挂号费不同,请退号后重新挂号",
        "The registration fee is another one: cancel and book again.",
    )


class PractitionerOnLeave(DomainError):
    """`leave_id`, `starts_at`, `ends_at`: when the doctor is away."""

    code, status = "practitioner_on_leave", 409
    members = ("leave_id", "starts_at", "ends_at")
    zh, en = "该医生此时段请假", "The doctor is on leave at that time."


class NotSettledInCash(DomainError):
    code, status = "not_settled_in_cash", 409
    zh, en = "该挂号费不是窗口现金收取,不能冲正", "The fee was not taken in cash at the window."


class SlipNotPrinted(DomainError):
    """The file is of the newest copy, for who has printed that: another one is counted first."""

    code, status = "slip_not_printed", 409
    zh = "最近一份凭条不是您打印的,请先打印(计数)再下载"
    en = "You have not printed the newest copy: print one, which is counted, and download it then."


class ReprintNeedsReason(DomainError):
    code, status = "reprint_needs_reason", 400
    zh, en = "补打须填写原因", "A reprint needs a reason."


class OfferLapsed(DomainError):
    code, status = "offer_lapsed", 409
    zh, en = "候补号已超过保留时间", "The offered number was not accepted in time."


class NoOffer(DomainError):
    code, status = "no_offer", 409
    zh, en = "暂无可接受的候补号", "There is no offer to answer."


class AlreadyWaiting(DomainError):
    code, status = "already_waiting", 409
    zh, en = "相同的候补已登记", "The patient is on the waiting list for this already."


class TooManyEntries(DomainError):
    code, status = "too_many_waitlist_entries", 409
    members = ("allowed",)
    zh, en = "每位就诊人最多登记 {allowed} 个候补", "A patient may have {allowed} live waiting-list entries."


#: What can stand in the way of an appointment at any slot, a full one apart.
BOOKING = (
    SessionNotOpen, OutsideBookingWindow, SlotPast, AlreadyBooked, BookingLimitReached, BookingSuspended,
)  # fmt: skip
