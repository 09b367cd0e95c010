"""Whose name content credentials are signed in: the shop's certificate, or one for development that says so."""

from __future__ import annotations

import fcntl
import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pitchgen.core.errors import InputError
from pitchgen.core.folders import user_data
from pitchgen.edges.store import storage_errors, temporary

if TYPE_CHECKING:
    from cryptography.x509 import Certificate, CertificateBuilder

DEVELOPMENT = "pitchgen development certificate"
DAYS = 365
RENEWED = 30  # days before its end, so that no run signs with a certificate that ends during it
FILE = "development.pem"


@dataclass(frozen=True, slots=True)
class Identity:
    """A certificate and its key."""

    name: str
    """What the user calls it: a file, or that it is for development."""
    certificates: bytes
    """PEM: the signer's first, then who vouches for it."""
    key: bytes
    """PEM, PKCS 8."""
    algorithm: str
    """As C2PA names it: `es256`, `ps256`, `ed25519`."""


def identity(certificate: Path | None, key: Path | None) -> Identity:
    """Who signs: the shop, or where it names no certificate, one that is generated for development.

    Raises:
        InputError: only one of the two files is named, or they do not fit together.
        StorageError: they cannot be read.
    """
    if certificate is None or key is None:
        if certificate or key:
            raise InputError("certificate and certificate_key belong together: name both, or none")
        return _development(default_folder())
    with storage_errors(certificate, "read"):
        certificates = certificate.read_bytes()
    with storage_errors(key, "read"):
        secret = key.read_bytes()
    return _checked(str(certificate), certificates, secret, str(key))


def fingerprint(certificate: Path | None) -> str:
    """Identifies who signs; that a development certificate was renewed makes no output stale.

    Raises:
        StorageError: the file cannot be read.
    """
    if certificate is None:
        return DEVELOPMENT
    with storage_errors(certificate, "read"):
        return hashlib.sha256(certificate.read_bytes()).hexdigest()


def default_folder() -> Path:
    """Where the development certificate is kept: in the user's data folder."""
    return user_data() / "credentials"


def _checked(name: str, certificates: bytes, secret: bytes, key_name: str) -> Identity:
    from cryptography import x509
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives import serialization

    try:
        chain = x509.load_pem_x509_certificates(certificates)
    except ValueError as error:
        raise InputError(f"{name}: no certificate in PEM; a chain begins with the signer's own") from error
    first = chain[0]
    try:
        key = serialization.load_pem_private_key(secret, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise InputError(f"{key_name}: no private key in PEM without a password") from error
    if key.public_key() != first.public_key():
        raise InputError(f"{key_name}: is not the key of {name}")
    if first.not_valid_after_utc < datetime.now(timezone.utc):
        raise InputError(f"{name}: ended on {first.not_valid_after_utc:%Y-%m-%d}; renew it")
    pem = b"".join(held.public_bytes(serialization.Encoding.PEM) for held in chain)  # and no key that lay with them
    return Identity(name, pem, _pkcs8(key), _algorithm(key, key_name))


def _algorithm(key: Any, name: str) -> str:
    """Source: C2PA specification 2.1, 13.2.1, digital signature algorithms."""
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

    if isinstance(key, ed25519.Ed25519PrivateKey):
        return "ed25519"
    if isinstance(key, rsa.RSAPrivateKey):
        return "ps256"
    curves = {256: "es256", 384: "es384", 521: "es512"}
    if isinstance(key, ec.EllipticCurvePrivateKey) and key.curve.key_size in curves:
        return curves[key.curve.key_size]
    raise InputError(f"{name}: C2PA signs with keys of RSA, Ed25519 or the curves P-256, P-384 and P-521")


def _development(folder: Path) -> Identity:
    """The certificate in `folder`, made where there is none or it ends soon; readable by its owner alone."""
    path = folder / FILE
    with storage_errors(path):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with (folder / ".lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not _lasts(path):
                with temporary(path) as part:
                    part.chmod(0o600)
                    part.write_bytes(_generated())
                    part.replace(path)
            pem = path.read_bytes()
    return _checked(DEVELOPMENT, pem, pem, str(path))


def _lasts(path: Path) -> bool:
    from cryptography import x509

    try:
        end = x509.load_pem_x509_certificates(path.read_bytes())[0].not_valid_after_utc
    except (FileNotFoundError, ValueError):
        return False
    return end > datetime.now(timezone.utc) + timedelta(days=RENEWED)


def _generated() -> bytes:
    """A key, its certificate and that of an authority whose own key is thrown away: C2PA refuses one that is alone."""
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.serialization import Encoding
    from cryptography.x509.oid import ExtendedKeyUsageOID

    root_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    root = _builder(f"{DEVELOPMENT}, authority", root_key.public_key(), None, authority=True).sign(root_key, SHA256())
    builder = _builder(f"{DEVELOPMENT}, not trusted", key.public_key(), root, authority=False)
    usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION])  # what C2PA asks of a signer of media
    signed = builder.add_extension(usage, critical=False).sign(root_key, SHA256())
    return _pkcs8(key) + signed.public_bytes(Encoding.PEM) + root.public_bytes(Encoding.PEM)


def _builder(name: str, public: Any, issuer: Certificate | None, *, authority: bool) -> CertificateBuilder:
    from cryptography import x509
    from cryptography.x509.oid import NameOID

    subject = x509.Name(
        [x509.NameAttribute(NameOID.ORGANIZATION_NAME, DEVELOPMENT), x509.NameAttribute(NameOID.COMMON_NAME, name)]
    )
    now = datetime.now(timezone.utc)
    usage = x509.KeyUsage(
        digital_signature=not authority, content_commitment=False, key_encipherment=False, data_encipherment=False,
        key_agreement=False, key_cert_sign=authority, crl_sign=authority, encipher_only=False, decipher_only=False,
    )  # fmt: skip
    signer: Any = issuer.public_key() if issuer else public
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.subject if issuer else subject)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))  # clocks differ
        .not_valid_after(now + timedelta(days=DAYS))
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer), critical=False)
    )


def _pkcs8(key: Any) -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    pem: bytes = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return pem
