from django.apps import AppConfig


class ImportsConfig(AppConfig):
    """Files of rows that become records: checked first, applied as a whole."""

    name = "apps.imports"
    label = "imports"
