"""`--full` brings the browser of the console's tests along where it may, and says so where not."""

import os
import time
from pathlib import Path

import pytest

import browser

pytestmark = pytest.mark.requirement("INT-04")
ONLY_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root installs packages")


@pytest.fixture
def bin_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """All programs that there are."""
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


def program(folder: Path, name: str, script: str = "") -> None:
    made = folder / name
    made.write_text(f"#!/bin/bash\n{script}\n")
    made.chmod(0o755)


def test_what_stands_already_is_left_alone(bin_folder: Path) -> None:
    program(bin_folder, "chromium")
    program(bin_folder, "apt-get", f": > {bin_folder}/called")
    assert browser.provide() == ""
    assert not (bin_folder / "called").exists()


def test_where_there_is_no_apt_get_it_says_what_is_skipped(bin_folder: Path) -> None:
    assert "skipped" in browser.provide()


@ONLY_ROOT
def test_root_gets_the_browser_and_a_chinese_typeface(bin_folder: Path) -> None:
    made = f"{bin_folder}/chromium"
    script = f'echo "$@" >> {bin_folder}/called; [ "$2" = install ] && {{ : > {made}; /bin/chmod +x {made}; }}; exit 0'
    program(bin_folder, "apt-get", script)
    assert browser.provide() == "chromium was installed"
    update, install = (bin_folder / "called").read_text().splitlines()
    assert update == "-qq update"
    assert install.endswith("chromium fonts-noto-cjk") and "--yes" in install


@ONLY_ROOT
@pytest.mark.parametrize(
    ("script", "said"), [("exit 100", "could not install"), ("/bin/sleep 30", "longer than")]
)
def test_a_machine_without_packages_or_network_costs_little_and_is_told(
    bin_folder: Path, script: str, said: str
) -> None:
    program(bin_folder, "apt-get", script)
    begin = time.monotonic()
    assert said in browser.provide(seconds=1)
    assert time.monotonic() - begin < 10
