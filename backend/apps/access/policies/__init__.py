"""The policies of access itself and of the apps below it; higher apps have a `policies.py` of their own."""

from apps.access.policies import access, audit, files, identity, kernel
from apps.access.policies.base import OfOwnHospitalPolicy, Policy, hide, policy_for, policy_of

__all__ = [
    "OfOwnHospitalPolicy",
    "Policy",
    "access",
    "audit",
    "files",
    "hide",
    "identity",
    "kernel",
    "policy_for",
    "policy_of",
]
