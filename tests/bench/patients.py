"""What the bench of imports and duplicates needs from inside the product."""

import csv
import resource
import tempfile
import time
from pathlib import Path

from django.core.files.base import File

from apps.identity.models import Hospital
from apps.imports.models import DuplicatePolicy, ImportJob
from apps.imports.services import jobs
from apps.patients.columns import TITLES
from apps.patients.services.duplicates import scan
from apps.patients.services.import_kind import PATIENTS
from sample.people import person


def import_patients(count: str) -> dict[str, float]:
    """Seconds to check and to apply a CSV of so many new patients, and MB that both added to the process."""
    hospital = Hospital.objects.order_by("code")[0]
    first = 900_000  # beyond the people of the small datasets
    with tempfile.NamedTemporaryFile("w+", suffix=".csv", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(TITLES.values())
        for serial in range(first, first + int(count)):
            who = person(serial)
            row = dict.fromkeys(TITLES, "") | {
                "name": who.name, "phone": who.phone, "national_id": who.national_id,
            }  # fmt: skip
            writer.writerow(row.values())
        file.flush()
        with Path(file.name).open("rb") as content:
            upload = File(content, name="bench.csv")
            job, _ = jobs.start(
                PATIENTS, hospital=hospital, upload=upload, duplicates=DuplicatePolicy.SKIP, by_id=None
            )
    before, begin = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.monotonic()
    jobs.check(job.pk)
    checked = time.monotonic()
    jobs.want_apply(ImportJob.objects.get(pk=job.pk), skip_bad_rows=True)
    done = jobs.apply(job.pk)
    applied = time.monotonic()
    return {
        "check": checked - begin, "apply": applied - checked, "imported": done.imported_count,
        "bad": done.bad_count, "megabytes": (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024,
    }  # fmt: skip


def find_duplicates() -> dict[str, float]:
    """Seconds to look through the first hospital's whole archive, and the pairs found."""
    hospital = Hospital.objects.order_by("code")[0]
    begin = time.monotonic()
    pairs = scan(hospital.pk)
    return {"seconds": time.monotonic() - begin, "pairs": pairs}
