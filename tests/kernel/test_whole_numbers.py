"""Long numbers in CSV stay whole in a spreadsheet, and come back as they were."""

import pytest

from kernel.sheets import csv_blocks, plain

pytestmark = pytest.mark.requirement("INT-04")


@pytest.mark.parametrize(
    ("number", "kept"), [("4200202611260000", "'4200202611260000"), ("123456789012345", "123456789012345")]
)
def test_more_digits_than_a_spreadsheet_keeps_are_text(number: str, kept: str) -> None:
    text = "".join(csv_blocks([[number]])).lstrip("\ufeff").strip()
    assert text == kept and plain(text) == number
