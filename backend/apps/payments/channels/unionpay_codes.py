"""UnionPay's response codes, and what each says of a message."""

from apps.payments.channels.base import ChannelError, PermanentChannelError, TemporaryChannelError

#: It came about. A6 is a success with a flaw that is UnionPay's to settle.
SUCCESS = frozenset({"00", "A6"})
#: Not known yet: time-out inside, unclear, accepted. Ask again.
UNDER_WAY = frozenset({"03", "04", "05"})
#: Closed for the moment, busy, asked too often: nothing was done.
BUSY = frozenset({"02", "06", "37"})
#: Our message or our contract is wrong: format, signature, missing field, merchant, permission.
OURS = frozenset({"10", "11", "13", "14", "31", "32", "43"})
DUPLICATE, UNKNOWN_TRANSACTION, NO_FILE = "12", "34", "98"
#: Charged after payTimeout: UnionPay gives it back by itself and tells nobody.
TOO_LATE = "42"


def error_for(code: str, message: str) -> ChannelError:
    """The error for a reply whose code is no success."""
    if code in UNDER_WAY:
        return TemporaryChannelError(code, message, outcome_unknown=True)
    if code in BUSY:
        return TemporaryChannelError(code, message)
    return PermanentChannelError(code, message)
