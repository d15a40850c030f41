"""A filled .env in one command: good keys, private, never over an old one; help that installs nothing."""

import os
import re
import stat
import subprocess
from pathlib import Path

import pytest

from tests.config.test_production import named, start

ROOT = Path(__file__).resolve().parents[2]
GIVEN = ["--hospital", "仁和 医院", "--host", "api.renhe.example,10.1.2.3"]
SCRIPTS = sorted(
    path.name for path in (ROOT / "scripts").iterdir() if os.access(path, os.X_OK) and path.is_file()
)


def write(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(ROOT / "scripts" / "env"), *arguments], capture_output=True, text=True)


def variables(path: Path) -> dict[str, str]:
    """As compose reads the file: what stands between single quotes is meant as it stands."""
    rows = re.findall(r"^([A-Z_]+)=(.*)$", path.read_text(), re.MULTILINE)
    return {name: value.strip("'") for name, value in rows}


@pytest.fixture
def made(tmp_path: Path) -> Path:
    path = tmp_path / "fresh.env"
    done = write(*GIVEN, "--output", str(path))
    assert done.returncode == 0, done.stderr
    return path


def test_production_starts_with_what_is_written(made: Path) -> None:
    given = variables(made)
    own = {
        "DATABASE_URL": f"postgres://yihui:{given['POSTGRES_PASSWORD']}@postgres/yihui",
        "REDIS_URL": f"redis://:{given['REDIS_PASSWORD']}@redis/0",
    }
    done = start({name: value for name, value in given.items() if name.startswith("YIHUI_")} | own)
    assert done.returncode == 0, done.stderr
    assert given["YIHUI_HOSPITAL_NAME"] == given["YIHUI_GROUP_NAME"] == "仁和 医院"
    assert named(start(dict(given) | own | {"YIHUI_AUDIT_KEY": given["YIHUI_BLIND_INDEX_KEY"]}))


def test_the_file_is_for_its_owner_alone_and_every_one_has_keys_of_its_own(
    made: Path, tmp_path: Path
) -> None:
    assert stat.S_IMODE(made.stat().st_mode) == 0o600
    assert write(*GIVEN, "--output", str(tmp_path / "other.env")).returncode == 0
    one, other = variables(made), variables(tmp_path / "other.env")
    assert set(one) == set(other)
    secret = [name for name in one if re.search(r"PASSWORD|SECRET_KEY|FIELD_KEYS|_KEY$", name) and one[name]]
    assert len(secret) == 6
    assert all(one[name] != other[name] for name in secret)


def test_an_old_file_is_refused_and_nothing_changed(made: Path) -> None:
    before = made.read_bytes()
    done = write(*GIVEN, "--output", str(made))
    assert done.returncode == 1
    assert "already" in done.stderr
    assert made.read_bytes() == before


@pytest.mark.parametrize(
    ("option", "value"),
    [("--host", "*"), ("--host", ".renhe.example"), ("--host", "https://a.example"), ("--hospital", ""),
     ("--hospital", "仁和'医院"), ("--code", "仁和")],
)  # fmt: skip
def test_what_production_would_refuse_is_refused_at_once(option: str, value: str, tmp_path: Path) -> None:
    done = write(*GIVEN, option, value, "--output", str(tmp_path / "fresh.env"))
    assert done.returncode == 2
    assert option in done.stderr
    assert not (tmp_path / "fresh.env").exists()


@pytest.mark.parametrize("script", SCRIPTS)
def test_help_explains_and_installs_nothing(script: str, tmp_path: Path) -> None:
    local = tmp_path / "local"
    environment = os.environ | {"YIHUI_LOCAL_DIR": str(local)}
    command = [str(ROOT / "scripts" / script), "--help"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=20)
    assert done.returncode == 0, done.stderr
    assert f"./scripts/{script}" in done.stdout
    assert not local.exists()
