from django.apps import AppConfig
from django.db.backends.signals import connection_created


class AuditConfig(AppConfig):
    """操作日志: who did what, when, from where, with before and after; append-only and verifiable."""

    name = "apps.audit"
    label = "audit"

    def ready(self) -> None:
        from apps.audit.context import install

        connection_created.connect(install, dispatch_uid="audit.tell_database")
