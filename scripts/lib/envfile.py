"""A filled .env from .env.example: every key and password drawn at random. Needs Python alone. See ./scripts/env."""

import argparse
import base64
import os
import re
import secrets
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?")
#: A name stands between single quotes, where nothing else is special.
NAME = re.compile(r"[^'\x00-\x1f\x7f]{1,120}")
#: deploy/nginx.conf runs on the host, so the stack sees it at the gateway of its own network.
GATEWAY = "172.28.0.1"


def key() -> str:
    """32 random bytes in base64."""
    return base64.b64encode(secrets.token_bytes(32)).decode()


def values(options: argparse.Namespace) -> dict[str, str]:
    """What is filled in; the rest of the example stays empty, which means its default."""
    return {
        "POSTGRES_PASSWORD": secrets.token_hex(32),
        "REDIS_PASSWORD": secrets.token_hex(32),
        "YIHUI_SECRET_KEY": secrets.token_urlsafe(60),
        "YIHUI_FIELD_KEYS": f"1:{key()}",
        "YIHUI_BLIND_INDEX_KEY": key(),
        "YIHUI_AUDIT_KEY": key(),
        "YIHUI_ALLOWED_HOSTS": ",".join(options.host),
        "YIHUI_TRUSTED_PROXIES": GATEWAY,
        "YIHUI_GROUP_NAME": f"'{options.group or options.hospital}'",
        "YIHUI_HOSPITAL_NAME": f"'{options.hospital}'",
        "YIHUI_HOSPITAL_CODE": options.code,
        "YIHUI_PUBLIC_BASE_URL": f"https://{options.host[0]}",
    }


def filled(example: str, given: dict[str, str]) -> str:
    """The example with these values behind their names."""
    for name, value in given.items():
        pattern = re.compile(rf"^{name}=.*$", re.MULTILINE)
        if not pattern.search(example):
            raise SystemExit(f"{name} does not stand in .env.example.")
        example = pattern.sub((f"{name}={value}").replace("\\", r"\\"), example)
    return example


def hosts(text: str) -> list[str]:
    """Names separated by commas; one host each."""
    found = [name.strip() for name in text.split(",") if name.strip()]
    if not found or not all(HOST.fullmatch(name) for name in found):
        raise argparse.ArgumentTypeError(f"{text!r}: names of hosts, no wildcard, no port, no https://")
    return found


def name(text: str) -> str:
    """A name as people know it."""
    if not NAME.fullmatch(text.strip()):
        raise argparse.ArgumentTypeError("a name of 1 to 120 characters without ' is needed")
    return text.strip()


def code(text: str) -> str:
    """The short code of a hospital."""
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,16}", text):
        raise argparse.ArgumentTypeError("1 to 16 letters, digits, _ or -")
    return text


def main(arguments: list[str]) -> int:
    """Entry of the command line; returns the exit code."""
    parser = argparse.ArgumentParser(prog="env", description=__doc__)
    parser.add_argument("--hospital", type=name, required=True)
    parser.add_argument("--host", type=hosts, required=True)
    parser.add_argument("--group", type=name)
    parser.add_argument("--code", type=code, default="H1")
    parser.add_argument("--output", type=Path, default=ROOT / ".env")
    options = parser.parse_args(arguments)
    text = filled((ROOT / ".env.example").read_text(encoding="utf-8"), values(options))
    try:
        descriptor = os.open(options.output, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        print(
            f"{options.output} is there already: nothing was written. Its keys open your data.",
            file=sys.stderr,
        )
        return 1
    except OSError as error:
        print(f"{options.output} cannot be written: {error.strerror}.", file=sys.stderr)
        return 1
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    print(f"{options.output} is written. Keep a copy of it away from the backups of the database.")
    print("Next: docker compose run --rm setup, which prints the administrator's one-time password.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
