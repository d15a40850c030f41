"""Names of files that are downloaded (RFC 6266): whole in UTF-8, and in ASCII for old programs."""

import re
from typing import Any
from urllib.parse import quote

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse

from kernel.words import Words, operation_words

#: What documents say of a print.
PDF: Any = {(200, "application/pdf"): OpenApiResponse(OpenApiTypes.BINARY)}
_NOT_PLAIN = re.compile(r"[^A-Za-z0-9._-]+")
_VERBS = re.compile(r"^(导出|下载|(Export|Download) (the )?)")


def disposition(name: str, *, inline: bool, plain: str = "") -> str:
    """The value of Content-Disposition; `plain`: what old programs call it, else the name without its other letters."""
    kind, plain = "inline" if inline else "attachment", _NOT_PLAIN.sub("_", plain or name)
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def attachment(title: Words, ending: str, *parts: Any) -> str:
    """Of a file that is named in the language of the request: title, then days or codes."""

    def named(text: str) -> str:
        return f"{'-'.join([text, *map(str, parts)])}.{ending}"

    plain = named(title.en.lower().replace(" ", "-"))
    return disposition(named(title.text), inline=False, plain=plain)


def title_of(operation_id: str) -> Words:
    """What an operation hands out, by its own words without the verb; TypeError where it has none."""
    said = operation_words(operation_id)
    if said is None:
        raise TypeError(f"{operation_id} has no words")
    return Words(_VERBS.sub("", said.zh), _VERBS.sub("", said.en))


def pdf_answer(content: bytes, operation_id: str, *parts: Any) -> HttpResponse:
    """A print as a file that is named after its operation."""
    answer = HttpResponse(content, content_type="application/pdf")
    answer["Content-Disposition"] = attachment(title_of(operation_id), "pdf", *parts)
    return answer
