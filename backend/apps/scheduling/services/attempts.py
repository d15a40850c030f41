"""How often an account may try to book in a minute. Without Redis nobody is counted and booking goes on."""

from uuid import UUID

from kernel import rates
from kernel.errors import TooManyRequests

WINDOW_SECONDS = 60


def count_attempt(account_id: UUID, *, limit: int) -> None:
    """TooManyRequests once the account has tried more than `limit` times within the minute (0 = unlimited)."""
    if not limit:
        return
    rate = rates.hit(f"booking:{account_id}", limit, WINDOW_SECONDS)
    if not rate.allowed:
        raise TooManyRequests(retry_after=rate.reset)
