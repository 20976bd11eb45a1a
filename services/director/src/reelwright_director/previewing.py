"""What a render would be asked for at this moment, for editors who want to see a frame of it."""

from collections.abc import Iterator

from reelwright.events.v1.media_pb2 import (
    ASSET_KIND_CARD,
    ASSET_SOURCE_GENERATED,
    RUNG_CARD,
    Asset,
    ScenePlan,
    Transcript,
)
from reelwright.events.v1.requests_pb2 import RenderRequested
from reelwright_director import pictures
from reelwright_director.decide.messages import render_message
from reelwright_director.state import Project


def render_of_now(project: Project, transcript: Transcript, plan: ScenePlan) -> RenderRequested:
    """Scenes that have no picture yet show a card. It is no request of the project: nobody answers it by a video."""
    message = render_message(project, transcript, plan, revision=0)
    message.assets.extend(_cards(project))
    message.tenant_id, message.user_id = project.tenant_id, project.user_id
    message.project_id, message.request_id = project.project_id, "preview"
    return message


def _cards(project: Project) -> Iterator[Asset]:
    for scene in pictures.missing(project):
        yield Asset(
            asset_id=f"preview-{scene.scene_id}",
            scene_id=scene.scene_id,
            source=ASSET_SOURCE_GENERATED,
            kind=ASSET_KIND_CARD,
            rung=RUNG_CARD,
        )
