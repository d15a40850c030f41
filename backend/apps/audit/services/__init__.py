"""`record` for what triggers can't see; seals, verification and partitions of the operation log."""

from apps.audit.services.record import record

__all__ = ["record"]
