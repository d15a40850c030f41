from typing import Any

from rest_framework.negotiation import BaseContentNegotiation


class JSONOnly(BaseContentNegotiation):
    """The API speaks JSON whatever the client says it accepts (views with downloads answer themselves)."""

    def select_parser(self, request: Any, parsers: Any) -> Any:
        from rest_framework.utils.mediatypes import media_type_matches

        return next((p for p in parsers if media_type_matches(p.media_type, request.content_type)), None)

    def select_renderer(self, request: Any, renderers: Any, format_suffix: Any = None) -> Any:
        return renderers[0], renderers[0].media_type
