"""开票账户: a hospital's access to a receipt platform, and the platform made from it."""

from collections.abc import Callable, Mapping
from typing import Any

import orjson
from django.db import IntegrityError, transaction

from apps.billing.types import ItemCategory
from apps.identity.models import Hospital
from apps.receipts import errors
from apps.receipts.models import ReceiptAccount
from apps.receipts.platforms import PLATFORMS, PlatformSpec
from apps.receipts.ports import PlatformUnclear, ReceiptPlatform
from kernel.errors import REQUIRED, DuplicateValue, InvalidValue
from kernel.locks import save_version

MAX_VALUE = 500
MAX_CODE = 32


def spec_of(platform: str) -> PlatformSpec:
    """The platform; PlatformNotOffered for one that is unknown or switched off."""
    spec = PLATFORMS.get(platform)
    if spec is None or not spec.available:
        raise errors.PlatformNotOffered(platform=platform)
    return spec


def platform_of(account: ReceiptAccount) -> ReceiptPlatform:
    """The platform with this account's keys; PlatformUnclear for one that is no more."""
    spec = PLATFORMS.get(account.platform)
    if spec is None or spec.build is None:
        raise PlatformUnclear("no_such_platform")
    return spec.build(account.hospital, orjson.loads(account.config))


def open_account(
    *,
    hospital: Hospital,
    platform: str,
    name: str,
    connection: Mapping[str, Any],
    charge_codes: Mapping[str, Any],
) -> ReceiptAccount:
    """A new active account; the one before becomes inactive and still reverses what it issued. InvalidValue,
    PlatformNotOffered.
    """
    text = _checked(hospital, spec_of(platform), connection)
    account = ReceiptAccount(
        hospital=hospital, platform=platform, name=name, config=text, charge_codes=_codes(charge_codes)
    )
    with transaction.atomic():
        before = ReceiptAccount.objects.select_for_update().filter(hospital=hospital, is_active=True)
        for row in before:
            row.is_active = False
            save_version(row, ["is_active"], version=row.version)
        _write(lambda: account.save(force_insert=True))
    return account


def change_account(account: ReceiptAccount, data: Mapping[str, Any], *, version: int) -> ReceiptAccount:
    """Change `name`, `is_active`, `charge_codes` or some of the `connection`; what is left out stays. InvalidValue,
    StaleVersion, DuplicateValue (another one is active).
    """
    fields = [name for name in ("name", "is_active") if name in data]
    for name in fields:
        setattr(account, name, data[name])
    if "charge_codes" in data:
        account.charge_codes = _codes(data["charge_codes"])
        fields.append("charge_codes")
    if "connection" in data:
        whole = {**orjson.loads(account.config), **data["connection"]}
        account.config = _checked(account.hospital, spec_of(account.platform), whole)
        fields.append("config")
    _write(lambda: save_version(account, fields, version=version))
    return account


def _write(write: Callable[[], None]) -> None:
    try:
        with transaction.atomic():
            write()
    except IntegrityError as error:
        if "receipt_account_one_active" not in str(error):
            raise
        raise DuplicateValue(field="is_active") from error


def shown_connection(account: ReceiptAccount) -> dict[str, str]:
    """The configuration without its secrets."""
    spec = PLATFORMS.get(account.platform)
    secrets = spec.secrets if spec else tuple(orjson.loads(account.config))
    return {name: value for name, value in orjson.loads(account.config).items() if name not in secrets}


def _checked(hospital: Hospital, spec: PlatformSpec, config: Mapping[str, Any]) -> str:
    for name, value in config.items():
        if name not in (*spec.fields, *spec.optional) or not isinstance(value, str) or len(value) > MAX_VALUE:
            raise InvalidValue(field=f"connection.{name}"[:100], expected=errors.CONFIG_VALUE)
    for name in spec.fields:
        if not config.get(name):
            raise InvalidValue(field=f"connection.{name}", expected=REQUIRED)
    if spec.check is not None:
        spec.check(hospital, config)
    return orjson.dumps(dict(config)).decode()


def _codes(given: Mapping[str, Any]) -> dict[str, str]:
    known = set(ItemCategory.values)
    if any(
        key not in known or not isinstance(value, str) or len(value) > MAX_CODE
        for key, value in given.items()
    ):
        raise InvalidValue(field="charge_codes", expected=errors.CHARGE_CODES)
    return {key: value.strip() for key, value in sorted(given.items()) if value.strip()}
