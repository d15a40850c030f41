"""Whether a key can have been drawn at random. Nothing proves that it was; what is refused here was not."""

from itertools import pairwise

KEY_BYTES = 32
#: Of 32 random bytes about 30 differ, and of 64 hexadecimal digits nearly all 16.
DISTINCT_BYTES, DISTINCT_CHARACTERS = 20, 8
WORDS = ("local-only", "sandbox", "changeme", "change-me", "insecure", "password", "example")


def weak_key(key: bytes) -> str | None:
    """Why these bytes are no random key; None if they may be one."""
    if len(key) < KEY_BYTES:
        return f"base64 of {KEY_BYTES} random bytes is needed, these are {len(key)}"
    if len(set(key)) < DISTINCT_BYTES or repeats(key) or _counts(key) or _is_text(key):
        return "these bytes are not random: openssl rand -base64 32"
    return None


def weak_text(text: str, characters: int) -> str | None:
    """Why this text is no random secret of so many characters; None if it may be one."""
    if len(text) < characters:
        return f"at least {characters} random characters are needed"
    if any(word in text.lower() for word in WORDS):
        return "a value from an example or from the demo"
    if len(set(text)) < DISTINCT_CHARACTERS or repeats(text.encode()) or _counts(text.encode()):
        return "these characters are not random"
    return None


def repeats(value: bytes) -> bool:
    """True if a part of at most half the length, said again and again, makes the whole."""
    return any(value[step:] == value[:-step] for step in range(1, len(value) // 2 + 1))


def _counts(value: bytes) -> bool:
    """True for 0, 1, 2, 3 … and the like."""
    return len({(later - earlier) % 256 for earlier, later in pairwise(value)}) <= 2


def _is_text(value: bytes) -> bool:
    return all(32 <= byte < 127 for byte in value)
