"""New revisions of the script, the words, the scenes and the video."""

from dataclasses import replace

from reelwright.events.v1.media_pb2 import Scene, ScenePlan, Transcript, Video
from reelwright.events.v1.requests_pb2 import GivenText
from reelwright_director import identity
from reelwright_director.decide.messages import read_plan, read_transcript
from reelwright_director.decision import DocumentKey, DocumentKind, Draft
from reelwright_director.policy import KEPT_REVISIONS
from reelwright_director.state import PlanRevision, SceneRef, ScriptRevision, TranscriptRevision, VideoRevision


def set_script(draft: Draft, script: GivenText) -> None:
    """The user's text for the recording; an empty one takes it away."""
    had = draft.project.script
    if not script.text:
        draft.change(script=None)
        return
    number = had.number + 1 if had else 1
    draft.write(DocumentKey(DocumentKind.SCRIPT, number), script)
    draft.change(script=ScriptRevision(number, identity.digest("script", script)))


def set_transcript(draft: Draft, transcript: Transcript, request_id: str, *, edited: bool) -> None:
    """The words from now on."""
    had = draft.project.transcript
    number = had.number + 1 if had else 1
    written = Transcript()
    written.CopyFrom(transcript)
    written.transcript_id = f"{draft.project.project_id}-{number}"
    draft.write(DocumentKey(DocumentKind.TRANSCRIPT, number), written)
    revision = TranscriptRevision(
        number,
        request_id,
        identity.words_digest(written.words),
        edited,
        written.duration_s,
        tuple(written.notes),
    )
    draft.change(transcripts=(*draft.project.transcripts, revision)[-KEPT_REVISIONS:])
    _hear(draft)


def set_plan(draft: Draft, plan: ScenePlan, request_id: str, *, edited: bool) -> None:
    """The scenes from now on. A choice of a take ends where the picture's subject changed."""
    had = draft.project.plan
    number = had.number + 1 if had else 1
    draft.write(DocumentKey(DocumentKind.PLAN, number), plan)
    revision = PlanRevision(
        number, request_id, identity.plan_digest(plan), edited, scene_refs(draft, plan), tuple(plan.notes)
    )
    before = {scene.scene_id: scene.subject for scene in had.scenes} if had else {}
    kept = {scene.scene_id for scene in revision.scenes if before.get(scene.scene_id) == scene.subject}
    chosen = {scene: asset for scene, asset in draft.project.chosen.items() if scene in kept}
    draft.change(plans=(*draft.project.plans, revision)[-KEPT_REVISIONS:], chosen=chosen)
    _hear(draft)


def set_video(draft: Draft, video: VideoRevision) -> None:
    """The video from now on; one that was made before comes back as it was."""
    others = tuple(v for v in draft.project.videos if v.request_id != video.request_id)
    draft.change(videos=(*others, video)[-KEPT_REVISIONS:])


def next_video(draft: Draft) -> int:
    """A number that no video has, nor one that is being made."""
    numbers = [v.number for v in draft.project.videos] + [r.revision for r in draft.project.requests]
    return max((draft.project.last_video, *numbers), default=0) + 1


def new_video(draft: Draft, number: int, request_id: str, video: Video) -> None:
    draft.change(last_video=max(draft.project.last_video, number))
    set_video(draft, VideoRevision(number, request_id, video))


def refresh_scenes(draft: Draft) -> None:
    """The settings that pictures hang on changed: name the scenes' subjects anew."""
    plan = draft.project.plan
    if plan is not None:
        current = replace(plan, scenes=scene_refs(draft, read_plan(draft)))
        draft.change(plans=(*draft.project.plans[:-1], current))


def scene_refs(draft: Draft, plan: ScenePlan) -> tuple[SceneRef, ...]:
    return tuple(_scene_ref(draft, scene) for scene in plan.scenes)


def _scene_ref(draft: Draft, scene: Scene) -> SceneRef:
    return SceneRef(
        scene.scene_id,
        identity.subject_id(draft.project, scene),
        scene.kind,
        scene.duration_s,
        scene.uploaded if scene.HasField("uploaded") else None,
        tuple(scene.notes),
    )


def _hear(draft: Draft) -> None:
    """Which words the plan covers, now that either changed."""
    if draft.project.transcript is not None and draft.project.plan is not None:
        words = identity.heard_words(read_transcript(draft), read_plan(draft))
        draft.change(heard=identity.words_digest(words))
