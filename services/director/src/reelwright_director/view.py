"""What is told of a project: its quality, its warnings, what is stale; and `ProjectChanged`, for who listens."""

from collections.abc import Iterator

from google.protobuf.timestamp_pb2 import Timestamp

from reelwright.events.v1.facts_pb2 import ProjectChanged
from reelwright.events.v1.media_pb2 import RUNG_PLANNED, Note
from reelwright_director import identity, pictures
from reelwright_director.state import Project
from reelwright_director.terms import Stage, State
from reelwright_director.waiting import waiting_on

_MAX_WARNINGS = 20
_MAX_WARNING_CHARS = 200


def timestamp(at_s: float) -> Timestamp:
    stamp = Timestamp()
    stamp.FromMicroseconds(round(at_s * 1e6))
    return stamp


def changed_view(project: Project) -> ProjectChanged:
    """The public view, <= 8 KB, without words and prompts; `version` and `at` are the sender's to fill in."""
    scenes = project.plan.scenes if project.plan else ()
    return ProjectChanged(
        tenant_id=project.tenant_id,
        user_id=project.user_id,
        project_id=project.project_id,
        state=project.state.value,
        waiting_on=waiting_on(project).value,
        reason_code=project.failure.reason_code if project.failure else "",
        assets_ready=len(pictures.assets(project)),
        assets_total=len(scenes),
        cost_usd=project.cost_usd,
        quality=quality(project),
        warnings=[_short(note) for note in warnings(project)[:_MAX_WARNINGS]],
    )


def quality(project: Project) -> str:
    """ "full" or "degraded" once completed: did every scene get what was planned for it?"""
    if project.state is not State.COMPLETED:
        return ""
    below = any(asset.rung > RUNG_PLANNED for asset in pictures.assets(project))
    return "degraded" if below else "full"


def warnings(project: Project) -> list[Note]:
    """What the user should know of the current results, from the words to the video."""
    return list(_notes(project))


def _notes(project: Project) -> Iterator[Note]:
    if project.transcript is not None:
        yield from project.transcript.notes
    if project.plan is not None:
        yield from project.plan.notes
    for asset in pictures.assets(project):
        yield from asset.notes
    if project.video is not None:
        yield from project.video.video.notes


def _short(note: Note) -> Note:
    return Note(code=note.code, message=note.message[:_MAX_WARNING_CHARS])


def stale(project: Project) -> list[Stage]:
    """Stages whose result no longer follows from the current revision."""
    if project.state is State.DELETED:
        return []
    return [stage for stage, is_stale in _STALE.items() if is_stale(project)]


def _transcription_stale(project: Project) -> bool:
    had = project.transcript
    return had is not None and had.request_id != identity.transcription_id(project)


def _plan_stale(project: Project) -> bool:
    return project.plan is not None and project.plan.request_id != identity.plan_id(project)


def _assets_stale(project: Project) -> bool:
    """Pictures were made, and the scenes as they are now lack some."""
    return bool(project.takes or project.videos) and bool(pictures.missing(project))


def _render_stale(project: Project) -> bool:
    if project.video is None or project.plan is None:
        return False
    if pictures.missing(project):
        return True
    return project.video.request_id != identity.render_id(project, pictures.assets(project))


_STALE = {
    Stage.TRANSCRIPTION: _transcription_stale,
    Stage.PLAN: _plan_stale,
    Stage.ASSET: _assets_stale,
    Stage.RENDER: _render_stale,
}
