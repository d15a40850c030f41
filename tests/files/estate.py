"""A file for the permission matrix: uploaded by doctor_a, and one by patient_a, which nothing has taken yet."""

from django.core.files.base import ContentFile

from apps.files.models import File
from apps.files.services.store import store_file
from apps.identity.models import User
from apps.identity.pictures import PORTRAIT
from tests.support.estates import Estate, Values
from tests.support.pictures import picture


class FilesEstate(Estate):
    """Of files."""

    def make_file_of_staff(self) -> File:
        return self._staged(self.world.staff["doctor_a"].user)

    def make_file_of_patient(self) -> File:
        return self._staged(self.world.accounts["patient_a"].user)

    def _staged(self, user: User | None) -> File:
        assert user
        return store_file(PORTRAIT, upload=ContentFile(picture()), name="a.png", uploader_id=user.pk)


#: Path up to the parameter → the value that stands there.
OBJECTS: Values = {
    "admin/v1/files/": lambda e: e.get("file_of_staff").pk,
    "miniprogram/v1/files/": lambda e: e.get("file_of_patient").pk,
}
