"""Credentials: an API key for either dialect, or an AccessKey pair that signs short-lived tokens (legacy only)."""

from collections.abc import Callable
from typing import Protocol

import jwt

TOKEN_LIFETIME_S = 1800
"""How long the vendor's own samples let a token live."""
_RENEW_BEFORE_END_S = 300
_NOT_BEFORE_MARGIN_S = 5


class Credential(Protocol):
    def bearer(self) -> str:
        """What goes behind "Authorization: Bearer"."""

    def renew(self) -> bool:
        """After the vendor found the time wrong: True when another try has a chance."""


class ApiKey:
    """The key from the vendor's console, as it is."""

    def __init__(self, key: str) -> None:
        self._key = key

    def bearer(self) -> str:
        return self._key

    def renew(self) -> bool:
        return False


class SignedToken:
    """A JWT (HS256) minted from AccessKey and SecretKey, kept until five minutes before its end."""

    def __init__(self, access_key: str, secret_key: str, now_s: Callable[[], float]) -> None:
        self._access_key = access_key
        self._secret_key = secret_key
        self._clock_s = now_s
        self._token = ""
        self._renew_at_s = 0.0

    def bearer(self) -> str:
        now_s = self._clock_s()
        if not self._token or now_s >= self._renew_at_s:
            self._token = self._mint(int(now_s))
            self._renew_at_s = now_s + TOKEN_LIFETIME_S - _RENEW_BEFORE_END_S
        return self._token

    def renew(self) -> bool:
        self._token = ""
        return True

    def _mint(self, now_s: int) -> str:
        claims = {"iss": self._access_key, "exp": now_s + TOKEN_LIFETIME_S, "nbf": now_s - _NOT_BEFORE_MARGIN_S}
        return jwt.encode(claims, self._secret_key, algorithm="HS256", headers={"typ": "JWT"})
