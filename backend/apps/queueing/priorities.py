"""The priority groups that the product ships; a hospital changes them or adds its own as rows."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Priority:
    """Who is in the group is called as if due `minutes` earlier; `from_age` gives it without being asked."""

    code: str
    name: str
    minutes: int
    from_age: int | None = None
    is_active: bool = True


SHIPPED = (
    Priority("emergency", "急诊", 1_440),
    Priority("military", "军人", 60),
    Priority("pregnant", "孕妇", 30),
    Priority("disabled", "残疾人", 30),
    Priority("elderly", "老年人", 15, from_age=70),
)
