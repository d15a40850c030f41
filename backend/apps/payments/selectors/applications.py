"""接入应用: through which orders are opened, the window and the mini-program among them."""

from collections.abc import Iterator
from uuid import UUID

from apps.identity.models import PartnerApplication
from apps.payments.words import application_words


def applications_of(hospital_id: UUID) -> Iterator[tuple[str, str]]:
    """Code and name: the product's own first, then the partners' by name."""
    for code, words in application_words().items():
        yield code, words.text
    yield from _partners(hospital_id)


def name_of_application(hospital_id: UUID, code: str) -> str | None:
    """None for what is none of that hospital's."""
    return dict(applications_of(hospital_id)).get(code)


def _partners(hospital_id: UUID) -> Iterator[tuple[str, str]]:
    rows = PartnerApplication.objects.filter(hospital=hospital_id).order_by("name", "pk")
    yield from rows.values_list("client_id", "name")
