"""Bringing patients' bills in line with HIS before they are shown."""

from collections import defaultdict
from collections.abc import Iterable

from apps.billing.ports import BILLS
from apps.identity.his import his_of
from apps.identity.models import Hospital
from apps.patients.models import Patient


def refresh_bills(patients: Iterable[Patient]) -> bool:
    """False: HIS did not answer, and bills may be missing or settled there already; show what we have, and say so.

    For lists of what is to be paid. Takes 3 s at most for each hospital; a hospital without HIS of its own is always
    current. Give patients with their `hospital` loaded. Never inside a transaction.
    """
    groups: dict[Hospital, list[Patient]] = defaultdict(list)
    for patient in patients:
        groups[patient.hospital].append(patient)
    feeds = [(his_of(hospital).find(BILLS), group) for hospital, group in groups.items()]
    current = [feed.refresh(group) for feed, group in feeds if feed is not None]
    return all(current)
