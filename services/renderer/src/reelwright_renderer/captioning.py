"""The renderer's side of captions: which plan and which painter a timeline gets."""

from reelwright_renderer.captions.painter import Painter
from reelwright_renderer.captions.planning import Captions, plan_captions
from reelwright_renderer.captions.port import CaptionPainter, CaptionPlan, NoCaptions, NullPainter
from reelwright_renderer.captions.styles import DEFAULT_STYLE, NO_STYLE
from reelwright_renderer.timeline import Timeline


def plan_of(timeline: Timeline) -> CaptionPlan:
    """The timeline's captions. Style "none" has them in the subtitle files alone."""
    painted = timeline.caption_style != NO_STYLE
    style = timeline.caption_style or DEFAULT_STYLE
    size = timeline.format
    plan = plan_captions(
        timeline.words, style if painted else DEFAULT_STYLE, timeline.language, size.width, size.height
    )
    return plan if painted else NoCaptions(plan.groups)


def painter_of(plan: CaptionPlan, fps: int) -> CaptionPainter:
    return Painter(plan, fps) if isinstance(plan, Captions) else NullPainter()


def unpaintable(plan: CaptionPlan) -> str:
    """The characters that no font on this machine has, each once."""
    return plan.missing_characters if isinstance(plan, Captions) else ""
