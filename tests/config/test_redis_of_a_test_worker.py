"""Parallel test workers must not share a Redis."""

import os

from django.conf import settings


def test_the_product_uses_the_redis_database_of_its_test_worker(redis_url: str) -> None:
    number = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    assert redis_url == settings.REDIS_URL
    assert redis_url.endswith(f"/{number + 1}")
