"""Whatever a page shows is a word, a name, a number or a date: codes and ids are for programs."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from kernel.http.docs import document
from kernel.http.schema_parts import sent
from tests.conformance.resources import RESOURCES, Resource
from tests.conformance.test_lists import OWN, REQUIRED
from tests.support.readable import WORDED, Reader
from tests.support.world import World

pytestmark = pytest.mark.requirement("INT-04")
Node = dict[str, Any]
READ = [each for each in RESOURCES if each.actions & {"list", "retrieve"} and each.knows_a_row()]
#: What a property of such a name holds is one of the product's own codes.
CODED = re.compile(
    r"^(scene|channel|application|subject_type|object_type|owner_type|ref_type|transaction_kind|owner|reasons|report"
    r"|executor|manager|supervisor|detail|permission|kind)$"
)
#: What tests put into the estate in the place of a label.
MADE_UP = ("matrix", "test.subject")
#: Sentences of people.
NO_CODES = {("BulkRow", "detail")}


@pytest.fixture(scope="module")
def admin() -> Node:
    return document("config.urls.admin")


def answer_of(admin: Node, path: str) -> Node:
    """The schema of what a GET there answers; {} where none is answered."""
    wanted = _bare(path)
    for known, item in admin["paths"].items():
        if _bare(known.removeprefix("/api/")) == wanted and "get" in item:
            return dict(item["get"]["responses"]["200"]["content"]["application/json"]["schema"])
    return {}


def _bare(path: str) -> str:
    return re.sub(r"\{\w+\}", "{}", path)


def shown(resource: Resource, world: World, admin: Node) -> Iterator[str]:
    """The codes in the list and in a row of the resource."""
    client, reader = world.client(OWN.get(str(resource), "admin1")), Reader(admin)
    row = resource.row(world)
    asked = {
        **REQUIRED.get(str(resource), {}),
        **({"page_size": 100} if resource.view.pagination_class else {}),
    }
    for url, path, query in ((resource.url(world), resource.path, asked), (row, f"{resource.path}/{{}}", {})):
        if schema := answer_of(admin, path):
            answer = client.get(url, query)
            assert answer.status_code == 200, answer.content
            yield from reader.bare(schema, answer.json())


@pytest.mark.parametrize("resource", READ, ids=str)
def test_no_code_and_no_id_is_shown(resource: Resource, world: World, admin: Node) -> None:
    names = tuple(f": {name}" for name in (*world.staff, *MADE_UP))
    assert sorted({each for each in shown(resource, world, admin) if not each.endswith(names)}) == []


def test_what_holds_a_code_of_ours_has_its_words_or_is_for_programs(admin: Node) -> None:
    reader = Reader(admin)
    bare = [
        f"{name}.{key}"
        for name, schema in admin["components"]["schemas"].items() if name not in sent(admin)
        for key, node in schema.get("properties", {}).items()
        if CODED.match(key) and (name, key) not in NO_CODES and _is_text(reader, node)
        if not name.startswith("Problem")
    ]  # fmt: skip
    assert bare == []


def _is_text(reader: Reader, node: Node) -> bool:
    whole = reader.whole(node)
    part = reader.whole(whole.get("items", {})) if whole.get("type") == "array" else whole
    said = {*whole, *part} & {*WORDED, "x-ref", "format"}
    return part.get("type") == "string" and not said
