import dramatiq
from dramatiq_crontab import cron

from apps.identity.services.attempts import forget_unknown_names
from apps.identity.services.devices import forget_old_devices
from apps.identity.services.partners import forget_expired_tokens
from apps.identity.services.sessions import forget_expired_sessions


@cron("41 3 * * *")
@dramatiq.actor(queue_name="default", max_retries=0)
def purge_tokens() -> None:
    """Every night: forget sessions and access tokens that have run out."""
    forget_expired_sessions()
    forget_expired_tokens()
    forget_old_devices()
    forget_unknown_names()
