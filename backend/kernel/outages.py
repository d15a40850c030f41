"""What is wrong with PostgreSQL or Redis themselves, and not with what was asked of them."""

from django.db.utils import InterfaceError, OperationalError
from dramatiq.errors import BrokerError
from redis.exceptions import ConnectionError as RedisConnectionError, RedisError, TimeoutError as RedisTimeout

#: What a data store says when it cannot serve. Statements that were too slow or met a deadlock are among it.
STORE_ERRORS = (OperationalError, InterfaceError, RedisError, BrokerError)
#: SQLSTATEs of a server that goes, comes, is full or was demoted; 08 is the class of broken connections.
_AWAY = frozenset({"57P01", "57P02", "57P03", "53300", "25006"})


def is_outage(error: BaseException) -> bool:
    """Whether the same would succeed once the server is back. A slow statement or a deadlock is no outage."""
    if isinstance(error, (InterfaceError, BrokerError, RedisConnectionError, RedisTimeout)):
        return True
    if not isinstance(error, OperationalError):
        return False
    code = getattr(error.__cause__, "pgcode", None)
    return code is None or code in _AWAY or code.startswith("08")
