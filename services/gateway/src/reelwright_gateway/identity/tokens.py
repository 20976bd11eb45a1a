"""Tokens of an OIDC issuer: JWT, signed with RS256 or ES256."""

import hashlib
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

import jwt
import jwt.types

from reelwright_chassis.clock import Clock
from reelwright_gateway.identity.bearer import unauthenticated
from reelwright_gateway.identity.caller import ADMIN, ALL_SCOPES, READ, WRITE, Caller, is_name
from reelwright_gateway.identity.jwks import Jwks
from reelwright_gateway.problems import Problem
from reelwright_gateway.settings import GatewaySettings, listed

_KEY_TYPES = {"RS256": "RSA", "ES256": "EC"}
"""What is taken, and the kind of key that goes with it: a public key must never serve as a secret."""
_GROUP_CLAIMS = ("groups", "cognito:groups")
_REMEMBERED = 10_000


@dataclass(slots=True)
class _Verified:
    """What a token says, the key that it was found good by, and, once that is found out, who may come with it."""

    key: jwt.PyJWK
    key_id: str
    claims: Mapping[str, Any]
    caller: Caller | None = None


class TokenIdentifier:
    """Tells callers by their tokens."""

    def __init__(self, settings: GatewaySettings, jwks: Jwks, clock: Clock) -> None:
        self._settings = settings
        self._audiences = set(listed(settings.oidc_audience))
        self._jwks = jwks
        self._clock = clock
        self._known: OrderedDict[bytes, _Verified] = OrderedDict()

    async def of_token(self, token: str) -> Caller:
        """Raises `Problem`: not_authenticated, not_permitted; `Unavailable`."""
        known = await self._verified(token)
        self._check_times(known.claims)
        if known.caller is None:
            known.caller = self._caller(known.claims)
        return known.caller

    async def _verified(self, token: str) -> _Verified:
        """A signature is checked once for as long as its key is the issuer's. Tokens are known again by their hash."""
        name = hashlib.sha256(token.encode()).digest()
        known = self._known.get(name)
        if known is None or await self._jwks.key(known.key_id) is not known.key:
            known = await self._verify(token)
            self._remember(name, known)
        return known

    async def _verify(self, token: str) -> _Verified:
        # Times by our own clock, and the audience with Cognito's way of naming it, are checked beside this.
        unchecked = dict.fromkeys(("verify_exp", "verify_nbf", "verify_iat", "verify_aud"), False)
        options = cast(jwt.types.Options, {"require": ["exp", "iss"], **unchecked})
        try:
            header = jwt.get_unverified_header(token)
            algorithm, key_id = str(header.get("alg")), str(header.get("kid"))
            key = await self._jwks.key(key_id)
            if key is None or _KEY_TYPES.get(algorithm) != key.key_type:
                raise unauthenticated("The token is signed by no key of the issuer.")
            claims: dict[str, Any] = jwt.decode(
                token, key.key, [algorithm], options=options, issuer=self._settings.oidc_issuer
            )
        except jwt.InvalidTokenError:
            raise unauthenticated("The token is not valid.") from None
        return _Verified(key, key_id, claims)

    def _remember(self, name: bytes, known: _Verified) -> None:
        self._known[name] = known
        self._known.move_to_end(name)
        while len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)

    def _check_times(self, claims: Mapping[str, Any]) -> None:
        now_s, leeway_s = self._clock.now_s(), self._settings.oidc_leeway_s
        if _seconds(claims.get("exp"), 0.0) <= now_s - leeway_s:
            raise unauthenticated("The token has expired.")
        if _seconds(claims.get("nbf"), now_s) > now_s + leeway_s:
            raise unauthenticated("The token is not valid yet.")

    def _caller(self, claims: Mapping[str, Any]) -> Caller:
        """Raises `Problem`: not_authenticated, not_permitted."""
        if not self._audiences & set(_texts(claims.get("aud") or claims.get("client_id"))):
            raise unauthenticated("The token is for somebody else.")
        settings = self._settings
        user = str(claims.get(settings.oidc_user_claim, ""))
        tenant = str(claims.get(settings.oidc_tenant_claim, settings.oidc_tenant))
        if not is_name(user) or not is_name(tenant):
            raise Problem("not_permitted", "The token names no user and tenant that can be used here.")
        return Caller(tenant, user, self._scopes(claims), user)

    def _scopes(self, claims: Mapping[str, Any]) -> frozenset[str]:
        """A token that names scopes of ours has these alone; one that names none may read and write."""
        named = {scope.rpartition("/")[2] for scope in str(claims.get("scope", "")).split()} & ALL_SCOPES
        groups = {group for claim in _GROUP_CLAIMS for group in _texts(claims.get(claim))}
        if self._settings.oidc_admin_group in groups:
            named.add(ADMIN)
        return frozenset(named) or frozenset({READ, WRITE})


def _texts(claim: Any) -> list[str]:
    """A claim that is one text, or a list of them."""
    if isinstance(claim, str):
        return [claim]
    return [text for text in claim if isinstance(text, str)] if isinstance(claim, list) else []


def _seconds(claim: Any, without: float) -> float:
    """A numeric date. Raises `Problem`: not_authenticated."""
    if claim is None:
        return without
    if isinstance(claim, bool) or not isinstance(claim, int | float):
        raise unauthenticated("The token is not valid.")
    return float(claim)
