"""The control API below /_sandbox: messages, faults, settings, clock, reset. README.md documents it."""

import os
from typing import Any

from sandbox.clock import Clock
from sandbox.faults import Faults
from sandbox.inbox import Inbox
from sandbox.provider import Provider, Routes
from sandbox.wire import BadRequest, Request, Response, reply

DEFAULT_LIMIT = 50
#: Shown by /healthz, so that whoever started this sandbox knows it from another one.
RUN_TOKEN = os.environ.get("YIHUI_RUN_TOKEN", "")


class Sandbox:
    """The shared state and the providers; `settings` is {provider: {setting: value}}, restored by a reset."""

    def __init__(self, settings: dict[str, dict[str, Any]] | None = None) -> None:
        self.clock = Clock()
        self.faults = Faults()
        self.inbox = Inbox()
        self.providers: dict[str, Provider] = {}
        self._initial = settings or {}

    def add(self, provider: Provider) -> None:
        self.providers[provider.name] = provider
        provider.change_settings(self._initial.get(provider.name, {}))

    def provider(self, name: str) -> Provider:
        if name not in self.providers:
            raise BadRequest(f"{name}: unknown provider, one of {', '.join(self.providers)}", 404)
        return self.providers[name]

    def reset(self) -> None:
        self.clock.reset()
        self.faults.clear()
        self.inbox.clear()
        for provider in self.providers.values():
            provider.reset()
            provider.change_settings(self._initial.get(provider.name, {}))


class ControlApi:
    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    def routes(self) -> Routes:
        return {
            ("GET", "/healthz"): lambda request: reply(
                {"status": "ok"} | ({"run": RUN_TOKEN} if RUN_TOKEN else {})
            ),
            ("POST", "/_sandbox/reset"): self._reset,
            ("POST", "/_sandbox/clock"): self._advance_clock,
            ("GET", "/_sandbox/messages"): self._messages,
            ("DELETE", "/_sandbox/messages"): self._clear_messages,
            ("GET", "/_sandbox/faults/{provider}"): self._get_faults,
            ("PUT", "/_sandbox/faults/{provider}"): self._put_faults,
            ("DELETE", "/_sandbox/faults/{provider}"): self._clear_faults,
            ("GET", "/_sandbox/settings/{provider}"): self._get_settings,
            ("PATCH", "/_sandbox/settings/{provider}"): self._patch_settings,
        }

    def _reset(self, request: Request) -> Response:
        self._sandbox.reset()
        return reply({"reset": True})

    def _advance_clock(self, request: Request) -> Response:
        seconds = request.json().get("advance_seconds")
        if not isinstance(seconds, int | float):
            raise BadRequest("advance_seconds: a number is expected")
        return reply({"now": self._sandbox.clock.advance(seconds)})

    def _messages(self, request: Request) -> Response:
        limit = int(request.query.get("limit", DEFAULT_LIMIT))
        found, items = self._sandbox.inbox.find(request.query, limit)
        return reply({"count": found, "items": items})

    def _clear_messages(self, request: Request) -> Response:
        self._sandbox.inbox.clear()
        return reply({"count": 0})

    def _get_faults(self, request: Request) -> Response:
        provider = self._sandbox.provider(request.params["provider"])
        return reply({"faults": self._sandbox.faults.list(provider.name)})

    def _put_faults(self, request: Request) -> Response:
        provider = self._sandbox.provider(request.params["provider"])
        rules = request.json().get("faults")
        if not isinstance(rules, list):
            raise BadRequest("faults: a list is expected")
        self._sandbox.faults.put(provider.name, rules)
        return self._get_faults(request)

    def _clear_faults(self, request: Request) -> Response:
        self._sandbox.faults.clear(self._sandbox.provider(request.params["provider"]).name)
        return reply({"faults": []})

    def _get_settings(self, request: Request) -> Response:
        return reply(self._sandbox.provider(request.params["provider"]).settings())

    def _patch_settings(self, request: Request) -> Response:
        self._sandbox.provider(request.params["provider"]).change_settings(request.json())
        return self._get_settings(request)
