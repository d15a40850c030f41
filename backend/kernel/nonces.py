"""What counts once: a mark in Redis for as long as it could come again. Without Redis nothing is taken for new."""

import redis
import structlog

from kernel.errors import ServiceUnavailable
from kernel.redis import client

PREFIX = "yihui:nonce:"
log = structlog.get_logger(__name__)


def use_once(key: str, seconds: int) -> bool:
    """Whether nobody has used it in the last `seconds`; from now on somebody has. ServiceUnavailable."""
    try:
        return bool(client().set(PREFIX + key, "1", nx=True, ex=seconds))
    except redis.RedisError as error:
        log.warning("nonce_not_checked")
        raise ServiceUnavailable(retry_after=5) from error
