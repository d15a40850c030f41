"""The whole product on this machine: servers, API, workers, relay, scheduler, sandbox and a sample hospital.

    ./scripts/demo [--port N] [--fresh]     run until Ctrl-C
    ./scripts/demo --check                  walk the main journeys and leave with their exit code: against the demo that
                                            runs here, or one that is started for it and stopped again

Several can run side by side with different YIHUI_LOCAL_DIR. DATABASE_URL or REDIS_URL of your own are used
instead of the embedded servers when they are set.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

import processes
from embedded import ROOT, Stack, local_dir
from postgres_server import ServerError
from supervisor import Busy, Failed, Service, Supervisor

MANAGE = [sys.executable, str(ROOT / "backend" / "manage.py")]
DOCUMENTS = ("miniprogram", "admin", "partner")
PAYMENT_CHANNELS = ("wechat_pay", "alipay", "unionpay")
BEGIN = time.monotonic()


def say(text: str) -> None:
    """One line of progress with the seconds since the start."""
    print(f"[{time.monotonic() - BEGIN:5.1f} s] {text}", flush=True)


class Demo:
    """What the demo runs, and where."""

    def __init__(self, local: Path, port: int, fresh: bool) -> None:
        self.local = local
        self.fresh = fresh
        self.accounts = local / "run" / "accounts.json"
        self.clock_file = local / "run" / "clock"
        self.addresses = local / "run" / "addresses.json"
        self.supervisor = Supervisor(local / "run" / "demo", local / "log", cwd=ROOT / "backend")
        self.wanted_port = port
        self.api = self.sandbox = self.stream = ""

    def run(self, check: bool) -> int:
        """Check what runs already, or start everything, then either check it or keep it running, and stop it."""
        try:
            return self._run(check)
        except Busy:
            if not check or not self.addresses.exists():
                raise
        self.api, self.sandbox = json.loads(self.addresses.read_text())
        return self._journey()

    def _run(self, check: bool) -> int:
        with self.supervisor:
            self.addresses.unlink(missing_ok=True)
            stack = Stack(self.local / "demo")
            try:
                self._prepare(stack)
                self._start()
                open_merchants(self.sandbox, self.local / "run" / "merchants.json", self._manage)
                self._tell()
                self.addresses.write_text(json.dumps([self.api, self.sandbox]))
                if check:
                    return self._journey()
                self.supervisor.watch(say)
            except KeyboardInterrupt:
                say("Stopping …")
            finally:
                self.supervisor.stop()
                stack.stop()
                say("Everything has stopped.")
        return 0

    def _prepare(self, stack: Stack) -> None:
        if self.fresh:
            stack.stop()
            shutil.rmtree(stack.directory, ignore_errors=True)
        self.clock_file.unlink(missing_ok=True)  # a check that was killed has left the time ahead
        self._choose_addresses()
        os.environ.update(stack.start())
        say("PostgreSQL and Redis answer; migrating and loading the sample (half a minute the first time) …")
        self._manage("migrate", "--noinput", "--verbosity", "0")
        self._manage("sync_access")
        self._manage("collectstatic", "--noinput", "--verbosity", "0")
        self.accounts.touch(mode=0o600)
        self._manage("load_sample", "--accounts-file", str(self.accounts))
        say("Database and sample hospital are ready.")

    def _choose_addresses(self) -> None:
        ports = [processes.next_free_port(first) for first in (self.wanted_port, 8090, 8190)]
        self.api, self.sandbox, self.stream = (f"http://127.0.0.1:{port}" for port in ports)
        defaults = {
            "DJANGO_SETTINGS_MODULE": "config.settings.local",
            "YIHUI_ALLOWED_HOSTS": "127.0.0.1,localhost",
            "YIHUI_CLOCK_FILE": str(self.clock_file),
            "YIHUI_LOG_DIR": str(self.local / "log"),
            "YIHUI_STATIC_ROOT": str(self.local / "static"),
            "YIHUI_MEDIA_ROOT": str(self.local / "media"),
            "YIHUI_WECHAT_BASE_URL": self.sandbox,
            "YIHUI_ALIYUN_SMS_ENDPOINT": self.sandbox.removeprefix("http://"),
            "YIHUI_HIS_BASE_URL": self.sandbox,
            "YIHUI_PUBLIC_BASE_URL": self.api,
            "YIHUI_ALIYUN_SMS_PROTOCOL": "http",
        }
        for name, value in defaults.items():
            os.environ.setdefault(name, value)

    def _manage(self, *arguments: str) -> None:
        done = subprocess.run([*MANAGE, *arguments], cwd=ROOT / "backend")
        if done.returncode != 0:
            raise Failed(f"manage.py {arguments[0]} ended with {done.returncode}; its output stands above.")

    def _start(self) -> None:
        say("Starting the sandbox, the API, the stream, workers, relay and scheduler …")
        services = programs(self.api, self.sandbox, self.stream, self.local / "run" / "sandbox-keys")
        for service in services:
            self.supervisor.start(service)
        for service in services:
            self.supervisor.wait_healthy(service)

    def _tell(self) -> None:
        say("Ready.")
        print(
            f"\n  API       {self.api}\n  Stream    {self.stream}/stream/events\n  Sandbox   {self.sandbox}"
        )
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


def open_merchants(sandbox: str, file: Path, manage: Callable[..., object]) -> None:
    """The sample's hospitals take payments through the sandbox; `file` passes its merchants' keys on."""
    merchants = {}
    for channel in PAYMENT_CHANNELS:
        with urllib.request.urlopen(f"{sandbox}/_sandbox/{channel}/merchant", timeout=10) as answer:
            merchants[channel] = json.load(answer)
    file.touch(mode=0o600)
    file.write_text(json.dumps(merchants))
    manage("open_merchants", "--file", str(file))
    file.unlink()


def programs(api: str, sandbox: str, stream: str, keys: Path) -> list[Service]:
    """The processes of the product and the sandbox, for these base URLs; the environment names the servers.

    `keys`: where the sandbox keeps the keys of its payment providers, so that merchants outlive it.
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
        "--skip-logging", "--queues", "urgent", "default", "bulk",
    ]
    providers = [sys.executable, "-m", "sandbox", "--port", sandbox_port, "--keys", str(keys)]
    # fmt: on
    return [
        Service("sandbox", providers, f"{sandbox}/healthz"),
        Service("api", server, f"{api}/readyz"),
        Service("stream", feed, f"{stream}/healthz"),
        Service("workers", workers),
        Service("relay", [*MANAGE, "relay"]),
        Service("scheduler", [*MANAGE, "scheduler"]),
    ]


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
    parser = argparse.ArgumentParser(
        prog="demo", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--check", action="store_true", help="walk the main journeys, then leave")
    parser.add_argument(
        "--port", type=int, default=8000, help="of the API; the next free one is taken (8000)"
    )
    parser.add_argument("--fresh", action="store_true", help="forget the demo's data first")
    options = parser.parse_args(arguments)
    try:
        return Demo(local_dir(), options.port, options.fresh).run(options.check)
    except (Failed, ServerError) as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
