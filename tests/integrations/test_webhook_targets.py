"""Where a webhook may go, however its address is written."""

import ipaddress
import socket
from pathlib import Path
from typing import Any

import pytest

from apps.integrations.services.webhook_sending import deliver
from kernel import targets
from kernel.targets import Refused, resolve
from tests.integrations.conftest import reply_with
from tests.integrations.receiver import receiver
from tests.integrations.tls import tls_of, tls_server
from tests.integrations.webhook_support import (
    BOOKED,
    ENDPOINTS,
    at_its_time,
    endpoint_at,
    happen,
    last_try,
    only,
)
from tests.support.world import World

pytestmark = pytest.mark.requirement("INT-03")
#: This machine, link-local, metadata of clouds, multicast, nothing, and IPv4 in disguise: listed or not.
NEVER = [
    "127.0.0.1", "127.9.9.9", "2130706433", "0x7f000001", "0177.0.0.1", "127.1", "0.0.0.0", "0", "localhost",
    "169.254.169.254", "169.254.0.1", "2852039166", "100.100.100.200", "168.63.129.16", "224.0.0.1",
    "255.255.255.255", "[::1]", "[::]", "[fe80::1]", "[ff02::1]", "[fd00:ec2::254]", "[::ffff:127.0.0.1]",
    "[::ffff:10.0.0.1]", "[::ffff:169.254.169.254]", "[::7f00:1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]",
]  # fmt: skip
PRIVATE = ["10.1.2.3", "172.16.0.1", "192.168.1.1", "100.64.0.1", "[fd12:3456::1]"]
EVERYTHING = [ipaddress.ip_network("0.0.0.0/0"), ipaddress.ip_network("::/0")]


@pytest.mark.parametrize("host", NEVER)
def test_some_addresses_are_refused_whatever_a_hospital_lists(host: str) -> None:
    with pytest.raises(Refused) as refused:
        resolve(f"https://{host}/", EVERYTHING)
    assert refused.value.error == "address"


@pytest.mark.parametrize("host", PRIVATE)
def test_private_networks_are_reached_where_the_hospital_lists_them(host: str) -> None:
    with pytest.raises(Refused):
        resolve(f"https://{host}/")
    network = ipaddress.ip_network(f"{host.strip('[]')}")
    assert resolve(f"https://{host}/", [network]).address == host.strip("[]")
    assert resolve(f"http://{host}:8080/x?y=1", [network]).path == "/x?y=1"


@pytest.mark.parametrize("host", ["1.1.1.1", "[2606:4700:4700::1111]"])
def test_the_rest_of_the_world_is_reached_by_https_alone(host: str) -> None:
    assert resolve(f"https://{host}/").port == 443
    with pytest.raises(Refused):
        resolve(f"http://{host}/")


@pytest.mark.parametrize(
    "url",
    [
        "", "1.1.1.1", "ftp://1.1.1.1/", "https://", "https:///x", "https://user@1.1.1.1/", "https://u:p@1.1.1.1/",
        "https://1.1.1.1/#x", "https://1.1.1.1:22/", "https://1.1.1.1:0/", "https://1.1.1.1:70000/",
        "https://1.1.1.1:x/", "https://1.1.1.1\\@127.0.0.1/", "https://[::1/", "https://[fe80::1%25eth0]/",
        "https://1.1.1.1/ x", "https://1.1.1.1/\r\nx", "https://例子.cn/", "javascript:alert(1)", "file:///etc/passwd",
    ],
)  # fmt: skip
def test_an_address_has_one_form(url: str) -> None:
    with pytest.raises(Refused) as refused:
        resolve(url, EVERYTHING)
    assert refused.value.expected.code == "webhook_url"


def leads_to(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> list[str]:
    """A name server that answers so for the next names; the names that were asked for."""
    asked: list[str] = []
    real = socket.getaddrinfo

    def answer(host: str, port: int, *rest: Any, **more: Any) -> Any:
        if not host.endswith(".test"):
            return real(host, port, *rest, **more)
        asked.append(host)
        return [entry for address in addresses for entry in real(address, port, type=socket.SOCK_STREAM)]

    monkeypatch.setattr(socket, "getaddrinfo", answer)
    return asked


@pytest.mark.parametrize("address", ["169.254.169.254", "127.0.0.1", "::1", "fd00:ec2::254", "10.0.0.1"])
def test_a_name_that_leads_to_a_refused_address_is_refused(
    monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    leads_to(monkeypatch, "1.1.1.1", address)
    with pytest.raises(Refused) as refused:
        resolve("https://harmless.test/")
    assert refused.value.expected.code == "address_refused"


def test_a_name_without_an_address_is_told_from_a_refused_one() -> None:
    with pytest.raises(Refused) as refused:
        resolve("https://nowhere.invalid/")
    assert (refused.value.expected.code, refused.value.error) == ("no_such_host", "name")


def test_the_address_that_was_judged_is_connected_to(monkeypatch: pytest.MonkeyPatch, world: World) -> None:
    """The name is looked up once for each try; its own name is told to the receiver."""
    with receiver() as made:
        port = int(made.url.rsplit(":", 1)[1].split("/")[0])
        asked = leads_to(monkeypatch, "127.0.0.1")
        endpoint_at(world, f"http://receiver.test:{port}/hooks")
        happen(world.h1.pk)
        assert deliver() == 1
    assert asked == ["receiver.test"]
    assert made.got[0].headers["host"] == f"receiver.test:{port}"


def test_a_name_that_leads_elsewhere_by_the_time_of_sending_is_not_followed(
    monkeypatch: pytest.MonkeyPatch, world: World, settings: Any
) -> None:
    with receiver() as made:
        settings.WEBHOOKS_TO_LOOPBACK = False
        endpoint_at(world, made.url.replace("http", "https"))
        happen(world.h1.pk)
        assert deliver() == 1
    assert (only().state, last_try().error, made.got) == ("retrying", "address", [])


def test_a_proxy_of_the_environment_is_not_used(monkeypatch: pytest.MonkeyPatch, world: World) -> None:
    with receiver() as proxy, receiver() as made:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        endpoint_at(world, made.url)
        happen(world.h1.pk)
        assert deliver() == 1
    assert (len(made.got), proxy.got) == (1, [])


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("https://169.254.169.254/latest", "address_refused"),
        ("http://1.1.1.1/", "webhook_url"),
        ("https://nowhere.invalid/", "no_such_host"),
        ("https://10.20.0.1/", "address_refused"),
    ],
)
def test_an_address_is_judged_when_it_is_saved(world: World, settings: Any, url: str, code: str) -> None:
    settings.WEBHOOKS_TO_LOOPBACK = False
    assert world.partner_application is not None
    body = {
        "application_id": str(world.partner_application.pk),
        "name": "x",
        "url": url,
        "event_types": [BOOKED],
    }
    answer = world.client("admin1").post(ENDPOINTS, body, format="json")
    assert answer.status_code == 400
    assert [(e["field"], e["code"]) for e in answer.json()["errors"]] == [("url", code)]


def test_the_hospitals_own_networks_are_a_setting(world: World, settings: Any) -> None:
    settings.WEBHOOKS_TO_LOOPBACK = False
    client = world.client("admin1")
    path = f"/api/admin/v1/hospitals/{world.h1.pk}/settings"
    for wrong in (
        "10.0.0.0/33",
        "127.0.0.0/8",
        "0.0.0.0/0",
        "0.0.0.0/1",
        "8.8.0.0/16",
        "10.0.0.0/7",
        "::/1",
        "hospital",
    ):
        body = {"version": world.h1.version, "values": {"webhooks.private_networks": wrong}}
        assert client.patch(path, body, format="json").status_code == 400, wrong
    body = {"version": world.h1.version, "values": {"webhooks.private_networks": "10.20.0.0/16, fd12::/16"}}
    assert client.patch(path, body, format="json").status_code == 200
    assert world.partner_application is not None
    new = {
        "application_id": str(world.partner_application.pk), "name": "x", "url": "http://10.20.0.1:8080/",
        "event_types": [BOOKED],
    }  # fmt: skip
    assert client.post(ENDPOINTS, new, format="json").status_code == 201


def test_metadata_is_named_for_both_families() -> None:
    assert {address.version for address in targets.METADATA} == {4, 6}


def test_a_receiver_proves_the_name_that_it_is_known_by(
    monkeypatch: pytest.MonkeyPatch, world: World, tmp_path: Path
) -> None:
    context, authority = tls_of("receiver.test", tmp_path)
    leads_to(monkeypatch, "127.0.0.1")
    with tls_server(context, reply_with("200 OK", b"")) as port:
        endpoint_at(world, f"https://receiver.test:{port}/")
        happen(world.h1.pk)
        assert deliver() == 1
        assert (only().state, last_try().error) == ("retrying", "tls")
        monkeypatch.setenv("SSL_CERT_FILE", str(authority))
        assert at_its_time(only()) == 1
    assert only().state == "delivered"
