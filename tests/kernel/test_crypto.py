"""Secrets at rest: authenticated, bound to their column, found by a keyed index, moved to a new key."""

import base64
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from hypothesis import given, strategies as st

from apps.identity.models import StaffMember
from kernel.crypto.cipher import DecryptionFailed, FieldCipher, blind_index
from tests.support.world import World

pytestmark = pytest.mark.requirement("ACC-05")


def key(number: int) -> str:
    return f"{number}:{base64.b64encode(bytes([number]) * 32).decode()}"


@given(st.text(), st.text(min_size=1))
def test_what_is_encrypted_is_read_back_for_its_column_only(text: str, other: str) -> None:
    cipher = FieldCipher(key(1))
    token = cipher.encrypt(text, "t.c")
    assert cipher.decrypt(token, "t.c") == text
    with pytest.raises(DecryptionFailed):
        cipher.decrypt(token, "t.c" + other)


@given(st.integers(0, 40), st.integers(1, 255))
def test_a_changed_token_is_refused(place: int, flip: int) -> None:
    cipher = FieldCipher(key(1))
    token = bytearray(cipher.encrypt("110101199003071233", "t.c"))
    token[place] ^= flip
    with pytest.raises(DecryptionFailed):
        cipher.decrypt(bytes(token), "t.c")


def test_equal_texts_have_different_tokens_and_equal_indexes() -> None:
    cipher = FieldCipher(key(1))
    assert cipher.encrypt("x", "t.c") != cipher.encrypt("x", "t.c")
    assert blind_index("138 1234-8000", "phone") == blind_index("１３８12348000", "phone")
    assert blind_index("13812348000", "phone") != blind_index("13812348000", "national_id")


def test_an_old_key_still_reads_and_the_first_one_writes() -> None:
    old = FieldCipher(key(1)).encrypt("秘密", "t.c")
    ring = FieldCipher(f"{key(2)},{key(1)}")
    assert ring.decrypt(old, "t.c") == "秘密"
    assert ring.encrypt("x", "t.c")[0] == 2
    with pytest.raises(DecryptionFailed):
        FieldCipher(key(2)).decrypt(old, "t.c")


@pytest.mark.parametrize("ring", ["", "1:short", "0:" + key(1)[2:], "300:" + key(1)[2:], "x:" + key(1)[2:]])
def test_what_is_not_a_key_ring_is_refused(ring: str) -> None:
    with pytest.raises(ValueError):
        FieldCipher(ring)


def test_keys_are_changed_without_losing_a_value(world: World, settings: Any) -> None:
    staff = world.staff["doctor_a"]
    staff.phone = "13812348000"
    staff.save()
    old = settings.FIELD_KEYS
    settings.FIELD_KEYS = f"{key(9)},{old}"
    out = StringIO()
    call_command("rotate_field_keys", "--batch", "1", stdout=out)
    assert "identity.staffmember.phone: 1 re-encrypted" in out.getvalue()
    with connection.cursor() as cursor:
        cursor.execute("SELECT get_byte(phone, 0) FROM identity_staffmember WHERE id = %s", [str(staff.pk)])
        assert cursor.fetchone() == (9,)
    settings.FIELD_KEYS = key(9)
    found = StaffMember.objects.get(phone_index=blind_index("13812348000", "phone"))
    assert found.phone == "13812348000"
    again = StringIO()
    call_command("rotate_field_keys", stdout=again)
    assert "identity.staffmember.phone: 0 re-encrypted" in again.getvalue()


def test_the_log_names_a_changed_secret_without_its_value(world: World) -> None:
    from apps.audit.models import AuditEvent

    staff = world.staff["doctor_a"]
    staff.phone = "13812348000"
    staff.save()
    line = AuditEvent.objects.filter(object_type="identity.staffmember", object_id=str(staff.pk)).order_by(
        "-id"
    )[0]
    assert (line.before, line.after) == ({"phone": "[encrypted]"}, {"phone": "[encrypted]"})


def test_an_encrypted_field_is_not_searched_by_its_text() -> None:
    with pytest.raises(TypeError, match="blind index"):
        StaffMember.objects.filter(phone="13812348000")
