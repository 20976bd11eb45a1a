"""What was used, and what it cost."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Query
from google.protobuf.timestamp_pb2 import Timestamp

from reelwright.rpc.v1 import project_pb2 as rpc
from reelwright_gateway.deps import DepsDep
from reelwright_gateway.identity import ReaderDep
from reelwright_gateway.problems import documented
from reelwright_gateway.schema import Moment
from reelwright_gateway.usage.models import Usage

router = APIRouter(prefix="/v1/usage", tags=["usage"])


@router.get("", summary="What you used", response_model=Usage, responses=documented())
async def get_usage(
    caller: ReaderDep,
    deps: DepsDep,
    *,
    since: Annotated[Moment | None, Query(description="From when on. Default: the first of this month, UTC.")] = None,
) -> Usage:
    """Amounts stay when projects are deleted."""
    begin = since.astimezone(UTC) if since is not None else _month(datetime.fromtimestamp(deps.clock.now_s(), UTC))
    stamp = Timestamp()
    stamp.FromDatetime(begin)
    used = await deps.director.call(
        deps.director.projects.GetUsage, rpc.GetUsageRequest(caller=caller.rpc, since=stamp)
    )
    return Usage(since=begin, cost_usd=used.cost_usd, projects=used.projects, videos=used.videos)


def _month(now: datetime) -> datetime:
    return now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
