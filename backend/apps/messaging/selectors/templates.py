"""Which template serves a scene at a hospital: its own, else the group's, else (demo and tests) one of the sandbox."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.db.models import Q

from apps.messaging.models import Channel, MessageTemplate
from apps.messaging.scenes import SCENES, Scene

PLACE = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class ProviderTemplate:
    """`fields`: our data key → the provider's field."""

    template_id: str
    fields: Mapping[str, str]


def templates_of(hospital_id: UUID, scene: str) -> dict[str, ProviderTemplate]:
    """By channel; a channel without a template cannot be used for the scene."""
    found = _sandbox_templates(SCENES[scene]) if settings.MESSAGING_SANDBOX_TEMPLATES else {}
    for row in _rows(hospital_id, scene):
        found.pop(row.channel, None)
        if row.is_active:
            found[row.channel] = ProviderTemplate(row.provider_template_id, row.fields)
    return found


def subscribe_template_ids(hospital_ids: Iterable[UUID], scene: str | None = None) -> dict[str, list[str]]:
    """Scene → provider template ids for which the mini-program asks the user's consent."""
    wanted: dict[str, list[str]] = defaultdict(list)
    for hospital_id in hospital_ids:
        for code in [scene] if scene else SCENES:
            template = templates_of(hospital_id, code).get(Channel.WECHAT_SUBSCRIBE)
            if template and template.template_id not in wanted[code]:
                wanted[code].append(template.template_id)
    return {code: ids for code, ids in wanted.items() if ids}


def inbox_pattern(scene: Scene, hospital_id: UUID) -> str:
    """The words of the inbox at that hospital, with {keys}."""
    texts = [row.text for row in _rows(hospital_id, scene.code) if row.text and row.is_active]
    return texts[-1] if texts else scene.text


def fill(pattern: str, data: Mapping[str, str]) -> str:
    """`pattern` with its {keys} replaced; what `data` lacks is left out."""
    return PLACE.sub(lambda match: data.get(match[1], ""), pattern)


def _rows(hospital_id: UUID, scene: str) -> list[MessageTemplate]:
    """The group's first, the hospital's own (which win) last."""
    rows = MessageTemplate.objects.filter(Q(hospital_id=hospital_id) | Q(hospital=None), scene=scene)
    return sorted(rows, key=lambda row: (row.hospital_id is not None, str(row.pk)))


def _sandbox_templates(scene: Scene) -> dict[str, ProviderTemplate]:
    number = sorted(SCENES).index(scene.code) + 1
    ids = {
        Channel.WECHAT_SUBSCRIBE: f"subscribe_{scene.code}",
        Channel.WECHAT_TEMPLATE: f"template_{scene.code}",
        Channel.SMS: f"SMS_{100_000_000 + number}",
    }
    return {str(channel): ProviderTemplate(ids[channel], scene.fields[channel]) for channel in ids}


def is_subscribe_template(template_id: str) -> bool:
    """Whether any hospital asks consent for this provider template."""
    rows = MessageTemplate.objects.filter(
        channel=Channel.WECHAT_SUBSCRIBE, provider_template_id=template_id, is_active=True
    )
    if rows.exists():
        return True
    sandbox = [_sandbox_templates(scene)[Channel.WECHAT_SUBSCRIBE] for scene in SCENES.values()]
    return settings.MESSAGING_SANDBOX_TEMPLATES and template_id in {t.template_id for t in sandbox}
