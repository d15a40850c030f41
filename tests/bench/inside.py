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
    from tests.bench import schedule_tasks, tasks

    module = tasks if hasattr(tasks, sys.argv[1]) else schedule_tasks
    print(json.dumps(getattr(module, sys.argv[1])(*sys.argv[2:])))
