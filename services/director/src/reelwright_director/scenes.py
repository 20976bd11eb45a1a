"""What a plan must be, whoever made it: checked and tidied once, at the door."""

from reelwright.events.v1.media_pb2 import (
    ASSET_KIND_CARD,
    ASSET_KIND_CLIP,
    ASSET_KIND_STILL,
    ASSET_SOURCE_UPLOADED,
    Scene,
    ScenePlan,
)
from reelwright_director.identity import blob_id
from reelwright_director.policy import MAX_PROMPT_CHARS, MAX_SCENES

_KINDS = (ASSET_KIND_CLIP, ASSET_KIND_STILL, ASSET_KIND_CARD)
_SLACK_S = 0.05
"""A span may end this much after the recording: times are rounded on their way through files."""


def problem(plan: ScenePlan, recording_s: float) -> str:
    """What is wrong with the plan, as a sentence; "" when nothing is."""
    if not 1 <= len(plan.scenes) <= MAX_SCENES:
        return f"A plan has 1 to {MAX_SCENES} scenes, this one has {len(plan.scenes)}."
    ids = [scene.scene_id for scene in plan.scenes if scene.scene_id]
    if len(ids) != len(set(ids)):
        return "Two scenes have the same scene_id."
    found = (_scene_problem(number, scene, recording_s) for number, scene in enumerate(plan.scenes, start=1))
    return next((sentence for sentence in found if sentence), "")


def _scene_problem(number: int, scene: Scene, recording_s: float) -> str:
    if not scene.audio:
        return f"Scene {number} has no passage of the recording."
    for span in scene.audio:
        if not 0 <= span.start_s < span.end_s <= recording_s + _SLACK_S:
            return f"Scene {number} has a passage from {span.start_s:g} to {span.end_s:g} s that the recording lacks."
    if len(scene.visual_prompt) > MAX_PROMPT_CHARS:
        return f"The prompt of scene {number} has more than {MAX_PROMPT_CHARS} characters."
    if scene.kind not in _KINDS:
        return f"Scene {number} is neither a clip nor a still nor a card."
    if scene.HasField("uploaded") and not scene.uploaded.blob.key:
        return f"The picture of scene {number} names no stored file."
    return ""


def tidied(plan: ScenePlan) -> ScenePlan:
    """The plan with every scene named, numbered, and beginning where the one before it ends."""
    tidy = ScenePlan()
    tidy.CopyFrom(plan)
    names = {scene.scene_id for scene in plan.scenes}
    start_s = 0.0
    for index, scene in enumerate(tidy.scenes):
        scene.scene_id = scene.scene_id or _free_name(names)
        scene.index = index
        scene.start_s = start_s
        scene.duration_s = scene.duration_s or sum(span.end_s - span.start_s for span in scene.audio)
        start_s += scene.duration_s
        if scene.HasField("uploaded"):
            _tidy_uploaded(scene)
    tidy.duration_s = start_s
    return tidy


def _free_name(taken: set[str]) -> str:
    name = next(name for name in (f"scene-{n}" for n in range(1, len(taken) + 2)) if name not in taken)
    taken.add(name)
    return name


def _tidy_uploaded(scene: Scene) -> None:
    scene.uploaded.scene_id = scene.scene_id
    scene.uploaded.source = ASSET_SOURCE_UPLOADED
    scene.uploaded.provider = "user"
    scene.uploaded.asset_id = scene.uploaded.asset_id or f"uploaded-{blob_id(scene.uploaded.blob)[:32]}"
