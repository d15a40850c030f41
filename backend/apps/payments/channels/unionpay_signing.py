"""Signature 5.1.0 of UnionPay's ACP: what is signed, and whose certificate is believed.

Signed is the lower-case hex SHA-256 of all non-empty pairs but `signature`, sorted and joined: SHA256withRSA over that
text, base64. UnionPay puts its certificate into every message; it counts if it stands below our chain, is in force, and
bears an allowed name.
"""

import base64
import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID

VERSION, SIGN_METHOD, ENCODING = "5.1.0", "01", "UTF-8"
#: The third `@` segment of the common name in UnionPay's certificates.
UNIONPAY = "中国银联股份有限公司"
#: CFCA, which issues them, still signs certificates with SHA-1.
_CERTIFICATE_HASHES = (hashes.SHA1, hashes.SHA256, hashes.SHA384, hashes.SHA512)


class NotSigned(Exception):
    """The message is not UnionPay's, or not as UnionPay sent it."""


def signed_text(fields: Mapping[str, str]) -> bytes:
    """What the signature covers."""
    pairs = sorted((name, value) for name, value in fields.items() if value and name != "signature")
    joined = "&".join(f"{name}={value}" for name, value in pairs)
    return hashlib.sha256(joined.encode()).hexdigest().encode()


class Signer:
    """The merchant's key and its certificate, both PEM; ValueError when unreadable or not belonging together."""

    def __init__(self, key_pem: str, certificate_pem: str) -> None:
        key = serialization.load_pem_private_key(key_pem.encode(), None)
        certificate = x509.load_pem_x509_certificate(certificate_pem.encode())
        if not isinstance(key, rsa.RSAPrivateKey):
            raise ValueError("sign_key is not an RSA key")
        if certificate.public_key() != key.public_key():
            raise ValueError("sign_cert is not the certificate of sign_key")
        self._key, self.cert_id = key, str(certificate.serial_number)

    def signed(self, fields: Mapping[str, str]) -> dict[str, str]:
        """Without empty fields, with certId and signature."""
        full = {name: value for name, value in fields.items() if value} | {"certId": self.cert_id}
        signature = self._key.sign(signed_text(full), padding.PKCS1v15(), hashes.SHA256())
        return full | {"signature": base64.b64encode(signature).decode()}


class Verifier:
    """PEM texts may hold several certificates, for a time of change. `names`: the allow-list of certificate owners."""

    def __init__(self, roots_pem: str, middles_pem: str, names: Iterable[str] = (UNIONPAY,)) -> None:
        self._roots = x509.load_pem_x509_certificates(roots_pem.encode())
        self._middles = x509.load_pem_x509_certificates(middles_pem.encode())
        self._names = frozenset(names)

    def verify(self, fields: Mapping[str, str], now: dt.datetime) -> None:
        """NotSigned unless the message is UnionPay's."""
        if fields.get("version") != VERSION or fields.get("signMethod") != SIGN_METHOD:
            raise NotSigned("another version or method of signing")
        key = self._certificate(fields, now).public_key()
        if not isinstance(key, rsa.RSAPublicKey):
            raise NotSigned("not an RSA certificate")
        try:
            signature = base64.b64decode(fields.get("signature", ""), validate=True)
            key.verify(signature, signed_text(fields), padding.PKCS1v15(), hashes.SHA256())
        except (ValueError, InvalidSignature) as error:
            raise NotSigned("the signature is wrong") from error

    def _certificate(self, fields: Mapping[str, str], now: dt.datetime) -> x509.Certificate:
        try:
            certificate = x509.load_pem_x509_certificate(fields.get("signPubKeyCert", "").encode())
            owner = _owner(certificate)
        except (ValueError, x509.InvalidVersion, UnsupportedAlgorithm) as error:
            raise NotSigned("no readable certificate") from error
        if owner not in self._names:
            raise NotSigned("the certificate is somebody else's")
        middle = _issuer(certificate, self._middles)
        for link in (certificate, middle, _issuer(middle, self._roots)):
            if not link.not_valid_before_utc <= now <= link.not_valid_after_utc:
                raise NotSigned("a certificate is not in force")
        return certificate


def _owner(certificate: x509.Certificate) -> str:
    names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    segments = str(names[0].value).split("@") if len(names) == 1 else []
    return segments[2] if len(segments) > 2 else ""


def _issuer(certificate: x509.Certificate, issuers: Iterable[x509.Certificate]) -> x509.Certificate:
    """The one of `issuers` that signed it. x509's own check refuses SHA-1, which CFCA uses."""
    for issuer in issuers:
        if issuer.subject == certificate.issuer and _has_signed(issuer, certificate):
            return issuer
    raise NotSigned("the certificate is not below our chain")


def _has_signed(issuer: x509.Certificate, certificate: x509.Certificate) -> bool:
    key = issuer.public_key()
    try:
        algorithm = certificate.signature_hash_algorithm
        if not isinstance(key, rsa.RSAPublicKey) or not isinstance(algorithm, _CERTIFICATE_HASHES):
            return False
        key.verify(certificate.signature, certificate.tbs_certificate_bytes, padding.PKCS1v15(), algorithm)
    except (InvalidSignature, UnsupportedAlgorithm):
        return False
    return True
