"""The director's ProjectService as this process calls it, and who calls: one person, one tenant."""

from typing import TYPE_CHECKING

import grpc.aio

from reelwright.rpc.v1.project_pb2 import Caller
from reelwright.rpc.v1.project_pb2_grpc import ProjectServiceStub

if TYPE_CHECKING:  # the generated types know an asynchronous stub, the generated code has one stub for both
    from reelwright.rpc.v1.project_pb2_grpc import ProjectServiceAsyncStub

LOCAL = Caller(tenant_id="local", user_id="local")


def open_projects(channel: grpc.aio.Channel) -> "ProjectServiceAsyncStub":
    """ProjectService over an asynchronous channel. What its calls raise, `errors.tell` words."""
    return ProjectServiceStub(channel)
