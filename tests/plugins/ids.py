"""Names of what a test is repeated with: what is long has no name of its own, for a key or a file may differ each time.

Workers must collect the same tests under the same names.
"""

MAX_LENGTH = 60


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """The argument's name, which pytest numbers, in place of a long text."""
    return argname if isinstance(val, str | bytes) and len(val) > MAX_LENGTH else None
