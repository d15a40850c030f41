"""The generated clients: they compile, they are up to date, and they really call the product."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from rest_framework.test import APIClient

import frontend
from tests.support.live import LiveStack
from tests.support.world import World, build_world

pytestmark = pytest.mark.requirement("INT-04")
ROOT = Path(__file__).resolve().parents[2]


def shell(*command: str) -> str:
    """The output of a command in a copy of frontend-contract/."""
    done = subprocess.run([*frontend.SHELL, *command], capture_output=True, text=True)
    assert done.returncode == 0, (done.stdout + done.stderr)[-6000:]
    return done.stdout


@pytest.fixture
def world_for_real(transactional_db: None) -> World:
    """The small world, committed."""
    return build_world()


@pytest.mark.thorough
def test_the_mini_program_s_client_runs_over_wx_request(world_for_real: World, live_server: Any) -> None:
    from apps.identity.models import AuthSession

    _, token = AuthSession.objects.create(user=world_for_real.accounts["patient_a"].user)
    said = shell("bash", "-c", f"tsc -p . && node build/journeys/adapter.js {live_server.url} {token}")
    assert said.splitlines()[-1] == "5 passed, 0 failed"


@pytest.mark.thorough
def test_a_generated_python_client_of_partners_calls_the_product(
    world_for_real: World, live_server: Any, tmp_path: Path
) -> None:
    client, document = tmp_path / "client", tmp_path / "partner.yaml"
    command = [sys.executable, "-m", "openapi_python_client", "generate", "--meta", "none"]
    command += ["--path", str(document), "--output-path", str(client / "yihui")]
    client.mkdir()
    document.write_bytes(world_for_real.client(None).get("/api/partner/v1/schema").content)
    made = subprocess.run(command, capture_output=True, text=True)
    assert made.returncode == 0 and "WARNING" not in made.stdout + made.stderr, made.stdout + made.stderr
    application = _application(world_for_real.client("admin1"), world_for_real)
    script = tmp_path / "partner.py"
    script.write_text(PARTNER)
    patient = world_for_real.patients["patient_a"]
    arguments = [live_server.url, application["client_id"], application["client_secret"], patient.mrn]
    environment = os.environ | {"PYTHONPATH": str(client)}
    done = subprocess.run(
        [sys.executable, str(script), *arguments], capture_output=True, text=True, env=environment
    )
    assert done.returncode == 0, done.stderr
    shown = json.loads(done.stdout)
    assert shown["hospitals"] == ["第一医院"]
    assert sorted(shown["departments"]) == ["外科", "心内科"]
    assert shown["pushed"] == [["HIS-1", 201, 3_000], ["HIS-1", 200, 3_000]]
    assert shown["withdrawn"] == "cancelled"


PARTNER = """
import json, sys
from yihui.client import AuthenticatedClient, Client
from yihui.api.bills import bills_push, bills_pushed, bills_withdraw
from yihui.api.directory import departments_list, hospitals_list
from yihui.api.oauth import oauth_token
from yihui.models.push_bill_request import PushBillRequest
from yihui.models.token_request_request import TokenRequestRequest
from yihui.models.withdraw_request import WithdrawRequest

url, client_id, client_secret, mrn = sys.argv[1:]
body = TokenRequestRequest.from_dict(
    {"grant_type": "client_credentials", "client_id": client_id, "client_secret": client_secret}
)
token = oauth_token.sync(client=Client(base_url=url), body=body).access_token
client = AuthenticatedClient(base_url=url, token=token)
pages = {"hospitals": hospitals_list, "departments": departments_list}
shown = {name: [row.name for row in call.sync(client=client).results] for name, call in pages.items()}
bill = PushBillRequest.from_dict({
    "external_id": "HIS-1", "mrn": mrn, "kind": "examination",
    "items": [{"name": "心电图", "quantity": "1", "unit_price_fen": 3000}],
})
answers = [bills_push.sync_detailed(client=client, body=bill) for _ in range(2)]
shown["pushed"] = [[row.parsed.external_id, row.status_code, row.parsed.amount_fen] for row in answers]
bills_withdraw.sync(client=client, external_id="HIS-1", body=WithdrawRequest(reason="开错"))
shown["withdrawn"] = bills_pushed.sync(client=client, external_id="HIS-1").status.value
print(json.dumps(shown))
"""


def _application(admin: APIClient, world: World) -> dict[str, Any]:
    body = {
        "hospital_id": str(world.h1.pk),
        "name": "合作机构",
        "allowed_scopes": ["directory:read", "bills:write"],
    }
    answer = admin.post("/api/admin/v1/partner-applications", body, format="json")
    assert answer.status_code == 201, answer.content
    made: dict[str, Any] = answer.json()
    return made


@pytest.mark.thorough
def test_the_main_journey_works_from_end_to_end(stack: LiveStack, tmp_path: Path) -> None:
    """Both tell the same story: the script that checks the demo, and the front ends' clients."""
    environment = {
        name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "REDIS_URL"}
    }
    files = ["--accounts", str(stack.accounts_file), "--clock-file", str(stack.clock_file)]
    script = [sys.executable, str(ROOT / "scripts" / "journey.py"), *files]
    addresses = ["--base-url", stack.api, "--sandbox-url", stack.sandbox]
    done = subprocess.run([*script, *addresses], capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stdout + done.stderr
    settings = tmp_path / "settings.json"
    names = ("accounts_file", "clock_file")
    told = {"base_url": stack.api, "sandbox_url": stack.sandbox} | {n: str(getattr(stack, n)) for n in names}
    settings.write_text(json.dumps(told))
    said = shell("bash", "-c", f"tsc -p . && node build/journeys/main.js {settings}")
    assert said.splitlines()[-1].endswith(" passed, 0 failed")
