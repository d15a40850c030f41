from django.apps import AppConfig


class AuditConfig(AppConfig):
    """操作日志: who did what, when, from where, with before and after; append-only and verifiable."""

    name = "apps.audit"
    label = "audit"
