"""Calls of DynamoDB: on threads of their own, repeated where that may help and cannot harm.

botocore's own retries are off. They repeat a conditional write whose answer was lost, and then report a conflict with
what that very write did; they sleep on the thread; and they know nothing of transactions in each other's way.
"""

import asyncio
import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from typing import TYPE_CHECKING, TypeVar

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError, NoRegionError

from reelwright_chassis import metrics
from reelwright_chassis.clock import Clock
from reelwright_chassis.errors import SettingsError, Unavailable
from reelwright_chassis.store.dynamo_errors import Trouble, as_unavailable, read_trouble
from reelwright_chassis.store.dynamo_settings import DynamoSettings
from reelwright_chassis.store.limits import InvalidItem

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

T = TypeVar("T")

_BASE_S, _CAP_S = 0.05, 2.0
_NOT_MADE = frozenset({Trouble.THROTTLED, Trouble.CONTENDED, Trouble.UNREACHED})


def connect(settings: DynamoSettings) -> "DynamoDBClient":
    """Blocks for a moment; talks to nobody but the finders of credentials. Raises `SettingsError`, `Unavailable`."""
    config = Config(
        connect_timeout=settings.connect_timeout_s,
        read_timeout=settings.read_timeout_s,
        max_pool_connections=settings.max_connections,
        retries={"total_max_attempts": 1, "mode": "standard"},
        tcp_keepalive=True,
    )
    try:
        session = boto3.Session(region_name=settings.region)
        return session.client("dynamodb", endpoint_url=settings.endpoint_url, config=config)
    except NoRegionError:
        raise SettingsError(
            f"{settings.variable('region')} is not set: it names the AWS region of the tables. Set it and start again."
        ) from None
    except ValueError as error:  # botocore's word for an address that is none
        raise SettingsError(f"{settings.variable('endpoint_url')} is not right: {error}.") from None
    except BotoCoreError as error:
        raise as_unavailable(error, "connecting") from error


class DynamoCalls:
    """At most `max_connections` calls at once; more wait for their turn."""

    def __init__(self, settings: DynamoSettings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._threads = ThreadPoolExecutor(settings.max_connections, thread_name_prefix="dynamodb")
        self._client: DynamoDBClient | None = None
        self._connecting = Lock()

    async def connect(self) -> None:
        """Find the region and the credentials now rather than with the first call. Raises as `connect`."""
        await asyncio.to_thread(self._connected)

    async def make(self, what: str, call: "Callable[[DynamoDBClient], T]", *, repeatable: bool) -> T:
        """What `call` answers. `repeatable` says that it may be made again although it may have been made.

        Raises `Unavailable`, `InvalidItem`, and botocore's own error for what only the caller can judge: a condition
        that is unmet, or items that other transactions held at every attempt.
        """
        may_help = _NOT_MADE | {Trouble.LOST} if repeatable else _NOT_MADE
        for attempt in range(1, self._settings.attempts + 1):
            try:
                return await self._on_thread(call)
            except (ClientError, BotoCoreError) as error:
                trouble = read_trouble(error)
                if trouble not in may_help or attempt == self._settings.attempts:
                    raise self._told(error, trouble, what) from error
            metrics.STORE_RETRIES.labels(reason=trouble.name.lower()).inc()
            await self._clock.sleep(random.uniform(0.0, min(_CAP_S, _BASE_S * 2**attempt)))
        raise AssertionError("a call is made at least once")

    async def close(self) -> None:
        """Idempotent. Calls under way end first."""
        await asyncio.to_thread(self._threads.shutdown)
        if self._client is not None:
            self._client.close()

    async def _on_thread(self, call: "Callable[[DynamoDBClient], T]") -> T:
        try:
            future = asyncio.get_running_loop().run_in_executor(self._threads, lambda: call(self._connected()))
        except RuntimeError as error:  # the executor was shut down
            raise Unavailable("the store is closed") from error
        return await future

    def _connected(self) -> "DynamoDBClient":
        with self._connecting:
            if self._client is None:
                self._client = connect(self._settings)
            return self._client

    def _told(self, error: ClientError | BotoCoreError, trouble: Trouble, what: str) -> Exception:
        if isinstance(error, NoCredentialsError):
            self._client = None  # a client never looks for them again
        if trouble in (Trouble.UNMET, Trouble.CONTENDED):
            return error
        if trouble is Trouble.REFUSED:
            return InvalidItem(f"DynamoDB refuses {what}: {error}")
        return as_unavailable(error, what)
