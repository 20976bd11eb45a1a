"""What there is to choose from: caption styles and looks, with a sentence each."""

from reelwright_kling_sim.looks import LOOKS
from reelwright_renderer.captions import styles


def caption_styles() -> dict[str, str]:
    """Style name to what it looks like, and "none" for a video without captions."""
    return {**styles.describe(), "none": "No captions in the picture; the subtitle files are made all the same."}


def looks() -> dict[str, str]:
    """Look name to what it shows, and "auto", which suits each scene's words."""
    return {"auto": "Chosen by each scene's words.", **{name: spec.description for name, spec in LOOKS.items()}}
