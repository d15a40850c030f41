from drf_spectacular.utils import extend_schema

from apps.access.scoped.options import OptionsMixin
from apps.access.scoped.rows import RowViewSet
from apps.cashier.models import CashDrawer


@extend_schema(tags=["cashier"])
class CashDrawerViewSet(OptionsMixin, RowViewSet):
    """钱箱: where clerks keep cash."""

    model = CashDrawer
    resource = "cashier.drawer"
    columns = ("hospital", "department", "code", "name", "is_active")
    filters = ("hospital", "department", "is_active")
    searched = ("code", "name")
    ordering = ["code", "id"]
