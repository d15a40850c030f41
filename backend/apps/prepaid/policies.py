from apps.access.policies import hide
from apps.prepaid.models import (
    PrepaidAccount,
    PrepaidHold,
    PrepaidLot,
    PrepaidMovement,
    PrepaidMovementPart,
)

hide(PrepaidAccount, PrepaidHold, PrepaidLot, PrepaidMovement, PrepaidMovementPart)
