"""The identity of work: names made of what a thing is made from, so that the same work is never asked twice.

Limits (budget caps, the lowest rung) and revisions are no part of an identity: an edit elsewhere re-buys nothing.
"""

from collections.abc import Iterable

from google.protobuf.json_format import MessageToDict
from google.protobuf.message import Message

from reelwright.events.v1.media_pb2 import Asset, BlobRef, Scene, ScenePlan, Transcript, Word
from reelwright_chassis.ids import content_id
from reelwright_director.expect import present
from reelwright_director.state import Project

LONGEST_WHOLE_S = 60.0
"""A recording up to this length is kept whole unless a target is set."""
ENCODER_PADDING_S = 0.1
"""What encoders add to a recording of that length: a frame or two of silence."""
USUAL_TARGET_S = 45.0


def digest(kind: str, message: Message) -> str:
    """A message by its content."""
    return content_id(kind, MessageToDict(message))


def blob_id(blob: BlobRef | None) -> str:
    """A stored object by its bytes; by its key where nobody hashed them."""
    return "" if blob is None else blob.sha256 or blob.key


def fetch_id(project: Project) -> str:
    return content_id("fetch", {"project": project.project_id, "url": project.audio_url})


def transcription_id(project: Project) -> str:
    return content_id(
        "transcription",
        {
            "project": project.project_id,
            "audio": blob_id(project.audio),
            "language": project.settings.language,
            "script": project.script.digest if project.script else "",
        },
    )


def target_duration_s(project: Project, recording_s: float) -> float:
    """How long the video shall be; never longer than the recording."""
    whole = recording_s <= LONGEST_WHOLE_S + ENCODER_PADDING_S
    wanted = project.settings.target_duration_s or (LONGEST_WHOLE_S if whole else USUAL_TARGET_S)
    return min(wanted, recording_s)


def plan_id(project: Project) -> str:
    """Of the plan that follows from the current transcript and settings. There must be a transcript."""
    transcript = present(project.transcript)
    settings = project.settings
    return content_id(
        "plan",
        {
            "project": project.project_id,
            "transcript": transcript.digest,
            "target_duration_s": target_duration_s(project, transcript.duration_s),
            "look": settings.look,
            "direction": settings.direction,
            "budget_usd": settings.budget_usd,
        },
    )


def subject_id(project: Project, scene: Scene) -> str:
    """What a scene's picture is made from; not its place, length, words or transition."""
    return content_id(
        "subject",
        {
            "project": project.project_id,
            "scene": scene.scene_id,
            "prompt": scene.visual_prompt,
            "kind": scene.kind,
            "look": scene.look or project.settings.look,
            "aspect": project.settings.aspect,
            "uploaded": blob_id(scene.uploaded.blob) if scene.HasField("uploaded") else "",
        },
    )


def asset_id(subject: str, kind: int, take: int) -> str:
    """`kind` is what is asked for; the budget may make it less than what was planned."""
    return content_id("asset", {"subject": subject, "kind": kind, "take": take})


def asset_request_id(asset: str) -> str:
    return content_id("asset-request", {"asset": asset})


def plan_digest(plan: ScenePlan) -> str:
    """What of a plan is in the video file, its pictures apart."""
    seen = ScenePlan(duration_s=plan.duration_s, title=plan.title)
    for scene in plan.scenes:
        kept = seen.scenes.add()
        kept.CopyFrom(scene)
        for name in ("visual_prompt", "notes", "uploaded", "look"):
            kept.ClearField(name)
    return digest("scenes", seen)


def heard_words(transcript: Transcript, plan: ScenePlan) -> list[Word]:
    """The words whose middle lies in one of the plan's spans, in the recording's order."""
    spans = [span for scene in plan.scenes for span in scene.audio]
    return [
        word
        for word in transcript.words
        if any(span.start_s <= (word.start_s + word.end_s) / 2 < span.end_s for span in spans)
    ]


def words_digest(words: Iterable[Word]) -> str:
    return content_id("words", {"words": [[word.text, word.start_s, word.end_s] for word in words]})


def render_id(project: Project, assets: Iterable[Asset]) -> str:
    """Of the video that follows from the current words, plan, pictures and settings. There must be a plan."""
    settings = project.settings
    return content_id(
        "render",
        {
            "project": project.project_id,
            "audio": blob_id(project.audio),
            "plan": present(project.plan).digest,
            "words": project.heard,
            "assets": [[asset.asset_id, asset.kind, blob_id(asset.blob)] for asset in assets],
            "caption_style": settings.caption_style,
            "aspect": settings.aspect,
            "render": MessageToDict(settings.render),
            "brand": MessageToDict(settings.brand),
        },
    )
