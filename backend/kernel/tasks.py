"""Where the worker and the scheduler look for actors."""

from kernel.outbox.tasks import bury_event, handle_event, purge_kernel_tables, sweep_outbox

__all__ = ["bury_event", "handle_event", "purge_kernel_tables", "sweep_outbox"]
