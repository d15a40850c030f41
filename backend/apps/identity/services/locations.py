"""位置: places in the buildings. They are plain rows, but for the map that hangs on one."""

from django.db import transaction

from apps.files.services.attach import detach
from apps.identity.models import Location
from apps.identity.pictures import MAP
from kernel.rows import delete_row


@transaction.atomic
def delete_location(location: Location) -> None:
    """Delete a place that nothing refers to, and let its map go; InUse."""
    key = location.pk
    delete_row(location)
    detach(MAP, owner_id=key)
