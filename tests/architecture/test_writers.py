"""A table has one owner: only the services of its app write it, whoever else the backend has."""

import functools
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

from django.apps import apps
from django.db import models

from apps.access.scoped.rows import GivenRowViewSet
from apps.billing.models import Bill
from tests.architecture import forbidden_writes
from tests.architecture.typed_code import BACKEND
from tests.architecture.writers import Write, Writes

SKIPPED = {"migrations", "sandbox", "settings"}
SOURCES = [
    path
    for path in sorted(BACKEND.rglob("*.py"))
    if not SKIPPED & set(path.relative_to(BACKEND).parts)
    and path.name not in {"manage.py", "wsgi.py", "stream.py"}
]
#: What of an app may write its tables.
SERVICES = {"services", "management", "tasks.py"}
#: "file function" → why it may write what others own, or what the code does not name.
ALLOWED = {
    "apps/access/services/grants.py set_grants": "the one writer of every app's table of grants",
    "apps/access/services/grants.py revoke": "the one writer of every app's table of grants",
    "apps/access/services/grants.py drop_lapsed": "the one writer of every app's table of grants",
    "apps/access/scoped/rows.py perform_create": "plain rows of the view's own app, see below",
    "apps/access/scoped/rows.py perform_update": "plain rows of the view's own app, see below",
    "apps/access/scoped/rows.py perform_destroy": "plain rows of the view's own app, see below",
    "apps/imports/services/jobs.py _judge": "staged rows of the import's kind, whose table they are until then",
    "apps/imports/services/jobs.py apply": "staged rows of the import's kind, whose table they are until then",
    "apps/imports/services/jobs.py cancel": "staged rows of the import's kind, whose table they are until then",
    "apps/patients/services/merge_rows.py move_all": "every table that refers to a patient follows a merge by itself",
    "apps/patients/services/merge_rows.py move_back": "every table that refers to a patient follows a merge by itself",
    "apps/patients/services/merge_relations.py move_relations": "patients' own tables, by a list",
    "apps/patients/services/merge_relations.py part_relations": "patients' own tables, by a list",
    "apps/patients/services/merge_relations.py _revive": "patients' own tables, by a list",
    "sample/inpatient.py admit_patients": "loads a demo: ceilings of deposits",
    "sample/inpatient.py _beds": "loads a demo: plain rows of wards and beds",
    "sample/organisation.py create_houses": "loads a demo: plain rows of the organisation",
    "sample/organisation.py _house": "loads a demo: plain rows of the organisation",
    "sample/organisation.py _department": "loads a demo: plain rows of the organisation",
    "sample/schedule.py create_templates": "loads a demo in bulk: hundreds of templates",
    "sample/staff.py write": "loads a demo in bulk: hundreds of accounts",
}


def test_every_way_to_write_is_seen() -> None:
    path = Path(forbidden_writes.__file__)
    functions = {
        name for name, thing in vars(forbidden_writes).items() if name.startswith("by_") and callable(thing)
    }
    seen = {write.function: write.model for write in Writes([path]).found}
    assert seen.keys() == functions
    assert seen.pop("by_unknown") is models.Model
    assert {model._meta.label for model in seen.values()} == {
        "payments.PaymentOrder", "payments.PaymentOrderLine", "patients.Patient", "billing.Bill",
    }  # fmt: skip


@functools.cache
def writes() -> tuple[Write, ...]:
    return tuple(sorted(Writes(SOURCES).found, key=lambda write: write.where))


def owner_of(path: Path) -> str:
    parts = path.relative_to(BACKEND).parts
    return parts[1] if parts[0] == "apps" else parts[0]


def _is_service(path: Path) -> bool:
    parts = path.relative_to(BACKEND).parts
    return parts[0] == "kernel" or (parts[0] == "apps" and parts[2] in SERVICES)


def _place(write: Write) -> str:
    return f"{write.path.relative_to(BACKEND)} {write.function}"


def _is_wrong(write: Write) -> bool:
    if write.parameter:
        return False  # what it is given is judged where it is given
    own = owner_of(write.path)
    if write.model is models.Model:  # an app's views know their rows by the view's model alone
        return not (write.through.startswith(f"apps.{own}.services.") and "api" in write.path.parts)
    if not _is_ours(write.model) or write.through.startswith(f"apps.{write.model._meta.app_label}.services."):
        return False
    return write.model._meta.app_label != own or not _is_service(write.path)


def _is_ours(model: type[models.Model]) -> bool:
    return apps.get_app_config(model._meta.app_label).name.split(".")[0] in {"apps", "kernel"}


def test_only_an_apps_own_services_write_its_tables() -> None:
    wrong = [
        f"{write.where} → {write.model.__name__}"
        for write in writes()
        if _is_wrong(write) and _place(write) not in ALLOWED
    ]
    assert not wrong


def test_every_exception_is_still_needed() -> None:
    assert not ALLOWED.keys() - {_place(write) for write in writes() if _is_wrong(write)}


def _plain(view: type[GivenRowViewSet]) -> Iterator[type[GivenRowViewSet]]:
    for each in view.__subclasses__():
        yield each
        yield from _plain(each)


def _is_foreign(module: str, model: type[models.Model]) -> bool:
    return not module.startswith(f"apps.{model._meta.app_label}.api.")


def test_plain_rows_are_declared_by_the_app_that_owns_their_table() -> None:
    import_module("config.urls.admin")
    views = [view for view in _plain(GivenRowViewSet) if hasattr(view, "model")]
    assert len(views) > 10
    assert not [view for view in views if _is_foreign(view.__module__, view.model)]
    assert _is_foreign("apps.scheduling.api.admin.limits", Bill)
