"""The whole product on this machine: servers, API, workers, relay, scheduler, sandbox and a sample hospital.

Several run side by side: each claims its ports before it binds them, and every program answers with the token of its
run, so that none takes a stranger's for its own.
"""

import argparse
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import console
import processes
from commands import THEN
from embedded import ROOT, Stack, local_dir
from postgres_server import ServerError
from supervisor import Busy, Failed, Service, Supervisor, answers

MANAGE = [sys.executable, str(ROOT / "backend" / "manage.py")]
#: The same for several commands in one process, divided by THEN.
COMMANDS = [sys.executable, str(Path(__file__).with_name("commands.py"))]
DOCUMENTS = ("miniprogram", "admin", "partner")
FIRST_PORTS = {"api": 8000, "sandbox": 8090, "stream": 8190, "console": 8290}
ATTEMPTS = 5
PUBLIC_HOSPITAL = "YH01"
#: As a region numbers what a receipt sums up.
CHARGE_CODES = {
    "registration": "001", "consultation": "002", "examination": "003", "test": "004", "western_medicine": "005",
    "chinese_patent_medicine": "006", "chinese_herbal_medicine": "007", "treatment": "008", "surgery": "009",
    "nursing": "010", "material": "011", "bed": "012", "other": "099",
}  # fmt: skip
SMALL = ("--patients", "200", "--appointments", "200")
PAYMENT_CHANNELS = ("wechat_pay", "alipay", "unionpay")
BEGIN = time.monotonic()


def say(text: str) -> None:
    """One line of progress with the seconds since the start."""
    print(f"[{time.monotonic() - BEGIN:5.1f} s] {text}", flush=True)


class Demo:
    """What the demo runs, and where."""

    def __init__(self, local: Path, port: int, *, fresh: bool, small: bool) -> None:
        self.local, self.fresh, self.small = local, fresh, small
        self.token = secrets.token_hex(8)
        self.claims: list[socket.socket] = []
        self.accounts = local / "run" / "accounts.json"
        self.clock_file = local / "run" / "clock"
        self.addresses = local / "run" / "addresses.json"
        self.supervisor = Supervisor(local / "run" / "demo", local / "log", cwd=ROOT / "backend")
        self.first_ports = FIRST_PORTS | {"api": port}
        self.api = self.sandbox = self.stream = self.console = ""
        self.files: Path | None = None

    def run(self, check: bool) -> int:
        """Check what runs already, or start everything, then either check it or keep it running, and stop it."""
        try:
            return self._run(check)
        except Busy:
            if not check or not self._find_running():
                raise
        return self._journey()

    def _find_running(self) -> bool:
        """The addresses of the demo that runs here; False while it has none or others answer there."""
        if not self.addresses.exists():
            return False
        known = json.loads(self.addresses.read_text())
        self.api, self.sandbox, self.stream, self.console = (known.get(name, "") for name in FIRST_PORTS)
        return answers(f"{self.api}/readyz", known["run"])

    def _run(self, check: bool) -> int:
        with self.supervisor:
            self.addresses.unlink(missing_ok=True)
            stack = Stack(self.local / "demo")
            building = console.Build(self.local / "console")
            try:
                self._prepare(stack)
                self.files = self._console(building)
                self._start()
                say("Opening the hospitals' accounts at the providers' stand-ins …")
                open_accounts(self.sandbox, self.local / "run", self._manage)
                self._note_addresses()
                self._tell()
                if check:
                    return self._journey()
                self.supervisor.watch(say)
            except KeyboardInterrupt:
                say("Stopping …")
            finally:
                building.stop()
                self.supervisor.stop()
                stack.stop()
                say("Everything has stopped.")
        return 0

    def _prepare(self, stack: Stack) -> None:
        if self.fresh:
            stack.stop()
            shutil.rmtree(stack.directory, ignore_errors=True)
        self.clock_file.unlink(missing_ok=True)  # a check that was killed has left the time ahead
        for name, value in self._own_places().items():
            os.environ.setdefault(name, value)
        say("Starting PostgreSQL and Redis …")
        os.environ.update(stack.start())
        say("Migrating the database (half a minute the first time) …")
        quiet = ("--noinput", "--verbosity", "0")
        self._manage("migrate", *quiet, THEN, "sync_access", THEN, "collectstatic", *quiet)
        say("Loading the sample hospitals (half a minute the first time) …")
        self.accounts.touch(mode=0o600)
        size = SMALL if self.small else ()
        self._manage("load_sample", "--accounts-file", str(self.accounts), *size)

    def _console(self, building: console.Build) -> Path | None:
        say("Building the console (half a minute the first time) …")
        files = building.wait()
        if files is None:
            say(f"The console could not be built here and is left out: {building.log} says why.")
        return files

    def _own_places(self) -> dict[str, str]:
        return {
            "DJANGO_SETTINGS_MODULE": "config.settings.local",
            "YIHUI_ALLOWED_HOSTS": "127.0.0.1,localhost",
            "YIHUI_CLOCK_FILE": str(self.clock_file),
            "YIHUI_STATIC_ROOT": str(self.local / "static"),
            "YIHUI_MEDIA_ROOT": str(self.local / "media"),
            "YIHUI_ALIYUN_SMS_PROTOCOL": "http",
        }

    def _claim_addresses(self) -> list[int]:
        """Claim a port for each program; what the caller has set in the environment stays."""
        for claim in self.claims:
            claim.close()
        claimed = [processes.claim_port(first) for first in self.first_ports.values()]
        ports, self.claims = [port for port, _ in claimed], [claim for _, claim in claimed]
        self.api, self.sandbox, self.stream, self.console = (f"http://127.0.0.1:{port}" for port in ports)
        return ports

    def _environment(self) -> dict[str, str]:
        """Where the programs find one another, once they have places; what the caller has set himself stays."""
        if not self.api:
            return {}
        found = {
            "YIHUI_WECHAT_BASE_URL": self.sandbox,
            "YIHUI_ALIYUN_SMS_ENDPOINT": self.sandbox.removeprefix("http://"),
            "YIHUI_HIS_BASE_URL": self.sandbox,
            "YIHUI_PUBLIC_BASE_URL": self.api,
        }
        own = {name: value for name, value in found.items() if not os.environ.get(name)}
        return own | {"YIHUI_RUN_TOKEN": self.token}

    def _manage(self, *arguments: str) -> None:
        environment = os.environ | self._environment()
        done = subprocess.run([*COMMANDS, *arguments], cwd=ROOT / "backend", env=environment)
        if done.returncode != 0:
            raise Failed(f"manage.py {arguments[0]} ended with {done.returncode}; its output stands above.")

    def _start(self) -> None:
        """Start the programs; on other ports if a stranger took one between the look and the bind."""
        for attempt in range(1, ATTEMPTS + 1):
            ports = self._claim_addresses()
            try:
                self._start_programs()
                return
            except Failed:
                self.supervisor.halt()
                if attempt == ATTEMPTS or all(map(processes.port_is_free, ports)):
                    raise
                say("Somebody took a port in between; choosing others …")

    def _start_programs(self) -> None:
        keys = self.local / "run" / "sandbox-keys"
        services = programs(self.api, self.sandbox, self.stream, keys, self.token)
        if self.files:
            services.append(console_service(self.console, self.api, self.files, self.token))
        for service in services:
            service.environment = self._environment()
            say(f"Starting {service.name} …")
            self.supervisor.start(service)
        for service in services:
            self.supervisor.wait_healthy(service)
            if service.health:
                say(f"{service.name} answers.")

    def _note_addresses(self) -> None:
        known = {name: getattr(self, name) for name in FIRST_PORTS} | {"run": self.token}
        self.addresses.write_text(json.dumps(known, indent=2) + "\n")

    def _tell(self) -> None:
        say("Ready.")
        print(
            f"\n  API       {self.api}\n  Stream    {self.stream}/stream/events\n  Sandbox   {self.sandbox}"
        )
        if self.files:
            print(f"  Console   {self.console}/console/")
        print(f"  Clock     {self.clock_file}: seconds by which the product's time is ahead")
        print(f"  Logs      {self.local / 'log'}\n")
        for name in DOCUMENTS:
            base = f"{self.api}/api/{name}/v1"
            print(f"  {name:11}  Swagger UI {base}/docs/   Redoc {base}/redoc/")
        print(f"\n  Accounts ({self.accounts}):")
        print_accounts(self.accounts)
        print("\n  Ctrl-C stops everything.\n", flush=True)

    def _journey(self) -> int:
        say("Walking the main journeys …")
        addresses = ["--base-url", self.api, "--sandbox-url", self.sandbox, "--accounts", str(self.accounts)]
        addresses += ["--clock-file", os.environ.get("YIHUI_CLOCK_FILE", str(self.clock_file))]
        return subprocess.run([sys.executable, str(ROOT / "scripts" / "journey.py"), *addresses]).returncode


def open_accounts(sandbox: str, directory: Path, manage: Callable[..., object]) -> None:
    """The sample's hospitals take payments through the sandbox, and the first, a public one, issues e-receipts there.

    Files in `directory` pass the sandbox's keys on, and go.
    """
    merchants, receipts = (private_file(directory / name) for name in ("merchants.json", "receipts.json"))
    merchants.write_text(
        json.dumps({channel: ask(f"{sandbox}/_sandbox/{channel}/merchant") for channel in PAYMENT_CHANNELS})
    )
    connection = ask(f"{sandbox}/_sandbox/e_receipts/account") | {"base_url": f"{sandbox}/receipts"}
    account = {
        "platform": "bosssoft", "name": "电子票据", "connection": connection, "charge_codes": CHARGE_CODES,
    }  # fmt: skip
    receipts.write_text(json.dumps(account))
    hospital = ("--hospital", PUBLIC_HOSPITAL)
    manage(
        "open_merchants",
        "--file",
        str(merchants),
        THEN,
        "open_receipt_account",
        *hospital,
        "--file",
        str(receipts),
    )
    merchants.unlink()
    receipts.unlink()


def private_file(path: Path) -> Path:
    """For its owner's eyes alone."""
    path.touch(mode=0o600)
    return path


def ask(url: str) -> Any:
    """What the sandbox says of itself."""
    with urllib.request.urlopen(url, timeout=10) as answer:
        return json.load(answer)


def programs(api: str, sandbox: str, stream: str, keys: Path, token: str = "") -> list[Service]:
    """The processes of the product and the sandbox, for these base URLs; the environment names the servers.

    `keys`: where the sandbox keeps the keys of its payment providers, so that merchants outlive it.
    `token`: the value of YIHUI_RUN_TOKEN, which those who answer have to show.
    """
    api_port, sandbox_port, stream_port = (url.rpartition(":")[2] for url in (api, sandbox, stream))
    # fmt: off
    server = [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", api_port,
        "--workers", "2", "--blocking-threads", "1", "--respawn-failed-workers", "config.wsgi:application",
    ]
    feed = [
        sys.executable, "-m", "granian", "--interface", "asgi", "--host", "127.0.0.1", "--port", stream_port,
        "--workers", "1", "--workers-kill-timeout", "2", "--respawn-failed-workers", "config.stream:application",
    ]
    workers = [
        *MANAGE, "rundramatiq", "--processes", "2", "--threads", "8", "--worker-shutdown-timeout", "5000",
        "--skip-logging", "--queues", "urgent", "default", "bulk", "reports",
    ]
    providers = [sys.executable, "-m", "sandbox", "--port", sandbox_port, "--keys", str(keys)]
    # fmt: on
    return [
        Service("sandbox", providers, f"{sandbox}/healthz", token),
        Service("api", server, f"{api}/readyz", token),
        Service("stream", feed, f"{stream}/healthz", token),
        Service("workers", workers),
        Service("relay", [*MANAGE, "relay"]),
        Service("scheduler", [*MANAGE, "scheduler"]),
    ]


def console_service(address: str, api: str, files: Path, token: str) -> Service:
    """What serves the console's files and sends what they ask to the API."""
    server = [sys.executable, str(ROOT / "scripts" / "lib" / "static_server.py"), "--root", str(files)]
    server += ["--port", address.rpartition(":")[2], "--api", api]
    return Service("console", server, f"{address}/healthz", token)


def print_accounts(path: Path) -> None:
    """Who can sign in: staff by password, mini-program users by a code that the sandbox gives for their openid."""
    content = json.loads(path.read_text())
    for row in content["accounts"]:
        hint = "  (must be changed at first sign-in)" if row["must_change_password"] else ""
        where = row["department"] or row["hospital"]
        print(f"    {row['username']:9} {row['password']:17} {row['role']:20} {row['name']} · {where}{hint}")
    print("\n  Mini-program users:")
    for user in content["miniprogram"]:
        card = user["binding"]
        person = f"{card['name']}  {card['national_id']}  {card['phone']}"
        print(f"    openid={user['openid']}  {person}  card={card['card_number']}")


def main(arguments: list[str]) -> int:
    """Entry of the command line; returns the exit code."""
    parser = argparse.ArgumentParser(prog="demo", description=__doc__)
    parser.add_argument("--check", action="store_true", help="walk the main journeys, then leave")
    parser.add_argument(
        "--port", type=int, default=8000, help="of the API; the next free one is taken (8000)"
    )
    parser.add_argument("--fresh", action="store_true", help="forget the demo's data first")
    parser.add_argument("--small", action="store_true", help="a sample of 200 patients instead of 2,000")
    options = parser.parse_args(arguments)
    try:
        return Demo(local_dir(), options.port, fresh=options.fresh, small=options.small).run(options.check)
    except (Failed, ServerError) as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
