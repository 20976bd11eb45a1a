"""Who may call: API keys on both dialects, AccessKey/SecretKey tokens on the legacy one only."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import jwt
from jwt.types import Options

from reelwright_kling_sim.errors import Code, KlingError

Dialect = Literal["new", "legacy"]

API_KEY_PREFIX = "api-key-kling-"
NO_TOKENS_HERE = (
    "Authentication error. The current API does not support AK/SK; please go to the console "
    "(https://kling.ai/dev/api-key) to create API key."
)

_TIMES_ARE_OURS: Options = {"verify_exp": False, "verify_nbf": False, "verify_iat": False}


@dataclass(frozen=True, slots=True)
class Credentials:
    """What opens the account: API keys, and SecretKeys by AccessKey."""

    api_keys: Collection[str]
    secret_of_access_key: Mapping[str, str]


def authenticate(header: str | None, dialect: Dialect, credentials: Credentials, now_s: float) -> None:
    """Raise `KlingError` (1000-1004) unless the Authorization header opens the account in this dialect."""
    if not header or not header.strip():
        raise KlingError(Code.AUTH_EMPTY)
    bearer = _bearer(header)
    if bearer.startswith(API_KEY_PREFIX):
        if bearer not in credentials.api_keys:
            raise KlingError(Code.AUTH_INVALID, "api key not found")
    elif dialect == "new":
        raise KlingError(Code.AUTH_INVALID, NO_TOKENS_HERE)
    else:
        _check_token(bearer, credentials.secret_of_access_key, now_s)


def _bearer(header: str) -> str:
    scheme, _, bearer = header.strip().partition(" ")
    if scheme.lower() != "bearer" or not bearer.strip():
        raise KlingError(Code.AUTH_INVALID)
    return bearer.strip()


def _check_token(token: str, secret_of_access_key: Mapping[str, str], now_s: float) -> None:
    _require_three_parts(token)
    claims = _decode(token, secret_of_access_key)
    if _seconds(claims, "nbf", default=now_s) > now_s:
        raise KlingError(Code.TOKEN_NOT_YET_VALID)
    if _seconds(claims, "exp", default=None) <= now_s:
        raise KlingError(Code.TOKEN_EXPIRED)


def _require_three_parts(token: str) -> None:
    found = {0: "0", 1: "2", 2: None}.get(token.count("."), "> 3")
    if found is not None:
        raise KlingError(Code.AUTH_INVALID, f"The token was expected to have 3 parts, but got {found}")


def _decode(token: str, secret_of_access_key: Mapping[str, str]) -> dict[str, Any]:
    """The claims, once the signature is known to be good; the times are checked by the caller's clock, not here."""
    try:
        access_key = jwt.decode(token, options={"verify_signature": False}).get("iss")
        secret = secret_of_access_key.get(str(access_key))
        if secret is None:
            raise KlingError(Code.AUTH_INVALID, "access key not found")
        claims: dict[str, Any] = jwt.decode(token, secret, algorithms=["HS256"], options=_TIMES_ARE_OURS)
    except jwt.InvalidTokenError as error:
        raise KlingError(Code.AUTH_INVALID) from error
    return claims


def _seconds(claims: Mapping[str, Any], name: str, *, default: float | None) -> float:
    value = claims.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise KlingError(Code.AUTH_INVALID)
    return float(value)
