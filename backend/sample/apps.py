from django.apps import AppConfig


class SampleConfig(AppConfig):
    """The sample hospitals, for demonstrations, tests and measuring."""

    name = "sample"
    label = "sample"
