from apps.billing.ports import REFUNDS, HisRefunds
from apps.identity.his import his_of
from apps.identity.models import Hospital
from apps.payments.ports import HisUnavailable


def refunds_of(hospital: Hospital) -> HisRefunds:
    """The hospital's HIS as the one that says what may go back. HisUnavailable when nobody there can."""
    his = his_of(hospital)
    refunds = his.find(REFUNDS)
    if refunds is None:
        raise HisUnavailable(f"no driver {his.driver}")
    return refunds
