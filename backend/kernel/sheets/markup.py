"""The XML parts of a workbook, walked tag by tag without being held."""

from collections.abc import Callable, Mapping
from typing import IO
from xml.parsers import expat

from kernel.sheets.cells import SheetProblem

BLOCK = 1 << 20
#: A tag that goes on beyond this is no tag; so much of it is all that is held.
MAX_TAG = 4 * BLOCK
#: Names that are remembered without their prefixes; no sheet has as many.
MAX_NAMES = 500

Attributes = Mapping[str, str]
Started = Callable[[Attributes], None]


def walk(stream: IO[bytes], tags: Mapping[str, Started]) -> None:
    """Call what belongs to each tag that starts, by its name without prefix. SheetProblem `unreadable`."""
    feed(walker(tags), stream)


def walker(tags: Mapping[str, Started], other: Started | None = None) -> expat.XMLParserType:
    """A parser that is yet to be fed. `other`: for all tags that are not named."""
    known: dict[str, Started | None] = {}

    def started(name: str, attributes: Attributes) -> None:
        try:
            call = known[name]
        except KeyError:
            call = tags.get(name.rpartition(":")[2], other)
            if len(known) < MAX_NAMES:
                known[name] = call
        if call is not None:
            call(attributes)

    parser = expat.ParserCreate()
    parser.StartElementHandler = started
    parser.StartDoctypeDeclHandler = _refuse
    return parser


def feed(parser: expat.XMLParserType, stream: IO[bytes]) -> None:
    """All of the stream, in blocks. SheetProblem for what is no XML, or declares names that can stand for gigabytes."""
    fed = 0
    try:
        while block := stream.read(BLOCK):
            parser.Parse(block, False)
            fed += len(block)
            if fed - parser.CurrentByteIndex > MAX_TAG:
                raise SheetProblem("unreadable")
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise SheetProblem("unreadable") from error


def _refuse(*_: object) -> None:
    raise SheetProblem("unreadable")
