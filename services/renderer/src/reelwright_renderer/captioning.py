"""The renderer's side of captions: which plan and which painter a timeline gets."""

from reelwright_renderer.captions.port import CaptionPainter, CaptionPlan, NoCaptions, NullPainter
from reelwright_renderer.timeline import Timeline

NO_STYLE = "none"


def plan_of(timeline: Timeline) -> CaptionPlan:  # noqa: ARG001
    return NoCaptions()


def painter_of(plan: CaptionPlan, fps: int) -> CaptionPainter:  # noqa: ARG001
    return NullPainter()
