"""The HIS clients that the settings describe, one per connection and process."""

import functools

from django.conf import settings

from apps.identity.models import Hospital
from apps.integrations.adapters.his_client import HisClient


def client_of(hospital: Hospital) -> HisClient:
    """The client of the hospital's own connection; of the common one for a hospital that is not named."""
    return his_client(hospital.code) if hospital.code in settings.HIS_CONNECTIONS else his_client()


@functools.cache
def his_client(hospital_code: str = "") -> HisClient:
    """Made when it is first needed, so that no connection is shared by processes that were forked.

    Blank: the common connection.
    """
    if not hospital_code:
        return HisClient(settings.HIS_BASE_URL, settings.HIS_APP_ID, settings.HIS_SECRET)
    own = settings.HIS_CONNECTIONS[hospital_code]
    return HisClient(own["base_url"], own["app_id"], own["secret"])
