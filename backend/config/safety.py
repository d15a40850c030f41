"""What production refuses to start with: every problem under the name of its variable, all at once."""

import base64
import ipaddress
import re
from collections.abc import Callable, Iterator
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

from config.demo_values import PUBLISHED
from config.randomness import weak_key, weak_text
from config.storages import ADDRESSING, KINDS, S3
from kernel.crypto.cipher import FieldCipher
from kernel.environment import env

Problem = tuple[str, str]

SECRET_KEY_CHARACTERS, TOKEN_CHARACTERS, HIS_SECRET_CHARACTERS, PASSWORD_CHARACTERS = 50, 24, 32, 16
ADDRESS_LISTS = (
    "YIHUI_TRUSTED_PROXIES", "YIHUI_ALIYUN_SMS_CALLBACK_ADDRESSES", "YIHUI_METRICS_ADDRESSES",
    "YIHUI_DOCUMENT_ADDRESSES",
)  # fmt: skip
#: The widest network that is no private one: providers and gateways announce no wider ones.
WIDEST_BITS = {4: 12, 6: 28}
HOST_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?")
#: A provider's variables: what it needs, then what means nothing without.
PROVIDERS: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    (("YIHUI_WECHAT_APP_ID", "YIHUI_WECHAT_APP_SECRET"), ()),
    (("YIHUI_WECHAT_OA_APP_ID", "YIHUI_WECHAT_OA_SECRET"), ()),
    (
        ("YIHUI_ALIYUN_SMS_ACCESS_KEY_ID", "YIHUI_ALIYUN_SMS_ACCESS_KEY_SECRET"),
        (
            "YIHUI_ALIYUN_SMS_SIGN_NAME", "YIHUI_ALIYUN_SMS_CALLBACK_TOKEN",
            "YIHUI_ALIYUN_SMS_CALLBACK_ADDRESSES",
        ),
    ),
    (("YIHUI_HIS_BASE_URL", "YIHUI_HIS_APP_ID", "YIHUI_HIS_SECRET"), ()),
    (
        (
            "YIHUI_FILES_BUCKET", "YIHUI_FILES_ENDPOINT", "YIHUI_FILES_ACCESS_KEY_ID",
            "YIHUI_FILES_SECRET_ACCESS_KEY",
        ),
        ("YIHUI_FILES_REGION", "YIHUI_FILES_ADDRESSING"),
    ),
)  # fmt: skip


def refuse_unsafe() -> None:
    """Raise ImproperlyConfigured with all problems, a line each, unless there is none."""
    found = list(dict.fromkeys(problem for check in CHECKS for problem in check()))
    if found:
        raise ImproperlyConfigured("\n".join(f"{name}: {why}" for name, why in found))


def _text(name: str) -> str:
    value: str = env.str(name, default="")
    return value


def _process() -> Iterator[Problem]:
    for name in ("DEBUG", "YIHUI_DEBUG"):
        if env.bool(name, default=False):
            yield name, "must not be on in production"
    for name in ("YIHUI_FAULT_FILE", "YIHUI_CLOCK_FILE", "YIHUI_RUN_TOKEN"):
        if _text(name):
            yield name, "is for tests and the demo alone"


def _servers() -> Iterator[Problem]:
    for name in ("DATABASE_URL", "REDIS_URL"):
        if not _text(name):
            yield name, "must be set"
            continue
        try:
            parts = urlsplit(_text(name))
            host, password = parts.hostname or "", unquote(parts.password or "")
        except ValueError:
            yield name, "is no address like scheme://user:password@host:port/name"
            continue
        # Whoever is on the machine itself may be known by other means: a socket's owner, pg_hba.conf.
        if (password or not _is_this_machine(host)) and (why := weak_text(password, PASSWORD_CHARACTERS)):
            yield name, f"its password: {why}"


def _is_this_machine(host: str) -> bool:
    return host in ("", "localhost", "127.0.0.1", "::1") or host.startswith("/")


def _hosts() -> Iterator[Problem]:
    hosts: list[str] = env.list("YIHUI_ALLOWED_HOSTS", default=[])
    if not hosts:
        yield "YIHUI_ALLOWED_HOSTS", "name every host"
    for host in hosts:
        if not HOST_NAME.fullmatch(host) and not _network(host.strip("[]")):
            yield (
                "YIHUI_ALLOWED_HOSTS",
                f"{host!r} is no name of one host: no wildcard, no leading dot, no port",
            )


def _origins() -> Iterator[Problem]:
    for origin in env.list("YIHUI_CORS_ORIGINS", default=[]):
        parts = urlsplit(origin)
        if (
            parts.scheme != "https"
            or not parts.hostname
            or origin != f"https://{parts.netloc}"
            or "*" in origin
        ):
            yield "YIHUI_CORS_ORIGINS", f"{origin!r} is no origin like https://admin.example.org"


def _published() -> Iterator[Problem]:
    for name, value in PUBLISHED.items():
        if _text(name) == value or "sandbox" in _text(name).lower():
            yield name, "a published value of the demo"


def _keys() -> Iterator[Problem]:
    if why := weak_text(_text("YIHUI_SECRET_KEY"), SECRET_KEY_CHARACTERS):
        yield "YIHUI_SECRET_KEY", why
    seen: dict[bytes, str] = {}
    for name, keys in (
        ("YIHUI_FIELD_KEYS", _ring()),
        ("YIHUI_BLIND_INDEX_KEY", [_decoded(_text("YIHUI_BLIND_INDEX_KEY"))]),
        ("YIHUI_AUDIT_KEY", [_decoded(_text("YIHUI_AUDIT_KEY"))]),
    ):
        for key in keys:
            if why := weak_key(key):
                yield name, why
            elif key in seen:
                yield name, f"the same key as in {seen[key]}: each needs its own"
            seen[key] = name


def _ring() -> list[bytes]:
    ring = _text("YIHUI_FIELD_KEYS")
    try:
        FieldCipher(ring)
    except (ValueError, StopIteration):
        return [b""]
    return [_decoded(entry.partition(":")[2]) for entry in ring.split(",")]


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:  # beyond ASCII, too
        return b""


def _addresses() -> Iterator[Problem]:
    for name in ADDRESS_LISTS:
        for text in env.list(name, default=[]):
            network = _network(text)
            if network is None:
                yield name, f"{text!r} is neither an address nor a network like 10.0.0.0/8"
            elif not network.is_private and network.prefixlen < WIDEST_BITS[network.version]:
                yield name, f"{text} is as good as everybody"


def _network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    try:
        return ipaddress.ip_network(text)
    except ValueError:
        return None


def _providers() -> Iterator[Problem]:
    for needed, others in PROVIDERS:
        given = [name for name in (*needed, *others) if _text(name)]
        for name in needed:
            if given and not _text(name):
                yield name, f"must be set with {given[0]}"
    if (token := _text("YIHUI_ALIYUN_SMS_CALLBACK_TOKEN")) and (why := weak_text(token, TOKEN_CHARACTERS)):
        yield "YIHUI_ALIYUN_SMS_CALLBACK_TOKEN", why
    yield from _files()
    yield from _his_connections()
    if (secret := _text("YIHUI_HIS_SECRET")) and (why := weak_text(secret, HIS_SECRET_CHARACTERS)):
        yield "YIHUI_HIS_SECRET", why


def _files() -> Iterator[Problem]:
    kind, addressing = _text("YIHUI_FILES_STORAGE"), _text("YIHUI_FILES_ADDRESSING")
    if kind not in ("", *KINDS):
        yield "YIHUI_FILES_STORAGE", " or ".join(KINDS)
    if kind == S3 and not _text("YIHUI_FILES_BUCKET"):
        yield "YIHUI_FILES_BUCKET", "must be set with YIHUI_FILES_STORAGE"
    if addressing not in ("", *ADDRESSING):
        yield "YIHUI_FILES_ADDRESSING", ", ".join(ADDRESSING)


def _his_connections() -> Iterator[Problem]:
    name = "YIHUI_HIS_CONNECTIONS"
    connections = env.json(name, default={})
    if not isinstance(connections, dict):
        yield name, "an object: hospital code → base_url, app_id, secret"
        return
    for code, connection in connections.items():
        if not isinstance(connection, dict) or set(connection) != {"base_url", "app_id", "secret"}:
            yield name, f"{code}: base_url, app_id and secret, no more and no less"
            continue
        if why := weak_text(str(connection["secret"]), HIS_SECRET_CHARACTERS):
            yield name, f"{code}: secret {why}"
        if why := _bad_url(str(connection["base_url"])):
            yield name, f"{code}: base_url {why}"


def _urls() -> Iterator[Problem]:
    if (protocol := _text("YIHUI_ALIYUN_SMS_PROTOCOL")) and protocol != "https":
        yield "YIHUI_ALIYUN_SMS_PROTOCOL", "providers are spoken to over https"
    if _is_here(_text("YIHUI_ALIYUN_SMS_ENDPOINT")):
        yield "YIHUI_ALIYUN_SMS_ENDPOINT", "this machine is no provider"
    for name in (
        "YIHUI_WECHAT_BASE_URL", "YIHUI_HIS_BASE_URL", "YIHUI_PUBLIC_BASE_URL", "YIHUI_FILES_ENDPOINT",
    ):  # fmt: skip
        url = _text(name)
        if url and (why := _bad_url(url)):
            yield name, why


def _bad_url(url: str) -> str:
    """Why a provider cannot be reached there safely; blank: it can."""
    if not url.startswith("https://") or not urlsplit(url).hostname:
        return "an address that begins with https://"
    return "must not lead to this machine" if _is_here(url.removeprefix("https://")) else ""


def _is_here(place: str) -> bool:
    """True if host[:port][/…] is the loopback, where only stand-ins listen."""
    host = urlsplit(f"//{place}").hostname or ""
    network = _network(host)
    return host == "localhost" or (network is not None and network.is_loopback)


CHECKS: tuple[Callable[[], Iterator[Problem]], ...] = (
    _process, _servers, _hosts, _origins, _published, _keys, _addresses, _providers, _urls,
)  # fmt: skip
