"""The product's settings with bare views for routes: what framework and middleware cost by themselves."""

from config.settings.local import *  # noqa: F403

ROOT_URLCONF = "tests.bench.bare.urls"
