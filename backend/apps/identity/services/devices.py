"""Devices known from an earlier sign-in: exempt from the account's lock, so that no stranger locks the owner out."""

import datetime as dt
import secrets
from uuid import UUID

from django.db.models import F

from apps.identity.models import KnownDevice, User
from kernel import clock
from kernel.crypto import blind_index

LIFETIME = dt.timedelta(days=180)
#: Of one user; the one used longest ago makes room.
MAX_DEVICES = 20


def find_device(user_id: UUID, token: str) -> KnownDevice | None:
    """The user's device with that token, unless it was not used for LIFETIME."""
    if not token:
        return None
    live = KnownDevice.objects.filter(user_id=user_id, last_used_at__gt=clock.now() - LIFETIME)
    return live.filter(digest=_digest(token)).first()


def remember(user: User, known: KnownDevice | None, token: str) -> str:
    """The device signed in: its token, a new one if it was not known."""
    now = clock.now()
    same = KnownDevice.objects.filter(pk=known.pk) if known else KnownDevice.objects.none()
    if same.update(failures=0, last_used_at=now, updated_at=now):
        return token
    token = secrets.token_urlsafe(32)
    KnownDevice.objects.create(user=user, digest=_digest(token))
    kept = KnownDevice.objects.filter(user=user).order_by("-last_used_at", "-pk").values("pk")[:MAX_DEVICES]
    KnownDevice.objects.filter(user=user).exclude(pk__in=list(kept.values_list("pk", flat=True))).delete()
    return token


def is_known(device: KnownDevice) -> bool:
    """Whether it still is; asked under the lock of the user's row."""
    return KnownDevice.objects.filter(pk=device.pk).exists()


def count_device_failure(known: KnownDevice, most: int) -> None:
    """A wrong password from a known device; with the `most`-th it is a stranger's again."""
    KnownDevice.objects.filter(pk=known.pk).update(failures=F("failures") + 1)
    KnownDevice.objects.filter(pk=known.pk, failures__gte=most).delete()


def forget_devices(user_id: UUID) -> None:
    """The password changed: every device has to show it again before it is known."""
    KnownDevice.objects.filter(user_id=user_id).delete()


def forget_old_devices() -> int:
    """Delete devices that were not used for LIFETIME; returns how many."""
    return int(KnownDevice.objects.filter(last_used_at__lte=clock.now() - LIFETIME).delete()[0])


def _digest(token: str) -> str:
    return blind_index(token, "device_token").hex()
