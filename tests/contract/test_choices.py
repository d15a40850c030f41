"""Whoever gives a value that is none of the choices is told what they are, in the language that was asked for."""

from typing import Any

import pytest
from django import forms
from django.utils import translation
from rest_framework import serializers

from apps.access.models import Role
from apps.patients.models import Gender
from apps.scheduling.states import APPOINTMENTS
from apps.worklist.kinds import KINDS
from kernel.errors import MAX_CHOICES, InvalidValue
from kernel.http.choices import errors_of
from tests.support.world import World

API = "/api/admin/v1"
MANY = [f"v{number:02d}" for number in range(20)]
FIRST = ", ".join(MANY[:MAX_CHOICES])


def the_error(answer: Any) -> tuple[str, str, str]:
    assert answer.status_code == 400, answer.content
    (error,) = answer.json()["errors"]
    return error["field"], error["code"], error["message"]


def shown(values: Any) -> str:
    return ", ".join(str(value) for value in list(values)[:MAX_CHOICES])


@pytest.mark.requirement("INT-04")
@pytest.mark.parametrize(
    ("path", "values"), [("patients?gender=x", Gender.values), ("appointments?state=x", APPOINTMENTS.choices)]
)
def test_a_query_that_is_none_of_the_choices_is_told_them(world: World, path: str, values: Any) -> None:
    listed = shown(value[0] if isinstance(value, tuple) else value for value in values)
    more = f" … (共 {len(values)} 项)" if len(values) > MAX_CHOICES else ""
    field = path.partition("?")[2].partition("=")[0]
    said = the_error(world.client("admin1").get(f"{API}/{path}"))
    assert said == (field, "invalid_choice", f'"x" 不是可选的值,可选: {listed}{more}')


@pytest.mark.requirement("INT-04")
def test_a_body_that_is_none_of_the_choices_is_told_them(world: World) -> None:
    patient = world.patients["patient_a"]
    body = {"version": patient.version, "gender": "x"}
    said = the_error(
        world.client("admin1").patch(
            f"{API}/patients/{patient.pk}", body, format="json", HTTP_ACCEPT_LANGUAGE="en"
        )
    )
    words = f'"x" is not one of the choices. Choices: {shown(Gender.values)}'
    assert said == ("gender", "invalid_choice", words)


@pytest.mark.requirement("INT-04")
def test_one_of_several_that_is_no_choice_is_named_with_the_choices() -> None:
    field = serializers.MultipleChoiceField(choices=[(value, value) for value in MANY])
    with pytest.raises(serializers.ValidationError) as refused:
        field.run_validation(["v01", "y" * 100])
    (detail,) = refused.value.detail
    assert detail.code == "invalid_choice"
    assert str(detail) == f'"{"y" * 40}" 不是可选的值,可选: {FIRST} … (共 20 项)'


@pytest.mark.requirement("INT-04")
def test_groups_of_choices_are_told_by_their_values() -> None:
    class Form(forms.Form):
        one = forms.ChoiceField(choices=[("", "-"), ("group", [("a", "A"), ("b", "B")]), ("c", "C")])

    assert errors_of(Form({"one": "x"}))["one"] == ['"x" 不是可选的值,可选: a, b, c']


@pytest.mark.requirement("INT-04")
def test_what_only_the_domain_refuses_tells_the_choices_too(world: World) -> None:
    with translation.override("zh-hans"):
        told = InvalidValue(field="f", choices=MANY).message
    assert told == f"取值无效,可选: {FIRST} … (共 20 项)"
    body: dict[str, Any] = {"hospital_id": str(world.h1.pk), "kind": "no_such_work"}
    role = str(Role.objects.filter(is_active=True).values_list("pk", flat=True)[0])
    body |= {"hours": 4} | {f"{name}_role_id": role for name in ("executor", "manager", "supervisor")}
    answer = world.client("boss").post(f"{API}/work-duties", body, format="json")
    field, code, message = the_error(answer)
    assert (field, code) == ("kind", "invalid")
    assert message.startswith(f"取值无效,可选: {shown(sorted(KINDS))}")
