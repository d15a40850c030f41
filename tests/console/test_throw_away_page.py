"""A page of a hundred lines, knowing manifest and document alone, draws every list and form with words and choices."""

import json
import re
import subprocess
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
import yaml

import console

pytestmark = pytest.mark.requirement("INT-04")
Node = dict[str, Any]
SCRIPT = Path(__file__).with_name("throw_away_page.mjs")
MANIFEST = json.loads((console.CONTRACT / "admin" / "manifest.json").read_text())
CHINESE = re.compile(r"[\u4e00-\u9fff]")
#: What is said the same way in both languages.
SAME = re.compile(r"[A-Z0-9 ()/.-]+|Excel|App")


class Element:
    def __init__(self, name: str, attributes: dict[str, str], parent: "Element | None") -> None:
        self.name, self.attributes, self.parent = name, attributes, parent
        self.children: list[Element] = []
        self.text = ""

    def all(self, name: str, key: str = "") -> Iterator["Element"]:
        for child in self.children:
            if child.name == name and (not key or key in child.attributes):
                yield child
            yield from child.all(name, key)


class Tree(HTMLParser):
    """Every element is closed by the script that writes it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.root = self.at = Element("root", {}, None)
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        made = Element(tag, {name: value or "" for name, value in attrs}, self.at)
        self.at.children.append(made)
        self.at = made

    def handle_endtag(self, tag: str) -> None:
        assert self.at.name == tag and self.at.parent
        self.at = self.at.parent

    def handle_data(self, data: str) -> None:
        self.at.text += data


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("document") / "document.json"
    whole = yaml.load(console.DOCUMENT.read_text(), Loader=yaml.CSafeLoader)
    file.write_text(json.dumps(whole, default=str))
    return file


@pytest.fixture(scope="module", params=["zh", "en"])
def drawn(request: pytest.FixtureRequest, document: Path) -> tuple[str, Element]:
    """(language, everything that the script draws)."""
    manifest = console.CONTRACT / "admin" / "manifest.json"
    command = [*console.SHELL, "node", str(SCRIPT), str(manifest), str(document), request.param]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return request.param, Tree(done.stdout).root


def is_word(language: str, text: str) -> bool:
    if language == "en":
        return bool(text.strip()) and not CHINESE.search(text)
    return bool(CHINESE.search(text) or SAME.fullmatch(text))


def test_it_is_small_and_knows_no_page() -> None:
    lines = SCRIPT.read_text().splitlines()
    assert len(lines) <= 100
    names = {name for name in MANIFEST["pages"] if len(name) > 6} | {
        row["operation_id"] for row in MANIFEST["operations"]
    }
    text = SCRIPT.read_text().replace("manifest.", "")
    assert [name for name in names if re.search(rf'[."`]{name}\b', text)] == []


def test_every_page_and_every_column_is_drawn_with_its_word(drawn: tuple[str, Element]) -> None:
    language, root = drawn
    pages = {each.attributes["data-page"]: each for each in root.all("article")}
    assert pages.keys() == MANIFEST["pages"].keys() | {"account"}
    for name, page in MANIFEST["pages"].items():
        tables = {each.attributes["data-list"]: each for each in pages[name].all("table")}
        for listed in page["lists"]:
            for each in (listed, *(part for part in listed["related"] if "columns" in part)):
                titles = {th.attributes["data-column"]: th.text for th in tables[each["operation"]].all("th")}
                assert titles.keys() == {column["name"] for column in each["columns"]}, name
                assert [text for text in titles.values() if not is_word(language, text)] == [], name


def test_every_button_is_drawn_with_a_word_and_its_form(drawn: tuple[str, Element]) -> None:
    language, root = drawn
    buttons = list(root.all("details"))
    shown = {each.attributes["data-action"] for each in buttons}
    wanted = {
        action["operation"]
        for page in (*MANIFEST["pages"].values(), MANIFEST["account"])
        for place in (page, *page["lists"])
        for key in ("actions", "toolbar", "row_actions", "bulk_actions", "exports", "uploads")
        for action in place.get(key, ())
    }
    assert wanted <= shown and len(wanted) > 200
    for each in buttons:
        texts = [next(each.all("summary")).text, *(text.text for text in each.all("p"))]
        assert [text for text in texts if not is_word(language, text)] == [], each.attributes["data-action"]


def test_every_field_has_a_word_and_a_control_and_choices_where_there_are_any(
    drawn: tuple[str, Element], document: Path
) -> None:
    language, root = drawn
    paths = json.loads(document.read_text())["paths"]
    labels = list(root.all("label"))
    assert len(labels) > 1_000
    typed = set()
    for label in labels:
        name = label.attributes["data-field"]
        assert is_word(language, next(label.all("b")).text), name
        controls = [
            child for child in label.children if child.name in ("input", "select", "textarea", "fieldset")
        ]
        assert len(controls) == 1, name
        typed |= {name for each in controls if each.attributes.get("type") == "hidden"}
        for chosen in [each for each in controls if each.name == "select"]:
            options = [option.text for option in chosen.all("option")]
            listed = chosen.attributes.get("data-options")
            assert options or listed in paths or chosen.attributes.get("data-dictionary"), name
            assert [text for text in options if not is_word(language, text)] == [], name
    # ids that no person fills in: those of parts that were read (tests/contract/test_references.py)
    assert {name.rpartition(".")[2] for name in typed} <= {"id"}
