"""Runs a task of tests.bench.tasks or .schedule_tasks: `python -m tests.bench.inside TASK …`.

The database is that of the environment. Prints one line of JSON.
"""

import json
import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.local")

if __name__ == "__main__":
    django.setup()
    from tests.bench import (
        closes,
        hall,
        ladder,
        ledger,
        patients,
        payment_tasks,
        refund_tasks,
        report_tasks,
        schedule_tasks,
        tasks,
        waiting,
        webhook_tasks,
    )

    modules = (
        tasks, ladder, patients, schedule_tasks, waiting, hall, ledger, payment_tasks, refund_tasks, webhook_tasks,
        report_tasks,
        closes,
    )  # fmt: skip
    module = next(module for module in modules if hasattr(module, sys.argv[1]))
    print(json.dumps(getattr(module, sys.argv[1])(*sys.argv[2:])))
