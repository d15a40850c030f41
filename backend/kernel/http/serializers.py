"""Serializers that refuse what they don't know."""

import contextlib
import functools
import re
from typing import Any, ClassVar, NoReturn

from django.core.validators import ProhibitNullCharactersValidator
from django.http import QueryDict
from django.utils.functional import lazy
from rest_framework import serializers

from kernel.errors import FIXED, REQUIRED, UNKNOWN_FIELD
from kernel.expectations import ISO_DAY, ISO_MOMENT, NO_NUL, NO_SUCH_DAY, REPEATED, UNBROKEN
from kernel.http.choices import not_a_choice
from kernel.http.moments import is_expressible, out_of_range, require_expressible
from kernel.text import fold_code

_NONE = object()
#: Fields that take several parts of a form under one name.
_SEVERAL = (serializers.ListField, serializers.MultipleChoiceField, serializers.ManyRelatedField)
_read_text = serializers.CharField.to_internal_value


def _text_only(field: serializers.CharField, data: Any) -> str:
    """A JSON number is no text: long numbers lose digits on their way, `007` its zeros."""
    if isinstance(data, (int, float)):
        field.fail("invalid")
    return _read_text(field, data)


_read_list = serializers.ListField.to_internal_value


def _not_too_long(field: Any, data: Any) -> list[Any]:
    """The length of a list is looked at before any of its items, of which each may ask the database."""
    if isinstance(data, list) and field.max_length is not None and len(data) > field.max_length:
        field.fail("max_length", max_length=field.max_length)
    read: list[Any] = _read_list(field, data)
    return read


_read_integer = serializers.IntegerField.to_internal_value


def _whole_number(field: Any, data: Any) -> int:
    """`"300.00"` is no whole number: of an amount in fen it would be a hundredth of what was meant."""
    if isinstance(data, str) and not re.fullmatch(r"\s*[+-]?[0-9]+\s*", data, re.ASCII):
        field.fail("invalid")
    read: int = _read_integer(field, data)
    return read


_read_day = serializers.DateField.to_internal_value
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _day(field: Any, data: Any) -> Any:
    """One form for everybody; a day that the calendar has not is told from one that is written otherwise."""
    if isinstance(data, str) and not _DAY.fullmatch(data):
        raise serializers.ValidationError(ISO_DAY.text, code=ISO_DAY.code)
    try:
        return _read_day(field, data)
    except serializers.ValidationError as error:
        if isinstance(data, str):
            raise serializers.ValidationError(NO_SUCH_DAY.text, code=NO_SUCH_DAY.code) from error
        raise


_read_moment = serializers.DateTimeField.to_internal_value


def _moment(field: Any, data: Any) -> Any:
    """A day alone is no moment: who writes the last day of a leave means its end, and would get its beginning."""
    if isinstance(data, str) and ":" not in data:
        raise serializers.ValidationError(ISO_MOMENT.text, code=ISO_MOMENT.code)
    return _read_moment(field, data)


_fail = serializers.ChoiceField.fail


def _with_choices(field: serializers.ChoiceField, key: str, **values: Any) -> NoReturn:
    """The framework says that it is no choice; ours, what may be chosen."""
    if key == "invalid_choice":
        raise serializers.ValidationError(not_a_choice(values["input"], field.choices), code=key)
    _fail(field, key, **values)


_look_at_absence = serializers.Field.validate_empty_values


def _whole_within(field: Any, data: Any) -> tuple[bool, Any]:
    """A PATCH leaves out fields of the row; an object or an entry of a list that it names is named whole."""
    if data is not serializers.empty or field.read_only or not _is_within_partial(field):
        return _look_at_absence(field, data)
    if field.required:
        field.fail("required")
    default = field.default
    if default is serializers.empty:
        raise serializers.SkipField
    if callable(default):
        default = default(field) if getattr(default, "requires_context", False) else default()
    return True, default


def _is_within_partial(field: Any) -> bool:
    row = field.parent
    if row is None or not getattr(field.root, "partial", False):
        return False
    many = row.parent if isinstance(row.parent, serializers.ListSerializer) else row
    return many.parent is not None


serializers.Field.validate_empty_values = _whole_within  # type: ignore[assignment,method-assign]
serializers.DateField.to_internal_value = _day  # type: ignore[assignment,method-assign]
serializers.DateTimeField.to_internal_value = _moment  # type: ignore[assignment,method-assign]
serializers.ChoiceField.fail = _with_choices  # type: ignore[assignment,method-assign]
serializers.IntegerField.to_internal_value = _whole_number  # type: ignore[assignment,method-assign]
serializers.ListField.to_internal_value = _not_too_long  # type: ignore[assignment,method-assign]
serializers.CharField.to_internal_value = _text_only  # type: ignore[assignment,method-assign]  # of nested and list fields, too
#: The framework's Chinese words say something else.
ProhibitNullCharactersValidator.message = lazy(lambda: NO_NUL.text, str)()
#: The framework has no Chinese words for it.
serializers.BigIntegerField.default_error_messages["invalid"] = (
    serializers.IntegerField.default_error_messages["invalid"]
)


class StrictMixin:
    """Unknown input fields are errors: a misspelt optional field must not be lost silently."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict):
            writable = {name for name, field in self.fields.items() if not field.read_only}  # type: ignore[attr-defined]
            unknown = sorted(set(data) - writable)
            if unknown:
                raise serializers.ValidationError(
                    {n: [UNKNOWN_FIELD.text] for n in unknown}, code=UNKNOWN_FIELD.code
                )
            if isinstance(data, QueryDict):
                self._refuse_repeated(data)
        try:
            values = super().to_internal_value(data)  # type: ignore[misc]
        except OverflowError as error:  # a moment that no time zone can express
            raise out_of_range(self._overflowing(data) or ["non_field_errors"]) from error
        if not all(map(is_expressible, values.values())):
            sources = {field.source: name for name, field in self.fields.items()}  # type: ignore[attr-defined]
            require_expressible((sources.get(source, source), value) for source, value in values.items())
        return values

    def _refuse_repeated(self, form: QueryDict) -> None:
        """Of two parts of one name, one would silently be dropped."""
        many = [
            name
            for name, parts in form.lists()
            if len(parts) > 1 and not isinstance(self.fields[name], _SEVERAL)  # type: ignore[attr-defined]
        ]
        if many:
            raise serializers.ValidationError(
                {name: [REPEATED.text] for name in sorted(many)}, code=REPEATED.code
            )

    def _overflowing(self, data: Any) -> list[str]:
        """Which of the fields it was."""
        found = []
        for name, field in self.fields.items():  # type: ignore[attr-defined]
            with contextlib.suppress(serializers.ValidationError, serializers.SkipField):
                try:
                    field.run_validation(field.get_value(data))
                except OverflowError:
                    found.append(name)
        return found


class Serializer(StrictMixin, serializers.Serializer[Any]):
    """Base of plain serializers."""


class Shape(Serializer):
    """Declares the shape of rows that come as plain dicts in it: they are answered as they come."""

    def to_representation(self, instance: Any) -> Any:
        return instance


@functools.cache
def _validator(kind: type[Serializer]) -> Serializer:
    return kind()


def validated(kind: type[Serializer], data: Any) -> dict[str, Any]:
    """The checked input of a plain serializer without context; for hot paths, which spare the copy of its fields."""
    values: dict[str, Any] = _validator(kind).run_validation(data)
    return values


class _FoldedField(serializers.CharField):
    """A code is what it means, not how wide it was typed; with a blank within nobody finds it again."""

    def to_internal_value(self, data: Any) -> str:
        code = fold_code(super().to_internal_value(data))
        if len(code.split()) > 1:
            raise serializers.ValidationError(UNBROKEN.text, code=UNBROKEN.code)
        return code


#: Columns by which people and programs tell rows apart.
OWN_CODES = frozenset({"code", "employee_no", "licence_no", "key"})


class ModelSerializer(StrictMixin, serializers.ModelSerializer[Any]):
    """Base of model serializers: of every foreign key `x` the `fields` may name `x_id` and `x_name`."""

    def build_field(self, field_name: str, info: Any, model_class: Any, nested_depth: int) -> Any:
        relation, _, part = field_name.rpartition("_")
        if field_name in OWN_CODES:
            _, options = super().build_field(field_name, info, model_class, nested_depth)
            return _FoldedField, options
        if relation not in info.forward_relations or part not in {"id", "name"}:
            return super().build_field(field_name, info, model_class, nested_depth)
        if part == "id":
            kind, options = self.build_relational_field(relation, info.forward_relations[relation])
            return kind, {**options, "source": relation}
        nullable = info.forward_relations[relation].model_field.null
        return serializers.CharField, {
            "source": f"{relation}.name",
            "read_only": True,
            "allow_null": nullable,
        }


@functools.cache
def named_relations(kind: Any) -> tuple[str, ...]:
    """The foreign keys whose names a serializer shows: a list joins them, so that no row asks for its own."""
    if not issubclass(kind, ModelSerializer):
        return ()
    sources = {str(field.source) for field in kind().fields.values() if not field.write_only}
    named = {source.removesuffix(".name") for source in sources if source.endswith(".name")}
    return tuple(sorted(source.replace(".", "__") for source in named))


class VersionedModelSerializer(ModelSerializer):
    """For rows that people edit: `version` is shown, and every PATCH must name the version it read."""

    version = serializers.IntegerField(min_value=1, max_value=2_147_483_647, required=False)
    #: Attributes that are set when the row is made and never again; naming the value they have is no change.
    fixed: ClassVar[frozenset[str]] = frozenset()

    def to_internal_value(self, data: Any) -> Any:
        if self.instance is None and isinstance(data, dict) and "version" in data:
            raise serializers.ValidationError(
                {"version": [UNKNOWN_FIELD.text]}, code=UNKNOWN_FIELD.code
            )  # a new row has none
        return super().to_internal_value(data)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if self.instance is not None:
            if "version" not in attrs:
                raise serializers.ValidationError({"version": [REQUIRED.text]}, code=REQUIRED.code)
            self._keep_fixed(attrs)
        validated: dict[str, Any] = super().validate(attrs)
        return validated

    def _keep_fixed(self, attrs: dict[str, Any]) -> None:
        given = {name: attrs.pop(name) for name in self.fixed & attrs.keys()}
        changed = {name for name, value in given.items() if getattr(self.instance, name, _NONE) != value}
        if changed:
            shown = sorted(name for name, field in self.fields.items() if field.source in changed)
            raise serializers.ValidationError({name: [FIXED.text] for name in shown}, code=FIXED.code)
