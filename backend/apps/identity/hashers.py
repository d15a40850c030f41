"""How passwords are hashed."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class ModestArgon2(Argon2PasswordHasher):
    """Argon2id with 19 MiB, two passes, one lane (the least that OWASP advises): some 20 ms of one core.

    The framework's 100 MiB on eight lanes let a few anonymous sign-ins hold up everybody. Stored hashes are renewed
    when their owners sign in.
    """

    time_cost = 2
    memory_cost = 19_456
    parallelism = 1
