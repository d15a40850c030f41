"""A value that is none of the choices is told what they are."""

from collections.abc import Iterable
from typing import Any

from django.forms import Form
from django.forms.fields import ChoiceField, DateField
from rest_framework.exceptions import ErrorDetail

from kernel.errors import choices_text, in_english
from kernel.expectations import ISO_DAY

#: So much of what was sent is said again.
MAX_ECHOED = 40


def not_a_choice(given: Any, choices: Iterable[Any]) -> str:
    """The words for a value that is none of `choices`."""
    wrong = "is not one of the choices." if in_english() else "不是可选的值"
    return f'"{str(given)[:MAX_ECHOED]}" {wrong}{choices_text(choices)}'


def errors_of(form: Form) -> dict[str, list[ErrorDetail]]:
    """The errors of a filter's form by field; those of choices say what may be chosen."""
    return {
        name: [_detail(form.fields.get(name), error) for error in errors]
        for name, errors in form.errors.as_data().items()
    }


def _detail(field: Any, error: Any) -> ErrorDetail:
    text = error.message % (error.params or ())
    if error.code == "invalid_choice" and isinstance(field, ChoiceField):
        text = not_a_choice(error.params["value"], filter(None, _values(field.choices)))
    if error.code == "invalid" and isinstance(field, DateField):
        text = ISO_DAY.text
    return ErrorDetail(text, code=error.code)


def _values(choices: Any) -> Iterable[Any]:
    for value, label in choices:
        if isinstance(label, (list, tuple)):
            yield from _values(label)
        else:
            yield value
