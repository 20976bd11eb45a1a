"""Projects: made, read, listed, changed, deleted; canceled and retried."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from reelwright.rpc.v1 import project_pb2 as rpc
from reelwright_chassis.errors import Reject
from reelwright_chassis.outbound import AddressRefused, check_url
from reelwright_gateway.deps import Deps, DepsDep, TellingDep, deps_of
from reelwright_gateway.etag import IfMatch, etag
from reelwright_gateway.fetching.service import allowed_of
from reelwright_gateway.idempotency import IdempotencyKey, SentKey, taken_key
from reelwright_gateway.identity import Caller, ReaderDep, WriterDep
from reelwright_gateway.names import value
from reelwright_gateway.problems import FieldError, Problem, documented
from reelwright_gateway.projects import models
from reelwright_gateway.projects.consent import recorded_consent, required_terms, telling_terms
from reelwright_gateway.projects.convert import (
    default_settings,
    history_entry,
    named_settings,
    new_settings,
    patched_settings,
)
from reelwright_gateway.schema import State
from reelwright_gateway.uploads.sniff import FORMATS

router = APIRouter(prefix="/v1/projects", tags=["projects"])

Id = Annotated[
    str,
    Path(description="The project's id.", max_length=64, examples=["01JD9ZQ1S7M4V0F5X8C2K3N6PB"], alias="project_id"),
]
_PATCH_TRIES = 3
_COPY_S = 120.0
"""Its recording and pictures are copied meanwhile."""


@router.post(
    "", summary="Make a project", status_code=201, response_model=models.CreatedProject, responses=documented(409)
)
async def create_project(
    wanted: models.NewProject,
    request: Request,
    response: Response,
    caller: WriterDep,
    idempotency_key: SentKey = None,
) -> models.CreatedProject:
    """Then send the recording to `upload.url`; the run starts by itself when it is there, unless `autostart` is off.

    With `audio.url` it is fetched from there instead: `failed` then says if that cannot be done.
    """
    deps = deps_of(request)
    audio_url = _checked_url(wanted.audio, deps)
    asked = rpc.CreateProjectRequest(
        caller=caller.rpc,
        idempotency_key=await taken_key(request, idempotency_key),
        settings=new_settings(wanted),
        defaults=default_settings(deps.defaults),
        client_reference=wanted.client_reference,
        labels=wanted.labels,
        autostart=wanted.autostart,
        audio_url=audio_url,
        consent=recorded_consent(wanted.consent, deps.clock.now_s()),
        required_terms=required_terms(caller.tenant_id, deps.settings),
    )
    with telling_terms(wanted.consent, asked.required_terms):
        made = await deps.director.call(deps.director.projects.CreateProject, asked)
    address = f"{deps.base_url(request)}/v1/projects/{made.project_id}"
    response.headers["Location"] = address
    response.headers["ETag"] = etag(made.version)
    upload = models.UploadInfo(
        method="PUT",
        url=f"{address}/audio",
        parts_url=f"{address}/uploads",
        max_bytes=deps.settings.max_audio_bytes,
        formats=list(FORMATS),
    )
    return await deps.telling(request).created(made, upload)


def _checked_url(audio: models.AudioSource | None, deps: Deps) -> str:
    """As far as its letters tell; its name is looked up when it is called. Raises `Problem`: request_invalid."""
    if audio is None:
        return ""
    try:
        return str(check_url(audio.url, allowed_of(deps.settings)))
    except AddressRefused as error:
        wrong = FieldError(location="body", pointer="/audio/url", message=str(error))
        raise Problem("request_invalid", errors=[wrong]) from None


@router.post(
    "/{project_id}/copy",
    summary="Copy a project",
    status_code=201,
    response_model=models.Project,
    responses=documented(404, 409),
)
async def copy_project(
    project_id: Id,
    wanted: models.ProjectCopy,
    request: Request,
    response: Response,
    caller: WriterDep,
    key: IdempotencyKey,
    deps: DepsDep,
) -> models.Project:
    """The same recording, words and pictures, of another length or style; nothing of them is paid for again.

    For another length the scenes are planned anew, and each shows the picture of what is heard in it. The two projects
    then live on without each other.
    """
    asked = _copy_asked(project_id, wanted, caller, key, deps)
    with telling_terms(wanted.consent, asked.required_terms):
        made = await deps.director.call(deps.director.projects.CopyProject, asked, timeout_s=_COPY_S)
    response.headers["Location"] = f"{deps.base_url(request)}/v1/projects/{made.project_id}"
    return await answered(made, response, deps.telling(request))


def _copy_asked(
    project_id: str, wanted: models.ProjectCopy, caller: Caller, key: str, deps: Deps
) -> rpc.CopyProjectRequest:
    """Nothing of what the other project is like by now: sent again, it must be the same. Raises `Problem`."""
    settings, changed = named_settings(wanted)
    return rpc.CopyProjectRequest(
        caller=caller.rpc,
        project_id=project_id,
        idempotency_key=key,
        settings=settings,
        changed=changed,
        client_reference=wanted.client_reference,
        labels=wanted.labels,
        autostart=wanted.autostart,
        consent=recorded_consent(wanted.consent, deps.clock.now_s()),
        required_terms=required_terms(caller.tenant_id, deps.settings),
    )


@router.get("", summary="List your projects", response_model=models.ProjectPage, responses=documented())
async def list_projects(
    request: Request,
    caller: ReaderDep,
    *,
    state: Annotated[State | None, Query(description="Only those in this state.", alias="status")] = None,
    reason: Annotated[str, Query(max_length=64, description="Only those that failed for this reason code.")] = "",
    label: Annotated[str, Query(max_length=260, description="Only those with this label: key, or key=value.")] = "",
    client_reference: Annotated[str, Query(max_length=256, description="Only those with this name of yours.")] = "",
    user_id: Annotated[
        str, Query(max_length=256, description="For administrators: only this user's; otherwise all of the tenant's.")
    ] = "",
    cursor: Annotated[str, Query(max_length=512, description="Where the page before this one ended.")] = "",
    limit: Annotated[int, Query(ge=1, le=100, description="How many at most.")] = 50,
) -> models.ProjectPage:
    """The newest first."""
    deps = deps_of(request)
    asked = rpc.ListProjectsRequest(
        caller=caller.rpc,
        state=value(rpc.State, "STATE", state) if state else rpc.STATE_UNSPECIFIED,
        reason_code=reason,
        label=label,
        client_reference=client_reference,
        cursor=cursor,
        limit=limit,
        user_id=user_id,
    )
    page = await deps.director.call(deps.director.projects.ListProjects, asked)
    telling = deps.telling(request)
    items = [await telling.summary(project) for project in page.projects]
    return models.ProjectPage(items=items, next_cursor=page.next_cursor or None)


@router.get("/{project_id}", summary="Read a project", response_model=models.Project, responses=documented(404))
async def get_project(project_id: Id, request: Request, response: Response, caller: ReaderDep) -> models.Project:
    """As it is now, with links to its media. The `ETag` is for edits that must not overwrite another's."""
    deps = deps_of(request)
    return await answered(await deps.director.project(caller, project_id), response, deps.telling(request))


@router.patch(
    "/{project_id}",
    summary="Change a project's settings",
    response_model=models.Project,
    responses=documented(404, 409, 412),
)
async def update_project(
    project_id: Id,
    patch: models.ProjectPatch,
    response: Response,
    caller: WriterDep,
    if_version: IfMatch,
    deps: DepsDep,
    telling: TellingDep,
) -> models.Project:
    """Makes nothing by itself: `stale` then says which stages no longer fit, and their POSTs make them again."""
    for attempt in range(1, _PATCH_TRIES + 1):
        had = await deps.director.project(caller, project_id)
        request = rpc.UpdateProjectRequest(
            caller=caller.rpc,
            project_id=project_id,
            if_version=if_version or had.version,
            settings=patched_settings(had.settings, patch),
        )
        try:
            return await answered(
                await deps.director.call(deps.director.projects.UpdateProject, request), response, telling
            )
        except Reject as refused:
            # Without If-Match the client does not care what changed in between.
            if refused.reason_code != "version_conflict" or if_version or attempt == _PATCH_TRIES:
                raise
    raise AssertionError("unreachable")


@router.delete(
    "/{project_id}", summary="Delete a project", status_code=204, response_class=Response, responses=documented(404)
)
async def delete_project(project_id: Id, caller: WriterDep, deps: DepsDep) -> Response:
    """Stops its work and removes the recording, the words, the pictures and the videos. Amounts of money stay."""
    request = rpc.DeleteProjectRequest(caller=caller.rpc, project_id=project_id)
    await deps.director.call(deps.director.projects.DeleteProject, request)
    return Response(status_code=204)


@router.post(
    "/{project_id}/cancel",
    summary="Cancel what runs",
    response_model=models.Project,
    responses=documented(404, 409, 412),
)
async def cancel_project(
    project_id: Id,
    response: Response,
    caller: WriterDep,
    key: IdempotencyKey,
    if_version: IfMatch,
    deps: DepsDep,
    telling: TellingDep,
) -> models.Project:
    """Reaches running work within seconds. Starting a stage again goes on from what is there."""
    request = _command(caller.rpc, project_id, key, if_version)
    return await answered(await deps.director.call(deps.director.projects.Cancel, request), response, telling)


@router.post(
    "/{project_id}/retry",
    summary="Retry what failed",
    response_model=models.Project,
    responses=documented(404, 409, 412),
)
async def retry_project(
    project_id: Id,
    response: Response,
    caller: WriterDep,
    key: IdempotencyKey,
    if_version: IfMatch,
    deps: DepsDep,
    telling: TellingDep,
) -> models.Project:
    """The stage that failed once more. What was paid for is taken up, not bought again."""
    request = _command(caller.rpc, project_id, key, if_version)
    return await answered(await deps.director.call(deps.director.projects.Retry, request), response, telling)


@router.get(
    "/{project_id}/history",
    summary="What happened to a project",
    response_model=models.History,
    responses=documented(404),
)
async def get_history(project_id: Id, caller: ReaderDep, deps: DepsDep) -> models.History:
    """Attempts and commands: why it takes so long, or failed."""
    request = rpc.GetHistoryRequest(caller=caller.rpc, project_id=project_id)
    history = await deps.director.call(deps.director.projects.GetHistory, request)
    return models.History(items=[history_entry(entry) for entry in history.entries])


def _command(caller: rpc.Caller, project_id: str, key: str, if_version: int) -> rpc.CommandRequest:
    return rpc.CommandRequest(caller=caller, project_id=project_id, idempotency_key=key, if_version=if_version)


async def answered(project: rpc.Project, response: Response, telling: TellingDep) -> models.Project:
    """The project as the answer, with its `ETag`."""
    response.headers["ETag"] = etag(project.version)
    return await telling.project(project)
