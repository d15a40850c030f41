"""Figures and documents answer named addresses alone; the index says where they are."""

import pytest
from django.test import Client, override_settings

pytestmark = pytest.mark.requirement("INT-04")
DOCUMENTS = [
    f"/api/{audience}/v1/{page}"
    for audience in ("miniprogram", "admin", "partner")
    for page in ("schema", "docs/", "redoc/")
]
CLOSED = [
    ("METRICS_ADDRESSES", "/metrics"),
    ("DOCUMENT_ADDRESSES", "/api/admin/v1/manifest"),
    *(("DOCUMENT_ADDRESSES", page) for page in DOCUMENTS),
]


@pytest.mark.parametrize(("setting", "path"), CLOSED)
def test_without_a_named_address_nobody_is_answered(setting: str, path: str) -> None:
    for listed in ([], ["192.0.2.0/24"]):
        with override_settings(**{setting: listed}):
            answer = Client().get(path, REMOTE_ADDR="127.0.0.1")
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize(("setting", "path"), CLOSED)
def test_a_named_address_is_answered(setting: str, path: str) -> None:
    with override_settings(**{setting: ["192.0.2.0/24", "2001:db8::7"]}):
        assert Client().get(path, REMOTE_ADDR="192.0.2.9").status_code == 200
        assert Client().get(path, REMOTE_ADDR="2001:db8::7").status_code == 200
        assert Client().get(path, REMOTE_ADDR="2001:db8::8").status_code == 404


@override_settings(METRICS_ADDRESSES=["10.0.0.0/8"])
def test_the_address_is_the_clients_and_not_the_proxys() -> None:
    behind = {"REMOTE_ADDR": "10.0.0.1", "HTTP_X_FORWARDED_FOR": "198.51.100.7"}
    with override_settings(TRUSTED_PROXIES=["10.0.0.1"]):
        assert Client().get("/metrics", **behind).status_code == 404
        inside = behind | {"HTTP_X_FORWARDED_FOR": "10.9.9.9"}
        assert Client().get("/metrics", **inside).status_code == 200
    with override_settings(TRUSTED_PROXIES=[]):  # a proxy that nobody named makes all alike
        assert Client().get("/metrics", **behind).status_code == 404


@override_settings(DOCUMENT_ADDRESSES=[], METRICS_ADDRESSES=[])
def test_the_index_names_the_address_of_every_document() -> None:
    answer = Client().get("/", HTTP_HOST="testserver")
    assert answer.status_code == 200
    body = answer.json()
    listed = [value for row in body["documents"].values() for name, value in row.items() if name != "title"]
    assert sorted(listed) == sorted(f"http://testserver{path}" for path in DOCUMENTS)
    assert body["health"] == {"alive": "http://testserver/healthz", "ready": "http://testserver/readyz"}
    assert Client().post("/").status_code == 405
