"""The package installs in a fresh folder, and every export of it works from JavaScript and from TypeScript."""

import json
import subprocess
from pathlib import Path

import pytest

import frontend

pytestmark = pytest.mark.requirement("INT-04")
ROOT = Path(__file__).resolve().parents[2]
PACKAGE = json.loads((ROOT / "frontend-contract" / "package.json").read_text())
NAME = PACKAGE["name"]
MODULES = [path for path in PACKAGE["exports"] if not path.endswith(".json")]
DATA = [path for path in PACKAGE["exports"] if path.endswith(".json")]
SCRIPT = """
import { createAdminClient, unwrap, ApiError } from "NAME/admin";
import { wxFetch } from "NAME/miniprogram/wx-adapter";
const seen = [];
const api = createAdminClient({
  baseUrl: "https://hospital.example",
  fetch: async (request) => {
    seen.push(`${request.method} ${request.url}`);
    return new Response(JSON.stringify({ code: "not_found", detail: "" }), { status: 404 });
  },
});
try {
  await unwrap(api.GET("/api/admin/v1/me/access"));
} catch (error) {
  console.log(seen[0], error instanceof ApiError && error.code, typeof wxFetch);
}
"""
TYPED = """
import { createPartnerClient, unwrap } from "NAME/partner";
const api = createPartnerClient({ baseUrl: "https://hospital.example" });
const page = await unwrap(api.GET("/api/partner/v1/hospitals"));
export const names: string[] = page.results.map((row) => row.name);
// @ts-expect-error: no such path
await api.GET("/api/partner/v1/nowhere");
"""


def test_every_export_has_types_and_every_file_of_it_is_packed() -> None:
    for path, target in PACKAGE["exports"].items():
        if path.endswith(".json"):
            assert (ROOT / "frontend-contract" / target).is_file()
        else:
            assert list(target) == ["types", "default"], f"{path}: types come first, or nobody finds them"
            source = target["default"].replace("./dist/", "").replace(".js", ".ts")
            assert (ROOT / "frontend-contract" / source).is_file()
    assert "dist" in PACKAGE["files"]


@pytest.mark.full
def test_the_packed_package_works_in_a_fresh_project(tmp_path: Path) -> None:
    project = tmp_path / "project"
    project.mkdir()
    (project / "package.json").write_text('{"name": "fresh", "private": true, "type": "module"}')
    (project / "call.js").write_text(SCRIPT.replace("NAME", NAME))
    imports = [f'await import("{NAME}{path[1:]}");' for path in MODULES]
    imports += [f'await import("{NAME}{path[1:]}", {{ with: {{ type: "json" }} }});' for path in DATA]
    (project / "all.js").write_text("\n".join([*imports, 'console.log("imported");']))
    (project / "typed.ts").write_text(TYPED.replace("NAME", NAME))
    packed = f"npm pack --silent --pack-destination {tmp_path}"
    install = f"cd {project} && npm install --silent --no-audit --no-fund {tmp_path}/{NAME}-{PACKAGE['version']}.tgz"
    strict = "tsc --strict --noEmit --target ES2022 --module NodeNext --lib ES2022,DOM,DOM.Iterable typed.ts"
    script = f"{packed} && {install} && node all.js && node call.js && {strict}"
    done = subprocess.run([*frontend.SHELL, "bash", "-c", script], capture_output=True, text=True)
    assert done.returncode == 0, (done.stdout + done.stderr)[-4000:]
    assert "imported" in done.stdout.splitlines()
    assert "GET https://hospital.example/api/admin/v1/me/access not_found function" in done.stdout
