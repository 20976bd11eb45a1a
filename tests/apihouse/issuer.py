"""An OIDC issuer for tests: keys of its own, and tokens of any kind, right and wrong."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

ISSUER = "https://issuer.example/pool"
AUDIENCE = "reelwright"
SETTINGS = {"oidc_issuer": ISSUER, "oidc_audience": AUDIENCE}


class Issuer:
    """`read` is what the gateway reads its keys by."""

    def __init__(self) -> None:
        self.reads = 0
        self.away = False
        self._rsa = {"one": rsa.generate_private_key(65537, 2048)}
        self._ec = {"curve": ec.generate_private_key(ec.SECP256R1())}

    def rotate(self) -> None:
        """A new key, and the old one gone."""
        self._rsa = {"two": rsa.generate_private_key(65537, 2048)}

    async def read(self) -> Mapping[str, Any]:
        self.reads += 1
        if self.away:
            raise ValueError("away")
        public = [
            *({**RSAAlgorithm.to_jwk(key.public_key(), as_dict=True), "kid": kid} for kid, key in self._rsa.items()),
            *({**ECAlgorithm.to_jwk(key.public_key(), as_dict=True), "kid": kid} for kid, key in self._ec.items()),
        ]
        return {"keys": [{**key, "use": "sig"} for key in public]}

    def claims(self, **others: Any) -> dict[str, Any]:
        now = int(time.time())
        usual = {"iss": ISSUER, "aud": AUDIENCE, "sub": "ann", "tenant_id": "t", "iat": now, "exp": now + 600}
        return {name: claim for name, claim in {**usual, **others}.items() if claim is not None}

    def token(self, *, kid: str | None = None, **others: Any) -> str:
        """Signed with RS256; `others` replace claims, None leaves one out."""
        name = next(iter(self._rsa))
        return jwt.encode(self.claims(**others), self._rsa[name], "RS256", headers={"kid": kid or name})

    def curved(self, **others: Any) -> str:
        """Signed with ES256."""
        return jwt.encode(self.claims(**others), self._ec["curve"], "ES256", headers={"kid": "curve"})

    def unsigned(self) -> str:
        return jwt.encode(self.claims(), "", "none", headers={"kid": next(iter(self._rsa))})

    def confused(self) -> str:
        """HS256, with the public key as the secret: by hand, for libraries refuse to."""
        name = next(iter(self._rsa))
        secret = self._rsa[name].public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        parts = ({"alg": "HS256", "typ": "JWT", "kid": name}, self.claims())
        text = ".".join(_url(json.dumps(part).encode()) for part in parts)
        return f"{text}.{_url(hmac.digest(secret, text.encode(), hashlib.sha256))}"


def _url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
