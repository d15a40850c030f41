from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.access.models import Role
from apps.access.services.first_administrator import create_first_administrator
from kernel.environment import env
from kernel.errors import DomainError
from kernel.text import clean_line


class Command(BaseCommand):
    """Open an installation after migrate and sync_access: the group, the hospital by its own name, and the first
    administrator, whose one-time password is printed once and must be changed at the first sign-in.

    YIHUI_FIRST_ADMIN_PASSWORD gives the password instead; it is not printed then. Refuses if there is an administrator.
    """

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--hospital", help="the hospital's own name (YIHUI_HOSPITAL_NAME)")
        parser.add_argument("--code", help="the hospital's short code (YIHUI_HOSPITAL_CODE, else H1)")
        parser.add_argument("--group", help="the group's name (YIHUI_GROUP_NAME, else the hospital's)")
        parser.add_argument("--username", default="admin", help="of the administrator")

    def handle(self, *args: Any, **options: Any) -> None:
        hospital = _line(options["hospital"] or env.str("YIHUI_HOSPITAL_NAME", default=""), 120, "--hospital")
        code = _line(options["code"] or env.str("YIHUI_HOSPITAL_CODE", default="H1"), 16, "--code")
        group = _line(options["group"] or env.str("YIHUI_GROUP_NAME", default=hospital), 120, "--group")
        given = env.str("YIHUI_FIRST_ADMIN_PASSWORD", default="") or None
        if not Role.objects.filter(code="group_administrator").exists():
            raise CommandError(
                "There are no roles yet: run manage.py migrate and manage.py sync_access first."
            )
        try:
            made = create_first_administrator(
                username=options["username"],
                password=given,
                group_name=group,
                hospital_code=code,
                hospital_name=hospital,
            )
        except DomainError as error:
            raise CommandError(error.text) from error
        self.stdout.write(f"hospital: {made.hospital.code} {made.hospital.name}")
        self.stdout.write(f"username: {made.username}")
        if given is None:
            self.stdout.write(f"one-time password: {made.password}")


def _line(text: str, longest: int, option: str) -> str:
    """What was typed, cleaned; refused by the option's name if nothing or too much is left."""
    cleaned = clean_line(text)
    if not 0 < len(cleaned) <= longest:
        raise CommandError(f"{option}: a name of 1 to {longest} characters is needed.")
    return cleaned
