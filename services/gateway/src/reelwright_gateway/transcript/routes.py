"""The words: read, corrected, approved."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from reelwright.events.v1 import media_pb2 as media
from reelwright.events.v1.requests_pb2 import GivenText
from reelwright.rpc.v1 import project_pb2 as rpc
from reelwright_gateway.deps import Deps, DepsDep, TellingDep
from reelwright_gateway.etag import IfMatch, etag
from reelwright_gateway.idempotency import IdempotencyKey
from reelwright_gateway.identity import Caller, ReaderDep, WriterDep
from reelwright_gateway.problems import Problem, documented
from reelwright_gateway.projects import models
from reelwright_gateway.projects.routes import Id, answered
from reelwright_gateway.schema import Note
from reelwright_gateway.transcript.align import aligned
from reelwright_gateway.transcript.models import EditedWord, Transcript, TranscriptEdit, Word

router = APIRouter(prefix="/v1/projects/{project_id}/transcript", tags=["transcript"])

DryRun = Annotated[
    bool, Query(description="Change nothing: the answer is how the project would be, and what it costs.")
]


async def read_transcript(deps: Deps, caller: Caller, project_id: str) -> rpc.GetTranscriptResponse:
    """Raises `Problem`: transcript_missing."""
    request = rpc.GetTranscriptRequest(caller=caller.rpc, project_id=project_id)
    found = await deps.director.call(deps.director.projects.GetTranscript, request)
    if not found.revision:
        raise Problem("transcript_missing", status=404)
    return found


@router.get("", summary="Read the words", response_model=Transcript, responses=documented(404))
async def get_transcript(project_id: Id, response: Response, caller: ReaderDep, deps: DepsDep) -> Transcript:
    """With their times in the recording. The `ETag` is the project's."""
    found = await read_transcript(deps, caller, project_id)
    response.headers["ETag"] = etag(found.version)
    had = found.transcript
    return Transcript(
        revision=found.revision,
        language=had.language,
        duration_s=had.duration_s,
        engine=had.engine,
        words=[Word(text=w.text, start_s=w.start_s, end_s=w.end_s, confidence=w.confidence) for w in had.words],
        notes=[Note(code=note.code, message=note.message) for note in had.notes],
    )


@router.put("", summary="Correct the words", response_model=models.Project, responses=documented(404, 409, 412))
async def edit_transcript(
    project_id: Id,
    edit: TranscriptEdit,
    response: Response,
    caller: WriterDep,
    if_version: IfMatch,
    deps: DepsDep,
    telling: TellingDep,
    *,
    dry_run: DryRun = False,
) -> models.Project:
    """Scenes and pictures that exist are kept; `stale` says what no longer fits, to be made when you ask for it."""
    request = rpc.EditTranscriptRequest(
        caller=caller.rpc, project_id=project_id, if_version=if_version, dry_run=dry_run
    )
    if edit.text is not None and edit.align == "recording":
        request.text.CopyFrom(GivenText(format=GivenText.FORMAT_PLAIN, text=edit.text))
    else:
        found = await read_transcript(deps, caller, project_id)
        request.if_version = if_version or found.version
        request.transcript.CopyFrom(_edited(edit, found.transcript))
    return await answered(await deps.director.call(deps.director.projects.EditTranscript, request), response, telling)


def _edited(edit: TranscriptEdit, had: media.Transcript) -> media.Transcript:
    """The words that were there, with the edit; what an editor does not see stays."""
    words = edit.words or [EditedWord(text=text) for text in (edit.text or "").split()]
    edited = media.Transcript()
    edited.CopyFrom(had)
    del edited.words[:]
    if all(word.start_s is not None for word in words):
        edited.words.extend(
            media.Word(text=word.text, start_s=word.start_s or 0.0, end_s=word.end_s or 0.0, confidence=1.0)
            for word in words
        )
    else:
        edited.words.extend(aligned(had.words, [word.text for word in words]))
    return edited


@router.post(
    "/approve", summary="Approve the words", response_model=models.Project, responses=documented(404, 409, 412)
)
async def approve_transcript(
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
    """Goes on with the scenes, where `review` stops the run at the words."""
    request = rpc.CommandRequest(
        caller=caller.rpc, project_id=project_id, idempotency_key=key, if_version=if_version, dry_run=dry_run
    )
    project = await deps.director.call(deps.director.projects.ApproveTranscript, request)
    return await answered(project, response, telling)
