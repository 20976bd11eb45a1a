"""Links to stored media: good for a while, for whoever has them, since <video> and <img> cannot send a token."""

import math
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Protocol

import jwt
import jwt.types
from pydantic import SecretStr

from reelwright.events.v1.media_pb2 import BlobRef
from reelwright_chassis.blobs.presign import Presigner
from reelwright_chassis.clock import Clock
from reelwright_gateway.problems import Problem

_ALGORITHM = "HS256"
_REMEMBERED = 4_096
"""Signatures that need not be made again: the same name within a slot has the same one."""
_SLOTS_PER_LINK = 4
"""Links of the same quarter of their lifetime are the same, so that a browser's cache knows them again."""


@dataclass(frozen=True, slots=True)
class Link:
    """`download_url` has a browser save the file instead of showing it."""

    url: str
    download_url: str
    expires_at: datetime


class MediaLinks(Protocol):
    """Makes links to blobs."""

    async def link(self, blob: BlobRef, *, filename: str, base_url: str) -> Link:
        """`filename` is what a download is called; `base_url` is how this client reaches the API."""


@dataclass(frozen=True, slots=True)
class Named:
    """What a signed link names."""

    key: str
    content_type: str
    filename: str
    expires_at_s: int


class SignedLinks:
    """Implements `MediaLinks`: signed by the gateway, and served by it (`media.routes`)."""

    def __init__(self, secret: SecretStr, clock: Clock, *, lifetime_s: float) -> None:
        self._secret = secret
        self._clock = clock
        self._lifetime_s = lifetime_s
        self._signed = lru_cache(maxsize=_REMEMBERED)(self._sign)

    async def link(self, blob: BlobRef, *, filename: str, base_url: str) -> Link:
        slot_s = self._lifetime_s / _SLOTS_PER_LINK
        expires_at_s = math.ceil((self._clock.now_s() + self._lifetime_s) / slot_s) * slot_s
        named = Named(blob.key, blob.content_type, filename, int(expires_at_s))
        url = f"{base_url}/media/{self._signed(named)}/{filename}"
        return Link(url, f"{url}?download=true", datetime.fromtimestamp(expires_at_s, UTC))

    def _sign(self, named: Named) -> str:
        claims = {"k": named.key, "t": named.content_type, "n": named.filename, "exp": named.expires_at_s}
        return jwt.encode(claims, self._secret.get_secret_value(), _ALGORITHM)

    def read(self, token: str) -> Named:
        """Raises `Problem`: media_link_invalid."""
        # By our own clock, below.
        options: jwt.types.Options = {"require": ["exp", "k", "t", "n"], "verify_exp": False}
        try:
            claims = jwt.decode(token, self._secret.get_secret_value(), [_ALGORITHM], options=options)
        except jwt.InvalidTokenError:
            raise Problem("media_link_invalid") from None
        named = Named(claims["k"], claims["t"], claims["n"], claims["exp"])
        if named.expires_at_s <= self._clock.now_s():
            raise Problem("media_link_invalid", "The link has expired.")
        return named


class PresignedLinks:
    """Implements `MediaLinks`: past the gateway, to the object store itself."""

    def __init__(self, presigner: Presigner, *, lifetime_s: float) -> None:
        self._presigner = presigner
        self._lifetime_s = int(lifetime_s)

    async def link(self, blob: BlobRef, *, filename: str, base_url: str) -> Link:  # noqa: ARG002 (the store has its own)
        shown = await self._presigner.url(blob.key, self._lifetime_s, content_type=blob.content_type)
        saved = await self._presigner.url(blob.key, self._lifetime_s, filename=filename, content_type=blob.content_type)
        return Link(shown.url, saved.url, min(shown.expires_at, saved.expires_at))
