import os
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.access.services.first_administrator import create_first_administrator
from kernel.errors import DomainError


class Command(BaseCommand):
    """Create the first administrator and print the one-time password, which must be changed at the first sign-in.

    YIHUI_FIRST_ADMIN_PASSWORD gives the password instead; it is not printed then. Refuses if there is an administrator.
    """

    help = __doc__

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--username", default="admin")
        parser.add_argument("--group", default="医汇医疗集团", help="name of the group, if there is none")
        parser.add_argument("--hospital-code", default="H1", help="code of the hospital, if there is none")
        parser.add_argument(
            "--hospital-name", default="第一医院", help="name of the hospital, if there is none"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        given = os.environ.get("YIHUI_FIRST_ADMIN_PASSWORD") or None
        try:
            made = create_first_administrator(
                username=options["username"],
                password=given,
                group_name=options["group"],
                hospital_code=options["hospital_code"],
                hospital_name=options["hospital_name"],
            )
        except DomainError as error:
            raise CommandError(error.text) from error
        self.stdout.write(f"username: {made.username}")
        if given is None:
            self.stdout.write(f"one-time password: {made.password}")
