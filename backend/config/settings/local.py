"""Demo and development: fixed throw-away keys, a clock that can be moved, the sandbox instead of providers."""

import os

from config.demo_values import DEMO

for _name, _value in DEMO.items():
    if not os.environ.get(_name) and not os.environ.get(f"{_name}_FILE"):
        os.environ[_name] = _value

from config.settings.base import *  # noqa: E402 - the environment comes first
from kernel.environment import env  # noqa: E402

CLOCK_FILE = env.str("YIHUI_CLOCK_FILE", default="")
RUN_TOKEN = env.str("YIHUI_RUN_TOKEN", default="")
MESSAGING_SANDBOX_TEMPLATES = True
PAYMENTS_HTTPS_ONLY = False
WEBHOOKS_TO_LOOPBACK = True
