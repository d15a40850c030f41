"""Mini-program users sign in by WeChat's codes. WeChat is called outside any transaction."""

from collections.abc import Callable
from typing import TypeVar

import structlog
from django.conf import settings
from django.db import IntegrityError, transaction

from apps.audit.services import record
from apps.identity.adapters.factory import mini_program
from apps.identity.adapters.wechat_errors import (
    WeChatError,
    WeChatInvalidCodeError,
    WeChatPermanentError,
)
from apps.identity.errors import PhoneNotMainland, WeChatCodeInvalid, WeChatUnavailable
from apps.identity.models import User, UserKind, WeChatAccount
from apps.identity.services.sessions import MINI_PROGRAM_LIFETIME, OpenSession, open_session
from kernel import clock, ids
from kernel.errors import PermissionDenied

T = TypeVar("T")
log = structlog.get_logger(__name__)


def sign_in_by_wechat(*, code: str, device: str = "", ip: str | None = None) -> OpenSession:
    """A session of the account behind a wx.login code; the first sign-in makes the account.

    WeChatCodeInvalid, WeChatUnavailable; PermissionDenied for an account that was blocked.
    """
    answer = _asked(lambda: mini_program().code_to_session(code))
    account = _account_of(settings.WECHAT_APP_ID, answer.openid, answer.unionid)
    user = account.user
    if not user.is_active:
        raise PermissionDenied
    with transaction.atomic():
        opened = open_session(user, device=device, ip=ip, lifetime=MINI_PROGRAM_LIFETIME)
        record(
            action="sign_in",
            object_type="identity.user",
            object_id=user.pk,
            user_id=user.pk,
            actor=user.username,
        )
    return opened


def record_phone(account: WeChatAccount, *, code: str) -> WeChatAccount:
    """Store the phone number behind a phone code; WeChatCodeInvalid, PhoneNotMainland, WeChatUnavailable."""
    account.phone = _asked(lambda: mini_program().phone_number(code))
    account.updated_at = clock.now()
    with transaction.atomic():
        account.save(update_fields=["phone", "phone_index", "updated_at"])
    return account


def _asked(call: Callable[[], T]) -> T:
    """The answer of WeChat, its failures in our words."""
    try:
        return call()
    except WeChatInvalidCodeError as error:
        raise WeChatCodeInvalid(field="code") from error
    except WeChatPermanentError as error:
        if error.code == "foreign_phone":
            raise PhoneNotMainland(field="code") from error
        log.error("wechat_refused", errcode=error.code)
        raise WeChatUnavailable from error
    except WeChatError as error:
        log.warning("wechat_failed", errcode=error.code)
        raise WeChatUnavailable(retry_after=5) from error


def _account_of(app_id: str, openid: str, unionid: str | None) -> WeChatAccount:
    """The one account of this person, made if need be; whoever loses a race takes the winner's row."""
    account = _find(app_id, openid, unionid) or _create(app_id, openid, unionid)
    if account is None:
        account = _find(app_id, openid, unionid)
    if account is None:  # the row that was in the way is gone again
        raise WeChatUnavailable(retry_after=1)
    return _complete(account, app_id, openid, unionid)


def _find(app_id: str, openid: str, unionid: str | None) -> WeChatAccount | None:
    accounts = WeChatAccount.objects.select_related("user")
    found = accounts.filter(app_id=app_id, openid=openid).first()
    return found or (accounts.filter(unionid=unionid).first() if unionid else None)


def _create(app_id: str, openid: str, unionid: str | None) -> WeChatAccount | None:
    """A new account; None if another request was first."""
    try:
        with transaction.atomic():
            user = User(username=f"wx:{ids.uuid7().hex}", kind=UserKind.PATIENT)
            user.set_unusable_password()
            user.save(force_insert=True)
            return WeChatAccount.objects.create(user=user, app_id=app_id, openid=openid, unionid=unionid)
    except IntegrityError:
        return None


def _complete(account: WeChatAccount, app_id: str, openid: str, unionid: str | None) -> WeChatAccount:
    """Fill in a unionid that WeChat gave later, or the openid of a mini-program that replaced ours."""
    changes: dict[str, str] = {}
    if unionid and account.unionid is None:
        changes["unionid"] = unionid
    if (account.app_id, account.openid) != (app_id, openid):
        changes |= {"app_id": app_id, "openid": openid}
    if changes:
        try:
            with transaction.atomic():
                WeChatAccount.objects.filter(pk=account.pk).update(**changes, updated_at=clock.now())
        except (
            IntegrityError
        ):  # two accounts of one person from before the apps were linked: both stay usable
            log.warning("wechat_unionid_taken", account_id=str(account.pk))
        else:
            for name, value in changes.items():
                setattr(account, name, value)
    return account
