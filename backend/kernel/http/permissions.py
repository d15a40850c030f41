"""Deny by default."""

from typing import Any

from rest_framework.permissions import BasePermission


class DenyAll(BasePermission):
    """A view that declares no permission answers nobody."""

    def has_permission(self, request: Any, view: Any) -> bool:
        return False
