"""UnionPay's messages once more, written from the published rules alone, so that neither side is checked by itself."""

import base64
import datetime as dt
import functools
import hashlib
from dataclasses import dataclass
from typing import Any

import httpx
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID

OWNER = "041@8310000000083040@中国银联股份有限公司@00016490"


def digest(fields: dict[str, str]) -> bytes:
    """sha256 of the sorted pairs, as hex text."""
    text = "&".join(f"{k}={fields[k]}" for k in sorted(fields) if k != "signature" and fields[k] != "")
    return hashlib.sha256(text.encode("utf-8")).hexdigest().encode("ascii")


def sign(fields: dict[str, str], key: rsa.RSAPrivateKey) -> dict[str, str]:
    """The fields with their signature."""
    signature = key.sign(digest(fields), padding.PKCS1v15(), hashes.SHA256())
    return {**fields, "signature": base64.b64encode(signature).decode("ascii")}


def verify(fields: dict[str, str]) -> x509.Certificate:
    """Raises unless the embedded certificate's key signed them; the certificate."""
    certificate = x509.load_pem_x509_certificate(fields["signPubKeyCert"].encode())
    key = certificate.public_key()
    assert isinstance(key, rsa.RSAPublicKey)
    key.verify(base64.b64decode(fields["signature"]), digest(fields), padding.PKCS1v15(), hashes.SHA256())
    return certificate


def read(text: str) -> dict[str, str]:
    """A reply without & in its values."""
    return dict(pair.split("=", 1) for pair in text.split("&"))


class Merchant:
    """Speaks to the gateway as the product's channel does, by other code. `config`: what the sandbox says to be."""

    def __init__(self, config: dict[str, Any]) -> None:
        self.config = config
        key = serialization.load_pem_private_key(config["sign_key"].encode(), None)
        assert isinstance(key, rsa.RSAPrivateKey)
        self.key = key
        self.cert_id = str(x509.load_pem_x509_certificate(config["sign_cert"].encode()).serial_number)
        self.http = httpx.Client(base_url=config["gateway"], timeout=10)

    def message(self, **fields: str) -> dict[str, str]:
        """Signed; what is empty is left out."""
        common = {
            "version": "5.1.0", "encoding": "UTF-8", "signMethod": "01", "certId": self.cert_id, "accessType": "0",
            "merId": self.config["mer_id"], "channelType": "08", "bizType": "000201",
        }  # fmt: skip
        return sign({k: v for k, v in {**common, **fields}.items() if v != ""}, self.key)

    def send(self, path: str, message: dict[str, str]) -> dict[str, str]:
        """The reply, whose signature is checked."""
        url = path if path.startswith("http") else f"/gateway/api/{path}.do"
        response = self.http.post(url, data=message)
        assert response.status_code == 200
        fields = read(response.text)
        verify(fields)
        return fields

    def order(self, order_id: str, **more: str) -> dict[str, str]:
        """A signed consumption."""
        order = {
            "txnType": "01", "txnSubType": "01", "orderId": order_id, "txnTime": "20260310100000", "txnAmt": "1000",
            "currencyCode": "156", "backUrl": "http://127.0.0.1:9/notify", "payTimeout": "20260310110000",
        }  # fmt: skip
        return self.message(**{**order, **more})

    def begin(self, order_id: str, **more: str) -> dict[str, str]:
        return self.send("appTransReq", self.order(order_id, **more))

    def give_back(
        self, order_id: str, query_id: str, amount: int, kind: str = "04", **more: str
    ) -> dict[str, str]:
        fields = {
            "txnType": kind, "txnSubType": "00", "orderId": order_id, "txnTime": "20260310101500",
            "txnAmt": str(amount), "currencyCode": "156", "origQryId": query_id,
            "backUrl": "http://127.0.0.1:9/notify",
        }  # fmt: skip
        return self.send("backTransReq", self.message(**{**fields, **more}))

    def query(self, order_id: str, txn_time: str = "20260310100000") -> dict[str, str]:
        fields = {"txnType": "00", "txnSubType": "00", "bizType": "000000", "orderId": order_id}
        return self.send("queryTrans", self.message(**fields, txnTime=txn_time))

    def file(self, settle_date: str) -> dict[str, str]:
        fields = {"txnType": "76", "txnSubType": "01", "bizType": "000000", "fileType": "00"}
        message = self.message(**fields, settleDate=settle_date, txnTime="20260311100000", channelType="")
        return self.send(self.config["file_gateway"], message)


@functools.cache
def _key(name: str, other: bool) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@dataclass
class Pair:
    """A key with its certificate."""

    key: rsa.RSAPrivateKey
    certificate: x509.Certificate

    @property
    def pem(self) -> str:
        return self.certificate.public_bytes(serialization.Encoding.PEM).decode()

    @property
    def key_pem(self) -> str:
        form, plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        return self.key.private_bytes(serialization.Encoding.PEM, form, plain).decode()

    def signed(self, **fields: str) -> dict[str, str]:
        """A message that carries this certificate and is signed with its key."""
        return sign({**fields, "signPubKeyCert": self.pem}, self.key)


def issue(
    name: str,
    issuer: Pair | None = None,
    *,
    starts: dt.datetime = dt.datetime(2020, 1, 1, tzinfo=dt.UTC),
    ends: dt.datetime = dt.datetime(2040, 1, 1, tzinfo=dt.UTC),
    other_key: bool = False,
) -> Pair:
    """A certificate of that common name; without an issuer it signs itself. One name has one key, or another."""
    key = _key(name, other_key)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(starts)
        .not_valid_after(ends)
    )
    return Pair(key, builder.sign(issuer.key if issuer else key, hashes.SHA256()))


def sha1_signed(pair: Pair, issuer: Pair) -> Pair:
    """The same certificate as CFCA would have signed it: with SHA-1, which no library makes any more."""
    sha256, sha1 = (bytes.fromhex(f"2a864886f70d0101{last}") for last in ("0b", "05"))
    der = pair.certificate.public_bytes(serialization.Encoding.DER).replace(sha256, sha1)
    unsigned = x509.load_der_x509_certificate(der)
    signature = issuer.key.sign(unsigned.tbs_certificate_bytes, padding.PKCS1v15(), hashes.SHA1())
    return Pair(pair.key, x509.load_der_x509_certificate(der.replace(unsigned.signature, signature)))


def kept_pair(pem: bytes) -> Pair:
    """One of the pairs that the sandbox keeps in its directory of keys."""
    key = serialization.load_pem_private_key(pem, None)
    assert isinstance(key, rsa.RSAPrivateKey)
    return Pair(key, x509.load_pem_x509_certificate(pem))
