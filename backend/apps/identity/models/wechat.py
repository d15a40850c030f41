from django.db import models

from apps.audit.triggers import audited
from apps.identity.models.user import User
from kernel.crypto import BlindIndexField, EncryptedTextField
from kernel.models import BaseModel


class WeChatAccount(BaseModel):
    """A mini-program user: one per openid of our mini-program, and one per unionid where WeChat gives it."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="wechat")
    app_id = models.CharField(max_length=32)
    openid = models.CharField(max_length=64)
    unionid = models.CharField(max_length=64, null=True, blank=True, unique=True)
    official_openid = models.CharField(
        max_length=64, blank=True, default="", help_text="openid at the official account"
    )
    phone = EncryptedTextField()
    phone_index = BlindIndexField(source="phone", purpose="phone")
    nickname = models.CharField(max_length=64, blank=True, default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["app_id", "openid"], name="wechat_openid")]
        triggers = [audited()]
