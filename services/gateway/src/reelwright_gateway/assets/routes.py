"""Pictures and clips: listed, made once more, chosen."""

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from reelwright.events.v1 import media_pb2 as media
from reelwright.rpc.v1 import project_pb2 as rpc
from reelwright_gateway.assets.models import Asset, Assets
from reelwright_gateway.deps import Deps, DepsDep, TellingDep
from reelwright_gateway.etag import IfMatch
from reelwright_gateway.idempotency import IdempotencyKey
from reelwright_gateway.identity import Caller, ReaderDep, WriterDep
from reelwright_gateway.media.project import Linker
from reelwright_gateway.names import word
from reelwright_gateway.problems import documented
from reelwright_gateway.projects import models
from reelwright_gateway.projects.routes import Id, answered
from reelwright_gateway.scenes.routes import SceneId
from reelwright_gateway.schema import Note
from reelwright_gateway.transcript.routes import DryRun

router = APIRouter(prefix="/v1/projects/{project_id}", tags=["assets"])

AssetId = Annotated[str, Path(description="The take's id.", max_length=128, examples=["asset-9f86"])]
_ENDINGS = {"video/mp4": "mp4", "video/webm": "webm", "image/jpeg": "jpg", "image/png": "png", "image/webp": "webp"}


@router.get("/assets", summary="List all takes", response_model=Assets, responses=documented(404))
async def list_assets(project_id: Id, request: Request, caller: ReaderDep, deps: DepsDep) -> Assets:
    """Every picture and clip that was made, of all scenes."""
    return await _takes(deps, deps.linker(request), caller, project_id, "")


@router.get(
    "/scenes/{scene_id}/takes", summary="List a scene's takes", response_model=Assets, responses=documented(404)
)
async def list_takes(project_id: Id, scene_id: SceneId, request: Request, caller: ReaderDep, deps: DepsDep) -> Assets:
    """Every picture and clip that was made for this scene."""
    return await _takes(deps, deps.linker(request), caller, project_id, scene_id)


@router.post(
    "/assets/{asset_id}/regenerate",
    summary="Make another take",
    status_code=202,
    response_model=models.Project,
    responses=documented(404, 409, 412),
)
async def regenerate_asset(
    project_id: Id,
    asset_id: AssetId,
    response: Response,
    caller: WriterDep,
    key: IdempotencyKey,
    if_version: IfMatch,
    deps: DepsDep,
    telling: TellingDep,
    *,
    dry_run: DryRun = False,
) -> models.Project:
    """For the scene that this one was made for. The older takes stay; POST .../video then makes the video anew."""
    asked = _command(caller, project_id, asset_id, key, if_version, dry_run)
    return await answered(await deps.director.call(deps.director.projects.RegenerateAsset, asked), response, telling)


@router.post(
    "/assets/{asset_id}/choose",
    summary="Show an older take",
    response_model=models.Project,
    responses=documented(404, 409, 412),
)
async def choose_asset(
    project_id: Id,
    asset_id: AssetId,
    response: Response,
    caller: WriterDep,
    key: IdempotencyKey,
    if_version: IfMatch,
    deps: DepsDep,
    telling: TellingDep,
    *,
    dry_run: DryRun = False,
) -> models.Project:
    """For nothing. POST .../video then makes the video anew."""
    asked = _command(caller, project_id, asset_id, key, if_version, dry_run)
    return await answered(await deps.director.call(deps.director.projects.ChooseAsset, asked), response, telling)


def _command(
    caller: Caller, project_id: str, asset_id: str, key: str, if_version: int, dry_run: bool
) -> rpc.AssetCommandRequest:
    return rpc.AssetCommandRequest(
        caller=caller.rpc,
        project_id=project_id,
        asset_id=asset_id,
        idempotency_key=key,
        if_version=if_version,
        dry_run=dry_run,
    )


async def _takes(deps: Deps, linker: Linker, caller: Caller, project_id: str, scene_id: str) -> Assets:
    project = await deps.director.project(caller, project_id)
    request = rpc.ListAssetsRequest(caller=caller.rpc, project_id=project_id, scene_id=scene_id)
    found = await deps.director.call(deps.director.projects.ListAssets, request)
    shown = {outcome.asset_id for outcome in project.scenes}
    return Assets(items=[await _told(asset, linker, asset.asset_id in shown) for asset in found.assets])


async def _told(asset: media.Asset, linker: Linker, shown: bool) -> Asset:
    ending = _ENDINGS.get(asset.blob.content_type, "bin")
    return Asset.model_validate(
        {
            "id": asset.asset_id,
            "scene_id": asset.scene_id,
            "take": asset.take,
            "kind": word(media.AssetKind, "ASSET_KIND", asset.kind) or "card",
            "rung": word(media.Rung, "RUNG", asset.rung),
            "shown": shown,
            "file": await linker.link(asset.blob, f"take-{asset.take}.{ending}") if asset.blob.key else None,
            "width_px": asset.width_px,
            "height_px": asset.height_px,
            "duration_s": asset.duration_s,
            "provider": asset.provider or None,
            "model": asset.model or None,
            "simulated": asset.simulated,
            "cost_usd": asset.cost_usd,
            "prompt": asset.prompt,
            "notes": [Note(code=note.code, message=note.message) for note in asset.notes],
        }
    )
