"""Linters find nothing in the documents, and generators make clients of them that compile."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

import embedded
from tests.contract.conftest import AUDIENCES

pytestmark = [pytest.mark.requirement("INT-04"), pytest.mark.full, pytest.mark.xdist_group("generators")]
ROOT = Path(__file__).resolve().parents[2]
TOOLS = ["bash", str(ROOT / "scripts" / "lib" / "contract_tools.sh")]
GENERATOR = "openapi-generator-cli==7.26.0"
#: It reads three million characters, unless it is told.
MAX_YAML = 100_000_000
STRICT = (
    "--strict --noEmit --skipLibCheck --target ES2022 --module ESNext --moduleResolution Bundler "
    "--lib ES2022,DOM,DOM.Iterable"
)


def document(audience: str) -> Path:
    """The committed one."""
    return ROOT / "openapi" / f"{audience}.yaml"


def tools(script: str) -> str:
    """What a shell script prints that runs in a copy of frontend-contract/ with the tools on its path."""
    done = subprocess.run([*TOOLS, "bash", "-c", script], capture_output=True, text=True)
    assert done.returncode == 0, (done.stdout + done.stderr)[-6000:]
    return done.stdout + done.stderr


def test_redocly_finds_nothing() -> None:
    said = tools(
        f"redocly lint --config tools/redocly.yaml {' '.join(str(document(name)) for name in AUDIENCES)}"
    )
    assert "valid" in said and not re.search(r"You have \d+ warning", said), said[-3000:]


def test_spectral_finds_nothing() -> None:
    files = " ".join(str(document(name)) for name in AUDIENCES)
    tools(f"spectral lint --fail-severity=warn --ruleset tools/spectral.yaml {files}")


@pytest.mark.parametrize("audience", AUDIENCES)
def test_a_client_of_openapi_ts_compiles(audience: str) -> None:
    made = f"openapi-ts -i {document(audience)} -o made -s --no-log-file"
    tools(f"{made} && tsc {STRICT} made/index.ts made/sdk.gen.ts")


@pytest.mark.parametrize("audience", AUDIENCES)
def test_a_client_of_openapi_typescript_codegen_compiles(audience: str) -> None:
    program = (
        'node "$TOOLS/openapi-typescript-codegen/bin/index.js"'  # another tool has a program of its name
    )
    tools(
        f"{program} --input {document(audience)} --output made --client fetch && tsc {STRICT} made/index.ts"
    )


@pytest.mark.parametrize("audience", AUDIENCES)
def test_a_client_of_openapi_python_client_compiles(audience: str, tmp_path: Path) -> None:
    target = tmp_path / "client"
    command = [sys.executable, "-m", "openapi_python_client", "generate", "--meta", "none"]
    command += ["--path", str(document(audience)), "--output-path", str(target)]
    made = subprocess.run(command, capture_output=True, text=True)
    lost = [
        line
        for line in made.stdout.splitlines()
        if "Cannot parse" in line and "*/*" not in line and "image/png" not in line
    ]
    assert (made.returncode, lost) == (0, []), made.stdout[-3000:]
    compiled = subprocess.run(
        [sys.executable, "-m", "compileall", "-q", str(target)], capture_output=True, text=True
    )
    assert compiled.returncode == 0, compiled.stdout[-3000:]


@pytest.fixture(scope="session")
def generator() -> Path:
    """The program of openapi-generator, from its wheel; kept in the local directory."""
    target = embedded.local_dir() / "openapi-generator"
    jar = target / "openapi_generator_cli" / "openapi-generator.jar"
    if not jar.exists():
        command = [str(embedded.local_dir() / "uv" / "bin" / "uv"), "pip", "install", "--quiet", "--no-deps"]
        subprocess.run([*command, "--target", str(target), GENERATOR], check=True)
    return jar


@pytest.mark.needs("java")
@pytest.mark.parametrize("audience", AUDIENCES)
def test_a_client_of_openapi_generator_compiles(audience: str, generator: Path, tmp_path: Path) -> None:
    program = f"java -DmaxYamlCodePoints={MAX_YAML} -jar {generator}"
    made = f"{program} generate -i {document(audience)} -g typescript-fetch -o made >{tmp_path}/log"
    tools(f"{made} && tsc {STRICT} made/index.ts || (tail -20 {tmp_path}/log; exit 1)")


def test_the_adapter_takes_wechat_s_own_types() -> None:
    tools('ln -s "$TOOLS" tools/node_modules && tsc -p tools')
