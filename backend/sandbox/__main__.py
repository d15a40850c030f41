"""`python -m sandbox --port N [--host 127.0.0.1] [--settings FILE] [--keys DIR]`; port 0 picks a free one, printed."""

import argparse
import json
from pathlib import Path
from typing import Any

from sandbox.alipay.api import Alipay
from sandbox.aliyun_sms.api import AliyunSms
from sandbox.control import ControlApi, Sandbox
from sandbox.e_receipts.api import EReceipts
from sandbox.his.api import His
from sandbox.server import Router, SandboxServer
from sandbox.trading.keys import keep_in
from sandbox.unionpay.api import UnionPay
from sandbox.wechat.api import WeChat
from sandbox.wechat_pay.api import WeChatPay


def build_server(host: str, port: int, settings: dict[str, dict[str, Any]] | None = None) -> SandboxServer:
    """A bound server, not yet serving: call `serve_forever()`. `settings` as in README.md."""
    sandbox = Sandbox(settings)
    sandbox.add(WeChat(sandbox.clock, sandbox.inbox))
    sandbox.add(AliyunSms(sandbox.clock, sandbox.inbox))
    sandbox.add(WeChatPay(sandbox.clock))
    sandbox.add(His(sandbox.clock))
    sandbox.add(UnionPay(sandbox.clock))
    sandbox.add(Alipay(sandbox.clock))
    sandbox.add(EReceipts(sandbox.clock))
    router = Router(sandbox.faults)
    router.add_control(ControlApi(sandbox).routes())
    for provider in sandbox.providers.values():
        router.add_provider(provider)
        router.add_control(provider.control_routes(), f"/_sandbox/{provider.name}")
    return SandboxServer(host, port, router)


def main() -> None:
    parser = argparse.ArgumentParser(prog="sandbox", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument(
        "--keys", type=Path, help="directory that keeps the payment providers' keys between starts"
    )
    parser.add_argument("--settings", type=Path, help="JSON file: {provider: {setting: value}}")
    arguments = parser.parse_args()
    settings = json.loads(arguments.settings.read_text(encoding="utf-8")) if arguments.settings else None
    keep_in(arguments.keys)
    server = build_server(arguments.host, arguments.port, settings)
    print(f"http://{arguments.host}:{server.server_port}", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        pass
    finally:
        server.server_close()


if __name__ == "__main__":
    main()
