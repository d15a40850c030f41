from django.apps import AppConfig


class ReceiptsConfig(AppConfig):
    """电子票据: of what was paid, through the hospital's receipt platform."""

    name = "apps.receipts"
    label = "receipts"
