"""The director, as the gateway asks it: typed stubs, deadlines, and errors that are ours."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeVar

import grpc.aio

from reelwright.rpc.v1 import project_pb2 as rpc
from reelwright.rpc.v1.keys_pb2_grpc import ApiKeyServiceStub
from reelwright.rpc.v1.project_pb2_grpc import ProjectServiceStub
from reelwright.rpc.v1.webhooks_pb2_grpc import WebhookServiceStub
from reelwright_chassis.rpc import DEADLINE_S, call

if TYPE_CHECKING:
    from reelwright.rpc.v1.keys_pb2_grpc import ApiKeyServiceAsyncStub
    from reelwright.rpc.v1.project_pb2_grpc import ProjectServiceAsyncStub
    from reelwright.rpc.v1.webhooks_pb2_grpc import WebhookServiceAsyncStub
    from reelwright_gateway.identity.caller import Caller

T = TypeVar("T")

_AT_ONCE = 200
"""Calls of one replica. A gRPC server refuses some beyond a thousand that wait, so the others take turns here."""


class Director:
    """Every method raises the director's `Reject`s, and `Unavailable`."""

    projects: "ProjectServiceAsyncStub"
    keys: "ApiKeyServiceAsyncStub"
    webhooks: "WebhookServiceAsyncStub"

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self.projects = ProjectServiceStub(channel)
        self.keys = ApiKeyServiceStub(channel)
        self.webhooks = WebhookServiceStub(channel)
        self._turns = asyncio.Semaphore(_AT_ONCE)

    async def call(self, method: Callable[..., Awaitable[T]], request: object, *, timeout_s: float = DEADLINE_S) -> T:
        async with self._turns:
            return await call(method, request, timeout_s=timeout_s)

    async def project(self, caller: "Caller", project_id: str) -> rpc.Project:
        """The caller's project as it is now."""
        request = rpc.GetProjectRequest(caller=caller.rpc, project_id=project_id)
        return await self.call(self.projects.GetProject, request)
