"""Whose import it is, for workers."""

from apps.access.actor import Actor, actor_of
from apps.identity.models import User
from apps.imports.models import ImportJob


def importing_user(job: ImportJob) -> User | None:
    """The user of who uploaded the file; None for an import of nobody."""
    return job.by.user if job.by is not None else None


def importer_of(job: ImportJob) -> Actor | None:
    """Who uploaded the file with the rights of now; None for nobody and for who has left."""
    user = importing_user(job)
    return actor_of(user) if user is not None else None
