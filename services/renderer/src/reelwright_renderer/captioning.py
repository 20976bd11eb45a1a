"""The renderer's side of captions: which plan and which painter a timeline gets."""

from reelwright_chassis.errors import Reject
from reelwright_renderer.captions.painter import Painter
from reelwright_renderer.captions.planning import Captions, plan_captions
from reelwright_renderer.captions.port import CaptionPainter, CaptionPlan, NoCaptions, NullPainter
from reelwright_renderer.captions.styles import DEFAULT_STYLE, NO_STYLE, describe
from reelwright_renderer.timeline import Timeline


def plan_of(timeline: Timeline) -> CaptionPlan:
    """The timeline's captions; style "none" has them in the subtitle files alone. Raises Reject for no known style."""
    painted = timeline.caption_style != NO_STYLE
    style = timeline.caption_style if painted else DEFAULT_STYLE
    if style not in describe():
        raise Reject("render_invalid", f"there is no caption style {style!r}", remedy=f"Use {', '.join(describe())}.")
    size = timeline.format
    plan = plan_captions(timeline.words, style, timeline.language, size.width, size.height)
    return plan if painted else NoCaptions(plan.groups)


def painter_of(plan: CaptionPlan, fps: int) -> CaptionPainter:
    return Painter(plan, fps) if isinstance(plan, Captions) else NullPainter()


def unpaintable(plan: CaptionPlan) -> str:
    """The characters that no font on this machine has, each once."""
    return plan.missing_characters if isinstance(plan, Captions) else ""
