"""What a front end asks for while somebody waits: the choices of a field, the manifest, the document."""

import json
from itertools import repeat
from pathlib import Path

from tests.bench import client
from tests.bench.data import dataset, inside
from tests.bench.servers import server
from tests.bench.table import Line

OPTIONS_MS, CONTRACT_MS, ASKED = 20.0, 150.0, 40
MANIFEST = Path(__file__).parents[3] / "frontend-contract" / "admin" / "manifest.json"
SERVED = {
    "manifest": "/api/admin/v1/manifest",
    "document of the admin app": "/api/admin/v1/schema?format=json",
}


def measure(quick: bool) -> list[Line]:
    """Median milliseconds of an answer, one client."""
    patients = 100_000 if quick else 1_000_000
    url = dataset(patients)
    tokens = inside(url, "staff_tokens")
    operations = json.loads(MANIFEST.read_text())["operations"]
    paths = [row["path"] for row in operations if row["operation_id"].endswith("_options_list")]
    with server(url) as running:
        slowest = [_options(running.port, role, tokens[role], paths) for role in ("administrator", "doctor")]
        served = [_served(running.port, what, path, tokens["administrator"]) for what, path in SERVED.items()]
    return [*slowest, *served]


def _median(port: int, path: str, token: str) -> tuple[float, int]:
    """With the worst status: searches that are counted refuse after a while."""
    done = client.run(port, 1, repeat(client.request("GET", path, token=token), ASKED))
    return done.percentile(0.5), max(done.statuses)


def _options(port: int, role: str, token: str, paths: list[str]) -> Line:
    """The slowest of all, as first opened and as something is typed."""
    found = {}
    for path in paths:
        for query in ("", "?search=zh"):
            ms, status = _median(port, path + query, token)
            if status not in (200, 400, 403, 429):
                raise RuntimeError(f"{path}{query}: {status}")
            if status == 200:
                found[path.removeprefix("/api/admin/v1/").removesuffix("/options") + query] = ms
    worst = max(found, key=lambda name: found[name])
    middle = sorted(found.values())[len(found) // 2]
    figure = f"{found[worst]:.1f} ms ({worst}), median of {len(found)} lists {middle:.1f} ms"
    return Line(
        "contract", f"options, {role}, the slowest", figure, "", None, f"<= {OPTIONS_MS:.0f} ms",
        found[worst] <= OPTIONS_MS,
    )  # fmt: skip


def _served(port: int, what: str, path: str, token: str) -> Line:
    """After the first answer of each process."""
    _median(port, path, token)
    ms, status = _median(port, path, token)
    target = f"<= {CONTRACT_MS:.0f} ms"
    return Line(
        "contract", f"{what}, after the first", f"{ms:.1f} ms, {status}", "", None, target, ms <= CONTRACT_MS
    )
