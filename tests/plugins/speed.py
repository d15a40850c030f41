"""What a run does again and again though nothing changes: the proof of a key's numbers, and the hunt for garbage.

Both were a quarter of a worker's time (65 s of CPU against 48 s over 372 tests).
"""

import functools
import gc

import pytest
from cryptography.hazmat.primitives import serialization

#: Reading an RSA key proves it, which takes 45 ms; a key once read never changes.
serialization.load_pem_private_key = functools.lru_cache(maxsize=256)(serialization.load_pem_private_key)


def pytest_collection_finish(session: pytest.Session) -> None:
    """What is loaded until now stays to the end; of what comes later the short-lived is looked through less often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
