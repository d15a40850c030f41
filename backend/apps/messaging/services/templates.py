"""Message templates: which provider template a hospital uses for a scene."""

from collections.abc import Mapping
from typing import Any

from apps.messaging.errors import UnknownScene
from apps.messaging.models import MessageTemplate
from apps.messaging.scenes import SCENES
from kernel.errors import InvalidValue
from kernel.rows import create_row, update_row


def create_template(**fields: Any) -> MessageTemplate:
    """Add a template; DuplicateValue if the hospital has one for the scene and channel, UnknownScene, InvalidValue."""
    template = MessageTemplate(**fields)
    if template.scene in SCENES and not template.fields:
        template.fields = dict(SCENES[template.scene].fields[template.channel])
    _check(template.scene, template.fields)
    return create_row(MessageTemplate, **{**fields, "fields": template.fields})


def update_template(template: MessageTemplate, *, version: int, **changes: Any) -> MessageTemplate:
    """Change a template read at `version`; StaleVersion, DuplicateValue, UnknownScene, InvalidValue."""
    for name, value in changes.items():
        setattr(template, name, value)
    _check(template.scene, template.fields)
    return update_row(template, version=version, **changes)


def _check(scene: str, fields: Mapping[str, str]) -> None:
    if scene not in SCENES:
        raise UnknownScene(field="scene")
    if not fields or set(fields) - set(SCENES[scene].keys) or len(set(fields.values())) != len(fields):
        raise InvalidValue(field="fields_map", choices=SCENES[scene].keys)
