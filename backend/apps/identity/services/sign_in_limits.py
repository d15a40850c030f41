"""What a stranger may cost and try: failures per address and per name and address, and passwords hashed per second.

An API worker does one thing at a time, so hashing is what makes everybody wait. Beyond the budget a sign-in is sent
away before any work; known devices have a budget of their own.
"""

from typing import Literal

from django.conf import settings

from apps.identity.errors import AccountLocked
from apps.identity.settings import SIGN_IN_LOCK_MINUTES, SIGN_IN_MAX_FAILURES
from kernel import rates
from kernel.addresses import home_of
from kernel.crypto import blind_index
from kernel.errors import TooManyRequests
from kernel.rates import Limit


def refuse_strangers(name: str, secret: str, ip: str | None) -> None:
    """AccountLocked, whoever the name belongs to, after too many failures from this address.

    `secret`: the stored hash of the password: with a new password the pair counts anew.
    """
    for limit in _limits(name, secret, ip):
        rate = rates.peek(*limit)
        if not rate.allowed:
            raise AccountLocked(retry_after=max(1, rate.reset))


def count_stranger(name: str, secret: str, ip: str | None) -> None:
    """A failure from that address."""
    rates.hit_all(_limits(name, secret, ip))


def forgive(name: str, secret: str, ip: str | None) -> None:
    """It was the owner: the pair counts anew, the address goes on counting."""
    rates.forget(*(limit.key for limit in _limits(name, secret, ip)[:1]))


def take_hashing(who: Literal["any", "known", "partner"]) -> None:
    """Room for hashing one password or client secret now; TooManyRequests with Retry-After otherwise."""
    most = settings.PASSWORDS_PER_SECOND if who == "any" else settings.PASSWORDS_PER_SECOND_KNOWN
    if not rates.hit(f"hashing:{who}", most, 1).allowed:
        raise TooManyRequests(retry_after=1)


def _limits(name: str, secret: str, ip: str | None) -> list[Limit]:
    home = home_of(ip)
    if home is None:
        return []
    seconds = SIGN_IN_LOCK_MINUTES.default * 60
    pair = blind_index(f"{name}\n{secret}\n{home}", "sign_in").hex()
    return [
        Limit(f"sign_in:pair:{pair}", SIGN_IN_MAX_FAILURES.default, seconds),
        Limit(f"sign_in:address:{home}", settings.SIGN_IN_FAILURES_PER_ADDRESS, seconds),
    ]
