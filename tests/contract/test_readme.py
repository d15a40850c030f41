"""The five minutes of the readmes, typed as they stand there, against the running product."""

import datetime as dt
import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.live import LiveStack

ROOT = Path(__file__).resolve().parents[2]
READMES = ("README.md", "README.zh-CN.md")
BLOCK = re.compile(r"```(bash|json)\n(.*?)```", re.DOTALL)
#: What is another in every run; everything else is answered as printed.
VARYING = {
    "id", "request_id", "appointment_no", "starts_at", "text", "package", "paySign", "nonceStr", "timeStamp",
    "transaction_id", "order_no", "paid_at",
}  # fmt: skip
END = '"end of block"'


def blocks(name: str) -> list[tuple[str, str]]:
    """The blocks of the five minutes: ("bash" or "json", text)."""
    sections = (ROOT / name).read_text().split("\n## ")
    return BLOCK.findall(next(section for section in sections if "_sandbox" in section))


def typed(name: str) -> list[str]:
    """The commands, without the comments, which are in the reader's language."""
    lines = "".join(text for kind, text in blocks(name) if kind == "bash").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def documents(text: str) -> Iterator[Any]:
    """The JSON documents that follow one another in a text."""
    rest = text.lstrip()
    while rest:
        found, end = json.JSONDecoder().raw_decode(rest)
        yield found
        rest = rest[end:].lstrip()


def agree(printed: dict[str, Any], answered: dict[str, Any]) -> None:
    """What is printed is answered; there may be more of it."""
    for key, value in printed.items():
        if key == "items":
            agree(value[0], answered[key][0])
        elif key in VARYING:
            assert answered[key], (key, answered)
        else:
            assert answered[key] == value, (key, answered)


@pytest.fixture
def home(stack: LiveStack, tmp_path: Path) -> Path:
    """A directory in which the accounts lie where the demo puts them."""
    (tmp_path / ".local" / "run").mkdir(parents=True)
    (tmp_path / ".local" / "run" / "accounts.json").symlink_to(stack.accounts_file)
    return tmp_path


def test_both_readmes_say_the_same() -> None:
    english, chinese = READMES
    assert typed(english) == typed(chinese)
    printed = [[text for kind, text in blocks(name) if kind == "json"] for name in READMES]
    assert printed[0] == printed[1]


def test_the_five_minutes_are_answered_as_printed(stack: LiveStack, home: Path) -> None:
    tomorrow = stack.now().date() + dt.timedelta(days=1)
    script = f"set -euo pipefail\ndate() {{ echo {tomorrow}; }}\n"
    told = blocks("README.md")
    for kind, text in told:
        if kind == "bash":
            text = re.sub(
                r"^API=.*$", f"API={stack.api}/api SANDBOX={stack.sandbox}", text, flags=re.MULTILINE
            )
            script += f"{text}\necho '{END}'\n"
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, cwd=home, timeout=240)
    assert done.returncode == 0, done.stdout + done.stderr
    answers = [list(documents(part)) for part in done.stdout.split(END)[:-1]]
    assert [kind for kind, _ in told] == ["bash", "json"] * len(answers)
    for said, (_, text) in zip(answers, told[1::2], strict=True):
        printed = list(documents(text.replace(", …", "")))
        for expected, answer in zip(printed, said[-len(printed) :], strict=True):
            agree(expected, answer)
