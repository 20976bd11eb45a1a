"""Another project of the same recording: its words and pictures come along, and nothing of them is paid for again."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any

from reelwright.events.v1.media_pb2 import (
    ASSET_KIND_CARD,
    ASSET_SOURCE_UPLOADED,
    Asset,
    BlobRef,
    ScenePlan,
    Span,
)
from reelwright.events.v1.requests_pb2 import RenderSettings
from reelwright_chassis.ids import content_id
from reelwright_director import identity, pictures
from reelwright_director.decide.agreement import check_agreed
from reelwright_director.decide.assets import add_take
from reelwright_director.decide.messages import read_plan, read_script, read_transcript
from reelwright_director.decide.revisions import set_plan, set_script, set_transcript
from reelwright_director.decide.stages import planned, start_plan
from reelwright_director.decide.steps import note_command
from reelwright_director.decision import Draft, Refused
from reelwright_director.expect import present
from reelwright_director.inputs import Copy
from reelwright_director.state import Inherited, Project, ProjectSettings, Stretch
from reelwright_director.terms import State


def copy_into(draft: Draft, theirs: Draft) -> None:
    """Fill the new project of `draft` from the project of `theirs`, which stays as it is.

    Raises `Refused`: audio_missing, transcript_missing.
    """
    source = theirs.project
    if source.audio is None:
        raise Refused("audio_missing")
    if source.transcript is None:
        raise Refused("transcript_missing")
    note_command(draft, "copy_project")
    audio = _moved(draft, source.audio, f"audio-projects/{draft.project.project_id}/audio-{_name(source.audio)}")
    draft.change(audio=audio)
    _take_words(draft, theirs)
    if source.plan is not None:
        plan = read_plan(theirs)
        draft.change(inherited=tuple(_inherited(draft, source, plan)))
        if _same_length(draft.project, source):
            _take_scenes(draft, source, plan)
    _go_on(draft)


def _take_words(draft: Draft, theirs: Draft) -> None:
    script = read_script(theirs)
    if script is not None:
        set_script(draft, script)
    edited = present(theirs.project.transcript).edited
    set_transcript(draft, read_transcript(theirs), identity.transcription_id(draft.project), edited=edited)


def _inherited(draft: Draft, source: Project, plan: ScenePlan) -> Iterator[Inherited]:
    """The pictures that the source shows, with what is heard meanwhile."""
    for scene, ref in zip(plan.scenes, present(source.plan).scenes, strict=True):
        asset = pictures.selected(source, ref)
        if asset is not None and asset.blob.key:
            yield Inherited(_stretches(scene.audio), _own(draft, asset))


def _own(draft: Draft, asset: Asset) -> Asset:
    """The same picture as the new project's: under its own name, and paid for by the other."""
    own = Asset()
    own.CopyFrom(asset)
    own.cost_usd, own.calls_charged, own.take = 0.0, 0, 1
    if asset.source == ASSET_SOURCE_UPLOADED:
        own.blob.CopyFrom(
            _moved(draft, asset.blob, f"audio-projects/{draft.project.project_id}/own/{_name(asset.blob)}")
        )
        return own
    own.asset_id = content_id("asset", {"project": draft.project.project_id, "copied": asset.asset_id})
    ending = PurePosixPath(asset.blob.key).suffix
    own.blob.CopyFrom(_moved(draft, asset.blob, f"ai-generated/{own.asset_id}{ending}"))
    draft.change(ordered=(*draft.project.ordered, own.asset_id))
    return own


def _moved(draft: Draft, blob: BlobRef, key: str) -> BlobRef:
    draft.copies[key] = blob.key
    moved = BlobRef()
    moved.CopyFrom(blob)
    moved.key = key
    return moved


def _name(blob: BlobRef) -> str:
    return identity.blob_id(blob)[:32]


def _same_length(project: Project, source: Project) -> bool:
    recording_s = present(source.transcript).duration_s
    return identity.target_duration_s(project, recording_s) == identity.target_duration_s(source, recording_s)


def _take_scenes(draft: Draft, source: Project, plan: ScenePlan) -> None:
    """Scene for scene, with the user's own pictures."""
    own = {inherited.asset.scene_id: inherited.asset for inherited in draft.project.inherited}
    copied = ScenePlan()
    copied.CopyFrom(plan)
    copied.title = draft.project.settings.title or plan.title
    for scene in copied.scenes:
        if scene.HasField("uploaded"):
            scene.uploaded.CopyFrom(own[scene.scene_id])
    set_plan(draft, copied, identity.plan_id(draft.project), edited=present(source.plan).edited)


def _go_on(draft: Draft) -> None:
    """The words were seen in the other project: the next gate is the scenes'."""
    if draft.project.plan is not None:
        adopt(draft)
        draft.change(state=State.PLANNED)
        if draft.project.autostart:
            planned(draft)
        return
    draft.change(state=State.TRANSCRIBED)
    if draft.project.autostart:
        start_plan(draft)


def adopt(draft: Draft) -> None:
    """Scenes without a picture show the inherited one of what is heard nearest, so that none is bought for them."""
    if not draft.project.inherited or draft.project.plan is None:
        return
    heard = {scene.scene_id: _stretches(scene.audio) for scene in read_plan(draft).scenes}
    used: list[str] = []
    for scene in draft.project.plan.scenes:
        if pictures.selected(draft.project, scene) is not None or scene.kind == ASSET_KIND_CARD:
            continue
        chosen = _nearest(draft.project.inherited, heard[scene.scene_id], used)
        used.append(chosen.asset_id)
        taken = Asset()
        taken.CopyFrom(chosen)
        taken.scene_id = scene.scene_id
        taken.asset_id = content_id("asset", {"subject": scene.subject, "inherited": chosen.asset_id})
        add_take(draft, scene.subject, taken)


def _nearest(inherited: Iterable[Inherited], heard: tuple[Stretch, ...], used: list[str]) -> Asset:
    """Most of the same words; among equals one that is not shown yet, then the nearest in the recording."""

    def rank(candidate: Inherited) -> tuple[float, int, float]:
        shared_s = sum(_shared_s(a, b) for a in candidate.heard for b in heard)
        away_s = abs(candidate.heard[0].start_s - heard[0].start_s)
        return (-round(shared_s, 3), used.count(candidate.asset.asset_id), away_s)

    return min(inherited, key=rank).asset


def _shared_s(a: Stretch, b: Stretch) -> float:
    return max(0.0, min(a.end_s, b.end_s) - max(a.start_s, b.start_s))


def _stretches(spans: Iterable[Span]) -> tuple[Stretch, ...]:
    return tuple(Stretch(span.start_s, span.end_s) for span in spans)


def blank(source: Project, command: Copy, now_s: float) -> Project:
    """The new project, before anything is in it. It belongs to whom the other belongs to.

    Raises `Refused`: consent_required.
    """
    consent = command.consent or source.consent
    check_agreed(consent, command.required_terms)
    return Project(
        command.project_id,
        source.tenant_id,
        source.user_id,
        now_s,
        _settings(source.settings, command),
        client_reference=command.client_reference,
        labels=dict(command.labels),
        autostart=command.autostart,
        consent=consent,
    )


def _settings(had: ProjectSettings, command: Copy) -> ProjectSettings:
    changes: dict[str, Any] = {name: getattr(command.settings, name) for name in command.changed}
    if "caption_style" in changes:  # it stands in the render's, too
        changes["render"] = RenderSettings()
        changes["render"].CopyFrom(had.render)
        changes["render"].caption_style = changes["caption_style"]
    return replace(had, **changes)
