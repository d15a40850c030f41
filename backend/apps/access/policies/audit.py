"""Policy of the operation log: by hospital; nobody changes it."""

from apps.access.policies.base import Policy, hide, policy_for
from apps.audit.models import AuditEvent, AuditSeal

hide(AuditSeal)


@policy_for(AuditEvent)
class AuditEventPolicy(Policy):
    """Rows without a hospital are seen only by a scope of everything."""
