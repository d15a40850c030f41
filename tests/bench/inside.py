"""Runs a task of tests.bench.tasks with the database of its environment: `python -m tests.bench.inside TASK …`.

Prints one line of JSON.
"""

import json
import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.local")

if __name__ == "__main__":
    django.setup()
    from tests.bench import tasks

    print(json.dumps(getattr(tasks, sys.argv[1])(*sys.argv[2:])))
