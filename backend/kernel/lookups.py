"""Look-ups that the ORM has not."""

from typing import Any

from django.db.models import Exists, ForeignKey, Lookup, UUIDField


@ForeignKey.register_lookup
@UUIDField.register_lookup
class AnyOf(Lookup):
    """`any_of`: IN with one array of UUIDs, or its text. The statement stays the same, so that its plan can be kept."""

    lookup_name = "any_of"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        left, values = self.process_lhs(compiler, connection)
        return f"{left} = ANY(%s::uuid[])", (*values, self.rhs)


class Probe(Exists):
    """EXISTS that is asked row by row in the order of the list; the fence keeps it from being made a join."""

    template = "EXISTS(%(subquery)s OFFSET 0)"
