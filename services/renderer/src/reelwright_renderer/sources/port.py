"""What every source of pictures does."""

from typing import Protocol

from reelwright_chassis.errors import Reject
from reelwright_renderer.captions.port import Planes


class Source(Protocol):
    """Draws one layer. Frames may be asked for in any order; rising order is cheap."""

    def draw(self, index: int, planes: Planes) -> None:
        """Fill `planes` with frame `index`, counted from where the layer is first seen."""

    def close(self) -> None: ...


def unreadable(what: str, why: str) -> Reject:
    """The picture cannot be shown, and will not be by trying again."""
    return Reject("asset_unreadable", f"a {what} cannot be read: {why}")
