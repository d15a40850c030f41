"""A token, one query for the user, the statement: the least a booking over this stack can cost. And a bare push."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.urls import path
from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response
from rest_framework.views import APIView

from tests.bench.bare.pushes import take_push
from tests.bench.bare.statement import take


class BareBooking(APIView):
    permission_classes = [IsAuthenticated]

    def post(self, request: Any) -> Response:
        number = take(UUID(request.data["slot_id"]), UUID(request.data["patient_id"]))
        return Response({"number": number}, status=201 if number else 409)


class BareRead(APIView):
    permission_classes = [IsAuthenticated]

    def get(self, request: Any) -> Response:
        return Response({"count": 0, "results": []})


urlpatterns = [
    path("book", BareBooking.as_view()),
    path("read", BareRead.as_view()),
    path("push", take_push),
    path("healthz", lambda request: HttpResponse("ok")),
]
