"""OpenAPI: one document per audience, every operation with its error codes."""

import copy
import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

from drf_spectacular.extensions import OpenApiSerializerFieldExtension
from drf_spectacular.openapi import AutoSchema as SpectacularAutoSchema
from drf_spectacular.plumbing import ComponentRegistry
from rest_framework import serializers
from rest_framework.permissions import AllowAny

from kernel.errors import (
    CATALOGUE,
    ContentTooLarge,
    DomainError,
    IdempotencyKeyRequired,
    IdempotencyKeyReused,
    InvalidValue,
    NotFound,
    RequestInProgress,
    ServiceUnavailable,
    TooManyRequests,
)
from kernel.http.idempotency import FORM, HEADER
from kernel.http.problem_members import code_of, members_of
from kernel.http.problems import FRAMEWORK_CODES, MEDIA_TYPE, TITLES, TYPE_BASE
from kernel.http.schema_types import column_default

F = TypeVar("F", bound=Callable[..., Any])
#: Summaries of the standard actions: in front of the Chinese noun that opens a view's docstring, else of English words.
VERBS = {
    "list": ("查询", "List"), "retrieve": ("查看", "Read"), "create": ("新增", "Create"),
    "partial_update": ("修改", "Change"), "update": ("修改", "Change"), "destroy": ("删除", "Delete"),
}  # fmt: skip
MAX_NOUN = 16


class ProblemItemSerializer(serializers.Serializer[Any]):
    """One field that was refused."""

    field = serializers.CharField(
        help_text="dotted path of the field; empty for the whole request", allow_blank=True
    )
    code = serializers.CharField()
    message = serializers.CharField()


class ProblemSerializer(serializers.Serializer[Any]):
    """RFC 9457 problem. `code` is stable; `title`, `detail` and `message` follow Accept-Language (zh default, en)."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    code = serializers.CharField()
    detail = serializers.CharField()
    errors = ProblemItemSerializer(many=True)  # type: ignore[assignment]
    request_id = serializers.CharField()


def raises(*errors: type[DomainError]) -> Callable[[F], F]:
    """Declare the domain errors of a view method (or a whole view class); they appear in its OpenAPI operation."""

    def mark(target: F) -> F:
        target.raises = (*getattr(target, "raises", ()), *errors)  # type: ignore[attr-defined]
        return target

    return mark


def problem_example(status: int, code: str) -> dict[str, Any]:
    """A problem as a client would see it."""
    text = CATALOGUE[code].zh if code in CATALOGUE else FRAMEWORK_CODES[code][1]
    field = {"validation_error": ("name", "required", "该字段是必填项。")}.get(code)
    return {
        "type": TYPE_BASE + code,
        "title": TITLES[status][0],
        "status": status,
        "code": code,
        "detail": text,
        "errors": [dict(zip(("field", "code", "message"), field, strict=True))] if field else [],
        "request_id": "0199c3a5d1f27c3e9a4b8e21f0a7d6c5",
    }


class PatternOfSecret(OpenApiSerializerFieldExtension):
    """What a request writes: the plain form, nothing where that is allowed, and on an edit the mask that was read.

    `x-pattern` becomes the pattern when the document is whole: a pattern that takes nothing would be made two schemas.
    """

    target_class = "kernel.http.fields.SecretField"
    match_subclasses = True

    def map_serializer_field(self, auto_schema: Any, direction: str) -> Any:
        shown = auto_schema._map_serializer_field(self.target, direction, bypass_extensions=True)
        if direction == "response" and hasattr(self.target, "mask"):
            return {**shown, "x-masked": True}
        if direction != "request" or not self.target.pattern:
            return shown
        masked = hasattr(self.target, "mask") and auto_schema.method == "PATCH"
        forms = "|".join([self.target.pattern, *([r".*\*.*"] if masked else [])])
        return {**shown, "x-pattern": f"^({forms}){'?' if self.target.allow_blank else ''}$"}


class TextThatIsMasked(OpenApiSerializerFieldExtension):
    """As what a masked field answers."""

    target_class = "kernel.http.fields.MaskedText"

    def map_serializer_field(self, auto_schema: Any, direction: str) -> Any:
        shown = auto_schema._map_serializer_field(self.target, direction, bypass_extensions=True)
        return {**shown, "x-masked": True}


class WallClockTime(OpenApiSerializerFieldExtension):
    """Times of the hospital's day have no offset, which the format `time` would want."""

    target_class = "rest_framework.fields.TimeField"

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        return {"type": "string", "format": "time-local"}


def query_parameters(view: Any) -> Mapping[str, bool]:
    """The query parameters that the document gives to the GET which `view` is answering, and which take several."""
    name = getattr(view, "action", None) or "get"
    kind = getattr(getattr(view, name), "kwargs", {}).get("schema") or type(type(view).schema)
    schema = kind()
    schema.view = copy.copy(view)
    schema.view.swagger_fake_view = True
    schema.path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", view.request.resolver_match.route)
    schema.method, schema.registry = "GET", ComponentRegistry()
    taken: dict[str, bool] = schema.query_names()
    return taken


class AutoSchema(SpectacularAutoSchema):
    """Adds to every operation a summary and the problems it can answer with."""

    def get_operation_id(self) -> str:
        """Verbs as sub-resources are their own ids: `appointments_cancel`, not `appointments_cancel_create`."""
        name = str(super().get_operation_id())
        last = self.path.rstrip("/").rpartition("/")[2].replace("-", "_")
        if getattr(self.view, "action", None) != last:
            return name
        return name.removesuffix("_create").removesuffix("_retrieve")

    def _get_serializer_field_meta(self, field: Any, direction: Any) -> Any:
        """A new row has the column's default where nothing is sent; forms begin with it."""
        meta = super()._get_serializer_field_meta(field, direction)
        default = column_default(field) if direction == "request" and self.method != "PATCH" else None
        return meta if default is None else {"default": default, **meta}

    def _get_paginator(self) -> Any:
        """Only `list` pages; every other action answers what it returns, bounded by itself."""
        return super()._get_paginator() if getattr(self.view, "action", "list") == "list" else None

    def query_names(self) -> dict[str, bool]:
        """The query parameters of the operation, as `_get_parameters` would find them beside those of the path.

        True for one that may be repeated.
        """
        found = {(each["name"], each["in"]): each for each in self._get_filter_parameters()}
        found |= {(each["name"], each["in"]): each for each in self._get_pagination_parameters()}
        found |= self._process_override_parameters()
        return {
            name: each.get("schema", {}).get("type") == "array"
            for (name, where), each in found.items()
            if where == "query" and each is not None
        }

    def get_summary(self) -> str:
        """The docstring's first line for an action that has one, else verb and noun."""
        name = getattr(self.view, "action", None) or self.method.lower()
        inherited = name in VERBS and name not in vars(type(self.view))  # a base class knows no noun
        own = None if inherited else inspect.getdoc(self._method_of_view())
        return own.partition("\n")[0].rstrip("。.") if own else self._summary_of_standard_action()

    def _summary_of_standard_action(self) -> str:
        line = (inspect.getdoc(type(self.view)) or "").partition("\n")[0].rstrip("。.")
        noun, colon, _ = line.replace("：", ":").partition(":")
        zh, en = VERBS.get(getattr(self.view, "action", None) or "", ("", ""))
        if zh and colon and len(noun) <= MAX_NOUN:
            return f"{zh}{noun}"
        if en:
            words = self.get_operation_id().rsplit("_", 1)[0].replace("_", " ")
            return f"{en} {words}"
        return line

    def _map_serializer(self, serializer: Any, direction: Any, bypass_extensions: bool = False) -> Any:
        """`x-fixed`: what an edit may send back but not change."""
        schema = super()._map_serializer(serializer, direction, bypass_extensions)
        fixed = getattr(serializer, "fixed", ()) if (self.method, direction) == ("PATCH", "request") else ()
        for name, field in serializer.fields.items() if fixed else ():
            if field.source in fixed and name in schema.get("properties", {}):
                schema["properties"][name]["x-fixed"] = True
        return schema

    def get_extensions(self) -> dict[str, Any]:
        """`x-permission-code`: the permission that the operation asks for, where the view declares one."""
        code_of_action = getattr(self.view, "code_of_action", None)
        code = code_of_action() if code_of_action else None
        return {**super().get_extensions(), **({"x-permission-code": code} if code else {})}

    def get_override_parameters(self) -> list[Any]:
        parameters = list(super().get_override_parameters())
        if self._is_idempotent():
            from drf_spectacular.utils import OpenApiParameter

            text = "Unique per intention, at most 128 printable ASCII characters; the same again is safe."
            parameters.append(
                OpenApiParameter(
                    HEADER,
                    str,
                    OpenApiParameter.HEADER,
                    required=True,
                    description=text,
                    pattern=rf"^{FORM.pattern}$",
                )
            )
        return parameters

    def _get_response_bodies(self, direction: str = "response") -> dict[str, Any]:
        bodies: dict[str, Any] = super()._get_response_bodies(direction)  # type: ignore[arg-type]
        component = self.resolve_serializer(ProblemSerializer(), "response")
        for status, codes in sorted(self._problem_codes().items()):
            bodies.setdefault(str(status), self._problem_response(component.ref, status, sorted(codes)))
        return bodies

    def _problem_response(self, ref: dict[str, Any], status: int, codes: list[str]) -> dict[str, Any]:
        examples = {code: {"value": problem_example(status, code)} for code in codes}
        narrowed = {
            "type": "object",
            "properties": {"code": code_of(codes), **members_of(codes)},
        }
        content = {MEDIA_TYPE: {"schema": {"allOf": [ref, narrowed]}, "examples": examples}}
        return {"description": f"{TITLES[status][1]}: {', '.join(codes)}", "content": content}

    def _is_idempotent(self) -> bool:
        return bool(getattr(self._method_of_view(), "idempotent", False))

    def _method_of_view(self) -> Any:
        name = getattr(self.view, "action", None) or self.method.lower()
        return getattr(self.view, name, None)

    def _problem_codes(self) -> dict[int, set[str]]:
        codes: dict[int, set[str]] = {429: {TooManyRequests.code}, 503: {ServiceUnavailable.code}}

        def add(status: int, *names: str) -> None:
            codes.setdefault(status, set()).update(names)

        permissions = self.view.get_permissions()
        if any(not isinstance(p, AllowAny) for p in permissions):
            add(401, "not_authenticated", "authentication_failed")
            add(403, "permission_denied")
        add(400, "validation_error")
        if self.method in {"POST", "PUT", "PATCH"}:
            add(400, "parse_error")
            add(413, ContentTooLarge.code)
            add(415, "unsupported_media_type")
        if "{" in self.path or hasattr(self._get_paginator(), "cursor_query_param"):
            add(404, NotFound.code)
        if self._is_idempotent():
            for error in (IdempotencyKeyRequired, IdempotencyKeyReused, InvalidValue, RequestInProgress):
                add(error.status, error.code)
        for declared in self._declared(permissions):
            add(declared.status, declared.code)
        return codes

    def _declared(self, permissions: Any) -> Iterator[type[DomainError]]:
        """Errors that the view (`raised_in(action)`, too), its method, the hook of it, or a permission names."""
        hook = {"create": "perform_create", "partial_update": "perform_update", "destroy": "perform_destroy"}
        action = getattr(self.view, "action", None) or ""
        for owner in (self.view, self._method_of_view(), getattr(self.view, hook.get(action, ""), None)):
            yield from getattr(owner, "raises", ())
        yield from getattr(self.view, "raised_in", lambda action: ())(action)
        for permission in permissions:
            yield from getattr(permission, "raised_for", lambda view: ())(self.view)
