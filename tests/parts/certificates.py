"""Certificates for servers on the loopback address and their clients, made anew each time."""

import datetime
import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

_DAY = datetime.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Certificates:
    """PEM files: what the broker shows (key, certificate, authority), and whom its clients trust."""

    broker: Path
    authority: Path


@dataclass(frozen=True, slots=True)
class Issued:
    """PEM files of whom an authority has made known."""

    certificate: Path
    key: Path


class Authority:
    """Signs certificates for servers on the loopback address and for their clients. Its own is `authority.pem`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._name = _name("Reelwright test authority")
        self._key = ec.generate_private_key(ec.SECP256R1())
        self.certificate = folder / "authority.pem"
        builder = _builder(self._name, self._name, self._key, is_authority=True)
        self.certificate.write_bytes(_signed(builder, self._key))

    def issue(self, name: str, *, organisation: str = "", hosts: Sequence[str] = ("localhost",)) -> Issued:
        """`NAME.crt` and `NAME.key`; whoever holds them is `name`, a member of `organisation`, and serves `hosts`."""
        file = name.replace(":", "-")
        made = Issued(self._folder / f"{file}.crt", self._folder / f"{file}.key")
        key = ec.generate_private_key(ec.SECP256R1())
        loopback = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
        names = x509.SubjectAlternativeName([*(x509.DNSName(host) for host in hosts), loopback])
        builder = _builder(_name(name, organisation), self._name, key, is_authority=False)
        made.certificate.write_bytes(_signed(builder.add_extension(names, critical=False), self._key))
        made.key.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        return made


def make_certificates(folder: Path) -> Certificates:
    """A broker's, and its authority."""
    authority = Authority(folder)
    server = authority.issue("localhost")
    made = Certificates(folder / "broker.pem", authority.certificate)
    made.broker.write_bytes(b"".join(path.read_bytes() for path in (server.key, server.certificate, made.authority)))
    return made


def _name(text: str, organisation: str = "") -> x509.Name:
    groups = [x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation)] if organisation else []
    return x509.Name([*groups, x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, *, is_authority: bool
) -> x509.CertificateBuilder:
    now = datetime.datetime.now(datetime.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _DAY)
        .not_valid_after(now + _DAY)
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
    )


def _signed(builder: x509.CertificateBuilder, key: ec.EllipticCurvePrivateKey) -> bytes:
    return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM)
