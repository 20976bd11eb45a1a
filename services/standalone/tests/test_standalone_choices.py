"""What the chassis says there is to choose from is what the renderer and the simulator draw."""

from reelwright_chassis import choices
from reelwright_standalone.catalog import caption_styles, looks


def test_the_lists_are_those_of_who_draws() -> None:
    assert caption_styles() == choices.CAPTION_STYLES
    assert looks() == choices.LOOKS
