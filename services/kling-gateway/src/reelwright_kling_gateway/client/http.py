"""One HTTP exchange with Kling: a request out, the envelope's `data` back, or a `KlingError` named by its reaction."""

import asyncio
from typing import Any

import httpx

from reelwright_chassis.exchanges import Outcome, exchange
from reelwright_kling_gateway.client.auth import Credential
from reelwright_kling_gateway.client.errors import OUTCOMES, KlingError, Reaction, reaction_to

TIMEOUT = httpx.Timeout(30.0, connect=10.0)
"""Per step of an exchange. Every recorded answer took some seconds at most."""
EXCHANGE_S = 45.0
"""The whole exchange, however slowly its bytes trickle. A submission's lease must outlast it."""

# Only these say for certain that no byte of the request was taken by the other side.
_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)


class KlingHttp:
    """Speaks JSON with one host under one credential. The client is the caller's, so is closing it.

    `provider` names the host in the metrics: kling, or sim.
    """

    def __init__(
        self, client: httpx.AsyncClient, base_url: str, credential: Credential, provider: str = "kling"
    ) -> None:
        self._client = client
        self._base_url = base_url.rstrip("/")
        self._credential = credential
        self._provider = provider

    async def call(
        self, method: str, path: str, *, params: dict[str, str] | None = None, body: dict[str, Any] | None = None
    ) -> Any:
        """The `data` of the answer (None where it has none). Raises `KlingError`.

        An outdated token is minted anew and the request sent once more: the refusal created nothing.
        """
        try:
            return await self._exchange(method, path, params, body)
        except KlingError as error:
            if error.reaction is not Reaction.REMINT or not self._credential.renew():
                raise
        return await self._exchange(method, path, params, body)

    async def _exchange(
        self, method: str, path: str, params: dict[str, str] | None, body: dict[str, Any] | None
    ) -> Any:
        with exchange(self._provider, "create" if method == "POST" else "read", _outcome):
            return open_envelope(await self._request(method, path, params, body))

    async def _request(
        self, method: str, path: str, params: dict[str, str] | None, body: dict[str, Any] | None
    ) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self._credential.bearer()}"}
        try:
            async with asyncio.timeout(EXCHANGE_S):
                return await self._client.request(
                    method, self._base_url + path, params=params, json=body, headers=headers, timeout=TIMEOUT
                )
        except _NOT_SENT as error:
            raise KlingError(Reaction.NOT_SENT, "Kling cannot be reached.") from error
        except (httpx.HTTPError, TimeoutError) as error:
            raise KlingError(Reaction.AMBIGUOUS, "Kling did not answer.") from error


def _outcome(error: Exception) -> Outcome:
    return OUTCOMES[error.reaction] if isinstance(error, KlingError) else Outcome.UNREACHABLE


def open_envelope(response: httpx.Response) -> Any:
    """The `data` inside `{code, message, request_id, data}`; the code counts, even under HTTP 200."""
    try:
        envelope = response.json()
        code, message = int(envelope["code"]), str(envelope.get("message", ""))
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise KlingError(
            Reaction.AMBIGUOUS, "Kling's answer could not be read.", http_status=response.status_code
        ) from error
    if code == 0 and response.is_success:
        return envelope.get("data")
    raise KlingError(
        reaction_to(response.status_code, code, message),
        message,
        code=code,
        http_status=response.status_code,
        request_id=str(envelope.get("request_id", "")),
        retry_after_s=_retry_after_s(response),
    )


def _retry_after_s(response: httpx.Response) -> float | None:
    """`Retry-After` in seconds. The vendor documents none; the date form is left alone."""
    value = response.headers.get("retry-after", "")
    return float(value) if value.isdecimal() else None
