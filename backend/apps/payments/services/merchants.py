"""商户号: a hospital's accounts at the channels, and the channels made from them."""

import functools
from collections.abc import Callable
from typing import Any
from uuid import UUID

import orjson
from django.conf import settings
from django.db import IntegrityError, transaction

from apps.identity.models import Hospital
from apps.payments import errors
from apps.payments.channels.base import NotSupported, PaymentChannel
from apps.payments.channels.registry import CHANNELS, ChannelSpec
from apps.payments.models import MerchantAccount, PaymentAttempt
from apps.payments.settings import CHANNEL_NETWORKS
from kernel.errors import REQUIRED, DuplicateValue, Expectation, InvalidValue
from kernel.locks import save_version
from kernel.targets import NO_SUCH_HOST, URL, Refused, networks, parts_of, resolve

MAX_VALUE = 16_000
CONFIG_VALUE = Expectation(
    "config_value",
    f"该渠道的配置项,最长 {MAX_VALUE} 个字符",
    f"A setting of this channel, {MAX_VALUE} characters at most.",
)
#: Accounts as this process has last read them.
_known: dict[UUID, MerchantAccount] = {}
HTTPS_ONLY = Expectation(
    "https_only",
    "须为 https:// 开头的完整地址,不含用户名、密码和 #;内网前置机须先列入医院设置的支付网段",
    "A whole address that begins with https://, without user, password and #; a front end within the hospital stands in"
    " the networks of its settings.",
)
CONFIG_USABLE = Expectation(
    "config_usable",
    "密钥或证书无法使用,请核对格式",
    "The keys or certificates can't be used; check their format.",
)


def spec_of(channel: str) -> ChannelSpec:
    """The declared channel; ChannelNotOffered for one that is unknown or switched off."""
    spec = CHANNELS.get(channel)
    if spec is None or not spec.available:
        raise errors.ChannelNotOffered(channel=channel)
    return spec


def active_merchant(hospital_id: UUID, channel: str) -> MerchantAccount:
    """The hospital's account at the channel; ChannelNotOffered without one."""
    spec_of(channel)
    found = MerchantAccount.objects.filter(hospital_id=hospital_id, channel=channel, is_active=True).first()
    if found is None:
        raise errors.ChannelNotOffered(channel=channel)
    return found


def known_merchant(merchant_id: UUID) -> MerchantAccount | None:
    """The account as this process knows it; it may have been changed meanwhile. None when there is none."""
    return _known.get(merchant_id) or read_merchant(merchant_id)


def read_merchant(merchant_id: UUID) -> MerchantAccount | None:
    """The account as it is; None when there is none."""
    found = MerchantAccount.objects.filter(pk=merchant_id).first()
    if found is not None:
        _known[merchant_id] = found
    return found


def channel_of(merchant: MerchantAccount) -> PaymentChannel:
    """The channel with this merchant's keys; made once per process and version."""
    return _channel(merchant.pk, merchant.version, merchant.channel, merchant.config)


def takes_pushes(merchant: MerchantAccount) -> bool:
    """Whether its channel has a provider that pushes: not the counter, nor a channel that is no more."""
    spec = CHANNELS.get(merchant.channel)
    if spec is None or not spec.online:
        return False
    try:
        channel_of(merchant)
    except NotSupported:
        return False
    return True


def channel_for(attempt: PaymentAttempt) -> PaymentChannel:
    """The channel that the attempt went through; NotSupported for money that no provider moved."""
    if attempt.merchant is None:
        raise NotSupported(attempt.channel)
    return channel_of(attempt.merchant)


@functools.lru_cache(maxsize=256)
def _channel(merchant_id: UUID, version: int, channel: str, config: str) -> PaymentChannel:
    return CHANNELS[channel].build(orjson.loads(config))  # switched off since: refunds of what it took go on


@transaction.atomic
def open_merchant(*, hospital: Hospital, channel: str, name: str, config: dict[str, Any]) -> MerchantAccount:
    """A new active account; the one before becomes inactive and still takes its refunds. InvalidValue."""
    spec = spec_of(channel)
    if not spec.online:
        raise errors.ChannelNotOffered(channel=channel)
    if settings.PAYMENTS_HTTPS_ONLY and not settings.PUBLIC_BASE_URL:
        raise errors.PublicAddressMissing
    text = _checked(hospital, spec, config)
    before = MerchantAccount.objects.select_for_update().filter(
        hospital=hospital, channel=channel, is_active=True
    )
    for row in before:
        row.is_active = False
        save_version(row, ["is_active"], version=row.version)
    merchant = MerchantAccount(hospital=hospital, channel=channel, name=name, config=text)
    _write(lambda: merchant.save(force_insert=True))
    return merchant


def _write(write: Callable[[], None]) -> None:
    """DuplicateValue when another account of the channel is active."""
    try:
        with transaction.atomic():
            write()
    except IntegrityError as error:
        raise DuplicateValue(field="is_active") from error


@transaction.atomic
def change_merchant(merchant: MerchantAccount, data: dict[str, Any], *, version: int) -> MerchantAccount:
    """Change `name`, `is_active` or some of the `config`; what is left out stays. InvalidValue, StaleVersion."""
    fields: list[str] = [name for name in ("name", "is_active") if name in data]
    for name in fields:
        setattr(merchant, name, data[name])
    if "config" in data:
        config = {**orjson.loads(merchant.config), **data["config"]}
        merchant.config = _checked(merchant.hospital, spec_of(merchant.channel), config)
        fields.append("config")
    _write(lambda: save_version(merchant, fields, version=version))
    return merchant


def shown_config(merchant: MerchantAccount) -> dict[str, str]:
    """The configuration without its secrets."""
    spec, config = CHANNELS[merchant.channel], orjson.loads(merchant.config)
    return {name: value for name, value in config.items() if name not in spec.secrets}


def _checked(hospital: Hospital, spec: ChannelSpec, config: dict[str, Any]) -> str:
    """The configuration as text, if the channel can be made from it."""
    known = {*spec.fields, *spec.optional}
    for name, value in config.items():
        if name not in known or not isinstance(value, str) or len(value) > MAX_VALUE:
            raise InvalidValue(field=f"config.{name}"[:100], expected=CONFIG_VALUE)
    for name in spec.fields:
        if not config.get(name):
            raise InvalidValue(field=f"config.{name}", expected=REQUIRED)
    config = config | {
        name: config[name].strip() for name in (*spec.addresses, *spec.pages) if name in config
    }
    for name in filter(config.get, spec.addresses):
        _refuse_target(hospital, name, config[name])
    for name in filter(config.get, spec.pages):
        _refuse_page(name, config[name])
    try:
        spec.build(config)
    except Exception as error:
        raise InvalidValue(field="config", expected=CONFIG_USABLE) from error
    return orjson.dumps(config).decode()


def _refuse_target(hospital: Hospital, name: str, url: str) -> None:
    """InvalidValue for an address that no money's request may be sent to; a name may be known to the proxy alone."""
    try:
        resolve(url, networks(CHANNEL_NETWORKS.of(hospital)), loopback=settings.WEBHOOKS_TO_LOOPBACK)
    except Refused as refused:
        if refused.expected is not NO_SUCH_HOST:
            expected = HTTPS_ONLY if refused.expected is URL else refused.expected
            raise InvalidValue(field=f"config.{name}", expected=expected) from refused
        _refuse_page(name, url)


def _refuse_page(name: str, url: str) -> None:
    """InvalidValue for what is no address, or one without TLS where TLS is demanded."""
    try:
        scheme, *_ = parts_of(url)
    except Refused as refused:
        raise InvalidValue(field=f"config.{name}", expected=HTTPS_ONLY) from refused
    if scheme == "http" and settings.PAYMENTS_HTTPS_ONLY:
        raise InvalidValue(field=f"config.{name}", expected=HTTPS_ONLY)
