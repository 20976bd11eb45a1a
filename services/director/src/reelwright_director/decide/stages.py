"""From stage to stage: what starts one, what it leads to, and where a run stops."""

from reelwright.events.v1.media_pb2 import BlobRef
from reelwright_director import identity, pictures
from reelwright_director.decide.assets import drop_superseded, order_missing, order_scene
from reelwright_director.decide.messages import read_plan, read_transcript
from reelwright_director.decide.revisions import next_video, set_plan, set_transcript, set_video
from reelwright_director.decide.steps import order
from reelwright_director.decision import Draft, Refused
from reelwright_director.state import SceneRef
from reelwright_director.terms import Stage, State


def start(draft: Draft, stage: Stage) -> None:
    """Make a stage from the current revision, and all that follows it as far as the goal, or to the next gate."""
    draft.change(failure=None)
    _STARTS[stage](draft)


# --- fetch ------------------------------------------------------------------------------------------------------------


def start_fetch(draft: Draft) -> None:
    """The recording lies elsewhere; until it is here the project is as new."""
    if not draft.project.audio_url:
        raise Refused("audio_missing")
    draft.change(state=State.CREATED)
    order(draft, Stage.FETCH, identity.fetch_id(draft.project))


def recorded(draft: Draft, audio: BlobRef) -> None:
    """The recording is there: go on, unless this waits for its user."""
    draft.change(state=State.UPLOADED, audio=audio)
    if draft.project.autostart:
        start_transcription(draft)


# --- transcription ----------------------------------------------------------------------------------------------------


def start_transcription(draft: Draft) -> None:
    if draft.project.audio is None:
        start_fetch(draft)
        return
    wanted = identity.transcription_id(draft.project)
    draft.change(state=State.TRANSCRIBING)
    known = next((r for r in reversed(draft.project.transcripts) if r.request_id == wanted and not r.edited), None)
    if known is None:
        order(draft, Stage.TRANSCRIPTION, wanted)
        return
    if known != draft.project.transcript:
        set_transcript(draft, read_transcript(draft, known.number), wanted, edited=False)
    transcribed(draft)


def transcribed(draft: Draft) -> None:
    """There are words: go on, unless this is as far as the run goes or the user wants to see them."""
    draft.change(state=State.TRANSCRIBED)
    if draft.project.goal.reaches(Stage.PLAN) and not draft.project.settings.review.of_transcript:
        start_plan(draft)


# --- plan -------------------------------------------------------------------------------------------------------------


def start_plan(draft: Draft) -> None:
    if draft.project.transcript is None:
        raise Refused("transcript_missing")
    wanted = identity.plan_id(draft.project)
    draft.change(state=State.PLANNING)
    known = next((r for r in reversed(draft.project.plans) if r.request_id == wanted and not r.edited), None)
    if known is None:
        order(draft, Stage.PLAN, wanted)
        return
    if known != draft.project.plan:
        set_plan(draft, read_plan(draft, known.number), wanted, edited=False)
    planned(draft)


def planned(draft: Draft) -> None:
    """There are scenes: go on, unless this is as far as the run goes or the user wants to see them."""
    draft.change(state=State.PLANNED)
    if draft.project.goal.reaches(Stage.ASSET) and not draft.project.settings.review.of_scenes:
        start_assets(draft)


# --- assets -----------------------------------------------------------------------------------------------------------


def start_assets(draft: Draft) -> None:
    if draft.project.plan is None:
        raise Refused("plan_missing")
    draft.change(state=State.GENERATING)
    drop_superseded(draft)
    order_missing(draft)
    settle_assets(draft)


def start_take(draft: Draft, scene: SceneRef) -> None:
    """One more take for one scene, and nothing else."""
    draft.change(state=State.GENERATING, goal=Stage.ASSET, failure=None)
    drop_superseded(draft)
    order_scene(draft, scene)
    settle_assets(draft)


def settle_assets(draft: Draft) -> None:
    """Once nothing is being made any more: on to the render, or as far as the run was to go."""
    if draft.project.state is not State.GENERATING or any(pictures.orders(draft.project)):
        return
    if pictures.missing(draft.project):
        draft.change(state=State.PLANNED)
        return
    draft.change(state=State.READY_FOR_COMPILATION)
    if draft.project.goal.reaches(Stage.RENDER):
        start_render(draft)


# --- render -----------------------------------------------------------------------------------------------------------


def start_render(draft: Draft) -> None:
    if draft.project.plan is None:
        raise Refused("plan_missing")
    if pictures.missing(draft.project):
        raise Refused("assets_missing")
    drop_superseded(draft, every=True)
    wanted = identity.render_id(draft.project, pictures.assets(draft.project))
    draft.change(state=State.COMPILING)
    known = next((v for v in draft.project.videos if v.request_id == wanted), None)
    if known is None:
        order(draft, Stage.RENDER, wanted, revision=next_video(draft))
        return
    set_video(draft, known)
    draft.change(state=State.COMPLETED)


_STARTS = {
    Stage.FETCH: start_fetch,
    Stage.TRANSCRIPTION: start_transcription,
    Stage.PLAN: start_plan,
    Stage.ASSET: start_assets,
    Stage.RENDER: start_render,
}
