"""RSA keys and certificates of the stand-ins, made once per directory so that merchants survive a restart."""

import datetime as dt
import threading
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

YEARS = 20
#: Certificates begin so long before they are made: tests and demos live at other times.
YEARS_BEFORE = 10
#: Where keys are kept; None makes new ones for this process.
_directory: Path | None = None
_made: dict[str, "KeyPair"] = {}
_lock = threading.Lock()


@dataclass(frozen=True, slots=True)
class KeyPair:
    """A private key with a certificate on it."""

    private: rsa.RSAPrivateKey
    certificate: x509.Certificate

    @property
    def private_pem(self) -> str:
        encoding, plain = serialization.Encoding.PEM, serialization.NoEncryption()
        return self.private.private_bytes(encoding, serialization.PrivateFormat.PKCS8, plain).decode()

    @property
    def public_pem(self) -> str:
        kind = serialization.PublicFormat.SubjectPublicKeyInfo
        return self.private.public_key().public_bytes(serialization.Encoding.PEM, kind).decode()

    @property
    def certificate_pem(self) -> str:
        return self.certificate.public_bytes(serialization.Encoding.PEM).decode()

    @property
    def serial_hex(self) -> str:
        """Upper case, as WeChat writes it."""
        return f"{self.certificate.serial_number:040X}"


def keep_in(directory: Path | None) -> None:
    """Where keys are kept from now on."""
    global _directory
    _directory = directory
    if directory is not None:
        directory.mkdir(parents=True, exist_ok=True)


def key_pair(
    name: str,
    common_name: str,
    issuer: KeyPair | None = None,
    *,
    authority: bool = False,
    expired: bool = False,
) -> KeyPair:
    """The pair of that name, made if there is none; signed by `issuer`, or by itself.

    `authority`: may sign others itself, as a pair without an issuer always may.
    """
    with _lock:
        if name not in _made:
            path = _directory / f"{name}.pem" if _directory else None
            if path is not None and path.exists():
                _made[name] = _read(path.read_bytes())
            else:
                _made[name] = _make(common_name, issuer, authority or issuer is None, expired)
                if path is not None:
                    path.touch(mode=0o600)
                    path.write_text(_made[name].private_pem + _made[name].certificate_pem)
    return _made[name]


def _read(pem: bytes) -> KeyPair:
    private = serialization.load_pem_private_key(pem, None)
    if not isinstance(private, rsa.RSAPrivateKey):
        raise TypeError("not an RSA key")
    return KeyPair(private, x509.load_pem_x509_certificate(pem))


def _make(common_name: str, issuer: KeyPair | None, authority: bool, expired: bool) -> KeyPair:
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
    now = dt.datetime.now(dt.UTC)
    year = dt.timedelta(days=365)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - year * YEARS_BEFORE)
        .not_valid_after(now - year if expired else now + year * YEARS)
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
    )
    return KeyPair(private, builder.sign(issuer.private if issuer else private, hashes.SHA256()))
