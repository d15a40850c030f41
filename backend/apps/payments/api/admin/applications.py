"""接入应用 as choices."""

from collections.abc import Iterator
from typing import Any

from rest_framework.response import Response

from apps.access.scoped.code_options import CodeOptionsView, code_options
from apps.identity.models import Hospital
from apps.payments.selectors.applications import applications_of


class ApplicationOptionsView(CodeOptionsView):
    """What the application of an order may be."""

    resource = "payments.order"
    codes = {"get": "list"}

    def offered(self, hospital: Hospital) -> Iterator[tuple[str, str, str]]:
        for code, name in applications_of(hospital.pk):
            yield code, name, ""

    @code_options("payment_applications_options_list", "payments")
    def get(self, request: Any) -> Response:
        """接入应用选项."""
        return super().get(request)
