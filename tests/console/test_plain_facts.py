"""How the console names what is refused, files, amounts and times: its own functions, without a browser."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

import console

pytestmark = [pytest.mark.requirement("INT-04"), pytest.mark.xdist_group("console-build")]
SCRIPT = Path(__file__).with_name("plain_facts.mjs")


@pytest.fixture(scope="module")
def said(built: Path) -> dict[str, Any]:
    done = subprocess.run(
        [*console.SHELL, "node", str(SCRIPT), str(built)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_a_refused_field_is_named_in_words_with_the_way_to_it(said: dict[str, Any]) -> None:
    assert said["zh"] == ["明细 第 2 行 数量", "用户名", "创建起", ""]
    assert said["en"] == ["Items row 2 Quantity", "User name", "Created from", ""]


def test_the_whole_name_of_a_file_goes_before_the_one_for_old_programs(said: dict[str, Any]) -> None:
    assert said["names"] == ["账单.csv", "plain.csv", ""]


def test_amounts_quantities_and_times_are_written_as_people_read_them(said: dict[str, Any]) -> None:
    assert said["money"] == ["¥20,000.00", "-¥3.60", "¥0.00"]
    assert said["quantities"] == ["2", "1.5", "10", "0.05", "-3"]
    assert said["decimal"] == [True, False, False]
    assert said["time"] == "13:30"


def test_what_was_made_can_be_opened_where_a_page_shows_it(said: dict[str, Any]) -> None:
    assert said["made"] == ["bills", "", "", "payment_orders"]
