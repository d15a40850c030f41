from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from knox.models import AbstractAuthToken, AuthTokenManager

from apps.audit.triggers import audited
from kernel import clock, ids
from kernel.crypto import EncryptedTextField
from kernel.text import fold_code


class UserKind(models.TextChoices):
    STAFF = "staff"
    PATIENT = "patient"


class UserManager(BaseUserManager["User"]):
    """Makes users; services decide who may."""

    def create_user(self, username: str, password: str | None = None, **fields: object) -> "User":
        user = self.model(username=fold_user_name(username), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


USER_NAME_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9._@-]{2,63}$"


def fold_user_name(typed: str) -> str:
    """A user name as it is stored and compared: half-width, in small letters."""
    return fold_code(typed).lower()


class User(AbstractBaseUser, PermissionsMixin):  # type: ignore[django-manager-missing]  # made by an abstract model of a library
    """Whoever can sign in: staff by password, patients by WeChat. Rights hang on roles, not on this row."""

    id = models.UUIDField(primary_key=True, default=ids.uuid7, editable=False)
    username = models.CharField(max_length=64, unique=True)
    kind = models.CharField(max_length=8, choices=UserKind.choices, default=UserKind.STAFF)
    is_active = models.BooleanField(default=True)
    must_change_password = models.BooleanField(default=False)
    failed_sign_ins = models.PositiveSmallIntegerField(default=0)
    locked_until = models.DateTimeField(null=True, blank=True)
    access_version = models.PositiveIntegerField(
        default=1, help_text="raised whenever this user's rights change"
    )
    created_at = models.DateTimeField(default=clock.now, editable=False)

    objects = UserManager()
    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        triggers = [audited(exclude=("password", "last_login", "access_version", "failed_sign_ins"))]


class AuthSession(AbstractAuthToken):
    """A signed-in device (knox token). Only the digest is stored; deleting the row signs the device out at once."""

    objects = AuthTokenManager()
    id = models.UUIDField(default=ids.uuid7, unique=True, editable=False)
    device = models.CharField(max_length=160, blank=True, default="")
    ip = models.GenericIPAddressField(null=True)
    last_seen_at = models.DateTimeField(default=clock.now)


class TotpDevice(models.Model):
    """Second factor (RFC 6238). `last_step` refuses a code that was already used."""

    user = models.OneToOneField(User, primary_key=True, on_delete=models.CASCADE, related_name="totp")
    secret = EncryptedTextField()
    confirmed_at = models.DateTimeField(null=True)
    last_step = models.BigIntegerField(default=0)
    recovery_codes = models.JSONField(default=list, help_text="digests of the unused recovery codes")

    class Meta:
        triggers = [audited(exclude=("secret", "last_step", "recovery_codes"))]
