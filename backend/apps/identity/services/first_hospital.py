"""The first group and hospital of an installation."""

from apps.identity.models import Group, Hospital


def first_hospital(*, group_name: str, code: str, name: str) -> Hospital:
    """The oldest hospital; made, with its group, if there is none."""
    found = Hospital.objects.order_by("id").first()
    if found is not None:
        return found
    group = Group.objects.order_by("id").first() or Group.objects.create(name=group_name)
    return Hospital.objects.create(group=group, code=code, name=name)
