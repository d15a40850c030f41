"""A push taken by the least code: one signature verified, one body decrypted, one row inserted."""

import base64
import functools
import json

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from apps.payments.models import MerchantAccount
from kernel import clock, ids

_INSERT = """
INSERT INTO payments_channelpush
    (id, created_at, updated_at, hospital_id, merchant_id, channel, key, body, parsed, outcome)
  VALUES (%s, %s, %s, %s, %s, 'wechat_pay', %s, %s, %s, '')
"""


@functools.cache
def _merchant() -> tuple[MerchantAccount, RSAPublicKey, AESGCM]:
    merchant = MerchantAccount.objects.get(channel="wechat_pay", is_active=True)
    config = json.loads(merchant.config)
    key = load_pem_public_key(config["public_key"].encode())
    assert isinstance(key, RSAPublicKey)
    return merchant, key, AESGCM(config["apiv3_key"].encode())


@csrf_exempt
def take_push(request: HttpRequest) -> HttpResponse:
    """204 once the row is committed; a false signature is an exception."""
    merchant, key, cipher = _merchant()
    body, headers = request.body, request.headers
    signed = f"{headers['wechatpay-timestamp']}\n{headers['wechatpay-nonce']}\n".encode() + body + b"\n"
    key.verify(base64.b64decode(headers["wechatpay-signature"]), signed, PKCS1v15(), SHA256())
    envelope = json.loads(body)
    sealed = envelope["resource"]
    secret, associated = base64.b64decode(sealed["ciphertext"]), sealed["associated_data"].encode()
    plain = cipher.decrypt(sealed["nonce"].encode(), secret, associated).decode()
    now, about = clock.now(), (merchant.hospital_id, merchant.pk)
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, [ids.uuid7(), now, now, *about, envelope["id"], body, plain])
    return HttpResponse(status=204)
