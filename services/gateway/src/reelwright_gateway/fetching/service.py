"""The fetching of recordings as a service: a worker on its topic."""

import ssl

from reelwright.events.v1.requests_pb2 import AudioFetchRequested
from reelwright_chassis.outbound import Allowed, Resolve, guarded_client, look_up
from reelwright_chassis.parts import Parts, Service
from reelwright_chassis.worker import Worker
from reelwright_chassis.worker.retry import RetryPolicy
from reelwright_gateway.fetching.fetch import Fetch
from reelwright_gateway.settings import GatewaySettings

_WAIT_S = 30.0
"""A host that sends nothing for so long is given up for now."""
_RETRIES = RetryPolicy(cap_s=5.0, in_place_s=15.0, tries=3)
"""Its user waits, and can do more about it than we."""


def fetcher(
    parts: Parts, settings: GatewaySettings, *, resolve: Resolve = look_up, verify: bool | ssl.SSLContext = True
) -> Service:
    """The worker that answers AudioFetchRequested with AudioFetched. `resolve` and `verify` are for tests."""
    worker = Worker(
        "gateway",
        topic="fetch.requests",
        request=AudioFetchRequested,
        concurrency=settings.fetches_at_once,
        retry=_RETRIES,
    )
    allowed = allowed_of(settings)
    worker.handles(
        Fetch(
            parts.blobs,
            lambda: guarded_client(allowed, timeout_s=_WAIT_S, resolve=resolve, verify=verify),
            max_bytes=settings.max_audio_bytes,
            longest_s=settings.fetch_s,
        )
    )
    return worker.bind(parts)


def allowed_of(settings: GatewaySettings) -> Allowed:
    """Where recordings are fetched from."""
    return Allowed(loopback=settings.fetch_loopback)
