"""Random valid and invalid requests by the documents, against the real application: it keeps to its own contract."""

from itertools import islice
from typing import Any
from urllib.parse import urlencode

import hypothesis
import pytest
import schemathesis
from django.db import connection
from schemathesis import GenerationMode
from schemathesis.core.failures import AcceptedNegativeData, FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
)

from apps.identity.oauth import SCOPES
from config.wsgi import application as ours
from kernel.text import clean_line
from tests.contract.conftest import AUDIENCES
from tests.permissions.objects import OBJECTS, estate_of
from tests.support.effort import examples
from tests.support.world import World


def application(environ: dict[str, Any], start_response: Any) -> Any:
    """Ours, asked from this machine, which may read the documents."""
    return ours({"REMOTE_ADDR": "127.0.0.1", **environ}, start_response)


def no_crash(context: Any, response: Any, case: Any) -> None:
    """503 may be true (a provider does not answer here); 500 never is."""
    assert response.status_code < 500 or response.status_code == 503, response.text


pytestmark = [pytest.mark.requirement("INT-04"), pytest.mark.thorough]
CHECKS = [
    no_crash,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    negative_data_rejection,
]
#: They end the very sign-in that the rest of the walk needs.
ENDING = {"auth_sign_out", "auth_sign_out_all", "auth_change_password", "auth_sessions_end", "oauth_revoke"}
#: A document is walked by so many tests, side by side.
PARTS = 3
FORM = "application/x-www-form-urlencoded"
SETTINGS = hypothesis.settings(
    max_examples=examples(3),  # of each operation; seven times as many make over twenty thousand
    derandomize=True,
    database=None,
    deadline=None,
    phases=[hypothesis.Phase.generate],
    suppress_health_check=list(hypothesis.HealthCheck),
)


def _token(world: World, audience: str) -> str:
    if audience != "partner":
        who = world.client("boss" if audience == "admin" else "patient_a")
        return str(who._credentials["HTTP_AUTHORIZATION"])
    body = {"hospital_id": str(world.h1.pk), "name": "合作机构", "allowed_scopes": sorted(SCOPES)}
    made = world.client("boss").post("/api/admin/v1/partner-applications", body, format="json").json()
    form = {name: made[name] for name in ("client_id", "client_secret")} | {
        "grant_type": "client_credentials"
    }
    answer = world.client(None).post("/api/partner/v1/oauth/token", urlencode(form), content_type=FORM)
    return f"Bearer {answer.json()['access_token']}"


@pytest.fixture
def one_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    """The application answers in this thread, inside the test's transaction: the end of a request closes nothing."""
    monkeypatch.setattr(connection, "close_if_unusable_or_obsolete", lambda: None)


class Walk:
    """Calls one operation with what hypothesis makes, collecting what goes wrong."""

    def __init__(self, world: World, token: str) -> None:
        self.world, self.token, self.found = world, token, dict[str, str]()
        self.calls = 0
        estate_of(world).get("waitlist_entry")  # first: a patient who is suspended may not join
        #: Path in front of `{id}` → an object of patient_a, doctor_a and hospital 1.
        self.ids = {path: str(make(estate_of(world))) for path, make in OBJECTS.items()}

    def operation(self, operation: Any) -> None:
        """Valid requests, then invalid ones; where a path names an object, often one that exists."""
        collection, braces, _ = operation.path.removeprefix("/api/").partition("{")
        known = self.ids[collection] if braces else None
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            try:
                strategy = operation.as_strategy(generation_mode=mode)
                SETTINGS(hypothesis.given(case=strategy)(lambda case: self._call(case, known)))()
            except hypothesis.errors.Unsatisfiable:
                continue  # nothing about it can be invalid

    def _call(self, case: Any, known: str | None) -> None:
        self.calls += 1
        if known and self.calls % 2 and case.meta.generation.mode == GenerationMode.POSITIVE:
            first = next(iter(case.path_parameters))
            case.path_parameters = {**case.path_parameters, first: known}
        response = case.call(headers={"Authorization": self.token})
        try:
            case.validate_response(response, checks=CHECKS, headers={"Authorization": self.token})
        except FailureGroup as group:
            for failure in group.exceptions:
                if isinstance(failure, AcceptedNegativeData) and (
                    _has_blanks(case.query) or _is_cleaned(case.body) or _is_cleaned(case.query)
                ):
                    continue  # an empty parameter is one that is not there; what nobody sees is taken out first
                name = f"{case.operation.label}: {failure.title}"
                sent = f"{str(case.body)[:300]} {case.query}"
                self.found.setdefault(name, f"{failure.message[:500]}\n  {sent} → {response.content[:300]!r}")


def _has_blanks(query: Any) -> bool:
    return any(value in ("", None, {}, [], [""]) for value in dict(query or {}).values())


def _is_cleaned(value: Any) -> bool:
    """Whether some text within has characters that the edge takes out."""
    if isinstance(value, str):
        return clean_line(value) != value
    if isinstance(value, dict):
        return any(_is_cleaned(part) for pair in value.items() for part in pair)
    return isinstance(value, list) and any(map(_is_cleaned, value))


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("audience", AUDIENCES)
def test_random_requests_never_break_the_contract(
    audience: str, part: int, world: World, one_connection: None
) -> None:
    schema = schemathesis.openapi.from_wsgi(f"/api/{audience}/v1/schema", application)
    walk = Walk(world, _token(world, audience))
    for result in islice(schema.get_all_operations(), part, None, PARTS):
        operation = result.ok()
        if operation.definition.raw["operationId"] not in ENDING:
            walk.operation(operation)
    print(f"{walk.calls} requests by the document {audience}, part {part + 1} of {PARTS}")
    assert walk.calls > 10
    assert not walk.found, "\n\n".join(f"{name}\n  {text}" for name, text in sorted(walk.found.items()))
