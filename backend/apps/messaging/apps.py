from django.apps import AppConfig


class MessagingConfig(AppConfig):
    """Messages to patients: templates, consents, sending with fall-backs, delivery records, the inbox."""

    name = "apps.messaging"
    label = "messaging"
