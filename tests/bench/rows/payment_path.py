"""Prepay, paid, posted, over the sandbox: what a payer waits for, beside what the sandbox takes by itself."""

import json
import os
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any

import httpx

from tests.bench.data import copy_of, dataset, drop, execute, inside
from tests.bench.payment_figures import FEN, delays, percentile, posted
from tests.bench.programs import background, providers, queues, wait_until_done
from tests.bench.servers import free_port, server
from tests.bench.table import Line
from tests.support.payment_sandbox import PaymentSandbox, PushReceiver
from tests.support.wechat_pay import prepay, published_sdk

DATABASE = "bench_payment_path"
CLIENTS, PAUSE, DEADLINE = 8, 3.0, 60.0
_NUMBER = "SELECT out_trade_no FROM payments_paymentattempt WHERE id = %s"
_POSTED = "SELECT extract(epoch FROM posted_at)::float FROM payments_paymentorder WHERE id = %s AND state = 'posted'"


@dataclass(frozen=True, slots=True)
class Paid:
    """Milliseconds of one payment: until the payer's app could ask the payer, and from the confirmation to posted."""

    order: str
    prepay: float
    posted: float


def measure(quick: bool) -> list[Line]:
    """One payment after the other, without and with idle moments between them, and several at once."""
    apart, count = (10, 40) if quick else (20, 200)
    url, port = copy_of(dataset(10_000), DATABASE), free_port()
    try:
        with providers() as sandbox, queues():
            os.environ["YIHUI_PUBLIC_BASE_URL"] = f"http://127.0.0.1:{port}"
            inside(url, "take_payments", json.dumps(sandbox.merchant("wechat_pay")))
            payments = iter(inside(url, "open_payments", apart + 2 * count + CLIENTS, 1, 0))
            lines = _alone(url, sandbox, count)
            with server(url, port=port), background(url):
                api = httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30)
                pay = partial(_pay, api, url, sandbox)
                list(_several(pay, payments, CLIENTS))  # warm
                scenes = {
                    f"one after the other, {PAUSE:.0f} s apart": _singly(pay, payments, apart, PAUSE),
                    "one after the other": _singly(pay, payments, count, 0),
                    f"{CLIENTS} at once": _several(pay, payments, count),
                }
                for name, paid in scenes.items():
                    lines += _lines(url, name, list(paid))
                    wait_until_done(url)
            return lines
    finally:
        drop(DATABASE)


def _singly(pay: Any, payments: Iterator[Any], count: int, pause: float) -> Iterator[Paid]:
    for _ in range(count):
        time.sleep(pause)
        yield pay(next(payments))


def _several(pay: Any, payments: Iterator[Any], count: int) -> Iterator[Paid]:
    chosen = [next(payments) for _ in range(count)]
    with ThreadPoolExecutor(CLIENTS) as pool:
        yield from pool.map(pay, chosen)


def _pay(api: httpx.Client, url: str, sandbox: PaymentSandbox, payment: dict[str, str]) -> Paid:
    headers = {"Authorization": f"Bearer {payment['token']}", "Idempotency-Key": uuid.uuid4().hex}
    path = f"/api/miniprogram/v1/payment-orders/{payment['order']}/pay"
    begin = time.perf_counter()
    answer = api.post(path, json={"channel": "wechat_pay"}, headers=headers)
    asked = (time.perf_counter() - begin) * 1_000
    if answer.status_code != 201:
        raise RuntimeError(answer.text)
    number = str(execute(url, _NUMBER, [answer.json()["id"]])[0][0])
    confirmed = time.time()
    sandbox.pay("wechat_pay", number)
    return Paid(payment["order"], asked, (_posted_at(url, payment["order"]) - confirmed) * 1_000)


def _posted_at(url: str, order: str) -> float:
    """When it was posted, by the clock that the product reads."""
    deadline = time.monotonic() + DEADLINE
    while time.monotonic() < deadline:
        if found := execute(url, _POSTED, [order]):
            return float(str(found[0][0]))
        time.sleep(0.02)
    raise TimeoutError(f"order {order} was not posted within {DEADLINE:.0f} s ({posted(url, [order])})")


def _alone(url: str, sandbox: PaymentSandbox, count: int) -> list[Line]:
    """The stand-in by itself: the channel's call, and from the confirmation to a push that nobody looks at."""
    numbers = [f"D{uuid.uuid4().hex[:30]}" for _ in range(count)]
    calls = inside(url, "prepay_directly", *numbers)[2:]
    receiver, sdk, times = PushReceiver(), published_sdk(sandbox), []
    receiver.default = (204, b"")
    try:
        for number in range(count):
            trade = f"P{uuid.uuid4().hex[:30]}"
            prepay(sdk, trade, FEN, notify_url=receiver.url)
            begin = time.perf_counter()
            sandbox.pay("wechat_pay", trade)
            receiver.wait(number + 1)
            times.append((time.perf_counter() - begin) * 1_000)
    finally:
        receiver.close()
    return [
        Line("payment_path", "sandbox alone: the channel's prepay call", _both(calls)),
        Line("payment_path", "sandbox alone: confirmed to pushed", _both(times)),
    ]


def _lines(url: str, name: str, paid: list[Paid]) -> list[Line]:
    median, high = delays(url, [one.order for one in paid])
    inner = f"{median * 1_000:,.0f} / {high * 1_000:,.0f} ms"
    p95 = percentile([one.posted for one in paid], 0.95)
    return [
        Line("payment_path", f"{name}: prepay over HTTP", _both([one.prepay for one in paid])),
        Line(
            "payment_path", f"{name}: confirmed to posted", _both([one.posted for one in paid]), "", None,
            "p95 <= 1 s", p95 <= 1_000,
        ),
        Line("payment_path", "  of it from the stored push to posted", inner),
    ]  # fmt: skip


def _both(times: list[float]) -> str:
    return f"{percentile(times, 0.5):,.0f} / {percentile(times, 0.95):,.0f} ms"
