"""The WeChat clients that the settings describe, one each per process."""

import functools

from django.conf import settings

from apps.identity.adapters.token_store import RedisTokenStore
from apps.identity.adapters.wechat import WeChatClient
from kernel.redis import client as redis_client


@functools.cache
def mini_program() -> WeChatClient:
    """Sign-in, phone numbers and subscribe messages."""
    return _client(settings.WECHAT_APP_ID, settings.WECHAT_APP_SECRET)


@functools.cache
def official_account() -> WeChatClient:
    """Template messages to followers."""
    return _client(settings.WECHAT_OA_APP_ID, settings.WECHAT_OA_SECRET)


def _client(app_id: str, secret: str) -> WeChatClient:
    return WeChatClient(settings.WECHAT_BASE_URL, app_id, secret, RedisTokenStore(redis_client()))
