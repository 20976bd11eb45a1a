"""Small transcripts, plans and facts for tests of the director."""

from google.protobuf.message import Message

from reelwright.events.v1 import facts_pb2 as facts
from reelwright.events.v1 import media_pb2 as media
from reelwright.events.v1 import requests_pb2 as requests

RECORDING_S = 40.0


def blob(key: str) -> media.BlobRef:
    return media.BlobRef(key=key, sha256=f"sha-{key}", size_bytes=10, content_type="audio/mpeg")


def transcript(text: str = "one two three four five six seven eight") -> media.Transcript:
    """Words of 5 s each, from 0 on."""
    words = [
        media.Word(text=word, start_s=5.0 * n, end_s=5.0 * n + 4.5, confidence=1.0)
        for n, word in enumerate(text.split())
    ]
    return media.Transcript(language="en", words=words, duration_s=RECORDING_S, engine="test")


def scene(number: int, prompt: str = "", kind: int = media.ASSET_KIND_STILL) -> media.Scene:
    """Scene `number` (from 0): ten seconds of the recording."""
    span = media.Span(start_s=10.0 * number, end_s=10.0 * (number + 1))
    return media.Scene(
        scene_id=f"s{number}",
        audio=[span],
        duration_s=10.0,
        text="some words",
        kind=media.AssetKind.ValueType(kind),
        visual_prompt=prompt or f"prompt {number}",
        transition=media.TRANSITION_FADE,
    )


def plan(*scenes: media.Scene) -> media.ScenePlan:
    """Two stills unless told otherwise."""
    return media.ScenePlan(title="a plan", scenes=scenes or (scene(0), scene(1)), planner="test")


def answer(request: Message, *, attempt: int = 1, cost_usd: float = 0.0) -> Message:
    """The success with which a worker answers this request."""
    work = facts.Work(worker="w", attempt=attempt, cost_usd=cost_usd)
    match request:
        case requests.AudioFetchRequested():
            result: Message = facts.AudioFetched(audio=blob(f"audio-projects/{request.project_id}/audio"))
        case requests.TranscriptionRequested():
            words = request.script.text if request.HasField("script") else ""
            result = facts.TranscriptReady(transcript=transcript(words) if words else transcript())
        case requests.PlanRequested():
            result = facts.ScenesPlanned(plan=plan())
        case requests.AssetRequested():
            result = facts.AssetReady(asset=asset(request, cost_usd))
        case requests.RenderRequested():
            mp4 = blob(f"final-videos/{request.project_id}/{request.revision}/final_video.mp4")
            result = facts.VideoRendered(video=media.Video(mp4=mp4, duration_s=20.0))
        case _:
            raise TypeError(type(request).__name__)
    return addressed(result, request, work)


def asset(request: requests.AssetRequested, cost_usd: float) -> media.Asset:
    return media.Asset(
        asset_id=request.asset_id,
        scene_id=request.scene_id,
        source=media.ASSET_SOURCE_GENERATED,
        kind=request.kind,
        blob=blob(f"ai-generated/{request.asset_id}.jpg"),
        rung=media.RUNG_PLANNED,
        provider="sim",
        take=request.take,
        cost_usd=cost_usd,
        calls_charged=1,
        prompt=request.prompt,
    )


def failure(
    request: Message,
    reason_code: str = "transient",
    *,
    attempt: int = 1,
    retryable: bool = False,
    retry_after_s: float = 0.0,
    cost_usd: float = 0.0,
) -> facts.WorkFailed:
    work = facts.Work(worker="w", attempt=attempt, cost_usd=cost_usd)
    failed = facts.WorkFailed(
        reason_code=reason_code, message="it failed", retryable=retryable, retry_after_s=retry_after_s
    )
    addressed(failed, request, work)
    return failed


def addressed(fact: Message, request: Message, work: facts.Work) -> Message:
    for name in ("tenant_id", "user_id", "project_id", "request_id"):
        setattr(fact, name, getattr(request, name))
    fact.work.CopyFrom(work)  # type: ignore[attr-defined]
    return fact
