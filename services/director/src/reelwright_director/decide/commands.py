"""What users command. The table says whether; this says how."""

from reelwright.events.v1.media_pb2 import BlobRef
from reelwright_director import identity
from reelwright_director.decide.assets import drop_superseded, fits_budget, raise_take
from reelwright_director.decide.failing import remember_failed
from reelwright_director.decide.revisions import refresh_scenes, set_script
from reelwright_director.decide.stages import recorded, start, start_take
from reelwright_director.decide.steps import end_attempt, fail, forget_all, forget_failed, note_command
from reelwright_director.decision import Draft, Refused
from reelwright_director.expect import present
from reelwright_director.inputs import (
    ApprovePlan,
    ApproveTranscript,
    Cancel,
    ChooseAsset,
    CompleteUpload,
    Delete,
    Fault,
    RegenerateAsset,
    Retry,
    StartStage,
    Update,
)
from reelwright_director.policy import SECOND_REMOVAL_S, TOMBSTONE_S
from reelwright_director.state import ProjectSettings, Removal, SceneRef
from reelwright_director.table import START, Refusal, Verb, verdict
from reelwright_director.terms import RUNNING, Stage, State, Status

STAGE_OF = {
    State.CREATED: Stage.TRANSCRIPTION,
    State.UPLOADED: Stage.TRANSCRIPTION,
    State.TRANSCRIBING: Stage.TRANSCRIPTION,
    State.TRANSCRIBED: Stage.PLAN,
    State.PLANNING: Stage.PLAN,
    State.PLANNED: Stage.ASSET,
    State.GENERATING: Stage.ASSET,
}
"""The stage that a project in this state has before it; render for all others."""


def permit(draft: Draft, verb: Verb, stage: Stage | None = None) -> None:
    """Ask the table, and write the command into the history."""
    cell = verdict(verb, draft.project.state)
    if isinstance(cell, Refusal):
        raise Refused(cell.reason_code)
    note_command(draft, verb.value, stage)


def complete_upload(draft: Draft, command: CompleteUpload) -> None:
    """The recording is there. The same one again changes nothing."""
    if _same_audio(draft.project.audio, command.audio) and draft.project.state is not State.DELETED:
        return
    permit(draft, Verb.UPLOAD)
    forget_all(draft, "superseded")  # it was on its way from elsewhere
    recorded(draft, command.audio)


def _same_audio(had: BlobRef | None, new: BlobRef) -> bool:
    return had is not None and identity.blob_id(had) == identity.blob_id(new)


def update(draft: Draft, command: Update) -> None:
    """New settings make nothing by themselves. While a stage runs, what it is made from stays as it is."""
    permit(draft, Verb.UPDATE)
    had = draft.project.settings
    if draft.project.state in RUNNING and (command.script is not None or _inputs(had) != _inputs(command.settings)):
        raise Refused("stage_running")
    draft.change(settings=command.settings)
    if command.script is not None:
        set_script(draft, command.script)
    if (had.look, had.aspect) != (command.settings.look, command.settings.aspect):
        refresh_scenes(draft)
        drop_superseded(draft)


def _inputs(settings: ProjectSettings) -> tuple[object, ...]:
    """Settings that work is made from, not merely limited by."""
    return (
        settings.target_duration_s,
        settings.look,
        settings.direction,
        settings.language,
        settings.aspect,
        settings.caption_style,
        settings.render,
        settings.brand,
    )


def approve_transcript(draft: Draft, _: ApproveTranscript) -> None:
    permit(draft, Verb.APPROVE_TRANSCRIPT, Stage.PLAN)
    draft.change(goal=Stage.RENDER)
    start(draft, Stage.PLAN)


def approve_plan(draft: Draft, _: ApprovePlan) -> None:
    permit(draft, Verb.APPROVE_PLAN, Stage.ASSET)
    draft.change(goal=Stage.RENDER)
    start(draft, Stage.ASSET)


def start_stage(draft: Draft, command: StartStage) -> None:
    permit(draft, START[command.stage], command.stage)
    forget_failed(draft)
    draft.change(goal=Stage.RENDER)
    start(draft, command.stage)


def retry(draft: Draft, _: Retry) -> None:
    """The stage that failed once more. What a provider refused for good is tried as another take."""
    permit(draft, Verb.RETRY)
    failure = present(draft.project.failure)
    for request in draft.project.requests:
        if request.status is Status.FAILED and request.order is not None:
            raise_take(draft, request.order.subject)
    forget_failed(draft)
    start(draft, failure.stage)


def regenerate(draft: Draft, command: RegenerateAsset) -> None:
    """Another take of a scene's picture; the older ones stay."""
    permit(draft, Verb.REGENERATE, Stage.ASSET)
    scene = _scene_of(draft, command.asset_id)
    if scene.uploaded is not None:
        raise Refused("asset_uploaded")
    forget_failed(draft)
    raise_take(draft, scene.subject)
    if not fits_budget(draft, scene, scene.kind, draft.project.take_numbers[scene.subject]):
        raise Refused("budget_exceeded")
    start_take(draft, scene)


def choose(draft: Draft, command: ChooseAsset) -> None:
    """An older take, for nothing."""
    permit(draft, Verb.CHOOSE, Stage.ASSET)
    scene = _scene_of(draft, command.asset_id)
    draft.change(chosen={**draft.project.chosen, scene.scene_id: command.asset_id})
    if draft.project.state is State.COMPLETED:
        draft.change(state=State.READY_FOR_COMPILATION)


def _scene_of(draft: Draft, asset_id: str) -> SceneRef:
    """The current scene that an asset was made for; it may have been made for an earlier wording of it."""
    project = draft.project
    scene_ids = {t.asset.scene_id for t in project.takes if t.asset.asset_id == asset_id}
    scenes = project.plan.scenes if project.plan else ()
    scene_ids |= {s.scene_id for s in scenes if s.uploaded is not None and s.uploaded.asset_id == asset_id}
    scene = next((s for s in scenes if s.scene_id in scene_ids), None)
    if scene is None:
        raise Refused("asset_not_found")
    return scene


def cancel(draft: Draft, _: Cancel) -> None:
    """Nothing goes on. What a provider is making is taken up again if the stage is started again."""
    if draft.project.state is State.CANCELED:
        return
    permit(draft, Verb.CANCEL)
    forget_all(draft, "canceled")
    draft.change(state=State.CANCELED, failure=None)


def delete(draft: Draft, _: Delete) -> None:
    """Only a tombstone stays, for 30 days: ids, times and amounts of money."""
    if draft.project.state is State.DELETED:
        return
    permit(draft, Verb.DELETE)
    forget_all(draft, "deleted")
    now_s = draft.now_s
    draft.change(
        state=State.DELETED,
        settings=ProjectSettings(),
        removal=Removal((now_s, now_s + SECOND_REMOVAL_S), now_s + TOMBSTONE_S),
        **_EMPTY,
    )


_EMPTY: dict[str, object] = {
    "client_reference": "",
    "labels": {},
    "audio_url": "",
    "audio": None,
    "script": None,
    "transcripts": (),
    "plans": (),
    "videos": (),
    "takes": (),
    "inherited": (),
    "chosen": {},
    "failure": None,
    "history": (),
}


def fault(draft: Draft, what: Fault) -> None:
    """A mistake of ours: stop, visibly, rather than go on wrongly. The request of a fact that was it is remembered."""
    if draft.project.state in (State.DELETED, State.COMPLETED, State.CANCELED):
        return
    request = draft.project.request(what.request_id)
    if request is not None:
        end_attempt(draft, request, "failed", "internal")
        remember_failed(draft, request)
    if draft.project.state is State.FAILED:
        return
    note_command(draft, "fault")
    fail(draft, STAGE_OF.get(draft.project.state, Stage.RENDER), "internal")
