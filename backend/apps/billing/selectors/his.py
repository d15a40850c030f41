from apps.billing.ports import POSTING, HisPosting, HisUnavailable
from apps.identity.his import his_of
from apps.identity.models import Hospital


def posting_of(hospital: Hospital) -> HisPosting:
    """The hospital's HIS as the one that takes note of money. HisUnavailable when nobody there can."""
    his = his_of(hospital)
    posting = his.find(POSTING)
    if posting is None:
        raise HisUnavailable(f"no driver {his.driver}")
    return posting
