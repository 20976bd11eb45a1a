"""The director's ProjectService as this process calls it, and who calls: one person, one tenant."""

from reelwright.rpc.v1.project_pb2 import Caller
from reelwright.rpc.v1.project_pb2_grpc import ProjectServiceAsyncStub as Projects

__all__ = ["LOCAL", "Projects"]

LOCAL = Caller(tenant_id="local", user_id="local")
