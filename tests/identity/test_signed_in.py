"""The look-up that every request makes."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from knox.settings import CONSTANTS

from apps.identity.models import AuthSession
from apps.identity.selectors import signed_in
from tests.support.world import World


@pytest.mark.parametrize("who", ["doctor_a", "patient_a"])
def test_a_token_is_looked_up_as_the_orm_would_load_it(world: World, who: str) -> None:
    owner = world.staff.get(who) or world.accounts[who]
    session, token = AuthSession.objects.create(user=owner.user)
    with CaptureQueriesContext(connection) as queries:
        found = signed_in(token[: CONSTANTS.TOKEN_KEY_LENGTH], session.digest)
        assert found is not None
        related = [getattr(found.user, name, None) for name in ("staff", "wechat")]
    assert len(queries) == 1
    plain = AuthSession.objects.select_related("user__staff", "user__wechat").get(digest=session.digest)
    for loaded, expected in zip(
        [found, found.user, *related],
        [plain, plain.user, getattr(plain.user, "staff", None), getattr(plain.user, "wechat", None)],
        strict=True,
    ):
        names = [] if loaded is None else sorted(set(loaded.__dict__) - {"_state", "backend"})
        assert {n: getattr(loaded, n) for n in names} == {n: getattr(expected, n) for n in names}
        assert (loaded is None) == (expected is None)
    assert [r is None for r in related].count(True) == 1


def test_another_digest_is_nobody(world: World) -> None:
    session, token = AuthSession.objects.create(user=world.staff["doctor_a"].user)
    assert signed_in(token[: CONSTANTS.TOKEN_KEY_LENGTH], "0" * len(session.digest)) is None
