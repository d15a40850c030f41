from apps.billing import settings
from apps.billing.ports import DRIVERS, HisPosting, HisUnavailable
from apps.identity.models import Hospital


def his_of(hospital: Hospital) -> HisPosting:
    """The hospital's HIS. HisUnavailable when nobody has registered the driver that its setting names."""
    name = settings.HIS_DRIVER.of(hospital)
    if name not in DRIVERS:
        raise HisUnavailable(f"no driver {name}")
    return DRIVERS[name](hospital)
