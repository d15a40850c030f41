"""A command answers what it declares: at first, when it is repeated, of whatever view."""

from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.test import APIRequestFactory

from apps.identity.models import Group
from kernel.errors import NotFound
from kernel.http.commands import command
from kernel.http.serializers import Serializer, Shape
from kernel.http.views import APIView, GenericAPIView
from kernel.idempotency import store
from kernel.idempotency.models import IdempotencyRecord


class NameSerializer(Serializer):
    name = serializers.CharField(max_length=8)


class NamedSerializer(NameSerializer):
    seen_by = serializers.SerializerMethodField()

    def get_seen_by(self, row: Any) -> str:
        return f"{self.context['view'].who} {self.context['request'].method}"


class RowSerializer(Shape):
    name = serializers.CharField()


class Open(APIView):
    """Of nobody in particular."""

    authentication_classes: Any = []
    permission_classes: Any = []
    who = "view"


class Keyed(Open):
    @command(body=NameSerializer, answer=NamedSerializer, status=201)
    def post(self, *, number: int, name: str) -> dict[str, Any]:
        return {"name": f"{name}{number}"}


class Finding(Open, GenericAPIView[Any]):
    def get_object(self) -> str:
        if self.kwargs["number"] != 1:
            raise NotFound
        return "one"

    @command(body=NameSerializer, answer=RowSerializer)
    def post(self, row: str, **body: Any) -> dict[str, Any]:
        return {"name": row, "more": body}


class Own(Open):
    @command(answer=RowSerializer, status=201, idempotent=True)
    def post(self, *, status: int) -> Response:
        Group.objects.create(name=f"of {status}")
        return Response({"name": "own"}, status=status, headers={"ETag": "1"})


class Making(Open):
    """Answers a repetition from the group that it made."""

    model = Group

    @command(answer=NamedSerializer, status=201, idempotent=True, atomic=False)
    def post(self) -> Group:
        with transaction.atomic():
            made = Group.objects.create(name="new")
            store.finish_with(made.pk)
        return made

    def as_now(self, pk: UUID) -> Group:
        return Group.objects.get(pk=pk)


class MakingOther(Making):
    """Whose rows are others than what it makes."""

    model: Any = IdempotencyRecord

    def replay(self, made: UUID) -> dict[str, Any]:
        return {"name": f"again {Group.objects.get(pk=made).name}"}


def post(view: type[APIView], body: Any = None, key: str = "k", **keys: Any) -> Any:
    """The answer of the view."""
    request = APIRequestFactory().post("/x", body or {}, format="json", HTTP_IDEMPOTENCY_KEY=key)
    return view.as_view()(request, **keys)


def test_a_view_that_finds_no_row_gets_the_keys_of_its_route_by_name() -> None:
    answer = post(Keyed, {"name": "a"}, number=7)
    assert (answer.status_code, answer.data) == (201, {"name": "a7", "seen_by": "view POST"})


def test_what_a_body_may_not_say_is_refused_before_the_method_runs() -> None:
    answer = post(Keyed, {"name": "a" * 9}, number=7)
    assert (answer.status_code, answer.data["errors"][0]["field"]) == (400, "name")


def test_a_view_that_finds_its_row_gets_it_and_is_asked_before_the_body_is_read() -> None:
    assert post(Finding, {"name": "a"}, number=1).data == {"name": "one", "more": {"name": "a"}}
    assert post(Finding, {"unknown": 1}, number=2).status_code == 404
    assert post(Finding, {"unknown": 1}, number=1).status_code == 400


@pytest.mark.django_db
def test_an_answer_of_the_methods_own_is_taken_as_it_is() -> None:
    answer = post(Own, status=201)
    assert (answer.status_code, answer.data, answer["ETag"]) == (201, {"name": "own"}, "1")


@pytest.mark.django_db
def test_an_answer_with_another_status_than_the_declared_one_takes_no_effect() -> None:
    assert post(Own, status=200).status_code == 500
    assert not Group.objects.filter(name="of 200").exists()
    assert not IdempotencyRecord.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(("view", "name"), [(Making, "changed"), (MakingOther, "again changed")])
def test_a_repetition_is_answered_as_the_first_request_from_what_is_now(
    view: type[APIView], name: str
) -> None:
    first = post(view)
    assert (first.status_code, first.data) == (201, {"name": "new", "seen_by": "view POST"})
    Group.objects.filter(name="new").update(name="changed")
    again = post(view)
    assert (again.status_code, again.data) == (201, {"name": name, "seen_by": "view POST"})
    assert again["Idempotency-Replayed"] == "true"
    assert Group.objects.filter(name="changed").count() == 1


@pytest.mark.parametrize("said", [{"atomic": False}, {"content": lambda request: b""}])
def test_how_a_repetition_is_kept_is_said_only_where_one_is(said: dict[str, Any]) -> None:
    with pytest.raises(TypeError, match="idempotent"):
        command(answer=None, **said)
