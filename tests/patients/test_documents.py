"""Identity documents: rules.md 27."""

import datetime as dt

import pytest
from hypothesis import assume, given, strategies as st
from stdnum.cn import ric

from apps.patients.documents import BadDocument, read_document
from apps.patients.models import IdKind

REGIONS = ["110101", "310101", "440305", "500103", "510104"]
BIRTHS = st.dates(dt.date(1900, 1, 1), dt.date(2024, 12, 31))


@st.composite
def resident_ids(draw: st.DrawFn) -> str:
    """A valid number: region, birth date, order, checksum."""
    base = f"{draw(st.sampled_from(REGIONS))}{draw(BIRTHS):%Y%m%d}{draw(st.integers(0, 999)):03d}"
    return base + ric.calc_check_digit(base + "0")


@pytest.mark.requirement("PAT-01")
@given(resident_ids())
def test_a_resident_id_says_birth_date_and_gender_however_it_is_typed(number: str) -> None:
    typed = f" {number[:6]} {number[6:14]}-{number[14:].lower()} "
    document = read_document(IdKind.RESIDENT_ID, typed)
    assert document.number == number
    assert f"{document.birth_date:%Y%m%d}" == number[6:14].zfill(8)
    assert document.gender == ("male" if int(number[16]) % 2 else "female")


@pytest.mark.requirement("PAT-01")
@given(resident_ids(), st.integers(0, 17), st.sampled_from("0123456789X"))
def test_one_wrong_character_of_a_resident_id_is_refused(number: str, at: int, character: str) -> None:
    assume(number[at] != character)
    with pytest.raises(BadDocument):
        read_document(IdKind.RESIDENT_ID, number[:at] + character + number[at + 1 :])


@pytest.mark.requirement("PAT-01")
@given(st.text(max_size=24), st.sampled_from([kind for kind in IdKind if kind != IdKind.NONE]))
def test_no_text_breaks_the_reader(text: str, kind: IdKind) -> None:
    try:
        document = read_document(kind, text)
    except BadDocument:
        return
    assert document.number.isascii()
    assert document.number.isalnum()


@pytest.mark.requirement("PAT-01")
@pytest.mark.parametrize(
    ("kind", "number", "fine"),
    [
        (IdKind.RESIDENT_ID, "110101199003070134", True),
        (IdKind.RESIDENT_ID, "500103198001010110", True),  # the region is younger than the person
        (IdKind.RESIDENT_ID, "990101199003070130", False),  # no such region
        (IdKind.RESIDENT_ID, "110101199002300012", False),  # 30 February
        (IdKind.RESIDENT_ID, "110101209003070136", False),  # born in the future
        (IdKind.HK_MACAO_PERMIT, "H12345678", True),
        (IdKind.HK_MACAO_PERMIT, "M1234567801", True),
        (IdKind.HK_MACAO_PERMIT, "K12345678", False),
        (IdKind.TAIWAN_PERMIT, "12345678", True),
        (IdKind.TAIWAN_PERMIT, "1234567890B", True),
        (IdKind.TAIWAN_PERMIT, "1234567", False),
        (IdKind.FOREIGN_PERMANENT_RESIDENT, "USA110012345678", True),
        (IdKind.PASSPORT, "E12345678", True),
        (IdKind.PASSPORT, "E1", False),
        (IdKind.NONE, "", True),
        (IdKind.NONE, "1", False),
    ],
)
def test_kinds_of_documents(kind: IdKind, number: str, fine: bool) -> None:
    if kind == IdKind.RESIDENT_ID and fine:
        number = number[:17] + ric.calc_check_digit(number)
    if fine:
        assert read_document(kind, number).number == number
    else:
        with pytest.raises(BadDocument):
            read_document(kind, number)
