"""Builds what workers are asked: from the project, its documents, and the request's own few numbers."""

from collections.abc import Callable, Mapping
from typing import TypeAlias

from google.protobuf.message import Message

from reelwright.events.v1.media_pb2 import Rung, Scene, ScenePlan, Transcript
from reelwright.events.v1.requests_pb2 import (
    AssetRequested,
    AudioFetchRequested,
    GivenText,
    PlanRequested,
    RenderRequested,
    RenderSettings,
    TranscriptionRequested,
)
from reelwright_director import pictures
from reelwright_director.decision import DocumentKey, DocumentKind, Draft
from reelwright_director.expect import present, typed
from reelwright_director.identity import heard_words, target_duration_s
from reelwright_director.state import Project, Request
from reelwright_director.terms import Stage

TOPICS: Mapping[Stage, str] = {
    Stage.FETCH: "fetch.requests",
    Stage.TRANSCRIPTION: "transcription.requests",
    Stage.PLAN: "plan.requests",
    Stage.ASSET: "asset.requests",
    Stage.RENDER: "render.requests",
}

_SIZES = {"9:16": (1080, 1920), "16:9": (1920, 1080), "1:1": (1080, 1080)}
_FPS = 30
_PRESET = "veryfast"
_CRF = 20


def request_message(draft: Draft, request: Request) -> Message:
    """The request as it goes to its topic; the same one each time it is asked."""
    message = _BUILDERS[request.stage](draft, request)
    message.tenant_id = draft.project.tenant_id
    message.user_id = draft.project.user_id
    message.project_id = draft.project.project_id
    message.request_id = request.request_id
    return message


def _fetch(draft: Draft, _: Request) -> AudioFetchRequested:
    return AudioFetchRequested(url=draft.project.audio_url)


def _transcription(draft: Draft, _: Request) -> TranscriptionRequested:
    project = draft.project
    message = TranscriptionRequested(audio=project.audio, language=project.settings.language)
    script = read_script(draft)
    if script is not None:
        message.script.CopyFrom(script)
    return message


def _plan(draft: Draft, _: Request) -> PlanRequested:
    settings = draft.project.settings
    transcript = read_transcript(draft)
    return PlanRequested(
        transcript=transcript,
        target_duration_s=target_duration_s(draft.project, transcript.duration_s),
        look=settings.look,
        direction=settings.direction,
        budget_usd=settings.budget_usd,
        title=settings.title,
    )


def _asset(draft: Draft, request: Request) -> AssetRequested:
    project, order = draft.project, present(request.order)
    scene = _scene(read_plan(draft), order.scene_id)
    return AssetRequested(
        asset_id=order.asset_id,
        scene_id=order.scene_id,
        kind=order.kind,  # type: ignore[arg-type]
        prompt=scene.visual_prompt,
        duration_s=scene.duration_s,
        aspect=project.settings.aspect,
        take=order.take,
        look=scene.look or project.settings.look,
        lowest_rung=Rung.ValueType(project.settings.lowest_rung),
        cost_cap_usd=order.cap_usd,
        text=scene.text,
    )


def _render(draft: Draft, request: Request) -> RenderRequested:
    return render_message(draft.project, read_transcript(draft), read_plan(draft), revision=request.revision)


def render_message(project: Project, transcript: Transcript, plan: ScenePlan, *, revision: int) -> RenderRequested:
    """With all pictures that there are."""
    return RenderRequested(
        audio=project.audio,
        plan=plan,
        assets=pictures.assets(project),
        words=heard_words(transcript, plan),
        language=transcript.language,
        settings=render_settings(project),
        revision=revision,
        brand=project.settings.brand,
    )


_Request: TypeAlias = AudioFetchRequested | TranscriptionRequested | PlanRequested | AssetRequested | RenderRequested
_BUILDERS: Mapping[Stage, Callable[[Draft, Request], _Request]] = {
    Stage.FETCH: _fetch,
    Stage.TRANSCRIPTION: _transcription,
    Stage.PLAN: _plan,
    Stage.ASSET: _asset,
    Stage.RENDER: _render,
}


def render_settings(project: Project) -> RenderSettings:
    """What the user set, and the defaults for what they did not."""
    asked = project.settings.render
    width_px, height_px = _SIZES[project.settings.aspect]
    return RenderSettings(
        width_px=asked.width_px or width_px,
        height_px=asked.height_px or height_px,
        fps=asked.fps or _FPS,
        caption_style=project.settings.caption_style,
        preset=asked.preset or _PRESET,
        crf=asked.crf or _CRF,
    )


def _scene(plan: ScenePlan, scene_id: str) -> Scene:
    return next(scene for scene in plan.scenes if scene.scene_id == scene_id)


def read_script(draft: Draft) -> GivenText | None:
    """The text that the user gave, if any."""
    revision = draft.project.script
    if revision is None:
        return None
    return typed(GivenText, draft.read(DocumentKey(DocumentKind.SCRIPT, revision.number)))


def read_transcript(draft: Draft, number: int = 0) -> Transcript:
    """The current words, or those of a revision. There must be some."""
    number = number or present(draft.project.transcript).number
    return typed(Transcript, draft.read(DocumentKey(DocumentKind.TRANSCRIPT, number)))


def read_plan(draft: Draft, number: int = 0) -> ScenePlan:
    """The current scenes, or those of a revision. There must be some."""
    number = number or present(draft.project.plan).number
    return typed(ScenePlan, draft.read(DocumentKey(DocumentKind.PLAN, number)))
