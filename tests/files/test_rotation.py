"""Sealed files and what waits to be imported follow the key ring."""

import base64
import os
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.management import call_command

from apps.files.content import open_file
from apps.files.models import File
from apps.files.services.reseal import reseal_files
from apps.files.services.store import store_file
from apps.files.storage import store
from apps.imports.services import jobs
from apps.patients.models import ImportRow, Patient
from kernel.crypto.files import sealed_under_current_key
from kernel.files import OWNERS
from tests.files.support import SEALED_CODE, TEXT, kinds
from tests.patients.test_data_entry import checked
from tests.patients.test_imports import URL, result
from tests.support.world import World


def ring(old: str) -> tuple[str, str]:
    """A ring with a new key in front of the old one, and the new key alone."""
    fresh = f"{int(old.split(':', 1)[0]) + 1}:{base64.b64encode(os.urandom(32)).decode()}"
    return f"{fresh},{old}", fresh


@pytest.fixture(autouse=True)
def _own_media(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = str(tmp_path)


@pytest.mark.requirement("ACC-05")
@pytest.mark.django_db
def test_a_sealed_file_is_sealed_anew_under_the_current_key_and_its_old_bytes_go(settings: Any) -> None:
    with kinds():
        file = store_file(OWNERS[SEALED_CODE], upload=ContentFile(TEXT), name="a.txt", uploader_id=None)
        settings.FIELD_KEYS, fresh = ring(settings.FIELD_KEYS)
        assert (reseal_files(), reseal_files()) == (1, 0)
        settings.FIELD_KEYS = fresh
        moved = File.objects.get(pk=file.pk)
        assert moved.stored_as != file.stored_as
        with store().open_at(moved.stored_as) as sealed:
            assert sealed_under_current_key(sealed)
        with open_file(moved) as content:
            assert content.read() == TEXT
        with pytest.raises(FileNotFoundError):
            store().open_at(file.stored_as)


@pytest.mark.requirement("ACC-05", "PAT-04")
def test_an_import_that_waits_while_keys_are_changed_is_readable_afterwards(
    world: World, settings: Any
) -> None:
    job = checked(world, "姓名,手机号,地址\n甲甲,13700000041,北京路1号\n".encode())
    settings.FIELD_KEYS, fresh = ring(settings.FIELD_KEYS)
    call_command("rotate_field_keys", verbosity=0)
    settings.FIELD_KEYS = fresh
    assert ImportRow.objects.filter(job_id=job["id"]).count() == 1
    client = world.client("admin1")
    assert "甲甲" in result(world, job, "csv").decode()
    client.post(f"{URL}/{job['id']}/apply", {}, format="json")
    assert jobs.apply(job["id"]).imported_count == 1
    patient = Patient.objects.get(name="甲甲")
    assert (patient.phone, patient.address) == ("13700000041", "北京路1号")
