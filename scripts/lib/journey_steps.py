"""What a journey is made of: printed steps, expectations, the clock, the sandbox and signed-in staff."""

import datetime as dt
import json
import secrets
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import httpx

T = TypeVar("T")
SHANGHAI = ZoneInfo("Asia/Shanghai")
TIMEOUT = 30


class Failed(Exception):
    """An expectation did not hold."""


def step(title: str, run: Callable[[], T]) -> T:
    """Run one step and print it with ✓ or ✗; its result."""
    began = time.monotonic()
    try:
        result = run()
    except Exception:
        print(f"✗ {title}", flush=True)
        raise
    print(f"✓ {title}  ({time.monotonic() - began:.1f} s)", flush=True)
    return result


def expect(condition: object, text: str, seen: object = None) -> None:
    """Fail unless the condition holds."""
    if not condition:
        raise Failed(f"expected {text}" + (f", saw {seen!r}"[:2000] if seen is not None else ""))


def done(*conditions: bool) -> None:
    """All conditions hold."""
    expect(all(conditions), "all of it", conditions)


def eventually(text: str, ask: Callable[[], T], seconds: float = 30) -> T:
    """Ask again until the answer is true; Failed when the time is over."""
    deadline = time.monotonic() + seconds
    while not (found := ask()):
        if time.monotonic() > deadline:
            raise Failed(f"{text}: not within {seconds:.0f} s")
        time.sleep(0.3)
    return found


def answered(response: httpx.Response) -> Any:
    """The body of a success; Failed with the problem otherwise."""
    request = response.request
    expect(response.is_success, f"{request.method} {request.url.path} to work", response.text[:800])
    return response.json() if response.content else None


class Clock:
    """The product's clock: a file with the seconds it is ahead of the machine's."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.before = file.read_text() if file.exists() else None
        self.start = dt.datetime.now(SHANGHAI).replace(hour=0, minute=0, second=0, microsecond=0)
        self.moment = self.start

    def set_local(
        self, *, days: int, hour: int, minute: int = 0, plus: dt.timedelta = dt.timedelta()
    ) -> None:
        """Go to that wall-clock time in Shanghai, that many days after today."""
        self.set_local_to(self.start + dt.timedelta(days=days, hours=hour, minutes=minute) + plus)

    def set_local_to(self, moment: dt.datetime) -> None:
        """Go to that moment."""
        self.moment = moment
        ahead = (self.moment - dt.datetime.now(SHANGHAI)).total_seconds()
        scratch = self.file.with_suffix(".new")
        scratch.write_text(f"{ahead:.3f}")
        scratch.replace(self.file)
        print(f"  … the clock says {self.moment:%Y-%m-%d %H:%M}", flush=True)

    def today(self) -> dt.date:
        """The product's calendar day."""
        return self.moment.date()

    def restore(self) -> None:
        """As it was."""
        if self.before is None:
            self.file.unlink(missing_ok=True)
        else:
            self.file.write_text(self.before)


class Sandbox:
    """What people do on their phones, and what they receive."""

    def __init__(self, url: str) -> None:
        self.http = httpx.Client(base_url=f"{url}/_sandbox", timeout=TIMEOUT, trust_env=False)

    def post(self, path: str, body: dict[str, Any]) -> Any:
        """One act."""
        return answered(self.http.post(path, json=body))

    def messages(self, to: str) -> list[dict[str, Any]]:
        """What that person received, newest first."""
        items: list[dict[str, Any]] = answered(self.http.get("/messages", params={"to": to}))["items"]
        return items


class Staff:
    """Staff of the sample by user name, signed in when first needed."""

    def __init__(self, base_url: str, accounts: Path) -> None:
        self.file = accounts
        self.http = httpx.Client(base_url=f"{base_url}/api/admin/v1", timeout=TIMEOUT, trust_env=False)
        self.signed_in: dict[str, dict[str, Any]] = {}

    def account(self, who: str) -> dict[str, Any]:
        """What the accounts file says of a person."""
        rows = json.loads(self.file.read_text())["accounts"]
        return next(row for row in rows if row["username"] == who)

    def session(self, who: str) -> dict[str, Any]:
        """The sign-in of a person; a one-time password is changed first."""
        if who not in self.signed_in:
            opened = self._sign_in(who)
            if opened["user"]["must_change_password"]:
                self._change_password(who, opened["token"])
                opened = self._sign_in(who)
            self.signed_in[who] = opened
        return self.signed_in[who]

    def _sign_in(self, who: str) -> dict[str, Any]:
        body = {"username": who, "password": self.account(who)["password"], "device": "journey"}
        while (answer := self.http.post("auth/sign-in", json=body)).status_code == 429:
            time.sleep(int(answer.headers["Retry-After"]))  # so many passwords a second, no more
        opened: dict[str, Any] = answered(answer)
        return opened

    def _change_password(self, who: str, token: str) -> None:
        document = json.loads(self.file.read_text())
        row = next(row for row in document["accounts"] if row["username"] == who)
        body = {"current_password": row["password"], "new_password": secrets.token_urlsafe(12)}
        headers = {"Authorization": f"Bearer {token}"}
        expect(
            self.http.get("patients", headers=headers).status_code == 403,
            "a one-time password to open nothing",
        )
        answered(self.http.post("auth/change-password", json=body, headers=headers))
        row |= {"password": body["new_password"], "must_change_password": False}
        self.file.write_text(json.dumps(document, ensure_ascii=False, indent=2))

    def _headers(self, who: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.session(who)['token']}"}

    def get(self, who: str, path: str, **query: Any) -> Any:
        """The body of a GET."""
        return answered(self.http.get(path, headers=self._headers(who), params=query))

    def raw_get(self, who: str, path: str) -> httpx.Response:
        """The answer to a GET, refused or not; of a file that lies elsewhere, the file."""
        return self.http.get(path, headers=self._headers(who), follow_redirects=True)

    def status(self, who: str, path: str) -> int:
        """The status of a GET."""
        return self.raw_get(who, path).status_code

    def patch(self, who: str, path: str, body: dict[str, Any]) -> Any:
        """The body of a PATCH."""
        return answered(self.http.patch(path, headers=self._headers(who), json=body))

    def post(self, who: str, path: str, body: dict[str, Any] | None = None, *, key: bool = False) -> Any:
        """The body of a POST; `key`: with an Idempotency-Key."""
        return answered(self.raw_post(who, path, body, key=key))

    def raw_post(
        self, who: str, path: str, body: dict[str, Any] | None = None, *, key: bool = True
    ) -> httpx.Response:
        """The answer to a POST, refused or not."""
        headers = self._headers(who) | ({"Idempotency-Key": secrets.token_hex(16)} if key else {})
        return self.http.post(path, headers=headers, json=body)
