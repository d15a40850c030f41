"""Signed-in mini-program users, each bound to the card of a patient of the sample's first hospital.

Run with the product's settings: `python crowd.py COUNT` prints {"people": […], "partner": token, "expired": token}.
Half of the people have consented to one subscribe message of each scene, the others follow the official account.
"expired" was a token of the first of them.
"""

import datetime as dt
import json
import sys

import django

django.setup()  # the models need it

# ruff: noqa: E402
from django.conf import settings
from knox.models import get_digest_token
from knox.settings import CONSTANTS
from oauth2_provider.models import AccessToken

from apps.identity.models import AuthSession, Hospital, User, UserKind, WeChatAccount
from apps.identity.oauth import SCOPES
from apps.identity.services import partners
from apps.messaging.models import SubscribeConsent
from apps.messaging.scenes import SCENES
from apps.patients.models import CardBinding, PatientCard, Relationship
from kernel import clock


def main(count: int) -> None:
    """Insert them in bulk and print them."""
    found = PatientCard.objects.filter(hospital__code="YH01").select_related("patient").order_by("pk")
    cards = list(found[:count])
    assert len(cards) == count, f"the sample has only {len(cards)} patients"
    users = [User(username=f"wx:crowd-{n}", kind=UserKind.PATIENT, password="!") for n in range(count)]
    User.objects.bulk_create(users)
    accounts = [
        WeChatAccount(
            user=user, app_id=settings.WECHAT_APP_ID, openid=f"o-crowd-{n}", official_openid=f"oa-crowd-{n}"
        )
        for n, user in enumerate(users)
    ]
    WeChatAccount.objects.bulk_create(accounts)
    CardBinding.objects.bulk_create(
        CardBinding(
            hospital_id=card.hospital_id, account=account, patient=card.patient, card=card,
            relationship=Relationship.SELF, address="示例市东湖区人民路1号", is_default=True,
        )
        for account, card in zip(accounts, cards, strict=True)
    )  # fmt: skip
    SubscribeConsent.objects.bulk_create(
        SubscribeConsent(account=account, template_id=f"subscribe_{scene}", left=1)
        for account in accounts[::2]
        for scene in SCENES
    )
    soon = dt.timedelta(days=30)
    people = [
        {
            "token": _sign_in(account.user, soon), "openid": account.openid, "phone": card.patient.phone,
            "official_openid": account.official_openid, "consented": n % 2 == 0, "patient_id": str(card.patient_id),
        }
        for n, (account, card) in enumerate(zip(accounts, cards, strict=True))
    ]  # fmt: skip
    expired = _sign_in(users[0], -dt.timedelta(seconds=1))
    json.dump({"people": people, "partner": _partner(), "expired": expired}, sys.stdout)


def _sign_in(user: User, lifetime: dt.timedelta) -> str:
    digest, token = get_digest_token()
    session = AuthSession(digest=digest, token_key=token[: CONSTANTS.TOKEN_KEY_LENGTH], user=user)
    session.expiry = clock.now() + lifetime
    session.save(force_insert=True)
    return str(token)


def _partner() -> str:
    hospital = Hospital.objects.get(code="YH01")
    application, _ = partners.create_application(
        hospital=hospital, name="partner", allowed_scopes=list(SCOPES)
    )
    token = AccessToken(application=application, token="partner-of-the-crowd", scope=" ".join(SCOPES))
    token.expires = clock.now() + dt.timedelta(days=2)
    token.save(force_insert=True)
    return str(token.token)


if __name__ == "__main__":
    main(int(sys.argv[1]))
