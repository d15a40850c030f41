"""The HIS client that the settings describe, one per process."""

import functools

from django.conf import settings

from apps.integrations.adapters.his_client import HisClient


@functools.cache
def his_client() -> HisClient:
    """Made when it is first needed, so that no connection is shared by processes that were forked."""
    return HisClient(settings.HIS_BASE_URL, settings.HIS_APP_ID, settings.HIS_SECRET)
