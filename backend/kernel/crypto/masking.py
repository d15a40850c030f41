"""What a reader without the "sensitive" permission sees (rules.md 28)."""


def phone(value: str) -> str:
    """`13812348000` → `138****8000`."""
    return f"{value[:3]}****{value[-4:]}" if len(value) >= 8 else "*" * len(value)


def document(value: str) -> str:
    """ID or card number: first 6 + last 4; shorter numbers keep only the ends."""
    if len(value) > 10:
        return f"{value[:6]}{'*' * (len(value) - 10)}{value[-4:]}"
    return f"{value[:1]}{'*' * max(len(value) - 2, 0)}{value[-1:]}" if len(value) > 2 else "*" * len(value)


def address(value: str) -> str:
    """The first six characters (province and city)."""
    return f"{value[:6]}****" if len(value) > 6 else "****" if value else ""


def name(value: str) -> str:
    """For public screens: `张三丰` → `张**`."""
    return value[:1] + "*" * max(len(value) - 1, 0)
