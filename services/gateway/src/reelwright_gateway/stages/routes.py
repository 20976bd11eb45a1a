"""The four stages: each POST makes one (again) from what is there now, and all that follows it up to the next gate."""

from collections.abc import Awaitable, Callable

from fastapi import APIRouter, Response

from reelwright.rpc.v1 import project_pb2 as rpc
from reelwright_gateway.deps import DepsDep, TellingDep
from reelwright_gateway.etag import IfMatch
from reelwright_gateway.idempotency import IdempotencyKey
from reelwright_gateway.identity import WriterDep
from reelwright_gateway.problems import documented
from reelwright_gateway.projects import models
from reelwright_gateway.projects.routes import Id, answered
from reelwright_gateway.transcript.routes import DryRun

router = APIRouter(prefix="/v1/projects/{project_id}", tags=["stages"])

_STAGES = (
    ("/transcription", "start_transcription", rpc.STAGE_TRANSCRIPTION, "Find the words"),
    ("/scenes", "start_scenes", rpc.STAGE_PLAN, "Plan the scenes"),
    ("/assets", "start_assets", rpc.STAGE_ASSET, "Make the pictures"),
    ("/video", "start_video", rpc.STAGE_RENDER, "Render the video"),
)
_SAYS = (
    "From the current revision, with all that follows it up to the next gate. What is there already is not made, or "
    "paid, again. `estimate` says which stages run and what pictures may cost at most; with `dry_run` that is all."
)


def _route(stage: rpc.Stage.ValueType) -> Callable[..., Awaitable[models.Project]]:
    async def start_stage(
        project_id: Id,
        response: Response,
        caller: WriterDep,
        key: IdempotencyKey,
        if_version: IfMatch,
        deps: DepsDep,
        telling: TellingDep,
        *,
        dry_run: DryRun = False,
    ) -> models.Project:
        request = rpc.StartStageRequest(
            caller=caller.rpc,
            project_id=project_id,
            idempotency_key=key,
            if_version=if_version,
            stage=stage,
            dry_run=dry_run,
        )
        return await answered(await deps.director.call(deps.director.projects.StartStage, request), response, telling)

    return start_stage


for _path, _name, _stage, _summary in _STAGES:
    router.add_api_route(
        _path,
        _route(_stage),
        methods=["POST"],
        name=_name,
        summary=_summary,
        description=_SAYS,
        status_code=202,
        response_model=models.Project,
        responses=documented(404, 409, 412),
    )
