"""Bringing patients' bills in line with HIS before they are shown."""

from collections import defaultdict
from collections.abc import Iterable

from apps.billing import settings
from apps.billing.ports import FEEDS
from apps.patients.models import Patient


def refresh_bills(patients: Iterable[Patient]) -> bool:
    """False: HIS did not answer, and bills may be missing or settled there already; show what we have, and say so.

    For lists of what is to be paid. Takes 3 s at most for each driver; a hospital without HIS of its own is always
    current. Give patients with their `hospital` loaded. Never inside a transaction.
    """
    groups: dict[str, list[Patient]] = defaultdict(list)
    for patient in patients:
        groups[settings.HIS_DRIVER.of(patient.hospital)].append(patient)
    current = [FEEDS[driver].refresh(group) for driver, group in groups.items() if driver in FEEDS]
    return all(current)
