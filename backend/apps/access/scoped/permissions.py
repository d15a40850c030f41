"""Who gets past the door of each audience."""

from typing import Any
from uuid import UUID

from rest_framework.exceptions import MethodNotAllowed
from rest_framework.permissions import BasePermission

from apps.access.actor import Actor, actor_of
from apps.access.errors import PasswordChangeRequired
from apps.identity.models import UserKind
from apps.identity.selectors import records_of_persons
from kernel.errors import DomainError


def request_actor(request: Any) -> Actor | None:
    """The acting staff member of a request, resolved once."""
    if not hasattr(request, "_actor"):
        user = request.user
        request._actor = actor_of(user) if getattr(user, "kind", None) == UserKind.STAFF else None
    actor: Actor | None = request._actor
    return actor


def own_records(request: Any) -> set[UUID]:
    """The staff records of the person who asks, looked up once: whose own request it is, is asked of the person."""
    if not hasattr(request, "_own_records"):
        actor = request_actor(request)
        request._own_records = records_of_persons([actor.staff_id]) if actor else set()
    found: set[UUID] = request._own_records
    return found


class IsStaff(BasePermission):
    """Any signed-in staff member whose password is not due."""

    def raised_for(self, view: Any) -> tuple[type[DomainError], ...]:
        """For the documents."""
        return () if getattr(view, "allow_password_due", False) else (PasswordChangeRequired,)

    def has_permission(self, request: Any, view: Any) -> bool:
        if request_actor(request) is None:
            return False
        if request.user.must_change_password and not getattr(view, "allow_password_due", False):
            raise PasswordChangeRequired
        return True


class HasCode(IsStaff):
    """Staff who hold the permission code that the view declares for the action; no declaration, no entry."""

    def has_permission(self, request: Any, view: Any) -> bool:
        if not super().has_permission(request, view):
            return False
        if not hasattr(view, request.method.lower()):
            raise MethodNotAllowed(request.method)
        actor, code = request_actor(request), view.code_of_action()
        return actor is not None and code is not None and actor.has(code)


class IsPatientAccount(BasePermission):
    """A signed-in mini-program user."""

    def has_permission(self, request: Any, view: Any) -> bool:
        return getattr(request.user, "kind", None) == UserKind.PATIENT
