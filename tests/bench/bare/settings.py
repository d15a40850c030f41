"""The product's settings without its middleware and routes: what the frameworks cost by themselves."""

from config.settings.local import *  # noqa: F403

ROOT_URLCONF = "tests.bench.bare.urls"
MIDDLEWARE = []
