"""Many refunds of one card's balance at once, over HTTP, beside as many of different cards."""

import json
import uuid
from collections.abc import Iterable, Iterator
from typing import Any

from tests.bench import client
from tests.bench.data import copy_of, dataset, drop, inside
from tests.bench.programs import providers
from tests.bench.servers import server
from tests.bench.table import Line

DATABASE = "bench_refund_storm"
CLIENTS = (16, 64)
TOP_UPS, FEN = 10, 10_000
#: Requests for a card ask for half as much again as it holds: a third of them is to be refused.
BEYOND = 1.5


def measure(quick: bool) -> list[Line]:
    """One card that was topped up ten times, then many that were once; what went back is counted afterwards."""
    each, spread = (300, 60) if quick else (900, 200)
    url = copy_of(dataset(10_000), DATABASE)
    try:
        with providers() as sandbox:
            inside(url, "take_payments", json.dumps(sandbox.merchant("wechat_pay")))
            rich = len(CLIENTS) + 1
            tokens = inside(url, "fill_cards", rich + len(CLIENTS) * spread, rich, TOP_UPS, FEN)
            hot, cold = tokens[:rich], tokens[rich:]
            lines, back = [], 0
            with server(url) as running:
                done = client.run(running.port, 4, _requests([hot.pop()], 60, TOP_UPS * FEN))  # warm
                back += done.statuses[201] * _part(60, TOP_UPS * FEN)
                for clients in CLIENTS:
                    cards, cold = cold[:spread], cold[spread:]
                    one = client.run(running.port, clients, _requests([hot.pop()], each, TOP_UPS * FEN))
                    many = client.run(running.port, clients, _requests(cards, 3 * spread, FEN))
                    lines += _lines("one card", clients, one, each, 1, many)
                    lines += _lines("many cards", clients, many, 3, spread, None)
                    back += one.statuses[201] * _part(each, TOP_UPS * FEN)
                    back += many.statuses[201] * _part(3, FEN)
            return [*lines, _checked(inside(url, "refunded"), back)]
    finally:
        drop(DATABASE)


def _part(each: int, held: int) -> int:
    """What one of `each` requests for a card with that balance asks for."""
    return int(held * BEYOND) // each


def _requests(tokens: list[str], count: int, held: int) -> Iterator[bytes]:
    """So many requests, in turn for the cards of these people."""
    body = {"amount_fen": _part(count // len(tokens), held), "reason": "bench"}
    for number in range(count):
        key = {"Idempotency-Key": uuid.uuid4().hex}
        token = tokens[number % len(tokens)]
        path = "/api/miniprogram/v1/card-refunds"
        yield client.request("POST", path, token=token, body=json.dumps(body).encode(), headers=key)


def _lines(
    name: str, clients: int, done: client.Result, each: int, cards: int, beside: client.Result | None
) -> Iterable[Line]:
    """A third is refused with 409, nothing else happens; the rate of one card stands beside that of many."""
    right = _allowed(each, (TOP_UPS if cards == 1 else 1) * FEN) * cards
    met = dict(done.statuses) == {201: right, 409: each * cards - right}
    limit = f"{beside.per_second:,.0f}/s many cards" if beside else ""
    ratio = done.per_second / beside.per_second if beside else None
    figure = f"{done.per_second:,.0f}/s, {done.statuses[201]} granted, {done.statuses[409]} refused"
    odd = {status: n for status, n in done.statuses.items() if status not in (201, 409)}
    return [
        Line(
            "refund_storm", f"{name}, {clients} clients", f"{figure} {odd or ''}".strip(), limit, ratio,
            f"{right} granted", met,
        ),
        Line("refund_storm", "  p50 / p95", f"{done.percentile(0.5):.0f} / {done.percentile(0.95):.0f} ms"),
    ]  # fmt: skip


def _allowed(each: int, held: int) -> int:
    return held // _part(each, held)


def _checked(found: dict[str, Any], back: int) -> Line:
    """Every card: refunds and balance are what was topped up, and never below zero; no 201 was lost."""
    right = found["back"] == back and not found["wrong"] and found["sound"]
    ledger = "sound" if found["sound"] else "UNSOUND"
    figure = f"{found['back']:,} fen, {len(found['wrong'])} cards wrong, ledger {ledger}"
    return Line("refund_storm", "refunded of all cards", figure, "", None, f"{back:,} fen, 0", bool(right))
