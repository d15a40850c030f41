"""What is generated for front ends from the OpenAPI documents: types for TypeScript and the admin app's manifest."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
AUDIENCES = ("miniprogram", "admin", "partner")
SHELL = ["bash", str(ROOT / "scripts" / "lib" / "frontend.sh")]
TYPES = [
    "openapi-typescript",
    "--root-types",
    "--root-types-no-schema-prefix",
    "--default-non-nullable",
    "false",
]
#: What generate() writes, relative to its target.
FILES = (
    *(f"frontend-contract/{name}/schema.ts" for name in AUDIENCES),
    "frontend-contract/admin/manifest.json",
    *(f"frontend-contract/{name}/words.json" for name in AUDIENCES),
)


def generate(target: Path) -> bool:
    """Write FILES below `target`, whose openapi/ holds the documents; False if that failed."""
    for name in FILES:
        (target / name).parent.mkdir(parents=True, exist_ok=True)
    environment = {"DJANGO_SETTINGS_MODULE": "config.settings.test"} | os.environ
    manage = [
        sys.executable,
        str(ROOT / "backend" / "manage.py"),
        "contract",
        str(target / "frontend-contract"),
    ]
    contract = subprocess.Popen(manage, env=environment, cwd=ROOT / "backend")
    pairs = (
        (target / f"openapi/{name}.yaml", target / f"frontend-contract/{name}/schema.ts")
        for name in AUDIENCES
    )
    commands = " && ".join(f"{' '.join(TYPES)} '{document}' -o '{made}' >&2" for document, made in pairs)
    types = subprocess.run([*SHELL, "bash", "-c", commands], stderr=subprocess.PIPE, text=True)
    if types.returncode:
        print(types.stderr, file=sys.stderr)
    return contract.wait() == 0 and types.returncode == 0
