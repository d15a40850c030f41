from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.response import Response

from apps.access.scoped.permissions import IsPatientAccount
from apps.identity.api.dictionaries import LookupSerializer, codes_asked
from apps.identity.dictionaries import PUBLIC
from apps.identity.selectors import dictionaries
from kernel.errors import InvalidValue
from kernel.http.schema import raises
from kernel.http.views import APIView


class LookupView(APIView):
    """What forms offer."""

    permission_classes = [IsPatientAccount]

    @extend_schema(
        operation_id="dictionaries_lookup",
        tags=["dictionaries"],
        parameters=[OpenApiParameter("codes", str, description=f"comma separated, of {', '.join(PUBLIC)}")],
        responses=LookupSerializer(many=True),
    )
    @raises(InvalidValue)
    def get(self, request: Any) -> Response:
        """查询字典 Active entries of the dictionaries that patients choose from."""
        asked = codes_asked(request)
        codes = [code for code in PUBLIC if asked is None or code in asked]
        rows = [{"code": code, "items": items} for code, items in dictionaries(codes, None).items()]
        return Response(LookupSerializer(rows, many=True).data)
