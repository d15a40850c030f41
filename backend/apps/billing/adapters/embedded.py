"""HIS is our own tables: a hospital without one of its own."""

from apps.identity.models import Hospital


class EmbeddedHis:
    """HisPosting of the hospital itself."""

    def __init__(self, hospital: Hospital) -> None:
        self.hospital = hospital
