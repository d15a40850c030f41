"""Load the world into the database of DATABASE_URL for good: python -m tests.support.populate.

Its handles travel with every copy of the database: `shared_world` reads them from where this leaves them. Called for
the template that test workers copy (scripts/lib/template.py).
"""

import base64
import pickle

import django

django.setup()

from django.db import connection, transaction  # noqa: E402 - apps come first

from apps.access.services.sync import sync_access  # noqa: E402 - apps come first
from tests.support.world import build_world  # noqa: E402 - apps come first


def main() -> None:
    """Catalogues and world in one transaction."""
    with transaction.atomic():
        sync_access()
        handles = base64.b64encode(pickle.dumps(build_world())).decode()
        with connection.cursor() as cursor:
            cursor.execute(f"COMMENT ON SCHEMA public IS '{handles}'")


if __name__ == "__main__":
    main()
