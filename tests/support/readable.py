"""What a person would read on a page, by the document: codes and ids that no word stands for."""

import re
from collections.abc import Iterator
from typing import Any

from kernel.http.schema_parts import PREFIX

Node = dict[str, Any]
CODE = re.compile(r"^(?:[a-z][a-z0-9]*(?:[_.][a-z0-9]+)+|[A-Z]+(?:_[A-Z]+)+)$")
UUID = re.compile(r"(?<![0-9a-f])[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(?![0-9a-f])")
#: What people type in, what others call it, and what is sent or kept word for word.
THEIR_OWN = re.compile(r"^(code|.*_code|employee_no|username|file_name|body|.*_url|url)$")
WORDED = ("x-enum", "enum", "x-dictionary", "x-masked", "x-technical")


class Reader:
    """Walks answers as a page draws them."""

    def __init__(self, document: Node) -> None:
        self.schemas: dict[str, Node] = document["components"]["schemas"]

    def whole(self, node: Node) -> Node:
        """The node with all that it refers to."""
        found: Node = dict(node)
        for part in (*node.get("allOf", ()), *node.get("oneOf", ()), {"$ref": node.get("$ref", "")}):
            ref = str(part.get("$ref", ""))
            if ref.startswith(PREFIX):
                found = {**self.whole(self.schemas[ref.removeprefix(PREFIX)]), **found}
        return found

    def bare(self, node: Node, value: Any, at: str = "") -> Iterator[str]:
        """`path: value` of each text that is a code or an id, and is shown to people as it is."""
        whole = self.whole(node)
        if value in (None, "", [], {}) or "x-technical" in whole:
            return
        if isinstance(value, list):
            worded = {name: whole[name] for name in ("x-ref", "x-enum", "x-dictionary") if name in whole}
            for each in value:
                yield from self.bare({**whole.get("items", {}), **worded}, each, at)
        elif isinstance(value, dict):
            yield from self._bare_object(whole, value, at)
        elif isinstance(value, str) and not self._is_said(whole, value):
            yield f"{at}: {value}"

    def _bare_object(self, whole: Node, value: Node, at: str) -> Iterator[str]:
        known = whole.get("properties", {})
        more = whole.get("additionalProperties") or {}
        for name, one in value.items():
            if self.is_read(name, known) and not THEIR_OWN.match(name):
                node = known.get(name) or (more if isinstance(more, dict) else {})
                yield from self.bare(node, one, f"{at}.{name}")
            if not known and CODE.match(name):
                yield f"{at}: key {name}"

    @staticmethod
    def is_read(name: str, known: Node) -> bool:
        """Pages leave out ids beside which a name stands, and those that nothing lists the choices of."""
        if name in ("id", "version"):
            return False
        if not re.search(r"_ids?$", name):
            return True
        twins = (re.sub(r"_id(s?)$", r"_name\1", name), re.sub(r"_id$", "_no", name))
        ref = "x-ref" in known.get(name, {}) or "x-ref" in known.get(name, {}).get("items", {})
        return ref and not any(twin != name and twin in known for twin in twins)

    @staticmethod
    def _is_said(whole: Node, value: str) -> bool:
        if any(name in whole for name in WORDED):
            known = whole.get("x-enum")
            return known is None or value in [each["value"] for each in known]
        if "x-ref" in whole:
            return True
        return not (CODE.match(value) or UUID.search(value))
