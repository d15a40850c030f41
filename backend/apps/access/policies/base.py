"""Policies: who sees and does what with a model. A model without a policy is visible to nobody.

Visible = the data scope of the permission code (hospital, departments, own) OR a grant on the object or its patient.
"""

import time
from typing import Any, ClassVar, TypeVar
from uuid import UUID

from django.contrib.auth.models import Permission as ModelPermission
from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Count, Exists, Model, OuterRef, Q, QuerySet, TextField
from django.db.models.functions import Cast

from apps.access.actor import Actor, Scope
from kernel import clock, lookups

M = TypeVar("M", bound=Model)
#: A guardian table with `user`, `permission`, `content_object` and `valid_until` (the abstract base names no object).
GrantTable = type[Any]
POLICIES: dict[type[Model], "Policy"] = {}
#: Grants of one person that a list names by id; rows read from so many stay within a page of milliseconds.
MAX_LITERAL = 2_000


class NoPolicy(Exception):
    """A query asked for rows of a model that has no policy: a programming error, never data."""


class Policy:
    """Subclass per model in the app's `policies.py`, decorated with `@policy_for(Model)`.

    hospital, department, owners: look-up paths from the model to the scope columns ("" or () = the model has none).
    grants: the guardian table of the model; inherits: path to an object whose grants count too, with its model label.
    shared: rows with a NULL hospital belong to the whole group and are readable by every holder of the code.
    """

    model: type[Model]
    hospital: ClassVar[str] = "hospital_id"
    department: ClassVar[str] = ""
    owners: ClassVar[tuple[str, ...]] = ()
    grants: ClassVar[GrantTable | None] = None
    inherits: ClassVar[tuple[str, str] | None] = None
    shared: ClassVar[bool] = False

    def arms(self, actor: Actor, code: str, grant: str = "view") -> list[Q]:
        """The conditions of which any makes a row visible; empty = nothing. Each arm has an index of its own."""
        scope = actor.scope(code)
        if scope is None:
            return []
        if scope.everything:
            return [Q()]
        return self.scope_arms(actor, scope, grant) + self.grant_arms(actor, grant)

    def scope_arms(self, actor: Actor, scope: Scope, grant: str = "view") -> list[Q]:
        """The conditions that follow from the scope of the code alone, without grants."""
        arms: list[Q] = []
        if scope.hospitals:
            arms.append(Q(**{f"{self.hospital}__in": sorted(scope.hospitals)}))
        if scope.departments and self.department:
            arms += self.department_arms(sorted(scope.departments))
        if actor.hospital_id not in scope.hospitals:
            arms += [Q(**{owner: actor.staff_id}) for owner in self.owners]
        if self.shared and grant == "view":
            arms.append(Q(**{f"{self.hospital}__isnull": True}))
        return arms

    def by_scope(self, actor: Actor, code: str, instance: Model) -> bool:
        """Whether the actor's role reaches the stored row by itself, without any grant."""
        scope = actor.scope(code)
        if scope is None or scope.everything:
            return scope is not None
        rows = type(instance)._default_manager.filter(pk=instance.pk)
        return any(rows.filter(arm).exists() for arm in self.scope_arms(actor, scope))

    def department_arms(self, departments: list[UUID]) -> list[Q]:
        """The department scope; several arms where each department has an order of its own in an index."""
        return [self.department_arm(departments)]

    def department_arm(self, departments: list[UUID]) -> Q:
        """Rows of those departments."""
        return Q(**{f"{self.department}__in": departments})

    def grant_arms(self, actor: Actor, grant: str) -> list[Q]:
        """Rows the person was granted, directly or through the object they hang on."""
        arms = []
        if self.grants is not None:
            arms.append(
                _granted_arm(self.grants, "pk", actor.user_id, f"{grant}_{self.model._meta.model_name}")
            )
        if self.inherits is not None:
            path, label = self.inherits
            parent = next(p for m, p in POLICIES.items() if m._meta.label == label)
            if parent.grants is not None:
                codename = f"{grant}_{parent.model._meta.model_name}"
                arms.append(_granted_arm(parent.grants, path, actor.user_id, codename))
        return arms

    def scope(self, actor: Actor, code: str, queryset: QuerySet[M], grant: str = "view") -> QuerySet[M]:
        """The rows of `queryset` that the actor may reach with `code`."""
        arms = self.arms(actor, code, grant)
        if not arms:
            return queryset.none()
        condition = arms[0]
        for arm in arms[1:]:
            condition |= arm
        return queryset.filter(condition) if condition else queryset

    def allows(self, actor: Actor, code: str, instance: Model, grant: str = "view") -> bool:
        """Whether the stored row is within reach of `code`; used again after saving."""
        return self.scope(actor, code, type(instance)._default_manager.filter(pk=instance.pk), grant).exists()


NEWEST_FIRST = (("-id",), ("-pk",))


class GrantedArm(Q):
    """Rows that were granted through the object at `path`; `rows` are the grants, `holder` says whose.

    EXISTS, not IN: looking at one row then costs one index probe, however many objects were granted.
    """

    rows: QuerySet[Any]
    path: str
    holder: tuple[str, UUID, str]

    def known(self) -> list[Q]:
        """The same for a list, where no plan may start from the wrong side: the ids themselves while they are few.

        The planner takes a person without grants for one with the average number, and then walks the whole table to
        find none. Who holds very many sees them soon wherever he begins.
        """
        if _held_many.get(self.holder, 0.0) > time.monotonic():
            return [self]
        many, ids = self._held()
        if many > MAX_LITERAL:
            _remember(self.holder)
            return [self]
        return [Q(**{f"{self.path}__{lookups.AnyOf.lookup_name}": ids})] if ids else []

    def _held(self) -> tuple[int, str | None]:
        """How many grants, counted to just beyond MAX_LITERAL, and the ids as the text of an array.

        As text they come and go without being made objects one by one, which costs more than finding them.
        """
        rows = self.rows.values("content_object_id")[: MAX_LITERAL + 1]
        ids = Cast(ArrayAgg("content_object_id", distinct=True), TextField())
        found = rows.aggregate(many=Count("content_object_id"), ids=ids)
        return found["many"], found["ids"]

    def first(self, queryset: QuerySet[M], many: int) -> QuerySet[Any, dict[str, Any]]:
        """The keys of the first rows, in the order of the list: a join would read every grant before the first row.

        Where the objects themselves are listed, the newest first, the grants stand in that order, too.
        """
        if self.path == "pk" and queryset.query.order_by in NEWEST_FIRST:
            table = self.rows.model
            name = table._meta.get_field("content_object").related_query_name()
            held = grant_condition(table, *self.holder[1:], through=f"{name}__")
            return queryset.filter(held).order_by(f"-{name}__content_object_id").values("pk")[:many]
        probe = Q(lookups.Probe(self.rows.filter(content_object_id=OuterRef(self.path))))
        return queryset.filter(probe).values("pk")[:many]


#: Holders of very many grants, until when they are taken for such: what they hold is not read for every page.
_held_many: dict[tuple[str, UUID, str], float] = {}
MANY_FOR_SECONDS, MAX_HOLDERS = 60.0, 10_000


def _remember(holder: tuple[str, UUID, str]) -> None:
    if len(_held_many) >= MAX_HOLDERS:
        _held_many.clear()
    _held_many[holder] = time.monotonic() + MANY_FOR_SECONDS


def _granted_arm(table: GrantTable, path: str, user_id: UUID, codename: str) -> Q:
    rows = grant_rows(table, user_id, codename)
    arm = GrantedArm(Exists(rows.filter(content_object_id=OuterRef(path))))
    arm.rows, arm.path, arm.holder = rows, path, (table._meta.label, user_id, codename)
    return arm


def for_lists(arms: list[Q]) -> list[Q]:
    """The arms with grants read first."""
    return [known for arm in arms for known in (arm.known() if isinstance(arm, GrantedArm) else [arm])]


def first_keys(arm: Q, queryset: QuerySet[M], many: int) -> QuerySet[Any, dict[str, Any]]:
    """The keys of the first rows of an ordered list that the arm makes visible."""
    if isinstance(arm, GrantedArm):
        return arm.first(queryset, many)
    return queryset.filter(arm).values("pk")[:many]


def grant_rows(table: GrantTable, user_id: UUID, codename: str) -> QuerySet[Any]:
    """The user's grants of `codename` that count now. The table has a `valid_until` (null = open)."""
    rows: QuerySet[Any] = table._default_manager.filter(grant_condition(table, user_id, codename))
    return rows


def grant_condition(table: GrantTable, user_id: UUID, codename: str, *, through: str = "") -> Q:
    """What makes a row of the table, or of the path to it, such a grant."""
    model = table._meta.get_field("content_object").related_model
    permission = permission_id(model._meta.app_label, codename)
    live = Q(**{f"{through}valid_until": None}) | Q(**{f"{through}valid_until__gt": clock.now()})
    return live & Q(**{f"{through}user_id": user_id, f"{through}permission_id": permission})


_permission_ids: dict[tuple[str, str], int] = {}


def permission_id(app_label: str, codename: str) -> int:
    key = (app_label, codename)
    if key not in _permission_ids:
        _permission_ids[key] = ModelPermission.objects.values_list("pk", flat=True).get(
            content_type__app_label=app_label, codename=codename
        )
    return _permission_ids[key]


def policy_for(model: type[Model]) -> Any:
    """Class decorator: register the policy of `model`."""

    def register(cls: type[Policy]) -> type[Policy]:
        policy = cls()
        policy.model = model
        POLICIES[model] = policy
        return cls

    return register


def policy_of(model: type[Model]) -> Policy:
    """The policy of a model; NoPolicy if it has none (fail closed)."""
    try:
        return POLICIES[model]
    except KeyError:
        raise NoPolicy(model._meta.label) from None


class Hidden(Policy):
    """For tables that no API shows as rows of their own (links, tokens, internals)."""

    def arms(self, actor: Actor, code: str, grant: str = "view") -> list[Q]:
        return []


def hide(*models: type[Model]) -> None:
    """Declare that these models are never shown as rows of their own."""
    for model in models:
        policy_for(model)(Hidden)


class OfOwnHospitalPolicy(Policy):
    """Of the hospital as a whole: whoever may look at such rows sees those of the own hospital, at any scope."""

    def arms(self, actor: Actor, code: str, grant: str = "view") -> list[Q]:
        arms, scope = super().arms(actor, code, grant), actor.scope(code)
        narrow = scope is not None and not scope.everything and actor.hospital_id not in scope.hospitals
        if narrow and grant == "view":
            arms.append(Q(hospital_id=actor.hospital_id))
        return arms
