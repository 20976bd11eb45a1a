"""Scenes between the director's messages and the API's models."""

from collections.abc import Iterable, Sequence
from typing import Any

from reelwright.events.v1 import media_pb2 as media
from reelwright.rpc.v1 import project_pb2 as rpc
from reelwright_gateway.names import value, word
from reelwright_gateway.problems import FieldError, Problem
from reelwright_gateway.scenes.models import EditedScene, Passage, ScenePatch, Scenes, ScenesEdit
from reelwright_gateway.schema import Note


def told(plan: media.ScenePlan, revision: int, project: rpc.Project) -> Scenes:
    """The plan, with what each scene shows now."""
    shown = {outcome.scene_id: outcome.asset_id for outcome in project.scenes}
    return Scenes.model_validate(
        {
            "revision": revision,
            "title": plan.title,
            "hashtags": list(plan.hashtags),
            "hooks": list(plan.hooks),
            "theme": plan.theme,
            "audience": plan.audience,
            "duration_s": plan.duration_s,
            "planner": plan.planner,
            "scenes": [_scene(scene, shown.get(scene.scene_id) or None) for scene in plan.scenes],
            "notes": _notes(plan.notes),
        }
    )


def _scene(scene: media.Scene, asset_id: str | None) -> dict[str, Any]:
    return {
        "id": scene.scene_id,
        "index": scene.index,
        "passages": [{"start_s": span.start_s, "end_s": span.end_s} for span in scene.audio],
        "start_s": scene.start_s,
        "duration_s": scene.duration_s,
        "text": scene.text,
        "kind": word(media.AssetKind, "ASSET_KIND", scene.kind) or "card",
        "prompt": scene.visual_prompt,
        "transition": word(media.Transition, "TRANSITION", scene.transition) or "cut",
        "look": scene.look or "auto",
        "own_picture": scene.HasField("uploaded"),
        "asset_id": asset_id,
        "notes": _notes(scene.notes),
    }


def _notes(notes: Iterable[media.Note]) -> list[Note]:
    return [Note(code=note.code, message=note.message) for note in notes]


def edited(had: media.ScenePlan, edit: ScenesEdit, words: Sequence[media.Word]) -> media.ScenePlan:
    """The whole plan, otherwise. Raises `Problem`: request_invalid, scene_not_found."""
    plan = media.ScenePlan()
    plan.CopyFrom(had)
    del plan.scenes[:]
    plan.title = had.title if edit.title is None else edit.title
    plan.planner = had.planner or "given"
    known = {scene.scene_id: scene for scene in had.scenes}
    for place, scene in enumerate(edit.scenes):
        plan.scenes.append(_edited_scene(known, scene, place, words))
    return plan


def _edited_scene(
    known: dict[str, media.Scene], edit: EditedScene, place: int, words: Sequence[media.Word]
) -> media.Scene:
    scene = media.Scene(kind=media.ASSET_KIND_CLIP, transition=media.TRANSITION_FADE, look="auto")
    if edit.id is not None:
        if edit.id not in known:
            raise Problem("scene_not_found", status=422)
        scene.CopyFrom(known[edit.id])
    elif edit.passages is None:
        missing = FieldError(location="body", pointer=f"/scenes/{place}/passages", message="A new scene needs some.")
        raise Problem("request_invalid", errors=[missing])
    change_scene(scene, edit, words)
    return scene


def change_scene(scene: media.Scene, edit: EditedScene | ScenePatch, words: Sequence[media.Word]) -> None:
    """In place: what the edit names. Other passages bring their own words and length."""
    if edit.passages is not None and _spans(scene) != [(p.start_s, p.end_s) for p in edit.passages]:
        _set_passages(scene, edit.passages, words)
    if edit.kind is not None:
        scene.kind = value(media.AssetKind, "ASSET_KIND", edit.kind)
    if edit.transition is not None:
        scene.transition = value(media.Transition, "TRANSITION", edit.transition)
    scene.visual_prompt = scene.visual_prompt if edit.prompt is None else edit.prompt
    scene.look = scene.look if edit.look is None else edit.look
    if edit.own_picture is False:
        scene.ClearField("uploaded")


def _spans(scene: media.Scene) -> list[tuple[float, float]]:
    return [(span.start_s, span.end_s) for span in scene.audio]


def _set_passages(scene: media.Scene, passages: Sequence[Passage], words: Sequence[media.Word]) -> None:
    del scene.audio[:]
    scene.audio.extend(media.Span(start_s=passage.start_s, end_s=passage.end_s) for passage in passages)
    scene.duration_s = 0.0  # the director adds up the passages
    scene.text = " ".join(
        heard.text
        for passage in passages
        for heard in words
        if passage.start_s <= (heard.start_s + heard.end_s) / 2 < passage.end_s
    )
