"""What there is to choose from and what would be used: caption styles, looks, encoder, font."""

from reelwright.events.v1.requests_pb2 import RenderSettings
from reelwright_kling_sim.looks import LOOKS
from reelwright_renderer.captions import styles
from reelwright_renderer.encoders import candidates
from reelwright_renderer.settings import RendererSettings
from reelwright_renderer.timeline import DEFAULT_FORMAT


def caption_styles() -> dict[str, str]:
    """Style name to what it looks like."""
    return styles.describe()


def looks() -> dict[str, str]:
    """Look name to what it shows, and "auto", which suits each scene's words."""
    return {"auto": "Chosen by each scene's words.", **{name: spec.description for name, spec in LOOKS.items()}}


def video_encoder() -> str:
    """The encoder that a full-size render on this machine begins with."""
    return candidates(RenderSettings(), RendererSettings.load(), DEFAULT_FORMAT)[0].name


def caption_font() -> str:
    """The face that captions are drawn in; installed fonts help out in other scripts."""
    from reelwright_renderer.captions.pango import FAMILY  # noqa: PLC0415  # loads Pango

    return f"{FAMILY}, packaged; installed fonts for other scripts"
