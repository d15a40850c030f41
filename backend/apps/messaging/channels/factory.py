"""The channels that the settings describe, one each per process."""

import functools

from django.conf import settings

from apps.identity.adapters import factory as wechat
from apps.messaging.channels.aliyun_sms import AliyunSmsChannel
from apps.messaging.channels.wechat_subscribe import WeChatSubscribeChannel
from apps.messaging.channels.wechat_template import WeChatTemplateChannel


@functools.cache
def wechat_subscribe() -> WeChatSubscribeChannel:
    return WeChatSubscribeChannel(wechat.mini_program())


@functools.cache
def wechat_template() -> WeChatTemplateChannel:
    return WeChatTemplateChannel(wechat.official_account(), settings.WECHAT_APP_ID)


@functools.cache
def aliyun_sms() -> AliyunSmsChannel:
    return AliyunSmsChannel(
        endpoint=settings.ALIYUN_SMS_ENDPOINT,
        protocol=settings.ALIYUN_SMS_PROTOCOL,
        access_key_id=settings.ALIYUN_SMS_ACCESS_KEY_ID,
        access_key_secret=settings.ALIYUN_SMS_ACCESS_KEY_SECRET,
        sign_name=settings.ALIYUN_SMS_SIGN_NAME,
    )
